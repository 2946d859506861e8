"""My day, follow-ups and their verbs."""

from django.urls import path

from followups.views import day, lists, one

app_name = "followups"
urlpatterns = [
    path("my-day/", day.my_day, name="my_day"),
    path("followups/", lists.followup_list, name="list"),
    path("followups/new/", lists.new, name="new"),
    path("followups/<int:pk>/", one.detail, name="detail"),
    path("followups/<int:pk>/attempt/", one.attempt, name="attempt"),
    path("followups/<int:pk>/take/", one.take, name="take"),
    path("followups/<int:pk>/reschedule/", one.reschedule, name="reschedule"),
    path("followups/<int:pk>/assign/", one.assign, name="assign"),
    path("followups/<int:pk>/done/", one.done, name="done"),
    path("followups/<int:pk>/cancel/", one.cancel, name="cancel"),
]
