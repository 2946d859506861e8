"""Every icon that a page asks for is in the sprite's list, and nothing inline stands in a template."""

import re
from pathlib import Path

from django.conf import settings

ROOT = settings.BASE_DIR
TEMPLATES = [path for path in ROOT.glob("**/templates/**/*.html") if not {".venv", "node_modules"} & set(path.parts)]
SOURCES = [
    path
    for app in ("crm", "customers", "complaints", "satisfaction", "followups", "insights")
    for path in (ROOT / app).rglob("*.py")
    if "tests" not in path.parts and "migrations" not in path.parts
]
LISTED = {
    line.strip() for line in (ROOT / "static" / "icons.txt").read_text().splitlines() if line.strip() and line[0] != "#"
}


def _asked_for() -> dict[str, Path]:
    found = {}
    for path in TEMPLATES:
        text = path.read_text()
        for name in re.findall(r"""\{%-?\s*icon\s+["']([\w-]+)["']""", text) + re.findall(
            r"""\bicon=["']([\w-]+)["']""", text
        ):
            found[name] = path
    for path in SOURCES:
        for name in re.findall(r"""\bicon=["']([\w-]+)["']""", path.read_text()):
            found[name] = path
    return found


def test_every_icon_is_in_the_list():
    missing = {name: str(path.relative_to(ROOT)) for name, path in _asked_for().items() if name not in LISTED}

    assert not missing


def test_the_list_is_sorted_and_names_nothing_twice():
    lines = [line for line in (ROOT / "static" / "icons.txt").read_text().splitlines() if line and line[0] != "#"]

    assert lines == sorted(set(lines))


def test_no_template_has_inline_style_or_script():
    for path in TEMPLATES:
        if "email" in path.parts:
            continue
        text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL)
        where = str(path.relative_to(ROOT))
        assert not re.search(r"\sstyle\s*=", text), where
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), where
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)", text), where
        assert "javascript:" not in text, where
