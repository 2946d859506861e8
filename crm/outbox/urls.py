"""What is to be sent, the mailbox, health."""

from django.urls import URLPattern

app_name = "outbox"
urlpatterns: list[URLPattern] = []
