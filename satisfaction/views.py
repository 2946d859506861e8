"""Answers for staff; the survey for customers."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from crm.bilingual import pick
from crm.look.filters import Tab
from crm.look.paging import Sort, count_up_to, paginate
from crm.staff import throttle
from crm.staff.addresses import client_address, network
from customers.permissions import can_open
from satisfaction import actions, permissions
from satisfaction.forms import AnswerForm, InvitationFilters, ResponseFilters
from satisfaction.models import Invitation, LowScoreRule, Response
from satisfaction.results import results_of
from satisfaction.words import invitation_of

WRONG_PER_HOUR = 60  # links that open nothing, from one network
SORTS = [Sort("newest", gettext_lazy("Newest"), ("-answered_at", "-pk"))]
INVITATION_SORTS = [Sort("newest", gettext_lazy("Newest"), ("-created_at", "-pk"))]


@require_safe
def response_list(request: HttpRequest) -> HttpResponse:
    """The answers, their figures above them, or with `?view=invitations` who was asked and who was not, and why."""
    if not permissions.can_read(request.user):
        raise PermissionDenied
    view = "invitations" if request.GET.get("view") == "invitations" else "answers"
    filters = (InvitationFilters if view == "invitations" else ResponseFilters)(request.GET, user=request.user)
    if view == "invitations":
        rows = filters.narrow(Invitation.objects.visible_to(request.user))
        page = paginate(rows.select_related("customer", "team", "message"), request, INVITATION_SORTS)
        results = None
    else:
        visible = filters.narrow(Response.objects.visible_to(request.user))
        asked = InvitationFilters(request.GET, user=request.user)
        invitations = Invitation.objects.visible_to(request.user)
        for name in ("team", "owner", "since", "until"):
            if asked.is_valid() and (value := asked.cleaned_data.get(name)):
                narrow = getattr(asked, f"narrow_{name}", None)
                invitations = narrow(invitations, value) if narrow else invitations.filter(**{name: value})
        rows = visible
        results = results_of(visible, invitations)
        page = paginate(visible.select_related("customer", "customer__tier", "team", "owner"), request, SORTS)
    context = {
        "title": _("Satisfaction"),
        "view": view,
        "filters": filters,
        "page": page,
        "count": count_up_to(rows),
        "results": results,
        "rule": LowScoreRule.current(),
        "tabs": _tabs(request, view),
    }
    return render(request, "satisfaction/list.html", context)


def _tabs(request: HttpRequest, view: str) -> list[Tab]:
    low = request.GET.get("score") == "low"
    return [
        Tab(_("Answers"), "?", current=view == "answers" and not low),
        Tab(_("Low scores"), "?score=low", current=view == "answers" and low),
        Tab(_("Who was asked"), "?view=invitations", current=view == "invitations"),
    ]


@require_safe
def response(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer with what it was about."""
    if not permissions.can_read(request.user):
        raise PermissionDenied
    rows = Response.objects.visible_to(request.user).select_related(
        "customer", "customer__tier", "team", "owner", "invitation", "invitation__survey"
    )
    row = get_object_or_404(rows, pk=pk)
    context = {
        "title": _("Answer A%(pk)s") % {"pk": row.pk},
        "response": row,
        "survey": row.invitation.survey,
        "low": row.is_low(LowScoreRule.current()),
        "opens": can_open(request.user, row.customer),
    }
    return render(request, "satisfaction/response.html", context)


# The link itself is the key: no session takes part, so there is nothing that a forged form could ride on, and the page
# also works in mail programs that keep no cookies.
@csrf_exempt
@login_not_required
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The survey. A GET never uses the link up, an answer does; a second answer meets the same thanks."""
    invitation = invitation_of(token)
    if invitation is None:
        tried = network(client_address(request))
        patient = throttle.allow("survey", tried, WRONG_PER_HOUR, 3600)
        return _kind_page(request, "wrong", 404) if patient else _kind_page(request, "later", 429)
    with translation.override(_language(request, invitation)):
        if invitation.state == Invitation.State.ANSWERED:
            done = request.method == "POST"
            return _kind_page(request, "thanks" if done else "used", 200 if done else 410, invitation)
        if invitation.is_over(timezone.now()):
            return _kind_page(request, "expired", 410, invitation)
        form = AnswerForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return _keep(request, invitation, form)
        status = 422 if form.errors else 200
        context = {"invitation": invitation, "survey": invitation.survey, "form": form, **_words(invitation)}
        return render(request, "satisfaction/answer.html", context, status=status)


def _keep(request: HttpRequest, invitation: Invitation, form: AnswerForm) -> HttpResponse:
    try:
        actions.answer(invitation.pk, **form.cleaned_data, language=translation.get_language())
    except actions.AlreadyAnswered:
        pass  # sent twice: the first counts, and the customer sees the same thanks
    except actions.Expired:
        return _kind_page(request, "expired", 410, invitation)
    except ValidationError as error:
        form.add_error(None, error)
        context = {"invitation": invitation, "survey": invitation.survey, "form": form, **_words(invitation)}
        return render(request, "satisfaction/answer.html", context, status=422)
    return _kind_page(request, "thanks", 200, invitation)


def _kind_page(request: HttpRequest, what: str, status: int, invitation: Invitation | None = None) -> HttpResponse:
    words = _words(invitation) if invitation else {}
    return render(request, "satisfaction/link.html", {"what": what, "title": _("Survey"), **words}, status=status)


def _words(invitation: Invitation) -> dict[str, str]:
    """The survey's words in the language of the page."""
    survey = invitation.survey
    return {
        "title": survey.name,
        "intro": pick(survey.intro_en, survey.intro_zh),
        "overall_question": pick(survey.overall_en, survey.overall_zh),
        "nps_question": pick(survey.nps_en, survey.nps_zh),
        "comment_question": pick(survey.comment_en, survey.comment_zh),
        "thanks": pick(survey.thanks_en, survey.thanks_zh),
    }


def _language(request: HttpRequest, invitation: Invitation) -> str:
    """The customer's own language, unless they chose another with the switch."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else invitation.language
