"""Sign-in, profile, notices, who may see what."""

from django.urls import URLPattern

app_name = "staff"
urlpatterns: list[URLPattern] = []
