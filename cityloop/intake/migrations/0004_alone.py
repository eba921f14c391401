"""Two reports of one problem at the same moment are kept apart by the ground, not by tokens."""

from pathlib import Path

from django.db import migrations

ALONE = (Path(__file__).parents[1] / "alone.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_no_whole_reading")]
    operations = [
        migrations.RemoveConstraint("report", "report_twin_once"),
        migrations.RemoveField("report", "twin"),
        migrations.RunSQL(ALONE, "DROP FUNCTION intake_alone"),
    ]
