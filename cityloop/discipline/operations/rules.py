"""Rules of cards: a new one ends the one before it on that day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.discipline.models import CardRule, Trigger
from cityloop.discipline.operations.telling import refuse
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something

MOST = {"threshold": 100, "days": 366, "rectify_days": 90, "repeat_days": 366}


@dataclass(frozen=True, slots=True)
class Terms:
    """So many grounds in so many days: points, days to put it right, when a second one is red."""

    trigger: str
    threshold: int
    days: int
    points: Decimal
    red_points: Decimal
    rectify_days: int
    repeat_days: int
    source_document: str


@transaction.atomic
def set_rule(terms: Terms, *, valid_from: date, actor: Actor, now: datetime) -> CardRule:
    """Set a rule from a day on; cards given before keep theirs. Raises NotAllowed, Invalid."""
    actor.require_for_city("discipline.rules")
    _require_sound(terms)
    if valid_from < timezone.localdate(now):
        refuse("valid_from", _("the day lies in the past"))
    before = CardRule.objects.select_for_update().filter(trigger=terms.trigger, valid_to=None)
    for row in before:
        if row.valid_from >= valid_from:
            refuse("valid_from", _("the rule in force begins on %(day)s: name a later day") % {
                "day": row.valid_from})  # fmt: skip
        row.valid_to = valid_from
        row.save(update_fields=["valid_to"])
    return CardRule.objects.create(
        **asdict(terms), valid_from=valid_from, set_at=now, member_id=actor.member_id,
        actor=actor.post[:120],
    )  # fmt: skip


def _require_sound(terms: Terms) -> None:
    if terms.trigger not in Trigger.values:
        refuse("trigger", _("one of: %(all)s") % {"all": ", ".join(Trigger.values)})
    for name, most in MOST.items():
        if not 0 < getattr(terms, name) <= most:
            refuse(name, _("a number from 1 to %(most)s") % {"most": most})
    if not 0 <= terms.points <= terms.red_points <= 100:
        refuse("red_points", _("a red card costs at least as much as a yellow one, at most 100"))
    if not says_something(terms.source_document):
        refuse("source_document", _("fill this in"))
