"""Settings of the survey and of what a low score is. Answers are only read here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.look.retiring import RetiringAdmin
from satisfaction.models import Invitation, LowScoreRule, Response, Survey


@admin.register(Survey)
class SurveyAdmin(RetiringAdmin):
    list_display = ["name", "after_resolution", "after_purchase", "valid_days"]
    search_fields = ["name_en", "name_zh"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_zh"), ("intro_en", "intro_zh")]}),
        (
            _("Questions"),
            {
                "fields": [
                    ("overall_en", "overall_zh"),
                    ("nps_en", "nps_zh"),
                    ("comment_en", "comment_zh"),
                    ("thanks_en", "thanks_zh"),
                ]
            },
        ),
        (
            _("When it is asked"),
            {
                "fields": [
                    ("after_resolution", "resolution_delay"),
                    ("after_purchase", "purchase_delay"),
                    "valid_days",
                    "active_from",
                ]
            },
        ),
    ]

    @admin.display(description=_("name"))
    def name(self, survey: Survey) -> str:
        return survey.name


@admin.register(LowScoreRule)
class LowScoreRuleAdmin(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return not LowScoreRule.objects.exists()

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ReadOnly(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ["customer", "survey", "source_kind", "state", "refusal", "created_at"]
    list_filter = ["state", "refusal", "source_kind"]
    list_select_related = ["customer", "survey"]
    exclude = ["nonce"]  # with the server's key it makes the secret link


@admin.register(Response)
class ResponseAdmin(ReadOnly):
    list_display = ["customer", "overall", "nps", "team", "answered_at"]
    list_filter = ["team"]
    list_select_related = ["customer", "team"]
