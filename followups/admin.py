"""Settings of care plans and reminders. Follow-ups themselves are worked in their pages; here they are only read."""

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.look.bounded import BoundedAdmin
from crm.look.retiring import RetiringAdmin
from crm.look.words import duration
from customers.models import Purchase
from followups.models import CarePlan, CarePlanStep, FollowUp, ReminderRule


class CarePlanStepInline(BoundedAdmin, admin.StackedInline):
    model = CarePlanStep
    extra = 0
    fields = [
        ("name_en", "name_zh"),
        ("kind", "assignee", "position"),
        ("offset", "allowed"),
        ("tip_en", "tip_zh"),
    ]

    def has_delete_permission(self, request, obj=None) -> bool:
        """A step that made follow-ups is retired on its own page; deleting it here would fail at the database."""
        return obj is None or not FollowUp.objects.filter(plan_step__plan=obj).exists()


@admin.register(CarePlan)
class CarePlanAdmin(RetiringAdmin):
    list_display = ["name", "trigger", "tier", "team", "active_from", "steps_in_words"]
    list_filter = ["trigger"]
    search_fields = ["name_en", "name_zh"]
    inlines = [CarePlanStepInline]
    readonly_fields = ["effect"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_zh"), "trigger", ("tier", "team"), "active_from"]}),
        (_("What it comes to"), {"fields": ["effect"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("steps").select_related("tier", "team")

    @admin.display(description=_("name"))
    def name(self, plan: CarePlan) -> str:
        return plan.name

    @admin.display(description=_("steps"))
    def steps_in_words(self, plan: CarePlan) -> str:
        return " · ".join(
            f"{duration(step.offset)} {step.name}" for step in plan.steps.all() if step.retired_at is None
        )

    @admin.display(description=_("with the purchases of the last 30 days"))
    def effect(self, plan: CarePlan) -> str:
        """How much work the plan makes: counted on real purchases, before anybody has to do it."""
        if not plan.pk:
            return gettext("Save the plan to see how much work it makes.")
        if plan.trigger != CarePlan.Trigger.PURCHASE:
            return gettext("Follows from complaints and answers: as many as there are.")
        since = timezone.now() - timedelta(days=30)
        purchases = Purchase.objects.filter(kind=Purchase.Kind.SALE, happened_at__gte=since)
        if plan.tier_id:
            purchases = purchases.filter(customer__tier_id=plan.tier_id)
        count = purchases.count()
        steps = sum(step.retired_at is None for step in plan.steps.all())
        return _("%(purchases)d purchases × %(steps)d steps = %(all)d follow-ups, about %(week)d a week") % {
            "purchases": count,
            "steps": steps,
            "all": count * steps,
            "week": round(count * steps * 7 / 30),
        }


@admin.register(CarePlanStep)
class CarePlanStepAdmin(RetiringAdmin):
    """One step: retired here, because what made follow-ups is not deleted."""

    list_display = ["name", "plan", "offset", "kind", "assignee"]
    list_filter = ["plan"]
    search_fields = ["name_en", "name_zh"]

    def has_add_permission(self, request) -> bool:
        return False

    @admin.display(description=_("name"))
    def name(self, step: CarePlanStep) -> str:
        return step.name


@admin.register(ReminderRule)
class ReminderRuleAdmin(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return not ReminderRule.objects.exists()

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(FollowUp)
class FollowUpAdmin(admin.ModelAdmin):
    list_display = ["__str__", "customer", "words", "owner", "team", "due_at", "status"]
    list_filter = ["status", "kind", "source_kind"]
    list_select_related = ["customer", "owner", "team", "plan_step"]
    show_full_result_count = False

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
