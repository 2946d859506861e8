"""Enters a year's official holidays and make-up working days into a calendar."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.worktime.actions import load_days
from crm.worktime.models import DayKind, NoCalendar, WorkCalendar


class Command(BaseCommand):
    help = "Enters a year's official holidays and make-up working days into a calendar; what people entered stays."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--calendar", type=int, metavar="ID", help="the calendar's id (default: the default calendar)"
        )
        parser.add_argument("--country", default="CN", help="two letters, such as CN or GB (default: CN)")
        parser.add_argument("--year", type=int, help="default: this year")

    def handle(self, *args, calendar: int | None, country: str, year: int | None, **options) -> None:
        import holidays  # here and nowhere else: half a second that no other process should pay

        year = year or timezone.localdate().year
        country = country.upper()
        try:
            row = WorkCalendar.objects.get(pk=calendar) if calendar else WorkCalendar.objects.default()
        except WorkCalendar.DoesNotExist:
            raise CommandError(f"There is no calendar {calendar}.") from None
        except NoCalendar as error:
            raise CommandError(str(error)) from None
        chinese = settings.LANGUAGE_CODE.startswith("zh")
        # The years before tell whether this country moves working days, and so whether this year's notice is missing.
        try:
            found = holidays.country_holidays(country, years=range(year - 3, year + 1))
        except NotImplementedError:
            raise CommandError(f"No holidays are known for {country}.") from None
        wanted = "zh_CN" if chinese else "en_US"
        if wanted in found.supported_languages and found.default_language != wanted:
            found = holidays.country_holidays(country, years=range(year - 3, year + 1), language=wanted)
        made_up = {on for on in getattr(found, "weekend_workdays", ()) if year - 3 <= on.year <= year}
        days = {on: (DayKind.HOLIDAY, name) for on, name in found.items() if on.year == year}
        days |= {on: (DayKind.WORKDAY, "调休上班" if chinese else "Make-up day") for on in made_up if on.year == year}
        if not days:
            raise CommandError(f"No holidays of {country} are known for {year}.")
        confirmed = not made_up or any(on.year == year for on in made_up)
        done = load_days(row.pk, year=year, source=country, days=days, confirmed=confirmed)
        self.stdout.write(
            f"{row.name_en or row.name_zh}, {country} {year}: {done.added} added, {done.changed} changed, "
            f"{done.removed} taken back, {done.kept} left as people entered them."
        )
        if not confirmed:
            self.stdout.write(
                f"{year} is NOT confirmed: its make-up working days are not announced yet. Run this again when they "
                "are, or enter them and confirm the year in the settings."
            )
