"""What people type about themselves and their colleagues: checked here, changed by the actions."""

import zoneinfo
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext_lazy as _

from crm.look.forms import PickWidget, Section, form_helper
from crm.staff.models import User

OLD_AREAS = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "posix/", "right/")


@lru_cache
def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """All zones that are places, by area; the house's area first."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        if "/" in name and not name.startswith(OLD_AREAS):
            area, place = name.split("/", 1)
            areas.setdefault(area, []).append((name, place.replace("_", " ")))
    house = settings.TIME_ZONE.split("/", 1)[0]
    return [("", [("UTC", "UTC")]), *sorted(areas.items(), key=lambda item: (item[0] != house, item[0]))]


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Work e-mail or user name"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    remember = forms.BooleanField(label=_("Keep me signed in on this device for 14 days"), required=False)


class ResetForm(forms.Form):
    username = forms.CharField(
        label=_("Work e-mail or user name"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(self, submit=_("Send me a link"))


def _new_password_field(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice, against the rules of the house."""

    new_password = _new_password_field(_("New password"))
    new_password_again = _new_password_field(_("New password again"))
    submit: Any = _("Set the password")

    def __init__(self, user: User, *args, **kwargs) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["new_password"].help_text = " ".join(str(text) for text in password_validators_help_texts())
        self.helper = form_helper(self, submit=self.submit)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        new, again = values.get("new_password"), values.get("new_password_again")
        if new and again and new != again:
            self.add_error("new_password_again", _("The two are not the same."))
        elif new:
            try:
                validate_password(new, self.user)
            except forms.ValidationError as error:
                self.add_error("new_password", error)
        return values


class ChangePasswordForm(NewPasswordForm):
    submit = _("Change the password")
    old_password = forms.CharField(
        label=_("Password until now"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password", "new_password_again"]

    def clean_old_password(self) -> str:
        old = self.cleaned_data["old_password"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("This is not your password."))
        return old


class ProfileForm(forms.ModelForm):
    """Name, how to be reached, language and time zone. A new e-mail address asks for the password: resets go there."""

    password = forms.CharField(
        label=_("Your password"),
        required=False,
        strip=False,
        help_text=_("Only when you change the e-mail address: links that set a password are sent there."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    class Meta:
        model = User
        fields = ["name", "email", "phone", "language", "timezone"]
        widgets = {
            "language": PickWidget,
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email_before = self.instance.email
        self.password_hash = self.instance.password
        self.fields["timezone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=time_zones(),
            help_text=_("All times are shown in it."),
            initial=settings.TIME_ZONE,
        )
        self.helper = form_helper(
            self,
            Section(_("About you"), "name", "email", "password", "phone"),
            Section(_("How Revisit speaks to you"), "language", "timezone"),
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("email", self.email_before) != self.email_before and not self._password_fits(values):
            self.add_error("password", _("Type your password to change the e-mail address."))
        return values

    def _password_fits(self, values: dict[str, Any]) -> bool:
        return bool(values.get("password")) and User(password=self.password_hash).check_password(values["password"])

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "email", "phone", "language", "timezone")}


class ReassignForm(forms.Form):
    """To whom open work goes: a colleague who is here."""

    to = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Give to"))

    def __init__(self, person: User, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.active().exclude(pk=person.pk).select_related("team")
        self.fields["to"].queryset = others.order_by("name", "pk")
        self.fields["to"].label_from_instance = lambda user: f"{user} · {user.team}" if user.team else str(user)
