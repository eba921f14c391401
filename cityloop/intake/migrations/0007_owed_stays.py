"""What is owed to a reporter, since when and until when, stays as it was written."""

from django.db import migrations

from cityloop.kernel.append_only import settled


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_set_by_whom")]

    operations = [
        settled("intake_append_only", "intake_notice", "report_id", "topic", "version", "owed_at",
                "due_at", name="as_owed"),
    ]  # fmt: skip
