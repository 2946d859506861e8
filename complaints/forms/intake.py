"""Taking a case in while the customer is on the telephone: who calls, what happened, where it goes."""

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints.first_sentence import first_sentence
from complaints.forms.verbs import LONGEST_LETTER, LaterField, purchases_of
from complaints.models import Category, Complaint, Severity
from crm.bilingual import is_chinese
from crm.look.forms import Cell, Grid, PickWidget, SubmissionForm, form_helper
from crm.staff.models import Scope, Team, User
from crm.staff.scopes import reach
from customers import caller_card, phones
from customers import permissions as customer_permissions
from customers.caller_card import CallerCard
from customers.models import Customer, Purchase

NEW = "new"
LONGEST_SAID = 254  # of what is looked up before the form is checked
NEW_FIELDS = {"phone": "new_phone", "email": "new_email", "name": "new_name"}  # where what was typed as the caller goes

CHANNELS = [choice for choice in Complaint.Channel.choices if choice[0] != Complaint.Channel.WEB]


class _Part(LayoutObject):
    """A fragment of the page inside the form: it may render fields, so that the rest of the layout leaves them alone."""

    def __init__(self, template: str, *names: str):
        self.fields: list[Any] = []
        self.template, self.names = template, names

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        form.rendered_fields.update(self.names)
        return mark_safe(render_to_string(self.template, {"form": form}))


