"""What a list of cases may be narrowed by beside its filters: a table, so that a number on a page
and the list that it opens are made by one condition.

The address says `also=<key>-<number>`; what means nothing narrows nothing, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from cityloop.cases.models import HELD, Task
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Member

ON_SITE = ("verify", "check")  # what somebody is sent to see while the case is open
MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Narrow:
    """One way: which cases are left for a number, and how the list says so."""

    condition: Callable[[int, datetime], Q]
    words: Callable[[int, Actor], str]


def sent_on_site(member_id: int, now: datetime) -> Q:
    """With an open task on site of this person."""
    held = Task.objects.filter(
        case=OuterRef("pk"), member_id=member_id, closed_at=None, kind__in=ON_SITE
    )
    return Q(Exists(held))


def _whose(member_id: int, actor: Actor) -> str:
    """By name only where the reader sees the body that the person belongs to."""
    rows = Member.objects.filter(
        pk=member_id, organisation__in=people.organisations_visible(actor).values("pk")
    )
    name = rows.values_list("name", flat=True).first()
    return _("on site with %(name)s") % {"name": name or "–"}


def moving(_number: int, now: datetime) -> Q:
    """Neither suspended nor deferred: its clocks run."""
    return ~Q(status__in=HELD)


def _moving(_number: int, actor: Actor) -> str:
    return _("without what is suspended or deferred")


TABLE = {
    "task": Narrow(sent_on_site, _whose),
    "moving": Narrow(moving, _moving),
}


def read(raw: str) -> tuple[Narrow, int] | None:
    """The way and the number that an address names; None for anything else."""
    key, _dash, number = raw.partition("-")
    if key not in TABLE or not (number.isascii() and number.isdigit()):
        return None
    return (TABLE[key], int(number)) if len(number) <= MOST_DIGITS else None


def condition(raw: str, now: datetime) -> Q:
    """What the address asks for, as a condition on cases."""
    found = read(raw)
    return found[0].condition(found[1], now) if found else Q()


def words(raw: str, actor: Actor) -> str:
    """The same for the reader; '' where it narrows nothing."""
    found = read(raw)
    return found[0].words(found[1], actor) if found else ""
