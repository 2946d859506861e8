"""All addresses, by app; each app names its own."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

handler500 = "crm.staff.views.server_error"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="followups:my_day"), name="home"),
    path("", include("crm.staff.urls")),
    path("", include("crm.outbox.urls")),
    path("", include("customers.urls")),
    path("", include("complaints.urls")),
    path("", include("satisfaction.urls")),
    path("", include("followups.urls")),
    path("", include("insights.urls")),
    path("admin/", admin.site.urls),
]
