"""What was drawn and what was issued stays: who had closed, which card it is, that it was withdrawn."""

from django.db import migrations

from cityloop.kernel.append_only import settled

DRAWN = ("draw_id", "case_id", "closer_id", "checker_id", "unit_id", "inspector_id")
ISSUED = ("colour", "unit_id", "rule_id", "proposed_at", "issued_at", "year", "serial")


class Migration(migrations.Migration):
    dependencies = [("discipline", "0005_sampled_decisions")]

    operations = [
        settled("cases_append_only", "discipline_recheck", *DRAWN, name="as_drawn"),
        settled(
            "cases_append_only", "discipline_card", *ISSUED,
            when="OLD.issued_at IS NOT NULL", name="as_issued",
        ),
        settled(
            "cases_append_only", "discipline_card", "state",
            when="OLD.state IN ('refused', 'withdrawn')", name="ended",
        ),
    ]  # fmt: skip
