"""The texts of messages in the settings: all kinds in both languages, their places, and a preview of unsaved words."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from crm.outbox import kinds, letters, texts, words
from crm.outbox.channels import Letter
from crm.outbox.forms import MessageTextForm, PreviewForm
from crm.outbox.models import MessageText


@admin.register(MessageText)
class MessageTextAdmin(admin.ModelAdmin):
    form = MessageTextForm
    list_display = ["label", "language", "subject", "updated_at"]
    list_display_links = ["label"]
    fields = ["kind", "language", "subject", "body"]

    @admin.display(description=_("kind of message"), ordering="kind")
    def label(self, text: MessageText) -> str:
        kind = kinds.find(text.kind)
        return str(kind.label) if kind else text.kind

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new text begins as the words that were shipped."""
        kind, language = kinds.find(request.GET.get("kind", "")), request.GET.get("language", "")
        if kind is None or language not in dict(settings.LANGUAGES):
            return super().get_changeform_initial_data(request)
        subject, body = kind.shipped(language)
        return {"kind": kind.key, "language": language, "subject": subject, "body": body}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        edited = {(text.kind, text.language): text for text in MessageText.objects.all()}
        table = [
            (kind, [(code, name, edited.get((kind.key, code))) for code, name in settings.LANGUAGES])
            for kind in kinds.kinds()
        ]
        return super().changelist_view(request, {"table": table, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(self.preview)
        return [path("preview/", preview, name="outbox_messagetext_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The words as typed, with examples or with somebody real; nothing is saved."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        given = request.POST.copy() if request.method == "POST" else request.GET.copy()
        form = PreviewForm(given)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Preview"),
            "opts": self.model._meta,
            "form": form,
            "back_url": reverse("admin:outbox_messagetext_changelist"),
        }
        if form.is_valid():
            context |= _shown(form, request.user)
        return render(request, "admin/outbox/messagetext/preview.html", context)


def _shown(form: PreviewForm, user: Any) -> dict[str, Any]:
    """What the page shows of the letter, or why it cannot be written."""
    values, language = form.values(user), form.cleaned_data["language"]
    if values is None:
        return {"nothing_found": True}
    kind = kinds.kind(form.cleaned_data["kind"])
    links = {name: value for name, value in values.items() if name in kind.secrets or value.startswith("http")}
    if kind.to_customer:
        links[kinds.OPT_OUT] = kinds.FOOTER.examples[kinds.OPT_OUT]
    text = form.cleaned_data["subject"], form.cleaned_data["body"]
    try:
        subject, body = texts.fill(kind, text, language, values, links)
        letter = Letter("", "", language, subject, words.finish(body, links), links, kind.button.get(language, ""))
    except words.UnknownPlace as place:
        return {"unknown": str(place)}
    paragraphs, foot = letters.parts(letter)
    return {"letter": letter, "parts": paragraphs, "foot": foot}
