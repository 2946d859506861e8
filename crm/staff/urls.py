"""Sign-in, profile, notices, who may see what."""

from django.urls import path

from crm.staff.views import door, me, people

app_name = "staff"
urlpatterns = [
    path("sign-in/", door.sign_in, name="sign_in"),
    path("sign-out/", door.sign_out, name="sign_out"),
    path("password/", me.password_change, name="password_change"),
    path("password/reset/", door.password_reset, name="password_reset"),
    path("password/reset/sent/", door.password_reset_done, name="password_reset_done"),
    path("password/reset/complete/", door.password_reset_complete, name="password_reset_complete"),
    path("password/reset/<str:code>/", door.password_reset_confirm, name="password_reset_confirm"),
    path("profile/", me.profile, name="profile"),
    path("language/", me.language, name="language"),
    path("notices/", me.notices, name="notices"),
    path("notices/<int:pk>/", me.notice_open, name="notice_open"),
    path("staff/", people.people, name="people"),
    path("staff/reassign/<str:username>/", people.reassign, name="reassign"),
    path("staff/<str:username>/access/", people.access, name="access"),
]
