"""What a new installation begins with: one calendar, so that clocks run from the first day."""

from django.apps import apps as installed
from django.conf import settings

HOURS = [(9 * 60, 12 * 60), (13 * 60, 18 * 60)]


def ship(*, apps=installed, using="default", **kwargs) -> None:
    """Monday to Friday, 9 to 12 and 13 to 18, when there is no calendar at all. Holidays: `manage.py load_holidays`."""
    try:
        calendars = apps.get_model("worktime", "WorkCalendar").objects.using(using)
        windows = apps.get_model("worktime", "WorkWindow").objects.using(using)
    except LookupError:  # migrated back to before there were any
        return
    if calendars.exists():
        return
    calendar = calendars.create(
        name_en="Office hours", name_zh="办公时间", timezone=settings.TIME_ZONE, is_default=True
    )
    windows.bulk_create(
        windows.model(calendar_id=calendar.pk, weekday=weekday, opens=opens, closes=closes)
        for weekday in range(5)
        for opens, closes in HOURS
    )
