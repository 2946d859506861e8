"""What went wrong: addresses of cases, staff side and public."""

from django.urls import path
from django.views.generic import RedirectView

app_name = "complaints"
urlpatterns = [
    path("complaints/", RedirectView.as_view(url="/"), name="list"),
    path("complaints/new/", RedirectView.as_view(url="/"), name="new"),
    path("complaints/<str:number>/", RedirectView.as_view(url="/"), name="detail"),
    path("complain/<str:code>/", RedirectView.as_view(url="/"), name="public_status"),
]
