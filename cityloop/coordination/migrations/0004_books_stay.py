"""What was disputed and decided, and what a meeting gave to do, stays as it was written."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "coordination_append_only"
# A decision that was taken on the page of the case lost its document: the history has it.
FIND_DOCUMENTS = """
UPDATE coordination_dispute d SET document = left(e.facts->>'document', 200)
FROM cases_event e
WHERE d.closed_at IS NOT NULL AND d.document = '' AND e.case_id = d.case_id
  AND e.version = d.last_version AND e.facts->>'document' <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("coordination", "0003_written_once"), ("cases", "0002_safeguards")]

    operations = [
        migrations.RunSQL(FIND_DOCUMENTS, migrations.RunSQL.noop),
        append_only(REFUSES, "coordination_dispute", "coordination_meeting",
                    "coordination_meeting_task", "coordination_joint_operation",
                    "coordination_key_matter", changes=True),
        settled(REFUSES, "coordination_dispute", "case_id", "opened_at"),
        settled(REFUSES, "coordination_dispute", "parties", "level", "last_version", "fixed_at",
                "fixed_by_id", "closed_at", "liable_id", "decision", "decided_by", "document",
                "file_id", "line_id", when="OLD.closed_at IS NOT NULL", name="decided"),
        settled(REFUSES, "coordination_meeting_task", "meeting_id", "organisation_id", "what",
                "due_on", name="given"),
    ]  # fmt: skip
