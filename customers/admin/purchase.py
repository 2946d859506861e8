"""Settings of purchases: products and branches. Purchases and imports are only read here."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.look.retiring import RetiringAdmin
from customers.admin.customer import ReadOnly
from customers.models import Branch, ImportRun, Product


class BranchForm(forms.ModelForm):
    class Meta:
        model = Branch
        fields = ["name_en", "name_zh", "timezone", "team"]

    def clean_timezone(self) -> str:
        zone = self.cleaned_data["timezone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("Unknown time zone: %(name)s.") % {"name": zone})
        return zone


@admin.register(Branch)
class BranchAdmin(RetiringAdmin):
    """A place of ours. Changing its zone moves no purchase that is stored: their day was that of the zone of then."""

    form = BranchForm
    list_display = ["name", "timezone", "team"]
    list_display_links = ["name"]
    list_select_related = ["team"]
    search_fields = ["name_en", "name_zh"]


@admin.register(Product)
class ProductAdmin(RetiringAdmin):
    """A description that is typed here stays: imports leave it alone from then on."""

    fields = ["code", "description"]
    list_display = ["code", "description"]
    search_fields = ["code", "description"]
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []  # what was sold under a code is not renamed

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        obj.described_at = None
        super().save_model(request, obj, form, change)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["file_name", "source", "state", "created_by", "created_at", "finished_at"]
    list_filter = ["state", "source"]
    list_select_related = ["created_by"]
    fields = ["file_name", "source", "state", "problem", "counts", "mapping", "created_by", "created_at", "finished_at"]
