"""Oneself: profile, password, language, and the lines at one's bell."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from crm.look.paging import Sort, paginate
from crm.staff import actions, kept_forms, throttle
from crm.staff.access_words import roles_of
from crm.staff.forms import ChangePasswordForm, ProfileForm
from crm.staff.models import Notice, User
from crm.staff.notices import get as notice_kind
from crm.staff.notices import words

YEAR_SECONDS = 60 * 60 * 24 * 365
PASSWORD_TRIES = 5
NEWEST = Sort("newest", gettext_lazy("Newest first"), ("-at", "-pk"))


def set_language_cookie(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR_SECONDS,
        secure=settings.SECURE_COOKIES,
        samesite="Lax",
    )


@sensitive_post_parameters("password")
def profile(request: HttpRequest) -> HttpResponse:
    me = User.objects.get(pk=request.user.pk)  # a copy: the form writes what was typed into it
    form = ProfileForm(request.POST or None, instance=me)
    if request.method == "POST" and _may_try(request) and form.is_valid():
        actions.update_profile(me.pk, by=request.user, values=form.values)
        messages.success(request, _("Your profile is saved."))
        response = redirect("staff:profile")
        if "language" in form.changed_data:
            set_language_cookie(response, form.values["language"])
        return response
    context = {"form": form, "roles": roles_of(request.user), "title": _("Profile")}
    return render(request, "staff/profile.html", context)


def _may_try(request: HttpRequest) -> bool:
    """Guessing a password from a session that somebody left open is throttled like guessing it at the door."""
    guess = request.POST.get("old_password") or request.POST.get("password")
    return not guess or throttle.allow("own-password", str(request.user.pk), PASSWORD_TRIES, 300)


@sensitive_post_parameters()
def password_change(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST or None)
    if request.method == "POST":
        if not _may_try(request):
            form.add_error(None, _("Too many tries. Please wait five minutes, then try again."))
        elif form.is_valid():
            new = form.cleaned_data["new_password"]
            user = actions.change_password(request.user.pk, by=request.user, password=new)
            update_session_auth_hash(request, user)  # this session stays, all others of this person end
            messages.success(request, _("Your password is changed. Other devices are signed out."))
            return redirect("staff:profile")
    return render(request, "staff/password_change.html", {"form": form, "title": _("Change the password")})


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    response = redirect(target if target and kept_forms.is_ours(request, target) else "home")
    wanted = request.POST.get("language")
    if wanted in dict(settings.LANGUAGES):
        set_language_cookie(response, wanted)
        if request.user.is_authenticated:
            actions.set_language(request.user.pk, language=wanted)
    return response


def notices(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        actions.read_all_notices(by=request.user)
        return redirect("staff:notices")
    mine = Notice.objects.filter(user=request.user)
    page = paginate(mine, request, [NEWEST])
    for notice in page.rows:
        kind = notice_kind(notice.kind)
        notice.words, notice.icon = words(notice.kind, notice.values), kind.icon if kind else "bell"
    unread = mine.filter(read_at__isnull=True).count()
    return render(request, "staff/notices.html", {"page": page, "unread": unread, "title": _("Reminders")})


def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens what a line at the bell is about, and marks it as read: harmless however often it is opened."""
    notice = actions.read_notice(pk, by=request.user)
    if notice is None:
        raise Http404
    return redirect(notice.url if notice.url and kept_forms.is_ours(request, notice.url) else "staff:notices")
