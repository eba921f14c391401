"""A case that joined a key matter by mistake is taken out; that it was in stays."""

from django.db import migrations, models

from cityloop.kernel.append_only import settled

REFUSES = "coordination_append_only"
TABLE = "coordination_matter_case"
NO_DELETE = (
    f"CREATE TRIGGER no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {REFUSES}()"
)
APPEND_ONLY = (
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW"
    f" EXECUTE FUNCTION {REFUSES}()"
)


class Migration(migrations.Migration):
    dependencies = [("coordination", "0005_rows_stay")]

    operations = [
        migrations.AddField("mattercase", "removed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "mattercase", "removed_by", models.CharField(blank=True, default="", max_length=120)
        ),
        migrations.AddField(
            "mattercase", "removed_why", models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.RemoveConstraint("mattercase", "matter_case_once"),
        migrations.AddConstraint(
            "mattercase",
            models.UniqueConstraint(
                models.F("matter"), models.F("case"), name="matter_case_once",
                condition=models.Q(("removed_at", None)),
            ),
        ),
        migrations.RunSQL(
            [f"DROP TRIGGER append_only ON {TABLE}", NO_DELETE],
            [f"DROP TRIGGER no_delete ON {TABLE}", APPEND_ONLY],
        ),
        settled(REFUSES, TABLE, "matter_id", "case_id", "added_at"),
        settled(REFUSES, TABLE, "removed_at", "removed_by", "removed_why",
                when="OLD.removed_at IS NOT NULL", name="taken_out"),
    ]  # fmt: skip
