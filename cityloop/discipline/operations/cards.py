"""A proposed card is approved or refused; the unit answers; a card ends, or is withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.discipline import queries
from cityloop.discipline.models import (
    Card,
    CardGround,
    CardNote,
    CardPoints,
    State,
    Trigger,
)
from cityloop.discipline.operations.pairs import DROPPED, GIVEN, left_alone
from cityloop.discipline.operations.proposing import one_at_a_time, propose_cards
from cityloop.discipline.operations.telling import (
    in_each,
    judge,
    member_of,
    not_below,
    tell_unit,
    words,
)
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, Refused

DECIDE, ANSWER = "discipline.decide", "discipline.answer"
Step = CardNote.Step


@transaction.atomic
def approve_card(*, card_id: int, reason: str, actor: Actor, now: datetime) -> Card:
    """Issue a proposed card under its number: the unit is told, its evaluation loses the points."""
    one_at_a_time()
    row = _judged(actor, card_id, State.PROPOSED)
    today = timezone.localdate(now)
    _note(row, Step.APPROVAL, reason, actor, now)  # first: a card stands as its last note says
    row.state, row.issued_at, row.year = State.ISSUED, now, today.year
    row.serial = _next_serial(row.colour, today.year)
    row.rectify_by = today + timedelta(days=row.rule.rectify_days)
    row.save(update_fields=["state", "issued_at", "year", "serial", "rectify_by"])
    _points(row, -queries.cost_of(row), now)
    _tell(row, "card_issued", reason, now)
    propose_cards(now=now)
    return row


def _next_serial(colour: str, year: int) -> int:
    """Cards of a colour are numbered through the year; only one is issued at a time."""
    last = Card.objects.filter(colour=colour, year=year).aggregate(n=Max("serial"))["n"]
    return int(last or 0) + 1


@transaction.atomic
def refuse_card(*, card_id: int, reason: str, actor: Actor, now: datetime) -> Card:
    """Not issued, with the reason; its grounds are not counted again."""
    row = _judged(actor, card_id, State.PROPOSED)
    return _move(row, State.REFUSED, Step.REFUSAL, reason, actor, now)


@transaction.atomic
def answer_card(*, card_id: int, text: str, actor: Actor, now: datetime) -> Card:
    """What the unit did to put it right."""
    actor.require(ANSWER)
    row = _locked(actor, card_id)
    if row.unit_id not in actor.own_units:
        raise NotAllowed(_("%(unit)s answers to this") % {"unit": row.unit.name})
    _in_state(row, State.ISSUED)
    return _move(row, State.ANSWERED, Step.ANSWER, text, actor, now)


@transaction.atomic
def accept_answer(*, card_id: int, reason: str, actor: Actor, now: datetime) -> Card:
    """It is put right; the points stay."""
    row = _judged(actor, card_id, State.ANSWERED)
    return _move(row, State.RECTIFIED, Step.ACCEPTANCE, reason, actor, now)


@transaction.atomic
def send_answer_back(*, card_id: int, reason: str, actor: Actor, now: datetime) -> Card:
    """Not enough: the unit owes another answer, by the same time from now."""
    row = _judged(actor, card_id, State.ANSWERED)
    row.rectify_by = timezone.localdate(now) + timedelta(days=row.rule.rectify_days)
    row.save(update_fields=["rectify_by"])
    _move(row, State.ISSUED, Step.SENT_BACK, reason, actor, now)
    _tell(row, "card_sent_back", reason, now)
    return row


@transaction.atomic
def withdraw_card(*, card_id: int, reason: str, actor: Actor, now: datetime) -> Card:
    """An issued card is taken back, its points are given back; the card stays to be read. A red
    card falls for which it was the first of two; the one that follows it is decided before."""
    one_at_a_time()
    row = _judged(actor, card_id, *GIVEN)
    for given in row.notes.filter(step=Step.APPROVAL):
        not_below(given.by_id, actor=actor, now=now)
    following = getattr(row, "followed_by", None)
    if following and following.state not in DROPPED:
        raise Refused(_("first refuse or withdraw the red card that follows it"))
    _take_back(row, reason, actor, now)
    if _fall_alone(row, reason, actor, now):
        propose_cards(now=now)
    return row


def _take_back(
    row: Card, reason: str, actor: Actor, now: datetime, step: str = Step.WITHDRAWAL
) -> Card:
    _move(row, State.WITHDRAWN, step, reason, actor, now)
    _points(row, queries.cost_of(row), now)
    _tell(row, "card_withdrawn", reason, now)
    return row


def drop_ground(*, finding_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """A finding was overturned, and says so already: see `_drop`."""
    return _drop(Q(finding_id=finding_id), reason, actor, now)


@transaction.atomic
def drop_lateness(*, number: str, unit_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """A unit's lateness in a case was excused, and its clocks say so already: see `_drop`."""
    late = Q(trigger=Trigger.LATE_CASES, case__number=number, unit_id=unit_id)
    return _drop(late, reason, actor, now)


