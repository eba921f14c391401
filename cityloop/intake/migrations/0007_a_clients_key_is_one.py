"""A key that a client chose is one in all channels: with another channel it is another content."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

CONTEXT = (Path(__file__).parents[1] / "context.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_petitioners_and_media")]
    operations = [
        migrations.RemoveConstraint(model_name="report", name="report_source_key_once"),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                models.F("channel"),
                models.F("source_key"),
                condition=~Q(source_key="") & ~Q(source_key__startswith="client:"),
                name="report_source_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                models.F("source_key"),
                condition=Q(source_key__startswith="client:"),
                name="report_source_key_once_of_client",
            ),
        ),
        migrations.RunSQL(
            CONTEXT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            migrations.RunSQL.noop,
        ),
    ]
