"""Minutes, the end of an operation, of a matter and of what was decided are written once."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "coordination_append_only"


class Migration(migrations.Migration):
    dependencies = [("coordination", "0002_safeguards")]

    operations = [
        append_only(REFUSES, "coordination_site_meeting"),
        settled(REFUSES, "coordination_meeting", "held_at", "present", "minutes", "file_id",
                when="OLD.held_at IS NOT NULL"),
        settled(REFUSES, "coordination_meeting_task", "done_at", "result", "done_by",
                when="OLD.done_at IS NOT NULL"),
        settled(REFUSES, "coordination_joint_operation", "ended_at", "report", "called_off",
                when="OLD.ended_at IS NOT NULL"),
        settled(REFUSES, "coordination_key_matter", "closed_at", "result",
                when="OLD.closed_at IS NOT NULL"),
    ]  # fmt: skip
