"""Who drew the outline of a region, and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("geo", "0005_address_names")]

    operations = [
        migrations.AddField(
            "region", "drawn_by",
            models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            "region", "reason",
            models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]  # fmt: skip
