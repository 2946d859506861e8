"""An action is a change of rows: it never sees a request, and the lower layers never look up."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Module, product, sample, where

HTTP = ("django.http", "django.shortcuts", "django.contrib.messages", "django.template", "django.views", "django.urls")
# `reverse` makes the link of a line at the bell; that is an address, not a request.
HARMLESS = ("django.urls.reverse",)
# The layers inside an app, from above to below; none imports one above itself.
LAYERS = ("urls", "views", "forms", "actions", "permissions", "models")


def http_in(module: Module) -> Iterator[str]:
    for line, name in module.imports():
        if name.startswith(HTTP) and name not in HARMLESS:
            yield f"{where(module, line)}: imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            if "request" in names:
                yield f"{where(module, node)}: {node.name} takes a request"


def test_actions_see_no_request():
    found = [line for module in product() if module.is_actions for line in http_in(module)]

    assert not found, "\n" + "\n".join(found)


def test_that_rule_sees_a_request_and_an_import():
    assert list(http_in(sample("def resolve(request, pk): ...", "complaints/actions.py")))
    assert list(http_in(sample("from django.shortcuts import redirect", "complaints/actions.py")))
    assert list(http_in(sample("from django.http import HttpRequest", "complaints/actions.py")))
    assert not list(http_in(sample("from django.urls import reverse\ndef f(x, *, by): ...", "complaints/actions.py")))


def actor_by_position(module: Module) -> Iterator[str]:
    """The actor is always the keyword `by`, so that no call can take it for something else."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            positional = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
            if "by" in positional or "actor" in positional[1:]:
                yield f"{where(module, node)}: {node.name}"


def test_the_actor_of_an_action_is_a_keyword():
    found = [line for module in product() if module.is_actions for line in actor_by_position(module)]

    assert not found, "Write `*, by` in:\n" + "\n".join(found)


def test_that_rule_sees_an_actor_by_position():
    assert list(actor_by_position(sample("def close(pk, by): ...")))
    assert not list(actor_by_position(sample("def close(pk, *, by): ...")))


def looks_up(module: Module) -> Iterator[str]:
    """Imports of a layer above inside the same app, those inside functions included."""
    layer = next((name for name in LAYERS if module.in_layer(name)), None)
    if layer is None:
        return
    app = ".".join(module.parts[:2] if module.parts[0] == "crm" else module.parts[:1])
    above = LAYERS[: LAYERS.index(layer)]
    for line, name in module.imports():
        if any(name.startswith(f"{app}.{upper}.") or name == f"{app}.{upper}" for upper in above):
            yield f"{where(module, line)}: {layer} imports {name}"


def test_models_and_actions_do_not_look_up():
    found = [line for module in product() for line in looks_up(module)]

    assert not found, "\n" + "\n".join(found)


def test_that_rule_sees_a_model_that_imports_an_action():
    text = "def save(self):\n    from customers.actions import create_customer"

    assert list(looks_up(sample(text, "customers/models/customer.py")))
    assert list(looks_up(sample("from crm.staff.views import door", "crm/staff/actions/people.py")))
    assert not list(looks_up(sample("from crm.staff.models import User", "crm/staff/actions/people.py")))
