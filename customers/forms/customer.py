"""The form of a customer: who it is, how to reach them, who looks after them; and what to do when two edit at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.look.forms import Cell, Section, SubmissionForm, form_helper
from crm.staff.models import Team, User
from customers import caller_card, history, phones
from customers.actions.customer import EditedMeanwhile, normalised, points_said
from customers.models import ContactPoint, Customer, CustomerEvent, Tier

SECTIONS = {
    "who": ("kind", "name", "family_name", "given_name", "region", "language"),
    "care": ("owner", "team", "tier", "lifecycle"),
    "notes": ("notes",),
}
EMPTY_ROWS = 2
MOST_POINTS = 40


class ContactPointForm(forms.Form):
    """One row: what it is, the number or address as people paste it, whether it is the preferred one of its kind."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ContactPoint.Kind, required=False, initial="phone")
    value = forms.CharField(label=gettext_lazy("Number or address"), max_length=320, required=False)
    preferred = forms.BooleanField(label=gettext_lazy("Preferred"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        value, kind = (data.get("value") or "").strip(), data.get("kind") or ContactPoint.Kind.PHONE
        data["kind"] = kind
        if not value:
            return data
        try:
            data["normalised"] = normalised(kind, value)
            if kind == ContactPoint.Kind.EMAIL:
                validate_email(data["normalised"])
        except phones.NotAPhone as problem:
            self.add_error("value", problem.message)
        except ValidationError:
            self.add_error("value", _("This is not an e-mail address."))
        return data


class _Points(BaseFormSet):
    def wanted(self) -> list[dict[str, Any]]:
        return [
            {"kind": row["kind"], "value": row["value"].strip(), "preferred": row["preferred"]}
            for row in self.cleaned_data
            if row.get("value", "").strip()
        ]


PointFormSet = formset_factory(
    ContactPointForm, formset=_Points, extra=EMPTY_ROWS, max_num=MOST_POINTS, validate_max=True
)


class _Rows(LayoutObject):
    """The repeated rows of contact points inside the form's layout, with the warning that they cause below them."""

    def __init__(self) -> None:
        self.fields: list[Any] = []

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        values = {"form": form, "points": form.points, "cards": form.cards, "request": context.get("request")}
        form.rendered_fields.add("keep_both")
        return mark_safe(render_to_string("customers/_points.html", values))


class CustomerForm(SubmissionForm):
    """Makes or changes a customer. Give `customer` to change one; `user` decides which owners and teams are offered."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Customer.Kind, initial=Customer.Kind.PERSON)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "As it is written and spoken: 陈雅琴, Margaret Ellison. Empty: the number heads the page."
        ),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Empty: taken from the name."),
    )
    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=100, required=False)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=120, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Customer._meta.get_field("language").choices)
    tier = forms.ModelChoiceField(label=gettext_lazy("Tier"), queryset=Tier.objects.none(), required=False)
    lifecycle = forms.ChoiceField(label=gettext_lazy("Lifecycle"), choices=Customer.Lifecycle)
    owner = forms.ModelChoiceField(label=gettext_lazy("Owner"), queryset=User.objects.none(), required=False)
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False)
    notes = forms.CharField(label=gettext_lazy("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    keep_both = forms.BooleanField(
        label=gettext_lazy("Family or a shared number: keep both"), required=False, widget=forms.CheckboxInput
    )

    FIELDS = (
        "kind", "name", "family_name", "given_name", "region", "language", "tier", "lifecycle", "owner", "team",
        "notes",
    )  # fmt: skip

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        user: User,
        customer: Customer | None = None,
        initial: dict[str, Any] | None = None,
        points: list[dict[str, Any]] | None = None,
        cancel_url: str = "",
    ) -> None:
        self.user, self.customer = user, customer
        self.cards: list[caller_card.CallerCard] = []
        self.events: list[CustomerEvent] = []
        self.changes: list[history.Change] = []
        if customer is not None:
            initial = (
                {name: getattr(customer, name) for name in self.FIELDS}
                | {"version": customer.version}
                | (initial or {})
            )
            points = points_said(customer) if points is None else points
        else:
            first = {
                "owner": user,
                "team": user.team,
                "lifecycle": Customer.Lifecycle.CUSTOMER,
                "language": user.language,
            }
            initial = first | (initial or {})
        super().__init__(data, initial=initial, auto_id="id_%s")
        # Posted rows are taken as they are: compared with initial ones, an unchanged row would count as an empty one.
        self.points = PointFormSet(data, prefix="points", initial=None if data else points)
        self._choices()
        self.helper = form_helper(
            self,
            Section(
                _("Who"),
                Cell("kind", 3),
                Cell("language", 3),
                Cell("name", 6),
                Cell("family_name", 3, half=True),
                Cell("given_name", 3, half=True),
                Cell("region", 6),
                anchor="who",
            ),
            Section(
                _("How to reach them"),
                _Rows(),
                hint=_("Paste numbers as they come: +86, blanks, 转 8"),
                anchor="reach",
            ),
            Section(
                _("Who looks after them"),
                Cell("owner", 3),
                Cell("team", 3),
                Cell("tier", 3),
                Cell("lifecycle", 6),
                anchor="care",
            ),
            Section(_("Notes"), "notes", anchor="notes"),
            submit=_("Save") if customer else _("Make the customer"),
            cancel_url=cancel_url,
        )

    def _choices(self) -> None:
        standing = self.customer
        tiers, teams, owners = (
            Tier.objects.filter(retired_at__isnull=True),
            Team.objects.active(),
            User.objects.active(),
        )
        if standing is not None:  # what is retired stays choosable where it stands
            tiers |= Tier.objects.filter(pk=standing.tier_id)
            teams |= Team.objects.filter(pk=standing.team_id)
            owners |= User.objects.filter(pk=standing.owner_id)
        self.fields["tier"].queryset = tiers  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["owner"].queryset = owners.select_related("team")  # type: ignore[attr-defined]
        self.fields["tier"].empty_label = _("none")  # type: ignore[attr-defined]
        self.fields["team"].empty_label = _("none")  # type: ignore[attr-defined]
        self.fields["owner"].empty_label = _("nobody")  # type: ignore[attr-defined]

    # --- Checking ---

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.points.is_valid():
            for place, row in enumerate(self.points):
                for errors in row.errors.values():
                    self.add_error(None, self._linked(row["value"], place, errors[0]))
            for error in self.points.non_form_errors():
                self.add_error(None, error)
            return data
        points = self.points.wanted()
        if not any(data.get(name) for name in ("name", "family_name", "given_name")) and not points:
            self.add_error("name", _("Give a name or a way to reach them."))
        if not self.errors:
            self._warn_of_duplicates(data, points)
        return data

    @staticmethod
    def _linked(bound: forms.BoundField, place: int, error: Any) -> SafeString:
        shown = bound.value() or _("Row %(number)d") % {"number": place + 1}
        return format_html('<a href="#{}">{}</a>: {}', bound.id_for_label, shown, error)

    def _warn_of_duplicates(self, data: Mapping[str, Any], points: Iterable[Mapping[str, Any]]) -> None:
        """Somebody has exactly this number or address: the same person, or a family? The reader decides."""
        if self.customer is None and Customer.objects.filter(submission=data.get("submission")).exists():
            return  # sent twice: who has it is the customer that the first copy made
        standing = set()
        if self.customer is not None:
            standing = set(self.customer.contact_points.values_list("kind", "normalised"))
        cards: dict[int, caller_card.CallerCard] = {}
        for point in points:
            if point["kind"] not in ("phone", "email"):
                continue
            if (point["kind"], normalised(point["kind"], point["value"])) in standing:
                continue
            for card in caller_card.cards_for(self.user, point["value"]):
                if (self.customer is None or card.pk != self.customer.pk) and card.matched != "number":
                    cards[card.pk] = card
        self.cards = list(cards.values())
        if self.cards and not data.get("keep_both"):
            self.add_error(
                None,
                format_html(
                    '<a href="#same">{}</a>', _("Somebody else has this number or address: look before you save.")
                ),
            )

    # --- What the action gets ---

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FIELDS}

    def contact_points(self) -> list[dict[str, Any]]:
        return self.points.wanted()

    def section_errors(self) -> dict[str, int]:
        """How many errors each section has, for the list of sections at the side."""
        found = {anchor: sum(name in self.errors for name in names) for anchor, names in SECTIONS.items()}
        found["reach"] = sum(bool(row.errors) for row in self.points) + bool(self.cards) if self.is_bound else 0
        return found

    # --- Two at once ---

    def merged_with(self, meanwhile: EditedMeanwhile, *, cancel_url: str = "") -> "CustomerForm":
        """The form again, on top of what the others saved: theirs where only they changed something, mine where I did.

        Saved once more, it saves over the version that it now shows. `changes` lists theirs; where both changed one
        field the change is marked and mine stands.
        """
        before: dict[str, Any] = {}
        for event in reversed(meanwhile.events):
            before.update(event.old)
        customer = meanwhile.customer
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(customer.version)
        clashing = []
        for name in self.FIELDS:
            if name not in before:
                continue
            mine = self.cleaned_data.get(name)
            mine = getattr(mine, "pk", mine)
            theirs = getattr(customer, f"{name}_id" if name in ("tier", "owner", "team") else name)
            if (mine or "") == (before[name] or ""):
                data[name] = "" if theirs is None else str(theirs)
            elif (mine or "") != (theirs or ""):
                clashing.append(name)
        if "contact_points" in before:
            _put_points(data, _merged_points(before["contact_points"], self.points.wanted(), points_said(customer)))
        form = CustomerForm(data, user=self.user, customer=customer, cancel_url=cancel_url)
        form.is_valid()
        form.events = meanwhile.events
        form.changes = history.changes(meanwhile.events, clashing=clashing)
        return form


def _key(point: Mapping[str, Any]) -> tuple[str, str]:
    return point["kind"], normalised(point["kind"], point["value"])


def _merged_points(
    before: list[dict[str, Any]], mine: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Theirs, without what I took out, with what I put in; my row where I rewrote or preferred one."""
    was = {_key(point): point for point in before}
    now = {_key(point): point for point in mine}
    merged = {_key(point): point for point in theirs}
    for key in was:
        if key not in now:
            merged.pop(key, None)
    for key, point in now.items():
        if key not in was or point != was[key]:
            merged[key] = point
    return list(merged.values())


def _put_points(data: QueryDict, points: list[dict[str, Any]]) -> None:
    """Writes the rows into posted data, as the browser would have sent them."""
    for name in [name for name in data if name.startswith("points-")]:
        del data[name]
    data["points-TOTAL_FORMS"] = str(len(points) + EMPTY_ROWS)
    data["points-INITIAL_FORMS"] = "0"
    for place, point in enumerate(points):
        data[f"points-{place}-kind"] = point["kind"]
        data[f"points-{place}-value"] = point["value"]
        if point["preferred"]:
            data[f"points-{place}-preferred"] = "on"
