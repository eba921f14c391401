"""Agendas, cases of key matters and of joint operations, milestones: what was set down stays."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "coordination_append_only"


class Migration(migrations.Migration):
    dependencies = [("coordination", "0004_books_stay")]

    operations = [
        append_only(REFUSES, "coordination_agenda_item", "coordination_matter_case",
                    "coordination_operation_case"),
        append_only(REFUSES, "coordination_milestone", changes=True),
        settled(REFUSES, "coordination_milestone", "matter_id", "title", "due_on"),
        settled(REFUSES, "coordination_milestone", "reached_on", "note",
                when="OLD.reached_on IS NOT NULL", name="reached"),
        settled(REFUSES, "coordination_key_matter", "title", "description", "region_code",
                "owner_id", "due_on", "opened_at", "opened_by", name="as_opened"),
        settled(REFUSES, "coordination_joint_operation", "title", "plan", "region_code", "lead_id",
                "units", "begins_on", "ends_on", "planned_at", "planned_by", name="as_planned"),
        settled(REFUSES, "coordination_joint_operation", "started_at",
                when="OLD.started_at IS NOT NULL", name="started"),
        settled(REFUSES, "coordination_meeting", "kind", "title", "region_code", "planned_at",
                "place", "called_by", "called_at", name="as_called"),
    ]  # fmt: skip
