"""Cards are proposed by rules; people decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from cityloop.discipline import queries
from cityloop.discipline.models import Card, CardGround, CardRule, Colour
from cityloop.discipline.operations.pairs import GIVEN, first_of_pair, second
from cityloop.discipline.queries.grounds import Ground

LOCK = 0x43415244  # one proposer at a time: every ground is counted once


def one_at_a_time() -> None:
    """Who proposes or issues cards waits here, before any row is locked, to the end of the other's
    transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def propose_cards(*, now: datetime) -> int:
    """Propose what the rules in force ask for today; how many cards. Called again: none."""
    one_at_a_time()
    made = sum(_by_rule(rule, now) for rule in queries.rules_on(timezone.localdate(now)))
    return made + _red(now)


def _by_rule(rule: CardRule, now: datetime) -> int:
    """A yellow card for each unit with enough grounds that no standing card has counted yet."""
    found: dict[int, list[Ground]] = {}
    for ground in queries.grounds(rule, now=now):
        found.setdefault(ground.unit_id, []).append(ground)
    made = 0
    for unit_id, grounds in sorted(found.items()):
        known = queries.counted(rule, unit_id)
        fresh = [one for one in grounds if one.key not in known]
        if len(fresh) >= rule.threshold:
            _propose(rule, unit_id, fresh, now)
            made += 1
    return made


def _propose(rule: CardRule, unit_id: int, grounds: Sequence[Ground], now: datetime) -> None:
    card = Card.objects.create(colour=Colour.YELLOW, unit_id=unit_id, rule=rule, proposed_at=now)
    CardGround.objects.bulk_create(
        CardGround(
            card=card, trigger=rule.trigger, key=one.key, unit_id=unit_id, case_id=one.case_id,
            finding_id=one.finding_id, at=one.at,
        )
        for one in grounds
    )  # fmt: skip


def _red(now: datetime) -> int:
    """A red card for each yellow one that is the second in its time, or was not put right."""
    given = Card.objects.filter(
        colour=Colour.YELLOW, state__in=GIVEN, followed_by=None, issued_at__lte=now
    )
    made = 0
    for card in given.select_related("rule").order_by("issued_at", "pk"):
        if card.overdue(now) or (second(card) and not first_of_pair(card, now=now)):
            Card.objects.create(
                colour=Colour.RED, unit_id=card.unit_id, rule=card.rule, follows=card,
                proposed_at=now,
            )  # fmt: skip
            made += 1
    return made
