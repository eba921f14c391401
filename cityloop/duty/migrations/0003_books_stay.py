"""A handover stays as it was left, and as it was accepted: its digest holds the lines only."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "duty_append_only"


class Migration(migrations.Migration):
    dependencies = [("duty", "0002_safeguards")]

    operations = [
        append_only(REFUSES, "duty_handover", changes=True),
        settled(REFUSES, "duty_handover", "hall_id", "desk", "areas", "shift", "ended_at",
                "left_by_id", "left_as", "remark", "remarks", "cases", "beside", "digest",
                when="OLD.digest <> '' OR OLD.accepted_at IS NOT NULL"),
        settled(REFUSES, "duty_handover", "accepted_at", "accepted_by_id", "accepted_as", "answer",
                when="OLD.accepted_at IS NOT NULL", name="accepted"),
    ]  # fmt: skip
