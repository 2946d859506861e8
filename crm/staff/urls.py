"""Sign-in, profile, notices, who may see what."""

from django.urls import path

from crm.staff import views

app_name = "staff"
urlpatterns = [
    path("sign-in/", views.not_yet, name="sign_in"),
    path("sign-out/", views.not_yet, name="sign_out"),
    path("password/", views.not_yet, name="password_change"),
    path("password/reset/", views.not_yet, name="password_reset"),
    path("password/reset/done/", views.not_yet, name="password_reset_done"),
    path("password/reset/<uidb64>/<token>/", views.not_yet, name="password_reset_confirm"),
    path("password/reset/complete/", views.not_yet, name="password_reset_complete"),
    path("profile/", views.not_yet, name="profile"),
    path("language/", views.not_yet, name="language"),
    path("notices/", views.not_yet, name="notices"),
    path("notices/<int:pk>/", views.not_yet, name="notice_open"),
    path("staff/", views.not_yet, name="people"),
    path("staff/<str:username>/access/", views.not_yet, name="access"),
    path("staff/reassign/<str:username>/", views.not_yet, name="reassign"),
]
