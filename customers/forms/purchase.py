"""Filters of the list of purchases, and the forms of a purchase and of a return, with their rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.forms import BaseFormSet, formset_factory
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.look import words
from crm.look.filters import FilterForm
from crm.look.forms import Cell, DateInput, DateTimeField, Section, SubmissionForm, form_helper
from crm.staff.models import Scope, Team, User
from crm.staff.scopes import reach
from customers import grams, search
from customers.actions.purchase import PurchaseRefused, line_amount
from customers.models import Branch, Customer, ImportRun, Product, Purchase, PurchaseLine, SearchEntry

EMPTY_ROWS = 5
MOST_ROWS = 100
OFFERED = 8
CURRENCIES = ("CNY", "GBP", "EUR", "USD", "HKD", "TWD", "JPY")


class PurchaseFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Text"), max_length=100)
    since = forms.DateField(label=gettext_lazy("From"), widget=DateInput)
    until = forms.DateField(label=gettext_lazy("To"), widget=DateInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", gettext_lazy("All")), *Purchase.Kind.choices])
    team = forms.ModelChoiceField(label=gettext_lazy("Team and below"), queryset=Team.objects.none())
    branch = forms.ModelChoiceField(label=gettext_lazy("Branch"), queryset=Branch.objects.all())
    product = forms.CharField(label=gettext_lazy("Product code"), max_length=60)
    customer = forms.CharField(label=gettext_lazy("Customer’s number"), max_length=24)
    run = forms.ModelChoiceField(label=gettext_lazy("Import"), queryset=ImportRun.objects.none())

    lookups = {
        "since": "happened_on__gte",
        "until": "happened_on__lte",
        "kind": "kind",
        "branch": "branch",
        "customer": "customer__numbers__number__iexact",
        "run": "import_run",
    }
    inline = ("q",)

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        scope = reach(user, "customers")
        teams = Team.objects.all()
        if scope.scope == Scope.TEAM:
            teams = teams.filter(pk__in=scope.team_ids)
        elif not scope.everything:
            teams = teams.filter(pk__in=scope.own_team_ids)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if user.has_perm("customers.import_purchases"):
            self.fields["run"].queryset = ImportRun.objects.filter(state=ImportRun.State.DONE)  # type: ignore[attr-defined]
        else:
            del self.fields["run"]

    def narrow_q(self, queryset: QuerySet, value: str) -> QuerySet:
        """Part of the purchase's number, or anything that finds the customer."""
        return queryset.filter(Q(pk__in=_numbered_like(value)) | Q(customer__in=search.customers_matching(value)))

    def narrow_team(self, queryset: QuerySet, team: Team) -> QuerySet:
        return queryset.filter(team__in=Team.objects.within(team))

    def narrow_product(self, queryset: QuerySet, code: str) -> QuerySet:
        return queryset.filter(Exists(PurchaseLine.objects.filter(purchase=OuterRef("pk"), product__code=code)))


def _numbered_like(typed: str) -> QuerySet:
    """Ids of the purchases whose number holds what was typed, from the search index."""
    spellings = [spelling for spelling in grams.query(typed).whole if grams.wanted(spelling)]
    fits = Q(pk__in=[])
    for spelling in spellings:
        fits |= Q(grams__contains=grams.wanted(spelling), text__contains=spelling)
    return SearchEntry.objects.filter(fits, kind="purchase").values(row=Cast("key", BigIntegerField()))


# --- Lines -----------------------------------------------------------------------------------------------------------------------


