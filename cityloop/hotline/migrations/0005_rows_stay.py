"""Calls, orders and what was told and reported of them stay; times of a call are filled in once."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal, settled

REFUSES = "hotline_append_only"
ONCE = ("ringing_at", "answered_at", "ended_at", "report_id")


class Migration(migrations.Migration):
    dependencies = [("hotline", "0004_retold")]

    operations = [
        refusal(REFUSES),
        append_only(REFUSES, "hotline_told", "hotline_result"),
        append_only(REFUSES, "hotline_call", "hotline_order", "hotline_batch", changes=True),
        settled(REFUSES, "hotline_call", "outer_id"),
        *(settled(REFUSES, "hotline_call", one, when=f"OLD.{one} IS NOT NULL", name=f"{one}_once")
          for one in ONCE),
        settled(REFUSES, "hotline_order", "outer_number", "round", "report_id", "batch_id",
                "came_at"),
        settled(REFUSES, "hotline_batch", "name", "at", "by"),
        settled(REFUSES, "hotline_batch", "opened", "joined", "known", "bad_rows", "warnings",
                "done", when="OLD.done", name="ended"),
    ]  # fmt: skip
