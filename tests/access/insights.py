"""Rows of insights: for those whose role has a scope in it."""

from tests.access import Row, only

MANAGERS = ("lead", "manager", "quality", "administrator")

ROWS = [
    Row("insights:dashboard", only(*MANAGERS)),
    Row("insights:dashboard", only(*MANAGERS), query="?team=x&days=9999&since=2026-99-99&until=1900-01-01"),
]
