"""No re-inspection, card or rule goes; a rule of cards is ended by the next one, never rewritten."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "cases_append_only"


class Migration(migrations.Migration):
    dependencies = [("discipline", "0008_forced_closings")]

    operations = [
        append_only(REFUSES, "discipline_recheck", "discipline_card", "discipline_card_rule",
                    changes=True),
        settled(REFUSES, "discipline_card", "colour", "unit_id", "rule_id", "follows_id",
                "proposed_at", name="as_proposed"),
        settled(REFUSES, "discipline_card_rule", "trigger", "threshold", "days", "points",
                "red_points", "rectify_days", "repeat_days", "source_document", "valid_from"),
        settled(REFUSES, "discipline_card_rule", "valid_to", when="OLD.valid_to IS NOT NULL",
                name="ended"),
    ]  # fmt: skip
