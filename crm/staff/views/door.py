"""The door: signing in and out, and the ways back in for whoever forgot the password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from crm.staff import actions, kept_forms, known_browsers, password_links
from crm.staff.actions.session import WINDOW_SECONDS
from crm.staff.addresses import client_address
from crm.staff.forms import NewPasswordForm, ResetForm, SignInForm
from crm.staff.models import User
from crm.staff.views.me import set_language_cookie

REMEMBER_SECONDS = 60 * 60 * 24 * 14


def _target(request: HttpRequest) -> str:
    """Where to go after signing in: `next` when it is a page of ours, else the first page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if target and kept_forms.is_ours(request, target) else resolve_url(settings.LOGIN_REDIRECT_URL)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_target(request))
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        answer = actions.try_sign_in(
            typed["username"],
            typed["password"],
            address=client_address(request),
            browser=known_browsers.known(request),
        )
        if answer.user:
            return _let_in(request, answer.user, remember=typed["remember"])
        status = 429 if answer.throttled else 200
        form.add_error("password", _refusal(answer))
    response = render(request, "staff/sign_in.html", {"form": form, "next": _target(request)}, status=status)
    if status == 429:
        response["Retry-After"] = str(WINDOW_SECONDS)
    return response


def _refusal(answer: actions.SignIn) -> str:
    """The same words whether there is such a person, the password is wrong or the account is closed."""
    if answer.throttled:
        return _("Too many tries. Please wait five minutes, then try again.")
    return _("User name and password do not fit together. After several tries there is a pause of five minutes.")


def _let_in(request: HttpRequest, user: User, *, remember: bool) -> HttpResponse:
    target, kept = _target(request), kept_forms.waiting_for(user, request.GET.get("kept"))
    login(request, user)  # with a new session key
    if remember:
        request.session.set_expiry(REMEMBER_SECONDS)
    if kept:
        request.session[kept_forms.SESSION_KEY] = kept
    response = redirect(target)
    known_browsers.remember(request, response, user.pk)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        set_language_cookie(response, user.language)
    return response


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        actions.record_sign_out(by=request.user, address=client_address(request))
        logout(request)
        messages.success(request, _("You are signed out."))
    return redirect("staff:sign_in")


@login_not_required
@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.ask_reset(form.cleaned_data["username"], address=client_address(request))
        return redirect("staff:password_reset_done")
    return render(request, "staff/password_reset.html", {"form": form, "title": _("Set a new password")})


@login_not_required
def password_reset_done(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/password_reset_done.html", {"title": _("Look into your mailbox")})


@login_not_required
@never_cache
@sensitive_post_parameters("new_password", "new_password_again")
def password_reset_confirm(request: HttpRequest, code: str) -> HttpResponse:
    reading = password_links.read(code)
    if reading.user is None:
        return _link_refused(request, reading.problem)
    form = NewPasswordForm(reading.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["new_password"]
        try:
            actions.set_password_by_link(code, password=new, address=client_address(request))
        except actions.LinkNotValid as refusal:
            return _link_refused(request, refusal.problem)
        return redirect("staff:password_reset_complete")
    context = {"form": form, "title": _("Set a new password"), "person": reading.user}
    return render(request, "staff/password_reset_confirm.html", context)


def _link_refused(request: HttpRequest, problem: str) -> HttpResponse:
    """A wrong link is no page; one that was used or is too old says so kindly."""
    if problem == password_links.WRONG:
        raise Http404
    return render(request, "staff/password_link_over.html", {"title": _("This link is over")}, status=410)


@login_not_required
def password_reset_complete(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/password_reset_complete.html", {"title": _("Your password is set")})
