"""Every row of every table, as it can be compared with another run."""

from typing import Any

from django.apps import apps

# What a database keeps of itself, not of the house.
LEFT_OUT = {
    "sessions.Session",
    "contenttypes.ContentType",
    "auth.Permission",
    "outbox.Heartbeat",
    "outbox.HeartbeatMinute",
}


def dump() -> dict[str, list[dict[str, Any]]]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.label not in LEFT_OUT]
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models if model._meta.managed
    }


def differences(one: dict, other: dict) -> list[str]:
    """Table and field of the first difference of each table, and what stands there."""
    found = []
    for table, rows in one.items():
        if len(rows) != len(other[table]):
            found.append(f"{table}: {len(rows)} rows and {len(other[table])}")
            continue
        for before, after in zip(rows, other[table], strict=True):
            if before != after:
                fields = [
                    f"{name}: {before[name]!r} and {after[name]!r}" for name in before if before[name] != after[name]
                ]
                found.append(f"{table} {before.get('id')}: {'; '.join(fields)}"[:400])
                break
    return found
