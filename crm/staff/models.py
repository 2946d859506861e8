"""Who works here: users, the tree of teams, roles with their scopes, notices at the bell, the audit trail."""

import uuid

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.bilingual import Bilingual
from crm.worktime.models import WorkCalendar


class TeamQuerySet(models.QuerySet["Team"]):
    def active(self):
        return self.filter(retired_at__isnull=True)

    def within(self, team: "Team"):
        """The team and everything below it. Without a way from the root it is only itself, and never the whole tree."""
        return self.filter(path__startswith=team.path) if team.path else self.filter(pk=team.pk)


class Team(Bilingual):
    """A team or department. `path` is the materialised way from the root, `/1/4/9/`: what lies below is one prefix."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    path = models.CharField(max_length=255, editable=False, db_index=True, default="")
    calendar = models.ForeignKey(
        WorkCalendar,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("work calendar"),
        help_text=_("Empty: that of the team above, else the house's."),
    )
    lead = models.ForeignKey(
        "staff.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("lead"),
        help_text=_("Hears of what is overdue. Empty: the lead of the team above."),
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta(Bilingual.Meta):
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["path"]
        abstract = False

    def clean(self) -> None:
        if self.parent and self.pk and (self.parent == self or self.parent.path.startswith(self.path)):
            raise ValidationError({"parent": _("A team cannot be part of itself or of a team below it.")})

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from this team up to the root."""
        return [int(part) for part in reversed(self.path.strip("/").split("/")) if part]

    def responsible_lead(self) -> "User | None":
        """The lead of this team or of the nearest team above that has an active one."""
        teams = {team.pk: team for team in Team.objects.filter(pk__in=self.ancestor_ids).select_related("lead")}
        for pk in self.ancestor_ids:
            lead = teams[pk].lead if pk in teams else None
            if lead and lead.is_active:
                return lead
        return None

    def work_calendar(self) -> WorkCalendar:
        """The calendar that this team's clocks run by."""
        teams = {t.pk: t for t in Team.objects.filter(pk__in=self.ancestor_ids).select_related("calendar")}
        for pk in self.ancestor_ids:
            calendar = teams[pk].calendar if pk in teams else None
            if calendar:
                return calendar
        return WorkCalendar.objects.default()


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)

    def active(self):
        return self.get_queryset().filter(is_active=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. Deactivated, never deleted."""

    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[\w.@+-]+$", _("Letters, digits and @ . + - _ only."))],
        error_messages={"unique": _("This user name is taken.")},
    )
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    timezone = models.CharField(_("time zone"), max_length=60, default=settings.TIME_ZONE)
    is_staff = models.BooleanField(_("may open the settings"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_once_whatever_case",
                violation_error_message=_("This user name is taken."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def role_keys(self) -> frozenset[str]:
        """Keys of the roles this person has; an administrator by flag counts as one."""
        keys = set(Role.objects.filter(group__user=self).values_list("key", flat=True))
        if self.is_superuser:
            keys.add("administrator")
        return frozenset(keys)

    def has_role(self, *keys: str) -> bool:
        return bool(self.role_keys.intersection(keys))


class Scope(models.IntegerChoices):
    """How far a role sees. The widest of several roles wins."""

    NONE = 0, _("nothing")
    OWN = 1, _("own")
    TEAM = 2, _("own team and the teams below")
    ALL = 3, _("everything")


class RecordKind(models.TextChoices):
    CUSTOMERS = "customers", _("Customers")
    COMPLAINTS = "complaints", _("Complaints")
    FOLLOWUPS = "followups", _("Follow-ups")
    SATISFACTION = "satisfaction", _("Satisfaction")
    INSIGHTS = "insights", _("Insights")


class Role(Bilingual):
    """A Django group with how far it sees, per kind of record."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="role", editable=False)
    key = models.SlugField(_("key"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    class Meta(Bilingual.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["position", "pk"]
        abstract = False


class RoleScope(models.Model):
    role = models.ForeignKey(Role, models.CASCADE, related_name="scopes")
    kind = models.CharField(_("kind of record"), max_length=20, choices=RecordKind)
    scope = models.PositiveSmallIntegerField(_("sees"), choices=Scope, default=Scope.OWN)

    class Meta:
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")
        constraints = [models.UniqueConstraint(fields=["role", "kind"], name="one_scope_per_role_and_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_scope_display()}"


class Notice(models.Model):
    """One line at somebody's bell. The words are made when it is read, in the reader's language."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    key = models.CharField(max_length=160, unique=True)
    kind = models.SlugField()
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_by_user"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
        ]


class AuditEntry(models.Model):
    """Sign-ins, roles, exports, erasures, configuration: what business history cannot say. Append-only."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    what = models.SlugField(_("what"), max_length=60)
    about = models.CharField(_("about"), max_length=160, blank=True)
    detail = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.about}".strip()


class KeptForm(models.Model):
    """What somebody typed when their session had ended: given back after signing in again, once, within an hour."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=500)
    fields = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)