def _drop(touched: Q, reason: str, actor: Actor, now: datetime) -> int:
    """Of the cards that rest on these grounds, those fall that are left with too few that hold, and
    the red ones that followed them or were given for a pair with them; how many. What speaks for
    another card is then counted anew.

    Counted is what holds by now, not what is left beside this one ground: one appeal after the
    other may be granted. Inside the caller's transaction.
    """
    one_at_a_time()
    fallen, grounds = 0, CardGround.objects.filter(touched)
    for card in Card.objects.filter(pk__in=grounds.values("card")).order_by("pk"):
        if card.state in DROPPED or queries.still_held(card.pk) >= card.rule.threshold:
            continue
        following = getattr(card, "followed_by", None)
        for one in (following, card):
            if one is not None and one.state not in DROPPED:
                _fall(one, reason, actor, now)
                fallen += 1
        fallen += _fall_alone(card, reason, actor, now)
    if fallen:
        propose_cards(now=now)
    return fallen


def _fall_alone(fallen: Card, reason: str, actor: Actor, now: datetime) -> int:
    """The red cards fall whose pair this yellow card leaves alone; how many."""
    alone = left_alone(fallen, now=now)
    for red in alone:
        _fall(red, reason, actor, now)
    return len(alone)


def _fall(row: Card, reason: str, actor: Actor, now: datetime) -> None:
    if row.state == State.PROPOSED:
        _move(row, State.REFUSED, Step.FALL, reason, actor, now)
    else:
        _take_back(row, reason, actor, now, Step.FALL)


def _judged(actor: Actor, card_id: int, *states: str) -> Card:
    actor.require(DECIDE)
    row = _locked(actor, card_id)
    judge(actor, row.unit)
    _in_state(row, *states)
    return row


def _locked(actor: Actor, card_id: int) -> Card:
    row = queries.card_seen(actor, card_id)
    row.state = Card.objects.select_for_update().get(pk=row.pk).state
    return row


def _in_state(row: Card, *states: str) -> None:
    if row.state not in states:
        raise Refused(
            _("this card is %(state)s: that is not possible now")
            % {"state": row.get_state_display()}
        )


def _move(row: Card, state: str, step: str, text: str, actor: Actor, now: datetime) -> Card:
    _note(row, step, text, actor, now)
    row.state = state
    row.save(update_fields=["state"])
    return row


def _note(row: Card, step: str, text: str, actor: Actor, now: datetime) -> None:
    field = "text" if step == Step.ANSWER else "reason"
    CardNote.objects.create(
        card=row, step=step, text=words(field, text), by_id=member_of(actor), at=now
    )


def _points(row: Card, points: Decimal, now: datetime) -> None:
    CardPoints.objects.create(
        card=row, unit_id=row.unit_id, rule=row.rule, day=timezone.localdate(now), points=points
    )


def _tell(row: Card, topic: str, reason: str, now: datetime) -> None:
    values: dict[str, str | dict[str, str]] = {
        "title": in_each(lambda: row.number), "due": str(row.rectify_by), "reason": reason[:120],
    }  # fmt: skip
    tell_unit(
        topic, row.unit, f"/discipline/cards/{row.pk}/", values,
        about=f"{topic}:{row.pk}:{int(now.timestamp())}", on=timezone.localdate(now),
    )  # fmt: skip
