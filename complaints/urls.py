"""What went wrong: addresses of cases, staff side and public."""

from django.urls import URLPattern, path

from complaints.views import case, intake, lists, public

app_name = "complaints"

staff: list[URLPattern] = [
    path("complaints/", lists.complaint_list, name="list"),
    path("complaints/new/", intake.new, name="new"),
    path("complaints/new/caller/", intake.caller, name="caller"),
    path("complaints/<str:number>/", case.detail, name="detail"),
    path("complaints/<str:number>/edit/", case.edit, name="edit"),
    path("complaints/<str:number>/acknowledge/", case.acknowledge, name="acknowledge"),
    path("complaints/<str:number>/start/", case.start, name="start"),
    path("complaints/<str:number>/wait/", case.wait, name="wait"),
    path("complaints/<str:number>/resume/", case.resume, name="resume"),
    path("complaints/<str:number>/resolve/", case.resolve, name="resolve"),
    path("complaints/<str:number>/close/", case.close, name="close"),
    path("complaints/<str:number>/reopen/", case.reopen, name="reopen"),
    path("complaints/<str:number>/take/", case.take, name="take"),
    path("complaints/<str:number>/assign/", case.assign, name="assign"),
    path("complaints/<str:number>/hand-over/", case.hand_over, name="hand_over"),
    path("complaints/<str:number>/write/", case.write, name="write"),
    path("complaints/<str:number>/note/", case.note, name="note"),
    path("complaints/<str:number>/promises/", case.promise, name="promise"),
    path("complaints/<str:number>/promises/<int:pk>/kept/", case.promise_kept, name="promise_kept"),
]

public_pages: list[URLPattern] = [
    path("complain/", public.complain, name="public"),
    path("complain/<str:code>/", public.status, name="public_status"),
    path("complain/<str:code>/thanks/", public.thanks, name="public_thanks"),
]

urlpatterns = [*staff, *public_pages]
