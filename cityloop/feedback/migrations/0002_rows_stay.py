"""What was said stays as it was said, notes and supports are only added."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal, settled

REFUSES = "feedback_append_only"


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_tables")]

    operations = [
        refusal(REFUSES),
        append_only(REFUSES, "feedback_note", "feedback_support"),
        append_only(REFUSES, "feedback_entry", changes=True),
        settled(REFUSES, "feedback_entry", "kind", "text", "member_id", "post", "organisation_id",
                "page", "title", "language", "version", "picture_id", "written_at"),
    ]  # fmt: skip
