import datetime
import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0002_keys"),
    ]

    operations = [
        # Not owned by the table: a flush must not begin it anew, a number is never given twice.
        migrations.RunSQL(
            "CREATE SEQUENCE complaint_number START WITH 100001", reverse_sql="DROP SEQUENCE complaint_number"
        ),
        migrations.AlterModelOptions(
            name="complaintpause",
            options={"ordering": ["started_at", "pk"]},
        ),
        migrations.RemoveIndex(
            model_name="complaint",
            name="complaint_next_clock",
        ),
        migrations.AddField(
            model_name="complaint",
            name="acknowledge_within",
            field=models.DurationField(
                default=datetime.timedelta(seconds=14400),
                editable=False,
                help_text="The target that the clock was reckoned with.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="complaint",
            name="reckoned_by",
            field=models.UUIDField(
                default=uuid.UUID(int=0),
                editable=False,
                help_text="Revision of the calendar that the clocks were reckoned by.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="complaint",
            name="resolve_within",
            field=models.DurationField(default=datetime.timedelta(days=1), editable=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="complaint",
            name="told_acknowledge_at",
            field=models.DateTimeField(
                editable=False, help_text="When the lead heard of the missed acknowledgement, once a round.", null=True
            ),
        ),
        migrations.AddField(
            model_name="complaint",
            name="told_resolve_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintmessage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("letter", "Letter"),
                    ("receipt", "Confirmation of receipt"),
                    ("resolution", "Letter on the resolution"),
                ],
                default="letter",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="complaintmessage",
            name="refusal",
            field=models.SlugField(blank=True, help_text="Why the contact guard did not let it go.", max_length=40),
        ),
        migrations.AddField(
            model_name="complaintpause",
            name="until",
            field=models.DateTimeField(
                help_text="When the clocks go on by themselves; null: when somebody says so.", null=True
            ),
        ),
        migrations.AddField(
            model_name="complaintpromise",
            name="submission",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="category",
            name="retired_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retired"),
        ),
        migrations.AlterField(
            model_name="category",
            name="team",
            field=models.ForeignKey(
                blank=True,
                help_text="Where such cases are handled. Empty: with the team of whoever takes the case in.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="staff.team",
                verbose_name="goes to",
            ),
        ),
        migrations.AlterField(
            model_name="complaint",
            name="round_started_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="What the clocks of this round count from; in round 1 when it was received.",
            ),
        ),
        migrations.AlterField(
            model_name="complaintmessage",
            name="body",
            field=models.TextField(blank=True, help_text="Empty for what the system wrote by itself."),
        ),
        migrations.AlterField(
            model_name="severity",
            name="acknowledge_within",
            field=models.DurationField(
                default=datetime.timedelta(seconds=14400),
                help_text="Working time, e.g. “04:00:00” for four hours.",
                verbose_name="acknowledge within",
            ),
        ),
        migrations.AlterField(
            model_name="severity",
            name="is_default",
            field=models.BooleanField(
                default=False,
                help_text="What a case from the public page gets until somebody has read it.",
                verbose_name="default",
            ),
        ),
        migrations.AlterField(
            model_name="severity",
            name="resolve_within",
            field=models.DurationField(
                default=datetime.timedelta(days=1),
                help_text="Working time: three days of eight hours are “24:00:00”.",
                verbose_name="resolve within",
            ),
        ),
        migrations.AlterField(
            model_name="severity",
            name="retired_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retired"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    "next_due_at",
                    models.Value(datetime.datetime(3000, 1, 1, 0, 0, tzinfo=datetime.UTC), models.DateTimeField()),
                ),
                models.F("id"),
                condition=models.Q(("status__in", ["new", "acknowledged", "in_progress", "waiting"])),
                name="complaint_next_clock",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("next_due_at__isnull", False)),
                fields=["next_due_at"],
                name="complaint_running_clock",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("status__in", ["new", "acknowledged", "in_progress", "waiting"])),
                fields=["owner", "team"],
                name="complaint_open_of_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="complaintevent",
            index=models.Index(fields=["what", "at"], name="complaint_event_by_kind"),
        ),
        migrations.AddIndex(
            model_name="complaintmessage",
            index=models.Index(fields=["complaint", "at"], name="complaint_message_by_case"),
        ),
        migrations.AddIndex(
            model_name="complaintpause",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["until"], name="pause_that_ends_itself"
            ),
        ),
        migrations.AddConstraint(
            model_name="complaintmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("direction", "out"),
                    models.Q(("kind", "letter"), ("message__isnull", True), ("refusal", "")),
                    _connector="OR",
                ),
                name="only_our_letters_are_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaintmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "letter"), _negated=True), models.Q(("body", ""), _negated=True), _connector="OR"
                ),
                name="complaint_letter_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="severity",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_default", True), ("retired_at__isnull", False), _negated=True),
                name="default_severity_in_use",
                violation_error_message="The default severity cannot be retired.",
            ),
        ),
    ]
