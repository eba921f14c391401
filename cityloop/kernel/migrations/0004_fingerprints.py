"""Fingerprints of the rows that stay."""

from django.db import migrations, models

from cityloop.kernel.append_only import append_only, refusal

REFUSES = "kernel_append_only"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_uploads")]

    operations = [
        migrations.CreateModel(
            name="Fingerprint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("of", models.CharField(max_length=64)),
                ("rule", models.CharField(max_length=64)),
                ("row", models.BigIntegerField()),
                ("columns", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("link", models.CharField(max_length=64)),
                ("taken_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_fingerprint",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("of"), models.F("rule"), models.F("row"), name="fingerprint_once"
                    )
                ],
            },
        ),
        refusal(REFUSES),
        append_only(REFUSES, "kernel_fingerprint"),
    ]
