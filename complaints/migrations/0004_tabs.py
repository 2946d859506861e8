from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0003_clocks_letters_numbers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("status", "resolved")),
                fields=["-resolved_at", "-id"],
                name="complaint_to_be_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["id"],
                name="complaint_waiting",
            ),
        ),
    ]
