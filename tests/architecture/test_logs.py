"""Logs hold ids, never names, telephone numbers or addresses of people."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import Module, product, sample, where

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
LOGGERS = {"log", "logger", "logging"}
PERSONAL = re.compile(
    r"\b(name|title|phone|email|mail|address|subject|body|summary|notes?|username|password|comment)\b"
)


def careless(module: Module) -> Iterator[str]:
    for call in module.calls():
        if not (isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS):
            continue
        if ast.unparse(call.func.value).split(".")[-1].split("(")[0] not in {
            *LOGGERS,
            "get_default_logger",
            "getLogger",
        }:
            continue
        if any(isinstance(arg, ast.JoinedStr) for arg in call.args):
            yield f"{where(module, call)}: an f-string; give the values as arguments"
        for arg in call.args[1:]:
            for node in ast.walk(arg):
                named = node.attr if isinstance(node, ast.Attribute) else ""
                if PERSONAL.fullmatch(named) and "__name__" not in ast.unparse(arg):
                    yield f"{where(module, call)}: logs {ast.unparse(arg)}"


def test_logs_name_nobody():
    found = [line for module in product() if not module.path.startswith("crm/local/") for line in careless(module)]

    assert not found, "\n" + "\n".join(found)


def test_that_rule_sees_a_name():
    assert list(careless(sample("log.info(f'{customer} came')")))
    assert list(careless(sample("log.warning('no answer from %s', customer.phone)")))
    assert not list(careless(sample("log.info('message %s failed: %s', message.pk, type(error).__name__)")))
