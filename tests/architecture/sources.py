"""The product's own modules and templates, read once, and how their syntax trees are walked."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crm", "customers", "complaints", "satisfaction", "followups", "insights")


@dataclass(frozen=True)
class Module:
    """One file of ours; `path` is as people write it, such as `customers/actions/customer.py`."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        return Path(self.path).stem

    @property
    def parts(self) -> tuple[str, ...]:
        return Path(self.path).parts

    @property
    def is_test(self) -> bool:
        return "tests" in self.parts

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.parts

    @property
    def is_actions(self) -> bool:
        """`actions.py`, a file of the package `actions`, or `<noun>_actions.py`."""
        return "actions" in self.parts[:-1] or self.name == "actions"

    def in_layer(self, layer: str) -> bool:
        """Whether the module is `<layer>.py` or lies in the package `<layer>`."""
        return layer in self.parts[:-1] or self.name == layer

    def calls(self) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every import as (line, dotted name), `from a.b import c` as `a.b.c`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@lru_cache
def modules() -> tuple[Module, ...]:
    """All Python files of the product, without migrations."""
    found = []
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            module = Module(file.relative_to(ROOT).as_posix(), file.read_text("utf-8"))
            if not module.is_migration:
                found.append(module)
    return tuple(found)


def product() -> list[Module]:
    """What runs in the product: no tests."""
    return [module for module in modules() if not module.is_test]


def sample(text: str, path: str = "customers/views.py") -> Module:
    """A small module that breaks a rule, to show that the rule is looked at."""
    return Module(path, text)


def where(module: Module, node: ast.AST | int) -> str:
    line = node if isinstance(node, int) else node.lineno  # type: ignore[attr-defined]
    return f"{module.path}:{line}"


def said(node: ast.AST) -> str:
    return ast.unparse(node)


@lru_cache
def templates() -> tuple[tuple[str, str], ...]:
    """All templates of the product as (path, text)."""
    folders = [ROOT / "templates", *(ROOT / package for package in PACKAGES)]
    return tuple(
        (file.relative_to(ROOT).as_posix(), file.read_text("utf-8"))
        for folder in folders
        for file in sorted(folder.rglob("*.html"))
        if "node_modules" not in file.parts
    )
