"""Pages for whoever complains: the form, thanks with the secret link, and how it stands. No sign-in, no script, no account."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints import actions
from complaints.bridges import SECRET, status_path, status_url
from complaints.forms.public import AddForm, ComplainForm
from complaints.models import Complaint, Status
from complaints.way import letters_of, next_of, status_words, way_of
from crm import secret_links
from crm.staff import throttle
from crm.staff.addresses import client_address, network

HOUR = 3600
CASES_PER_HOUR = 10  # from one network: a shop's visitors share one
CASES_WITHOUT_REDIS = 100  # in an hour from everybody, while nobody counts networks
WORDS_PER_HOUR = 30
WRONG_PER_HOUR = 30  # codes that open nothing


def _network(request: HttpRequest) -> str:
    return network(client_address(request))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """The form. Known and unknown people get the same answer: nothing here says whether somebody is a customer."""
    if request.method != "POST":
        return _form(request, ComplainForm())
    form = ComplainForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    if words := form.looks_automatic():
        return _form(request, form.again(), status=422, words=words)
    if not _may_complain(request):
        words = _(
            "Too much came from your network in the last hour. What you typed is still here: please send it later, or call us."
        )
        return _form(request, form, status=429, words=words)
    try:
        complaint = actions.complain(**form.values(), language=translation.get_language() or "")
    except ValidationError as error:
        return _form(request, form, status=422, words=" ".join(error.messages))
    return redirect("complaints:public_thanks", code=secret_links.code_for(SECRET, complaint.pk))


def _form(request: HttpRequest, form: ComplainForm, status: int = 200, words: str = "") -> HttpResponse:
    context = {"title": _("Tell us what went wrong"), "form": form, "words": words}
    return render(request, "complaints/public/complain.html", context, status=status)


def _may_complain(request: HttpRequest) -> bool:
    """Counts by network; without Redis a ceiling over everybody, counted in the rows themselves, stands in for it."""
    try:
        return throttle.add("complain", _network(request), HOUR) <= CASES_PER_HOUR
    except throttle.Away:
        since = timezone.now() - timedelta(hours=1)
        return Complaint.objects.filter(via="public", received_at__gte=since).count() < CASES_WITHOUT_REDIS


def _opened(request: HttpRequest, code: str) -> Complaint | HttpResponse:
    """The case that this code opens; or the kind page for a code that opens nothing.

    The page speaks the visitor's language and tells the house's time: the record's own would say that somebody is known.
    """
    pk = secret_links.read(SECRET, code)
    rows = Complaint.objects.select_related("customer", "owner", "team").prefetch_related("promises", "pauses")
    complaint = rows.filter(pk=pk).first() if pk else None
    if complaint is None:
        if throttle.allow("complain-code", _network(request), WRONG_PER_HOUR, HOUR):
            state, title, status = "wrong", _("This link opens nothing"), 404
        else:
            state, title, status = "later", _("Please try again later"), 429
        return render(request, "complaints/public/wrong.html", {"title": title, "state": state}, status=status)
    return complaint


@login_not_required
@never_cache
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    complaint = _opened(request, code)
    if isinstance(complaint, HttpResponse):
        return complaint
    context = {
        "title": _("Thank you for telling us"),
        "complaint": complaint,
        "link": status_url(complaint.pk),
        "path": status_path(complaint.pk),
    }
    return render(request, "complaints/public/thanks.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, code: str) -> HttpResponse:
    """How it stands. A POST adds words (`do=add`, `do=again` where it is not settled) or says that it is (`do=settled`)."""
    complaint = _opened(request, code)
    if isinstance(complaint, HttpResponse):
        return complaint
    if request.method != "POST":
        return _status(request, complaint, code, AddForm())
    if not throttle.allow("complain-words", f"{complaint.pk}:{_network(request)}", WORDS_PER_HOUR, HOUR):
        words = _("That was a lot in one hour. What you typed is still here: please send it later, or call us.")
        return _status(request, complaint, code, AddForm(request.POST), status=429, words=words)
    if request.POST.get("do") == "settled":
        return _settled(request, complaint, code)
    form = AddForm(request.POST)
    if not form.is_valid():
        return _status(request, complaint, code, form, status=422)
    again = request.POST.get("do") == "again" and not complaint.is_open
    try:
        actions.customer_wrote(
            complaint.pk, text=form.cleaned_data["text"], submission=form.cleaned_data["submission"], unsatisfied=again
        )
    except ValidationError as error:
        return _status(request, complaint, code, form, status=422, words=" ".join(error.messages))
    return _back(code, "again" if again else "added")


def _settled(request: HttpRequest, complaint: Complaint, code: str) -> HttpResponse:
    try:
        actions.customer_agreed(complaint.pk)
    except actions.NotNow:  # taken up again meanwhile: the page says how it stands
        return _back(code, "")
    return _back(code, "settled")


def _back(code: str, said: str) -> HttpResponse:
    return redirect(reverse("complaints:public_status", args=[code]) + (f"?said={said}" if said else ""))


def _status(
    request: HttpRequest, complaint: Complaint, code: str, form: AddForm, status: int = 200, words: str = ""
) -> HttpResponse:
    said = {
        "added": _("We have got your words; whoever looks after it is told."),
        "again": _("We take it up again. Thank you for telling us."),
        "settled": _("Thank you. We are glad that it is settled."),
    }
    now = timezone.now()
    context = {
        "title": complaint.subject,
        "complaint": complaint,
        "state": status_words(complaint),
        "next": next_of(complaint, now),
        "way": way_of(complaint),
        "letters": letters_of(complaint),
        "form": form,
        "said": said.get(request.GET.get("said", ""), ""),
        "words": words,
        "is_resolved": complaint.status == Status.RESOLVED,
        "path": reverse("complaints:public_status", args=[code]),
    }
    return render(request, "complaints/public/status.html", context, status=status)
