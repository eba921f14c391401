"""A report is compared with what others told of a case too, not with its first telling alone (D07)."""

from pathlib import Path

from django.db import migrations

CONTEXT = (Path(__file__).parents[1] / "context.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_alone")]
    operations = [
        migrations.RunSQL(
            CONTEXT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            migrations.RunSQL.noop,
        )
    ]
