"""Numbers from a sequence, the form's submission, the version behind an event, beginnings of numbers from the index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_imports_and_purchase_numbers")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE customer_number START 100001", "DROP SEQUENCE IF EXISTS customer_number"
        ),
        migrations.AddField("customer", "submission", models.UUIDField(editable=False, null=True, unique=True)),
        migrations.AddField(
            "customerevent",
            "version",
            models.PositiveIntegerField(help_text="The customer's version after this change of its fields.", null=True),
        ),
        migrations.RemoveIndex("contactpoint", "contact_point_lookup"),
        migrations.AddIndex(
            "contactpoint",
            models.Index(
                fields=["kind", "normalised"],
                name="contact_point_lookup",
                opclasses=["varchar_ops", "varchar_pattern_ops"],
            ),
        ),
    ]
