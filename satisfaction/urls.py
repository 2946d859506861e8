"""What they thought: results for staff, the survey for customers."""

from django.urls import path

from satisfaction import views

app_name = "satisfaction"
urlpatterns = [
    path("satisfaction/", views.response_list, name="list"),
    path("satisfaction/<int:pk>/", views.response, name="response"),
    path("s/<str:token>/", views.answer, name="answer"),
]
