"""Shows a stored HTML mail without trusting it: paragraphs, breaks and links come through, the rest becomes text."""

from html.parser import HTMLParser

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

UNSEEN = {"style", "script", "title", "head"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.unseen = 0
        self.link_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self.unseen += 1
        elif tag in ("p", "tr"):
            self.out.append('<p class="foot">' if given.get("class") == "foot" else "<p>")
        elif tag == "br":
            self.out.append("<br>")
        elif tag == "a" and given.get("href", "").startswith(("https://", "http://")):
            css = "btn btn-primary" if given.get("class") == "button" else ""
            self.out.append(format_html('<a class="{}" href="{}" rel="noopener">', css, given["href"]))
            self.link_open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in ("p", "tr"):
            self.out.append("</p>")
        elif tag == "a" and self.link_open:
            self.out.append("</a>")
            self.link_open = False

    def handle_data(self, data: str) -> None:
        if not self.unseen and data.strip():
            self.out.append(format_html("{}", data))


def safely(html: str) -> SafeString:
    """The mail as plain paragraphs with working links."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return mark_safe("".join(reader.out))  # only our own tags, every other letter escaped
