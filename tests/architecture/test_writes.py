"""Rows are written by actions and by nothing else, and a loaded row is saved by naming its fields."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Module, product, said, sample, where

# Writing outside an actions module, with the reason why. A folder ends in "/".
ALLOWED = {
    "crm/settings.py": "updates dictionaries, not rows",
    "crm/demo/": "makes the rows of the demo in bulk; its people act through actions",
    "crm/local/": "runs servers and files, knows no rows",
    "crm/staff/models.py": "the manager's create_user, which Django and tests call",
    "crm/look/retiring.py": "retires and restores any setting; audited by the admin site",
    "customers/contact_guard.py": "records that it refused, in the transaction of the action that asked",
    "customers/letters.py": "promises a letter and records the contact, called by actions of all apps",
    "customers/timeline.py": "the one way to write the stream of a customer, called by actions of all apps",
    "customers/search.py": "the index of the search, written by actions and rebuilt by a command",
    "customers/purchase_import/": "COPY and set-based SQL over whole files",
}
SEEDS = ("shipped",)  # what a new installation begins with

ALWAYS = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "copy_expert", "copy_from"}
SQL = ("insert", "update", "delete", "truncate", "merge", "copy")
NOT_ROWS = ("cache", "session", "storage", "cookies", "hasher", "digest", "path", "file")


def _receiver(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Attribute)
    return said(call.func.value).lower()


def is_write(call: ast.Call) -> bool:
    """Whether a call writes rows, as far as its syntax tells."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name, receiver = call.func.attr, _receiver(call)
    if any(word in receiver for word in NOT_ROWS) and ".objects" not in receiver:
        return False
    if receiver.split(".")[-1].endswith("actions"):
        return False  # an action of that name: it is what should be called
    if name == "execute":
        first = call.args[0] if call.args else None
        text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
        return text.lstrip().lower().startswith(SQL)
    if name == "update":  # a dictionary's takes a mapping, a question's takes fields
        return bool(call.keywords) and not call.args and all(keyword.arg for keyword in call.keywords)
    if name == "create":
        return ".objects" in receiver or bool(call.keywords)
    if name == "delete":
        return not call.args and not call.keywords
    return name in ALWAYS


def is_allowed(module: Module) -> bool:
    return (
        module.is_actions
        or module.name in SEEDS
        or any(module.path == path or (path.endswith("/") and module.path.startswith(path)) for path in ALLOWED)
    )


def writes(module: Module) -> Iterator[str]:
    for call in module.calls():
        if is_write(call):
            yield f"{where(module, call)}: {said(call)[:90]}"


def test_only_actions_write_rows():
    found = [line for module in product() if not is_allowed(module) for line in writes(module)]

    assert not found, "Write these in an action:\n" + "\n".join(found)


def test_that_rule_sees_every_way_of_writing():
    broken = [
        "customer.save(update_fields=['name'])",
        "form.save()",
        "Customer.objects.create(name='x')",
        "customer.contact_points.create(kind='phone')",
        "Customer.objects.filter(pk=1).update(name='x')",
        "Customer.objects.filter(pk=1).delete()",
        "rows.delete()",
        "Customer.objects.bulk_create(rows)",
        "Tier.objects.get_or_create(name_en='x')",
        "cursor.execute('  UPDATE customers_customer SET name = 1')",
    ]
    harmless = [
        "values.update({'a': 1})",
        "context.update(other)",
        "cache.delete('key')",
        "request.session.save()",
        "digest.update(data)",
        "actions.create(by=me)",
        "cursor.execute('SELECT 1')",
    ]

    assert [text for text in broken if not list(writes(sample(text)))] == []
    assert [text for text in harmless if list(writes(sample(text)))] == []
    assert is_allowed(sample("", "customers/actions/customer.py")) and not is_allowed(sample("", "customers/views.py"))


def test_every_exception_is_still_needed():
    for path in ALLOWED:
        if path in ("crm/local/", "crm/demo/"):
            continue
        assert any(module.path.startswith(path) and list(writes(module)) for module in product()), (
            f"{path} writes no more"
        )


def bare_saves(module: Module) -> Iterator[str]:
    """Saves of a row that name no fields: on a loaded row they undo what a colleague wrote meanwhile."""
    for call in module.calls():
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "save":
            continue
        named = {keyword.arg for keyword in call.keywords}
        if any(word in _receiver(call) for word in NOT_ROWS) or len(call.args) > 1:
            continue
        if not named & {"update_fields", "force_insert"}:
            yield f"{where(module, call)}: {said(call)[:90]}"


def test_a_save_names_its_fields():
    # The manager's create_user saves a row that was never loaded.
    found = [line for module in product() if module.path != "crm/staff/models.py" for line in bare_saves(module)]

    assert not found, "Name the fields (update_fields=…), or say force_insert=True for a new row:\n" + "\n".join(found)


def test_that_rule_sees_a_bare_save():
    assert list(bare_saves(sample("customer.save()"))) and list(bare_saves(sample("form.save(commit=True)")))
    assert not list(bare_saves(sample("customer.save(update_fields=['name'])\nUser(a=1).save(force_insert=True)")))
    assert not list(bare_saves(sample("default_storage.save('name', content)\nrequest.session.save()")))
