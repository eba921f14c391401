"""A line of the register stays as it was written; what came of it is added once."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "petitions_append_only"


class Migration(migrations.Migration):
    dependencies = [("petitions", "0003_another_matter")]

    operations = [
        settled(REFUSES, "petitions_petition", "number", "kind", "received_on", "petitioner_id",
                "subject", "text", "place", "head_count", "problem_class_id", "organisation_id",
                "registered_at", "registered_by_id", "due_on"),
        settled(REFUSES, "petitions_petition", "report_id", "transferred_at",
                when="OLD.report_id IS NOT NULL", name="transferred"),
        settled(REFUSES, "petitions_petition", "answered_at",
                when="OLD.answered_at IS NOT NULL", name="answered"),
        append_only(REFUSES, "petitions_repetition", changes=True),
        settled(REFUSES, "petitions_repetition", "petition_id", "earlier_id", "why"),
        settled(REFUSES, "petitions_repetition", "answer", "reason", "decided_at", "decided_by_id",
                when="OLD.answer <> 'open'", name="decided"),
    ]  # fmt: skip
