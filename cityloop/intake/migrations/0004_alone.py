"""One problem told twice at the same moment is told by the ground, not by tokens; the book of numbers
covers all that is kept of a report."""

from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).parents[1]
ALONE = (HERE / "alone.sql").read_text(encoding="utf-8")
CONTEXT = (HERE / "context.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_no_whole_reading")]
    operations = [
        migrations.RemoveConstraint("report", "report_twin_once"),
        migrations.RemoveField("report", "twin"),
        migrations.AddField("tally", "edition", models.PositiveSmallIntegerField(default=1)),
        migrations.RunSQL(
            CONTEXT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(ALONE, "DROP FUNCTION intake_alone"),
    ]
