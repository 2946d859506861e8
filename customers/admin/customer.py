"""Settings of customers: tiers and the contact guard. Customers themselves are only read here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crm.look.retiring import RetiringAdmin
from customers import search
from customers.models import ContactPoint, Customer, CustomerEvent, GuardRule, Tier


@admin.register(Tier)
class TierAdmin(RetiringAdmin):
    list_display = ["name", "name_en", "name_zh", "position"]
    list_display_links = ["name"]
    search_fields = ["name_en", "name_zh"]


@admin.register(GuardRule)
class GuardRuleAdmin(admin.ModelAdmin):
    """One row: changed, never added or taken away."""

    list_display = ["__str__", "survey_every_days"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not GuardRule.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly:
    """Looked at, not written: the settings write around the actions."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _Points(ReadOnly, admin.TabularInline):
    model = ContactPoint
    fields = ["kind", "value", "preferred", "valid_from", "valid_to"]


class _Events(ReadOnly, admin.TabularInline):
    model = CustomerEvent
    fields = ["at", "actor", "via", "what", "old", "new"]
    ordering = ["-at", "-pk"]


@admin.register(Customer)
class CustomerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "name", "kind", "tier", "team", "owner", "lifecycle", "archived_at"]
    list_filter = ["kind", "tier", "lifecycle", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["tier", "team", "owner"]
    search_fields = ["number"]  # shows the box; `get_search_results` asks the index
    show_full_result_count = False
    inlines = [_Points, _Events]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=search.customers_matching(search_term)), False
