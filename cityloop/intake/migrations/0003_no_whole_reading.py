"""The question of `receive` reads by indexes, also in a city whose first reports come in."""

from pathlib import Path

from django.db import migrations

CONTEXT = (Path(__file__).parents[1] / "context.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_safeguards")]
    operations = [
        migrations.RunSQL(
            CONTEXT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            migrations.RunSQL.noop,
        )
    ]
