"""Templates keep the strict Content-Security-Policy: no style, script or handler stands in a page."""

import re
from collections.abc import Iterator

from tests.architecture.sources import templates

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script in the page": re.compile(
        r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type=\"application/(ld\+)?json\")", re.IGNORECASE
    ),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a javascript: address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "a third party": re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"']https?://", re.IGNORECASE),
}
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)


def inline(text: str) -> Iterator[str]:
    text = COMMENT.sub("", text)
    for what, pattern in INLINE.items():
        if match := pattern.search(text):
            yield f"{what}: {match[0][:80]}"


def is_letter(path: str) -> bool:
    """Mail programs know no style sheets: letters carry their few styles in attributes, and no page policy holds there."""
    return "/email/" in path


def test_no_page_carries_style_or_script():
    found = [f"{path}: {line}" for path, text in templates() if not is_letter(path) for line in inline(text)]

    assert not found, "\n" + "\n".join(found)


def test_that_rule_sees_each_of_them():
    for text in (
        '<p class="a" style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<script type="module">x</script>',
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<script src="https://cdn.example/x.js"></script>',
    ):
        assert list(inline(text)), text
    for text in (
        "<script defer src=\"{% asset 'js/x.js' %}\"></script>",
        '<input name="on" value="x" data-once>',
        "{# <p style='x'> #}",
        '<a href="https://example.com">',
    ):
        assert not list(inline(text)), text


def unsafe(text: str) -> bool:
    """`|safe` and `autoescape off` put text into a page unescaped; Python's format_html is the way instead."""
    return bool(re.search(r"\|\s*safe\b|autoescape off", COMMENT.sub("", text)))


def test_no_template_switches_escaping_off():
    found = [path for path, text in templates() if unsafe(text) and not path.endswith(".txt")]

    assert not found
    assert unsafe("{{ words|safe }}") and not unsafe("{{ words|safeseq_not }}".replace("safeseq_not", "upper"))
