"""Modules are named by the noun they are, say on their first line what they alone do, and stay short enough to read."""

import ast
import re

from tests.architecture.sources import ROOT, Module, modules, product, sample

FORBIDDEN = {"utils", "helpers", "common", "core", "services", "managers", "signals", "constants", "mixins", "misc"}
LONGEST = 800  # about 500 is where a file is split by noun; this is where it is too late


def badly_named(module: Module) -> bool:
    return bool(FORBIDDEN & {module.name, *module.parts[:-1]})


def without_first_line(module: Module) -> bool:
    return bool(module.text.strip()) and not ast.get_docstring(module.tree)


def test_no_module_is_named_after_nothing():
    assert not [module.path for module in modules() if badly_named(module)]
    assert badly_named(sample("", "customers/utils.py")) and badly_named(sample("", "customers/core/x.py"))


def test_every_module_says_first_what_it_alone_does():
    assert not [module.path for module in modules() if without_first_line(module)]
    assert without_first_line(sample("import os"))


def test_files_stay_readable():
    assert not [module.path for module in product() if module.text.count("\n") > LONGEST]


# What the product must not know: the places where it happened to be written, and who wrote it.
OUTSIDE = re.compile(r"/work/|/tmp/rv-|mock-?up|issue #?\d|\bsession \d", re.IGNORECASE)


def test_the_product_speaks_only_of_itself():
    docs = [(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in (ROOT / "docs").rglob("*.md")]
    texts = [(module.path, module.text) for module in product()] + docs

    assert not [f"{path}: {match[0]}" for path, text in texts if (match := OUTSIDE.search(text))]
    assert OUTSIDE.search("see /work/shared")
