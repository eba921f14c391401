"""Draws, findings and what led to cards are append-only; the rules to begin with."""

from datetime import date

from django.db import migrations

from cityloop.kernel.append_only import append_only

# What a city starts with; it sets its own from a day on.
RULES = (
    # trigger, threshold, days, points, red, rectify, repeat
    ("late_orders", 3, 30, 1, 3, 7, 90),
    ("ignored_order", 1, 30, 2, 5, 3, 90),
    ("late_cases", 10, 30, 1, 3, 7, 90),
    ("false_closing", 2, 90, 2, 5, 7, 180),
    ("fraud", 1, 30, 3, 8, 7, 365),
)


def seed_rules(apps, schema_editor):
    """The rules that every platform begins with."""
    rule = apps.get_model("discipline", "CardRule")
    rule.objects.bulk_create(
        rule(
            trigger=trigger, threshold=threshold, days=days, points=points, red_points=red,
            rectify_days=rectify, repeat_days=repeat, source_document="红黄牌警示办法（默认）",
            valid_from=date(2020, 1, 1),
        )
        for trigger, threshold, days, points, red, rectify, repeat in RULES
    )  # fmt: skip


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("discipline", "0001_discipline"),
        ("discipline", "0002_cards"),
        ("discipline", "0003_whose_closing"),
    ]

    dependencies = [
        ("discipline", "0001_tables"),
        ("cases", "0002_safeguards"),
    ]
    operations = [
        append_only(
            "cases_append_only",
            "discipline_draw",
            "discipline_fraud",
            "discipline_fraud_case",
            "discipline_fraud_note",
            "discipline_card_ground",
            "discipline_card_note",
            "discipline_card_points",
        ),
        migrations.RunPython(seed_rules, migrations.RunPython.noop),
    ]
