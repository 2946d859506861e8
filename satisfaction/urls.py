"""What they thought: results for staff, the survey for customers."""

from django.urls import URLPattern

app_name = "satisfaction"
urlpatterns: list[URLPattern] = []