class IntakeForm(SubmissionForm):
    """`customer` is the number of the chosen caller, or "new". Without a choice an exactly typed caller decides."""

    caller = forms.CharField(
        label=_("Caller"),
        max_length=200,
        error_messages={"required": _("Who calls? Type the telephone number, or a name for a new customer.")},
        help_text=_("Telephone in any notation, e-mail, name or customer number"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": ""}),
    )
    customer = forms.CharField(label=_("Customer"), max_length=24, required=False, widget=forms.HiddenInput)
    new_name = forms.CharField(label=_("Name of the new customer"), max_length=200, required=False)
    new_phone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    new_email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    description = forms.CharField(
        label=_("What happened, in the customer’s words"),
        max_length=LONGEST_LETTER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    subject = forms.CharField(
        label=_("In a few words"), max_length=200, required=False, help_text=_("Empty: the first sentence.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of case"), choices=Complaint.Kind.choices, initial=Complaint.Kind.COMPLAINT, widget=PickWidget
    )
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), empty_label=None, widget=PickWidget)
    severity = forms.ModelChoiceField(Severity.objects.none(), label=_("Severity"), empty_label=None, widget=PickWidget)
    channel = forms.ChoiceField(
        label=_("Came by"), choices=CHANNELS, initial=Complaint.Channel.PHONE, required=False, widget=PickWidget
    )
    purchase = forms.ModelChoiceField(Purchase.objects.none(), label=_("About the purchase"), required=False)
    wish = forms.CharField(label=_("Wishes"), max_length=300, required=False)
    promise = forms.CharField(label=_("We promised"), max_length=300, required=False)
    promise_until = LaterField(label=_("Until"), required=False)
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Goes to"), required=False, empty_label=_("as the category says, else your team")
    )
    mine = forms.BooleanField(label=_("Assign to me"), required=False)

    def __init__(self, data: Any = None, *, user: User, initial: dict[str, Any] | None = None):
        default = Severity.objects.default()
        super().__init__(data, initial={"severity": default and default.pk} | (initial or {}))
        self.user = user
        self.fields["category"].queryset = Category.objects.active().select_related("team")
        self.fields["severity"].queryset = Severity.objects.active()
        self.fields["team"].queryset = Team.objects.active()
        self.chosen: Customer | None = None
        self.cards: list[CallerCard] = []
        self._look_up()
        self.fields["caller"].widget.attrs |= {
            "hx-get": reverse("complaints:caller"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#found",
            "hx-swap": "outerHTML",
            "hx-sync": "this:replace",
        }
        found = _Part("complaints/_found.html", "customer", "new_name", "new_phone", "new_email", "purchase")
        self.helper = form_helper(
            self,
            Grid(
                Cell("caller", 3),
                Cell(found, 3),
                "description",
                "category",
                Cell("severity", 3),
                Cell("kind", 3),
                Cell("team", 3),
                Cell("mine", 3),
                Cell("wish", 3),
                Cell("subject", 3),
                Cell("promise", 3),
                Cell("promise_until", 3),
                "channel",
            ),
            _Part("complaints/_intake_bar.html"),
            submit=None,
            chips=False,
        )

    # --- Who calls -------------------------------------------------------------------------------------------------------------

    def _said(self, name: str) -> str:
        source = self.data if self.is_bound else self.initial
        return str(source.get(name) or "").replace("\0", "").strip()[:LONGEST_SAID]

    def _look_up(self) -> None:
        """The cards of whoever the caller may be, the chosen one, and what can be chosen because of it."""
        number, typed = self._said("customer"), self._said("caller")
        self.cards = callers(self.user, typed)
        if number and number != NEW:
            self.chosen = customer_with(self.user, number)
            if self.chosen and self.chosen.number not in {card.number for card in self.cards}:
                card = caller_card.card_of(self.user, self.chosen)
                self.cards = [card, *self.cards] if card else self.cards
        elif not number and len(self.cards) == 1 and self.cards[0].matched != "found" and not self._said("new_name"):
            # Exactly one person has this number or address: nobody need choose.
            self.chosen = customer_with(self.user, self.cards[0].number)
        if self.offers_new and typed and not self.is_bound:
            field = NEW_FIELDS[_kind_of(typed)]
            self.initial[field] = self.initial.get(field) or typed
        if self.chosen and customer_permissions.can_open(self.user, self.chosen):
            self.fields["purchase"].queryset = Purchase.objects.filter(customer=self.chosen)

    @property
    def is_new(self) -> bool:
        return self._said("customer") == NEW or (
            not self._said("customer") and not self.chosen and bool(self._said("new_name"))
        )

    @property
    def offers_new(self) -> bool:
        """Whether the fields of a new customer stand open."""
        return self.is_new or (bool(self._said("caller")) and not self.cards and not self.chosen)

    @property
    def purchases(self) -> list[Purchase]:
        if self.chosen and customer_permissions.can_open(self.user, self.chosen):
            return list(purchases_of(self.chosen.pk))
        return []

    # --- Checking ----------------------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.is_new:
            self._clean_new(data)
        elif self.chosen is None:
            self._clean_nobody(data)
        if data.get("promise") and not data.get("promise_until") and "promise_until" not in self.errors:
            self.add_error("promise_until", _("Until when was it promised?"))
        if data.get("promise_until") and not data.get("promise"):
            self.add_error("promise", _("What was promised until then?"))
        return data

    def _clean_nobody(self, data: dict[str, Any]) -> None:
        if "caller" in self.errors:
            return
        if self.cards:
            self.add_error("caller", _("Several people may be meant: choose one of them, or a new customer."))
        elif self._said("customer"):
            self.add_error("caller", _("There is no customer with the number that was chosen."))
        else:
            self.add_error(
                "caller", _("Nobody was found. Save again to make a new customer, or correct what you typed.")
            )
            self.data = self.data.copy()
            self.data["customer"] = NEW
            self._prefill_new(self._said("caller"))

    def _prefill_new(self, typed: str) -> None:
        field = NEW_FIELDS[_kind_of(typed)]
        if not self.data.get(field):
            self.data[field] = typed

    def _clean_new(self, data: dict[str, Any]) -> None:
        if not customer_permissions.can_add(self.user):
            self.add_error("caller", _("Your role makes no new customers. Ask a colleague, or choose one that exists."))
            return
        typed = data.get("caller") or ""
        kind = _kind_of(typed)
        phone = data.get("new_phone") or (typed if kind == "phone" else "")
        email = data.get("new_email") or (typed if kind == "email" else "")
        name = data.get("new_name") or (typed if kind == "name" else "")
        if phone:
            try:
                phones.normalise(phone)
            except phones.NotAPhone as problem:
                self.add_error("new_phone", problem.message)
        if email:
            try:
                validate_email(caller_card.email_key(email))
            except ValidationError:
                self.add_error("new_email", _("This is not an e-mail address."))
        if not (phone or email or name):
            self.add_error("new_name", _("Give a name, a telephone number or an e-mail address."))
        points = [("phone", phone), ("email", email)]
        self.new_customer = {
            "values": {
                "name": name,
                "team": self.user.team,
                # Whoever sees only their own keeps the customer, else they could not open what they just wrote down.
                "owner": self.user if reach(self.user, "customers").scope == Scope.OWN else None,
                "language": "zh-hans" if is_chinese(get_language()) else "en",
            },
            "contact_points": [{"kind": kind, "value": value, "preferred": True} for kind, value in points if value],
        }

    def values(self) -> dict[str, Any]:
        """The arguments of `take_in`."""
        data = self.cleaned_data
        who = {"new_customer": self.new_customer} if self.is_new else {"customer": self.chosen}
        return {
            **who,
            "subject": data["subject"] or first_sentence(data["description"]),
            "description": data["description"],
            "kind": data["kind"],
            "category": data["category"],
            "severity": data["severity"],
            "channel": data["channel"] or Complaint.Channel.PHONE,
            "purchase": data["purchase"],
            "wish": data["wish"],
            "promised": (data["promise"], data["promise_until"]) if data["promise"] else None,
            "team": data["team"],
            "owner": self.user if data["mine"] else None,
            "submission": data["submission"],
        }


def _kind_of(typed: str) -> str:
    """Whether what was typed as the caller is a telephone number, an e-mail address or a name."""
    if "@" in typed or "＠" in typed:
        return "email"
    digits = phones.digits(typed)
    return "phone" if len(digits) >= caller_card.SHORTEST_PHONE and phones.read(typed) else "name"


def callers(user: User, typed: str) -> list[CallerCard]:
    """Who may be calling: exactly this number or address among everybody, else by a fragment among whom the reader sees."""
    from customers import search

    if not typed:
        return []
    if cards := caller_card.cards_for(user, typed):
        return cards
    hits = [
        hit for group in search.find(user, typed, caller_card.AT_MOST, kinds=[search.CUSTOMER]) for hit in group.hits
    ]
    return caller_card.cards_of(user, [hit.entry.customer_id for hit in hits])


def customer_with(user: User, number: str) -> Customer | None:
    """The customer with exactly this number, for whoever may see caller cards."""
    customer = Customer.objects.filter(numbers__number__iexact=number).select_related("team", "tier", "owner").first()
    if customer is not None and customer.merged_into_id:
        customer = Customer.objects.select_related("team", "tier", "owner").get(pk=customer.merged_into_id)
    return customer if customer is not None and caller_card.card_of(user, customer) else None
