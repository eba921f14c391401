"""Cards that an actor sees, the rules behind them, and what they cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from cityloop.discipline.models import Card, CardGround, CardNote, CardPoints, CardRule, Colour
from cityloop.discipline.queries.fraud import of_units
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound

HIDDEN = ("proposed", "refused")  # nothing was said to the unit


def cards(actor: Actor, *, colour: str = "", state: str = "") -> QuerySet[Card]:
    """Cards of units that the actor watches over; of the own unit those issued. Unordered."""
    seen = of_units(actor)
    if not actor.may("discipline.view"):
        seen &= ~Q(state__in=HIDDEN)
    rows = Card.objects.filter(seen)
    if colour:
        rows = rows.filter(colour=colour)
    if state:
        rows = rows.filter(state=state)
    return rows.select_related("unit", "rule", "follows")


def own_cards(actor: Actor) -> QuerySet[Card]:
    """What was issued to the actor's own units; unordered."""
    rows = Card.objects.filter(unit_id__in=actor.own_units).exclude(state__in=HIDDEN)
    return rows.select_related("unit", "rule", "follows")


def card_seen(actor: Actor, card_id: int) -> Card:
    """One card with grounds and notes; raises NotFound outside the actor's scope."""
    rows = cards(actor).prefetch_related(
        Prefetch(
            "grounds",
            CardGround.objects.select_related("case__problem_class", "finding").order_by("at"),
        ),
        Prefetch("notes", CardNote.objects.select_related("by").order_by("pk")),
    )
    found = rows.filter(pk=card_id).first()
    if found is None:
        raise NotFound(_("there is no such card, or you may not see it"))
    return found


def rules(*, limit: int = 200) -> list[CardRule]:
    """Every rule, the latest first."""
    return list(CardRule.objects.order_by("trigger", "-valid_from", "-pk")[:limit])


def rules_on(day: date) -> list[CardRule]:
    """The rules in force on a day."""
    rows = CardRule.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
    return list(rows.order_by("trigger"))


def points_of(unit_ids: list[int], *, since: date, until: date) -> dict[int, Decimal]:
    """What cards took from these units in a period; computed from the rows each time."""
    rows = CardPoints.objects.filter(unit_id__in=unit_ids, day__gte=since, day__lte=until)
    summed = rows.order_by().values("unit_id").annotate(n=Sum("points"))
    return {row["unit_id"]: row["n"] for row in summed}


def cost_of(row: Card) -> Decimal:
    """The points that the card costs by its rule, once it is issued."""
    return row.rule.red_points if row.colour == Colour.RED else row.rule.points


def taken_by(row: Card) -> Decimal:
    """The points that the card has taken and not given back."""
    return -sum((one.points for one in row.points.all()), Decimal(0))
