"""Dry runs and retries of imports, what described a product last, the numbers of typed purchases."""

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_keys")]

    operations = [
        migrations.AddField(
            "importrun",
            "dry_run",
            models.BooleanField(
                default=False, help_text="The pass that waits or runs writes nothing: counts go to `trial`."
            ),
        ),
        migrations.AddField(
            "importrun",
            "trial",
            models.JSONField(
                default=dict,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
                help_text="Counts of the last dry run.",
            ),
        ),
        migrations.AddField(
            "importrun",
            "attempts",
            models.PositiveSmallIntegerField(
                default=0, help_text="Starts so far: a file that kills its worker ends."
            ),
        ),
        migrations.AddField(
            "importrun", "submission", models.UUIDField(editable=False, null=True, unique=True)
        ),
        migrations.AddField(
            "product",
            "described_at",
            models.DateTimeField(
                editable=False,
                null=True,
                help_text="Of the imported row that described it last; null: typed, imports leave it.",
            ),
        ),
        migrations.AlterField(
            "purchaseline",
            "purchase",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="customers.purchase",
            ),
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE customers_purchase_number START 100001",
            "DROP SEQUENCE customers_purchase_number",
        ),
    ]
