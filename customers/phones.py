"""Telephone numbers as people paste them, brought to one form: E.164, with the extension kept apart."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext_lazy as _

# "转 8", "ext. 8", "x8", "#8", "分机 8" at the end: phonenumbers does not know the Chinese words.
_EXTENSION = re.compile(
    r"(?:转|轉|分机|分機|内线|ext(?:ension|n)?\.?|x|#|;ext=)\s*[:.]?\s*(\d{1,8})\s*$", re.IGNORECASE
)
_SWITCHBOARD = re.compile(r"^(.*\d{4})\s*-\s*(\d{1,6})$")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d)(\d{4})(\d{4})")
_MOBILE_ABROAD = re.compile(r"\+86(1[3-9]\d)(\d{4})(\d{4})")
# Area code and number of a Chinese landline: Beijing 10 and the big cities 2x, everywhere else three figures.
_LANDLINE = re.compile(r"(10|2\d|[3-9]\d\d)(\d{3,4})(\d{4})")
_INTERNATIONAL = re.compile(r"^\s*\(?\s*00(?=\s*[1-9])")
_HYPHENS = str.maketrans({c: "-" for c in "‐‑‒–—―−－ー"})
WITHHELD = {"anonymous", "withheld", "private", "unknown", "restricted", "未知", "匿名", "隐藏号码", "私人号码"}


class NotAPhone(ValueError):
    """What was typed is no telephone number; the message says why in the reader's language."""

    def __init__(self, message) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Phone:
    e164: str  # "+8613800138000"
    extension: str  # "8" or ""
    region: str  # "CN", "" where the number belongs to no region
    national: str  # as it is dialled inside its country, "0571 8888 8888"

    @property
    def normalised(self) -> str:
        """What is stored and compared. Numbers behind one switchboard differ by their extension only."""
        return f"{self.e164};ext={self.extension}" if self.extension else self.e164

    @property
    def digits(self) -> str:
        return self.e164.lstrip("+")

    @property
    def forms(self) -> tuple[str, ...]:
        """Digits as somebody may type a part of them: international, and national where that begins otherwise."""
        national = re.sub(r"\D", "", self.national)
        return (self.digits,) if self.digits.endswith(national) else (self.digits, national)


def plain(text: str) -> str:
    """Full-width digits and signs as ASCII, every kind of dash as a hyphen, outer blanks gone."""
    return unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()


def digits(text: str) -> str:
    return re.sub(r"\D", "", plain(text))


def _parse(typed: str, region: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as problem:
        raise NotAPhone(_("This is not a telephone number.")) from problem


def normalise(text: str, region: str | None = None) -> Phone:
    """The number in `text`, read as dialled in `region` (the house's) without a country code. Raises NotAPhone."""
    typed = plain(text)
    if not typed or typed.lower() in WITHHELD:
        raise NotAPhone(_("The caller's number is withheld."))
    extension = ""
    if match := _EXTENSION.search(typed):
        extension, typed = match[1], typed[: match.start()]
    typed = _INTERNATIONAL.sub("+", typed)
    if re.search(r"[^\d+()\[\]./\s-]", typed) or len(digits(typed)) < 5:
        raise NotAPhone(_("This is not a telephone number."))
    region = region or settings.PHONE_REGION
    if mobile := (_MOBILE if region == "CN" else _MOBILE_ABROAD).fullmatch(re.sub(r"[^\d+]", "", typed)):
        # By hand: phonenumbers takes some of them for a carrier's code, and does not know every block.
        return Phone("+86" + "".join(mobile.groups()), extension, "CN", " ".join(mobile.groups()))
    number = _parse(typed, region)
    if not extension and not phonenumbers.is_possible_number(number) and (match := _SWITCHBOARD.match(typed)):
        typed, extension = match[1], match[2]  # (0571)88888888-801
        number = _parse(typed, region)
    if (
        number.country_code == 86
        and re.match(r"1[3-9]", str(number.national_number))
        and len(str(number.national_number)) != 11
    ):
        raise NotAPhone(_("A mobile number has 11 digits."))
    if not phonenumbers.is_possible_number(number):
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == phonenumbers.ValidationResult.TOO_LONG:
            raise NotAPhone(_("This number is too long for here. Give the country code, such as +44, for one abroad."))
        # A number without its area code is too short to be dialled from elsewhere, yet the shop's own people know it.
        raise NotAPhone(_("This number is too short. Give the area code, too."))
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        extension=extension,
        region=phonenumbers.region_code_for_number(number) or "",
        national=_national(number),
    )


def _national(number: phonenumbers.PhoneNumber) -> str:
    """As it is dialled inside its country; phonenumbers leaves Chinese blocks that it does not know bare of their 0."""
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    if number.country_code == 86 and text.isdigit() and (landline := _LANDLINE.fullmatch(text)):
        return f"0{landline[1]} {landline[2]} {landline[3]}"
    return text


def read(text: str, region: str | None = None) -> Phone | None:
    """The number in `text`, None where there is none: for questions, not for input that must be corrected."""
    try:
        return normalise(text, region)
    except NotAPhone:
        return None


def stored(normalised: str) -> Phone | None:
    """The number of a stored normalised form."""
    e164, _sep, extension = normalised.partition(";ext=")
    return read(f"{e164};ext={extension}" if extension else e164)


def shown(normalised: str) -> str:
    """A number spaced as it is spoken: national at home, with its country code else."""
    phone = stored(normalised)
    if phone is None:
        return normalised
    if phone.region == settings.PHONE_REGION:
        text = phone.national
    else:
        number = phonenumbers.parse(phone.e164)
        text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{text} #{phone.extension}" if phone.extension else text


def masked(normalised: str) -> str:
    """Enough to recognise a number, not enough to dial it: 138 •••• 8000."""
    phone = stored(normalised)
    national = re.sub(r"\D", "", phone.national) if phone else re.sub(r"\D", "", normalised)
    if len(national) < 7:
        return "•" * len(national)
    return f"{national[:3]} {'•' * (len(national) - 6)} {national[-3:]}"
