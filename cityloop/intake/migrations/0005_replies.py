"""The reply clock: until when an answer is to be given."""

from django.db import migrations, models

FILL = "UPDATE intake_notice SET due_at = owed_at + interval '24 hours'"


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_nothing_is_emptied")]
    operations = [
        migrations.AddField("reporternotice", "due_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("reporternotice", "due_at", models.DateTimeField()),
        migrations.AddIndex(
            "reporternotice",
            models.Index("due_at", "id", name="notice_due", condition=models.Q(state="owed")),
        ),
        migrations.AddIndex(
            "reporternotice",
            models.Index(
                fields=["-settled_at", "-id"], name="notice_told",
                condition=models.Q(state="told"),
            ),
        ),
    ]  # fmt: skip
