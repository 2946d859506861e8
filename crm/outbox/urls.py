"""What is to be sent, the mailbox, health."""

from django.urls import path

from crm.outbox import healthz, views

app_name = "outbox"
urlpatterns = [
    path("outbox/", views.messages, name="list"),
    path("outbox/test-mail/", views.test_mail, name="test_mail"),
    path("outbox/retry-failed/", views.retry_failed, name="retry_failed"),
    path("outbox/<int:pk>/", views.message, name="detail"),
    path("outbox/<int:pk>/retry/", views.retry, name="retry"),
    path("outbox/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/empty/", views.empty_mailbox, name="empty_mailbox"),
    path("mailbox/<int:pk>/", views.mailbox, name="mail"),
    path("health/", views.health, name="health"),
    path("healthz", healthz.healthz, name="healthz"),
]
