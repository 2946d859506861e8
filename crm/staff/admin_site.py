"""The admin site: configuration only, behind the same sign-in as everything else, and each change in the audit trail."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

NOT_YOURS = _("The settings are for administrators.")


class Audited:
    """Put in front of every page of the settings: what is added, changed or deleted there is an audit entry, too."""

    def _audit(self, request: HttpRequest, what: str, row: Any, **detail: Any) -> None:
        from crm.staff.actions import audit
        from crm.staff.addresses import client_address

        about = f"{row._meta.label_lower}:{row.pk} {row}"
        audit(request.user, what, about, address=client_address(request), **detail)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._audit(request, "settings-added", obj)
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._audit(request, "settings-changed", obj, changes=message)
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._audit(request, "settings-deleted", row)
        return super().log_deletions(request, queryset)  # type: ignore[misc]


class RevisitAdminSite(admin.AdminSite):
    site_title = _("Settings")
    site_header = _("Settings")
    index_title = _("Settings")
    site_url = "/"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Every page of the settings is audited; none can forget it."""
        admin_class = admin_class or admin.ModelAdmin
        if not issubclass(admin_class, Audited):
            admin_class = type(admin_class.__name__, (Audited, admin_class), {"__module__": admin_class.__module__})
        super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        from crm.staff.permissions import may_open_settings

        return may_open_settings(request.user)

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        """Strangers were sent to the door by `SignInFirst`; whoever is known and no administrator is told so."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied(str(NOT_YOURS))
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one door, and it is not here."""
        from crm.staff.kept_forms import sign_in_first

        return redirect("admin:index") if request.user.is_authenticated else sign_in_first(request)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        from crm.staff.views.door import sign_out

        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("staff:password_change")
