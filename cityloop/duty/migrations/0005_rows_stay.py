"""Shifts, turns, absences, calls and successions are ended, never rewritten or deleted."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "duty_append_only"
ENDED = ("ended_at", "ended_by")
OVER = "OLD.ended_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("duty", "0004_protection")]

    operations = [
        append_only(REFUSES, "duty_shift", "duty_turn", "duty_absence", "duty_call",
                    "duty_succession", changes=True),
        settled(REFUSES, "duty_shift", "organisation_id", "name", "post", "starts", "ends",
                "special", "set_at", "set_by"),
        settled(REFUSES, "duty_turn", "shift_id", "member_id", "rank", "weekdays", "first_on",
                "last_on", "set_at", "set_by"),
        settled(REFUSES, "duty_absence", "member_id", "kind", "first_on", "last_on", "deputy_id",
                "set_at", "set_by"),
        *(settled(REFUSES, f"duty_{table}", *ENDED, when=OVER, name="ended")
          for table in ("shift", "turn", "absence")),
        settled(REFUSES, "duty_call", "case_id", "version", "place", "unit_id", "member_id",
                "called_as", "shift", "why", "called_at", "answer_by"),
        settled(REFUSES, "duty_call", "opened_at", "opened_by_id",
                when="OLD.opened_at IS NOT NULL", name="opened"),
        settled(REFUSES, "duty_succession", "holding_id", "done_at", "moved", "pooled",
                when="OLD.done_at IS NOT NULL", name="done"),
    ]  # fmt: skip
