"""What was set of the rules of cards, for the audit of configuration."""

from __future__ import annotations

from cityloop.discipline.models import CardRule
from cityloop.kernel.changes import Asked, Change, asked_of, lines_of

TERMS = ("threshold", "days", "points", "red_points", "rectify_days", "repeat_days", "valid_from")


def changes(asked: Asked) -> list[Change]:
    """Each rule with the one before it; those set before it was kept by whom are left out."""
    rows = CardRule.objects.filter(set_at__isnull=False)
    return asked_of(rows, asked, "cards", _rule, at="set_at")


def _rule(row: CardRule) -> Change:
    earlier = CardRule.objects.filter(trigger=row.trigger, valid_to=row.valid_from)
    before = earlier.exclude(pk=row.pk).order_by("-pk").values(*TERMS).first() or {}
    lines = lines_of(before, {name: getattr(row, name) for name in TERMS})
    at = row.set_at or row.valid_from
    return Change("cards", row.pk, at, row.actor, row.trigger, lines, row.source_document)  # type: ignore[arg-type]
