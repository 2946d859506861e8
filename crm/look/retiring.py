"""The base of every configuration page in the admin: what is in use is retired and can be offered again, never deleted."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import CASCADE, ForeignObjectRel, Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.look.bounded import BoundedAdmin


def is_in_use(row: Model) -> bool:
    """Whether any row points at this one, but for parts of it that go with it (CASCADE)."""
    for relation in row._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.on_delete in (None, CASCADE):
            continue
        if relation.related_model._base_manager.filter(**{relation.field.name: row}).exists():
            return True
    return False


class RetiringAdmin(BoundedAdmin, admin.ModelAdmin):
    """For models with `retired_at`: an "offered" column and filter, the actions Retire and Offer again, and deleting only of
    what nothing points at."""

    actions = ["retire", "restore"]

    def get_list_display(self, request: HttpRequest) -> Any:
        return [*super().get_list_display(request), "offered"]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [*super().get_list_filter(request), ("retired_at", admin.EmptyFieldListFilter)]

    @admin.display(description=_("offered"), boolean=True, ordering="retired_at")
    def offered(self, row: Any) -> bool:
        return row.retired_at is None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        found.pop("delete_selected", None)  # it would not ask `has_delete_permission` about each
        return found

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not is_in_use(obj))

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> None:
        self._set(
            request,
            queryset.filter(retired_at__isnull=True),
            timezone.now(),
            _("Retired. Where it is in use it stays."),
        )

    @admin.action(description=_("Offer again"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: Any) -> None:
        self._set(request, queryset.filter(retired_at__isnull=False), None, _("Offered again."))

    def _set(self, request: HttpRequest, queryset: Any, value: Any, words: Any) -> None:
        for row in queryset:
            row.retired_at = value
            row.save(update_fields=["retired_at"])
            self.log_change(request, row, str(words))
            self.message_user(request, f"{row}: {words}", messages.SUCCESS)
