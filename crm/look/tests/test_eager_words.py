"""Words are said in the language of the request: none is translated while a module is being loaded."""

import ast

from crm.look.tests.test_icons import ROOT, SOURCES

EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}


def eager_names(tree: ast.Module) -> set[str]:
    """What the eager functions are called in this module."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name for alias in node.names if alias.name in EAGER}
    return names


def called_while_loading(tree: ast.Module, names: set[str]) -> list[int]:
    """Lines of calls outside of every function."""
    lines = []

    def walk(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in names:
                lines.append(child.lineno)
            walk(child)

    walk(tree)
    return lines


def test_no_word_is_translated_while_a_module_loads():
    found = []
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        if names := eager_names(tree):
            found += [f"{path.relative_to(ROOT)}:{line}" for line in called_while_loading(tree, names)]

    assert not found
