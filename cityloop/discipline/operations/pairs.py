"""Two yellow cards within a time make a red one: which do, and what is left when one of them falls.

Which card was the other of a pair is not written down: it follows from when cards were given, so
that a red card of any age is judged alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from cityloop.discipline.models import Card, CardNote, Colour, State

GIVEN = (State.ISSUED, State.ANSWERED, State.RECTIFIED)
DROPPED = (State.REFUSED, State.WITHDRAWN)
Step = CardNote.Step


def second(card: Card, *, red: Card | None = None) -> bool:
    """Another yellow card was given within the time before this one; after a red one the count
    begins anew, so that one pair of cards is not punished twice. With `red`, the card's own: only
    red cards before that one count."""
    given = _given_before(card)
    others = list(given.values_list("pk", flat=True))
    punished = given.filter(followed_by__isnull=False).exclude(followed_by__state__in=DROPPED)
    if red is not None:
        punished = punished.filter(followed_by__lt=red.pk)
    # Those after the last one that a red card follows; proposals are approved in any order.
    return bool(others) and others[-1] not in set(punished.values_list("pk", flat=True))


def _given_before(card: Card) -> QuerySet[Card]:
    """Yellow cards of the unit that stand and were given in the time before, the earliest first."""
    assert card.issued_at is not None  # noqa: S101 (it was given)
    since = card.issued_at - timedelta(days=card.rule.repeat_days)
    return Card.objects.filter(
        Q(issued_at__lt=card.issued_at) | Q(issued_at=card.issued_at, pk__lt=card.pk),
        colour=Colour.YELLOW, unit_id=card.unit_id, state__in=GIVEN, issued_at__gte=since,
    ).order_by("issued_at", "pk")  # fmt: skip


def first_of_pair(card: Card, *, now: datetime) -> bool:
    """A red card is there for the pair of this card and the next one already."""
    after = Card.objects.filter(
        Q(issued_at__gt=card.issued_at) | Q(issued_at=card.issued_at, pk__gt=card.pk),
        colour=Colour.YELLOW, unit_id=card.unit_id, state__in=GIVEN,
    )  # fmt: skip
    following = after.select_related("rule", "followed_by").order_by("issued_at", "pk").first()
    red = getattr(following, "followed_by", None)
    if following is None or red is None or red.state in DROPPED or _was_overdue(following, now):
        return False
    return _given_before(following).filter(pk=card.pk).exists()


def left_alone(fallen: Card, *, now: datetime) -> list[Card]:
    """Red cards that stand for a pair of which this yellow one was the first, and no other takes
    its place. Not those that also stand because the second was not put right in time."""
    if fallen.colour != Colour.YELLOW or fallen.issued_at is None:
        return []
    reds = Card.objects.filter(
        colour=Colour.RED, unit_id=fallen.unit_id, follows__issued_at__gte=fallen.issued_at
    ).exclude(Q(state__in=DROPPED) | Q(follows=fallen))
    return [
        red
        for red in reds.select_related("follows__rule", "rule", "unit").order_by("pk")
        if red.follows is not None and _leans(red, red.follows, fallen, now)
    ]


def _leans(red: Card, second_one: Card, fallen: Card, now: datetime) -> bool:
    """The fallen card was given in the time before the second one, and nothing else holds the red
    card that follows that one."""
    assert fallen.issued_at is not None  # noqa: S101 (it was given)
    assert second_one.issued_at is not None  # noqa: S101 (so was this one)
    span = timedelta(days=second_one.rule.repeat_days)
    if not second_one.issued_at - span <= fallen.issued_at:
        return False
    if (second_one.issued_at, second_one.pk) < (fallen.issued_at, fallen.pk):
        return False
    return not second(second_one, red=red) and not _was_overdue(second_one, now)


def _was_overdue(card: Card, now: datetime) -> bool:
    """At some time up to now an answer was owed and its last day had passed: the notes say so."""
    until = None
    for note in CardNote.objects.filter(card=card, at__lte=now).order_by("pk"):
        if note.step in (Step.APPROVAL, Step.SENT_BACK):
            until = timezone.localdate(note.at) + timedelta(days=card.rule.rectify_days)
        elif note.step == Step.ANSWER:
            if until is not None and timezone.localdate(note.at) > until:
                return True
            until = None
    return card.overdue(now)
