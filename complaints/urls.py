"""What went wrong: addresses of cases, staff side and public."""

from django.urls import URLPattern

app_name = "complaints"
urlpatterns: list[URLPattern] = []
