"""A list stays as it was sent, and its answer as it was given."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal, settled

REFUSES = "oversight_append_only"


class Migration(migrations.Migration):
    dependencies = [("oversight", "0001_tables")]

    operations = [
        refusal(REFUSES),
        append_only(REFUSES, "oversight_sending", changes=True),
        settled(REFUSES, "oversight_sending", "named_list_id", "organisation_id", "member_id",
                "note", "due_on", "sent_by_id", "sent_at"),
        settled(REFUSES, "oversight_sending", "answer", "answered_by_id", "answered_at",
                when="OLD.answered_at IS NOT NULL", name="answered"),
    ]  # fmt: skip
