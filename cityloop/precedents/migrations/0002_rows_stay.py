"""A precedent stays as it was marked; that the mark was taken back is added once."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal, settled

REFUSES = "precedents_append_only"


class Migration(migrations.Migration):
    dependencies = [("precedents", "0001_tables")]

    operations = [
        refusal(REFUSES),
        append_only(REFUSES, "precedents_precedent", changes=True),
        settled(REFUSES, "precedents_precedent", "case_id", "note", "marked_by_id", "marked_at"),
        settled(REFUSES, "precedents_precedent", "unmarked_by_id", "unmarked_at", "unmark_reason",
                when="OLD.unmarked_at IS NOT NULL", name="unmarked"),
    ]  # fmt: skip
