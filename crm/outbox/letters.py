"""The look of a letter: its plain text as a modest HTML mail, links as links, the one that stands alone as a button."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override, pgettext

from crm.outbox import kinds
from crm.outbox.texts import FOOT_MARK

if TYPE_CHECKING:
    from crm.outbox.channels import Letter

# What may end an address in a running text without belonging to it, in either language.
URL = re.compile(r"https?://[^\s<>\"'，。；：！？、（）《》]+")
TRAILING = ".,;:!?)"


@dataclass(frozen=True)
class Part:
    """A paragraph, or a link that stands alone."""

    html: SafeString
    button: str = ""


def linked(text: str) -> SafeString:
    """Escaped, addresses as links, lines kept."""
    out, end = [], 0
    for match in URL.finditer(text):
        url = match[0].rstrip(TRAILING)
        out.append(format_html("{}", text[end : match.start()]))
        out.append(format_html('<a href="{}">{}</a>', url, url))
        end = match.start() + len(url)
    out.append(format_html("{}", text[end:]))
    return mark_safe("".join(out).replace("\n", "<br>\n"))  # every piece went through format_html


def parts(letter: "Letter") -> tuple[list[Part], SafeString]:
    """The paragraphs and the foot. A line that is nothing but an address of ours becomes a button."""
    text, foot = letter.body, ""
    if kinds.OPT_OUT in letter.secrets:
        text, _mark, foot = letter.body.rpartition(FOOT_MARK)
    ours = tuple(url for name, url in letter.secrets.items() if name != kinds.OPT_OUT)
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines: list[str] = []
        for line in [*paragraph.split("\n"), None]:
            alone = line is not None and (line.strip() in ours or _is_own(line.strip()))
            if (line is None or alone) and lines:
                found.append(Part(linked("\n".join(lines))))
                lines = []
            if alone and line:
                found.append(Part(linked(line.strip()), button=line.strip()))
            elif line is not None:
                lines.append(line)
    return found, linked(foot)


def _is_own(line: str) -> bool:
    return line.startswith(f"{settings.SITE_URL}/") and URL.fullmatch(line) is not None


def as_html(letter: "Letter") -> str:
    """The same words for programs that show HTML: no pictures, nothing fetched, nothing that tells who read it."""
    body, foot = parts(letter)
    with override(letter.language):
        context = {
            "letter": letter,
            "company": settings.COMPANY_NAME,
            "parts": body,
            "foot": foot,
            "button": letter.button or pgettext("button of a mail", "Open"),
        }
        return render_to_string("outbox/email/letter.html", context)