class LineForm(forms.Form):
    """One row of a purchase: a product by its code or a part of its description, how many, at which price."""

    product = forms.CharField(label=gettext_lazy("Product"), max_length=260, required=False)
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), max_digits=14, decimal_places=3, required=False, localize=False
    )
    unit_price = forms.DecimalField(
        label=gettext_lazy("Unit price"), max_digits=16, decimal_places=4, min_value=0, required=False, localize=False
    )
    offered: list[Product] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = int(self.prefix.rpartition("-")[2]) + 1 if self.prefix and self.prefix[-1].isdigit() else 0
        for name, field in self.fields.items():
            field.widget = forms.TextInput(attrs={"class": "form-control" + ("" if name == "product" else " num")})
            field.widget.attrs["aria-label"] = _("%(field)s, line %(number)s") % {"field": field.label, "number": place}
            if name != "product":
                field.widget.attrs["inputmode"] = "decimal"

    @property
    def is_empty(self) -> bool:
        return not any(self[name].value() for name in ("product", "unit_price"))

    @property
    def amount(self) -> Decimal | None:
        data = getattr(self, "cleaned_data", {})
        if data.get("quantity") is None or data.get("unit_price") is None:
            return None
        return line_amount(data["quantity"], data["unit_price"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.is_empty:
            return data
        data["found"] = self._product(str(data.get("product") or ""))
        if data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", _("How many?"))
        if data.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", _("At which price?"))
        return data

    def _product(self, typed: str) -> Product | None:
        """What was typed, if it means one product; else the nearest ones are offered."""
        typed = " ".join(typed.split())
        if not typed:
            self.add_error("product", _("Which product?"))
            return None
        active = Product.objects.active()
        exact = list(active.filter(code=typed[:60])) or list(active.filter(code__iexact=typed[:60])[:2])
        found = exact if len(exact) == 1 else list(active.matching(typed)[: OFFERED + 1])
        if len(found) == 1:
            return found[0]
        self.offered = found[:OFFERED]
        self.add_error("product", _("Several products fit: choose one.") if found else _("No product fits this."))
        return None


LINE_VALUES = {"product": "found", "quantity": "quantity", "unit_price": "unit_price"}


class _Lines(BaseFormSet):
    def wanted(self) -> list[dict[str, Any]]:
        """The rows that name a product. A formset with a wrong row has no `cleaned_data` of its own, its rows do."""
        return [
            {name: row.cleaned_data.get(source) for name, source in LINE_VALUES.items()} for row in self.rows_wanted()
        ]

    def rows_wanted(self) -> list[forms.Form]:
        """The rows behind `wanted`, in the same order: to put a refusal where it belongs."""
        return [form for form in self.forms if getattr(form, "cleaned_data", {}).get("found")]

    @property
    def total(self) -> Decimal:
        amounts = [form.amount for form in self.forms if getattr(form, "amount", None) is not None]
        return sum(amounts, Decimal(0))


LineFormSet = formset_factory(
    LineForm, formset=_Lines, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


class _LineRows(LayoutObject):
    """The rows within the form's layout."""

    def __init__(self, template: str) -> None:
        self.fields: list[Any] = []
        self.template = template

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        values = {"form": form, "lines": form.lines, "currency": form.currency_shown, "request": context.get("request")}
        return mark_safe(render_to_string(self.template, values))


class _Head(SubmissionForm):
    """What a purchase and a return have in common: when, where, by whom."""

    happened_at = DateTimeField(label=gettext_lazy("When"))
    branch = forms.ModelChoiceField(label=gettext_lazy("Branch"), queryset=Branch.objects.none(), required=False)
    staff = forms.ModelChoiceField(label=gettext_lazy("Served by"), queryset=User.objects.none(), required=False)
    reference = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Of the receipt or order. Empty: the next one of ours."),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    lines: Any

    def _choices(self) -> None:
        self.fields["branch"].queryset = Branch.objects.active()  # type: ignore[attr-defined]
        self.fields["staff"].queryset = User.objects.active()  # type: ignore[attr-defined]
        self.fields["branch"].empty_label = _("none")  # type: ignore[attr-defined]
        self.fields["staff"].empty_label = _("nobody")  # type: ignore[attr-defined]

    @property
    def currency_shown(self) -> str:
        return str(self["currency"].value() or "") if "currency" in self.fields else ""

    def refuse(self, refused: PurchaseRefused) -> None:
        """Puts what the action refused where it belongs: at the row, at the field, or on top."""
        if refused.row is not None:
            row = self.lines.rows_wanted()[refused.row]
            field = refused.field if refused.field in row.fields else None
            row.add_error(field, refused.message)
            self._tell(row, refused.message, field or "quantity")
        else:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)

    def _tell(self, row: forms.Form, error: Any, name: str) -> None:
        number = self.lines.forms.index(row) + 1
        text = _("Line %(number)s") % {"number": number}
        self.add_error(None, format_html('<a href="#{}">{}</a>: {}', row[name].id_for_label, text, error))

    def check_lines(self) -> None:
        self.lines.is_valid()
        for row in self.lines.forms:
            for name, errors in row.errors.items():
                self._tell(row, errors[0], name if name in row.fields else "quantity")
        for error in self.lines.non_form_errors():
            self.add_error(None, error)
        if not self.lines.wanted() and not any(row.errors for row in self.lines.forms):
            self.add_error(None, _("Give at least one line."))


class PurchaseForm(_Head):
    """A purchase of one customer."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"))

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, user: User, customer: Customer, cancel_url: str = ""
    ) -> None:
        self.customer = customer
        last = customer.purchases.order_by("-happened_at", "-pk").values_list("currency", flat=True).first()
        initial = {"happened_at": timezone.now(), "staff": user, "currency": last or _usual_currency()}
        super().__init__(data, initial=initial)
        self.lines = LineFormSet(data, prefix="lines", initial=[])
        self._choices()
        known = dict.fromkeys([initial["currency"], *CURRENCIES])
        self.fields["currency"].choices = [(code, code) for code in known]  # type: ignore[attr-defined]
        self.helper = form_helper(
            self,
            Section(
                _("Purchase"),
                Cell("happened_at", 4),
                Cell("currency", 2, half=True),
                Cell("branch", 2, half=True),
                Cell("staff", 2),
                Cell("reference", 2),
            ),
            Section(_("Lines"), _LineRows("customers/_purchase_lines.html")),
            Section(_("Note"), "note"),
            submit=_("Save the purchase"),
            cancel_url=cancel_url,
            chips=False,
        )
        self.helper.form_class = "rv-form wide"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_lines()
        return data


class ReturnLineForm(forms.Form):
    """How many of one line come back."""

    quantity = forms.DecimalField(
        label=gettext_lazy("Comes back"), max_digits=14, decimal_places=3, min_value=0, required=False, localize=False
    )

    def __init__(self, *args: Any, line: PurchaseLine, left: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line, self.left = line, left
        label = _("Comes back of %(product)s") % {"product": line.product.code}
        self.fields["quantity"].widget = forms.TextInput(
            attrs={"class": "form-control num", "inputmode": "decimal", "aria-label": label}
        )

    @property
    def amount(self) -> Decimal | None:
        quantity = getattr(self, "cleaned_data", {}).get("quantity")
        return -line_amount(quantity, self.line.unit_price) if quantity else None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("quantity"):
            data["found"] = self.line.product
        return data

    def clean_quantity(self) -> Decimal | None:
        quantity = self.cleaned_data.get("quantity")
        if quantity and quantity > self.left:
            left = words.number(self.left)
            raise forms.ValidationError(
                _("No more can be returned than was bought: %(left)s are left.") % {"left": left}
            )
        return quantity


class _ReturnLines(BaseFormSet):
    def __init__(self, *args: Any, lines: list[PurchaseLine], left: dict[int, Decimal], **kwargs: Any) -> None:
        self.bought, self.left = lines, left
        super().__init__(*args, **kwargs)

    def initial_form_count(self) -> int:
        return len(self.bought)

    def total_form_count(self) -> int:
        return len(self.bought)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        assert index is not None
        line = self.bought[index]
        return {"line": line, "left": min(self.left.get(line.product_id, Decimal(0)), line.quantity)}

    def wanted(self) -> list[dict[str, Any]]:
        return [
            {
                "product": form.line.product,
                "description": form.line.description,
                "quantity": -form.cleaned_data["quantity"],
                "unit_price": form.line.unit_price,
            }
            for form in self.rows_wanted()
        ]

    def rows_wanted(self) -> list[Any]:
        return [form for form in self.forms if form.is_valid() and form.cleaned_data.get("found")]

    @property
    def total(self) -> Decimal:
        amounts = [form.amount for form in self.forms if getattr(form, "amount", None) is not None]
        return sum(amounts, Decimal(0))


ReturnFormSet = formset_factory(ReturnLineForm, formset=_ReturnLines, extra=0)


class ReturnForm(_Head):
    """What comes back of one purchase: its own lines, with what is left of each."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, user: User, bought: Purchase, cancel_url: str = ""
    ) -> None:
        self.bought, self.customer = bought, bought.customer
        super().__init__(data, initial={"happened_at": timezone.now(), "staff": user, "branch": bought.branch_id})
        lines = list(bought.lines.filter(quantity__gt=0).select_related("product")[:MOST_ROWS])
        self.lines = ReturnFormSet(data, prefix="lines", lines=lines, left=bought.left_to_return())
        self._choices()
        self.helper = form_helper(
            self,
            Section(_("What comes back"), _LineRows("customers/_return_lines.html")),
            Section(
                _("Return"),
                Cell("happened_at", 6),
                Cell("branch", 2, half=True),
                Cell("staff", 2, half=True),
                Cell("reference", 2),
            ),
            Section(_("Note"), "note"),
            submit=_("Save the return"),
            cancel_url=cancel_url,
            chips=False,
        )
        self.helper.form_class = "rv-form wide"

    @property
    def currency_shown(self) -> str:
        return self.bought.currency

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_lines()
        return data


def _usual_currency() -> str:
    """What was paid in last, by anybody: a house has one currency, or few."""
    return Purchase.objects.order_by("-created_at", "-pk").values_list("currency", flat=True).first() or CURRENCIES[0]
