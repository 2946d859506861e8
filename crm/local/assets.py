"""Copies the few files that pages use from node_modules into static/vendor/ and builds the icon sprite. Standard library only."""

import re
import shutil
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
MODULES = CHECKOUT / "node_modules"
VENDOR = CHECKOUT / "static" / "vendor"
ICONS = CHECKOUT / "static" / "icons.txt"

COPIES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter/inter.woff2",
    "@fontsource-variable/inter/LICENSE": "inter/LICENSE.txt",
    "echarts/dist/echarts.common.min.js": "echarts/echarts.min.js",
    "echarts/i18n/langZH.js": "echarts/langZH.js",
    "echarts/LICENSE": "echarts/LICENSE.txt",
    "echarts/NOTICE": "echarts/NOTICE.txt",
    "@tabler/icons/LICENSE": "icons-LICENSE.txt",
}
# Browsers would ask for a file that is not there, and the storage of static files refuses to hash such a name.
SOURCE_MAP = re.compile(rb"^\s*(?:/\*|//)[#@] sourceMappingURL=.*$", re.MULTILINE)


class AssetsMissing(Exception):
    """Which file or icon the packages do not hold."""


def build(modules: Path = MODULES, vendor: Path = VENDOR, icons: Path = ICONS) -> None:
    new = vendor.with_name(f".{vendor.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    for source, target in COPIES.items():
        if not (modules / source).is_file():
            raise AssetsMissing(f"{source} is not in node_modules")
        content = (modules / source).read_bytes()
        if source.endswith((".css", ".js")):
            content = SOURCE_MAP.sub(b"", content)
        (new / target).parent.mkdir(parents=True, exist_ok=True)
        (new / target).write_bytes(content)
    (new / "icons.svg").write_text(sprite(names(icons), modules))
    shutil.rmtree(vendor, ignore_errors=True)
    new.rename(vendor)


def names(icons: Path) -> list[str]:
    """One name a line; what follows a # is a remark."""
    lines = (line.partition("#")[0].strip() for line in icons.read_text().splitlines())
    return sorted({line for line in lines if line})


def sprite(wanted: list[str], modules: Path) -> str:
    """One file with a <symbol> for each icon, id = its name in Tabler's set; colour and stroke come from the page's css.

    A name such as `star-filled` is taken from the filled set.
    """
    symbols = []
    for name in wanted:
        filled = name.endswith("-filled")
        source = (
            modules
            / "@tabler/icons/icons"
            / ("filled" if filled else "outline")
            / f"{name.removesuffix('-filled')}.svg"
        )
        if not source.is_file():
            raise AssetsMissing(f"static/icons.txt names {name}, which Tabler does not have")
        shapes = re.findall(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*/>", source.read_text())
        drawn = "".join(shape for shape in shapes if 'stroke="none" d="M0 0h24v24H0z"' not in shape)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    build()
