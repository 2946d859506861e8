"""Dates and lengths of time in the settings stay within reason: one beyond all calendars would stop what reckons with it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
SHORTEST, LONGEST = timedelta(0), timedelta(days=3660)
BOUNDS: list[tuple[type[models.Field], Any, Any]] = [  # the more special first: a DateTimeField is a DateField, too
    (models.DateTimeField, FIRST, LAST),
    (models.DateField, EARLIEST, LATEST),
    (models.DurationField, SHORTEST, LONGEST),
]


class BoundedAdmin:
    """To be mixed into a ModelAdmin or an inline before its base."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        for kind, least, most in BOUNDS:
            if field is not None and isinstance(db_field, kind):
                field.validators = [*field.validators, MinValueValidator(least), MaxValueValidator(most)]
                break
        return field
