"""Nothing that a fact points at can be deleted under it: keys to customers and people are PROTECT."""

from types import SimpleNamespace

from django.apps import apps
from django.db import models

from tests.architecture.sources import PACKAGES

GUARDED = ("Customer", "User")


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]


def loose_keys(fields) -> list[str]:
    """Foreign keys to a customer or a person that would let them be deleted."""
    return [
        f"{field.model.__name__}.{field.name}"
        for field in fields
        if isinstance(field, models.ForeignKey)
        and getattr(field.related_model, "__name__", "") in GUARDED
        and field.remote_field.on_delete is not models.PROTECT
    ]


def test_every_key_to_a_customer_or_a_person_protects_it():
    assert not [key for model in our_models() for key in loose_keys(model._meta.concrete_fields)]


def test_that_rule_sees_a_loose_key():
    key = models.ForeignKey("staff.User", models.CASCADE)
    key.model, key.name = SimpleNamespace(__name__="Note"), "by"
    key.remote_field.model = type("User", (), {})

    assert loose_keys([key]) == ["Note.by"]


def test_facts_point_by_keys_and_not_by_content_types():
    """A generic key is no key: nothing keeps what it points at."""
    assert not [model.__name__ for model in our_models() if model._meta.private_fields]
