"""The registry of samples for previews: real values for the places of a text, from apps that know customers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Sample = Callable[[Any, str], Mapping[str, str]]


@dataclass(frozen=True)
class Source:
    """What can stand in for the examples in a mail to a customer.

    `sample(user, typed)` gives values by place, {} when it finds nothing that this user may see.
    """

    label: Any
    sample: Sample


_sources: list[Source] = []


def register(label: Any, sample: Sample) -> None:
    _sources.append(Source(label, sample))


def sources() -> list[Source]:
    return list(_sources)
