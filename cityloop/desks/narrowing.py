"""What a list of cases may be narrowed by beside its filters: a table, so that a number on a page
and the list that it opens are made by one condition.

The address says `also=<key>-<number>`; what means nothing narrows nothing, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cityloop.cases.models import HELD, OPEN, Task, Timer, TimerKind, TimerState
from cityloop.desks import company, fieldwork, workers
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Member

ON_SITE = ("verify", "check")  # what somebody is sent to see while the case is open
MOST_DIGITS, MOST_TIMES = 12, 3
TIMES = {
    1: gettext_lazy("once"),
    2: gettext_lazy("twice"),
    MOST_TIMES: gettext_lazy("3 times or more"),
}
# Days that something stands still, from the youngest age on.
AGES = {
    0: gettext_lazy("for less than a week"), 7: gettext_lazy("for a week to a month"),
    30: gettext_lazy("for more than a month"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Narrow:
    """One way: which cases are left for a number, and how the list says so."""

    condition: Callable[[int, Actor, datetime], Q]
    words: Callable[[int, Actor, datetime], str]


def sent_on_site(member_id: int, now: datetime) -> Q:
    """With an open task on site of this person."""
    held = Task.objects.filter(
        case=OuterRef("pk"), member_id=member_id, closed_at=None, kind__in=ON_SITE
    )
    return Q(Exists(held))


def _whose(member_id: int, actor: Actor) -> str:
    return _("on site with %(name)s") % {"name": _name(member_id, actor)}


def _name(member_id: int, actor: Actor) -> str:
    """Only where the reader sees the body that the person belongs to."""
    rows = Member.objects.filter(
        pk=member_id, organisation__in=people.organisations_visible(actor).values("pk")
    )
    return rows.values_list("name", flat=True).first() or "–"


def _at_work(member_id: int, actor: Actor) -> str:
    return _("assigned to %(name)s") % {"name": _name(member_id, actor)}


def moving(_number: int, now: datetime) -> Q:
    """Neither suspended nor deferred: its clocks run."""
    return ~Q(status__in=HELD)


def late_by(times: int, now: datetime) -> Q:
    """Overdue by less than the limit (1), by it once (2), by it twice or more (3): how often the
    limit has been used up. From yellow to the deadline is a quarter of the limit; where nothing is
    known of it, it counts as used up once."""
    if times not in TIMES:
        return Q(pk__in=())
    limit = (F("due_at") - F("yellow_at")) * 4
    known = Q(due_at__gt=F("yellow_at"))
    late = Q(due_at__lt=now, status__in=OPEN)
    if times == 1:
        unknown = Q(yellow_at=None) | Q(due_at__lte=F("yellow_at"))
        return late & (unknown | Q(due_at__gt=now - limit))
    if times == MOST_TIMES:
        return late & known & Q(due_at__lte=now - limit * 2)
    return late & known & Q(due_at__lte=now - limit, due_at__gt=now - limit * 2)


def _late_by(times: int, actor: Actor) -> str:
    return _("overdue, the limit used up %(n)s") % {"n": TIMES.get(times, "–")}


def stood_for(days: int, now: datetime) -> Q:
    """Suspended or deferred for so many days or more, but fewer than the next age."""
    if days not in AGES:
        return Q(pk__in=())
    longer = [one for one in AGES if one > days]
    stands = Timer.objects.filter(
        case=OuterRef("pk"), kind=TimerKind.HOLD, state=TimerState.RUNNING,
        started_at__lte=now - timedelta(days=days),
    )  # fmt: skip
    if longer:
        stands = stands.filter(started_at__gt=now - timedelta(days=min(longer)))
    return Q(status__in=HELD) & Q(Exists(stands))


def _stood_for(days: int, actor: Actor) -> str:
    return _("suspended or deferred %(age)s") % {"age": AGES.get(days, "–")}


def _moving(_number: int, actor: Actor) -> str:
    return _("without what is suspended or deferred")


def _measured(measure: str) -> Narrow:
    """What somebody did on site, or reported (fieldwork.py): for their own company only, to which
    re-inspections and samples of its people are shown; to all others no case, and no name."""

    def left(member_id: int, actor: Actor, now: datetime) -> Q:
        if company.managed(actor, member_id, now=now) is None:
            return Q(pk__in=())
        return fieldwork.of_member(measure, member_id, now)

    def said(member_id: int, actor: Actor, now: datetime) -> str:
        found = company.managed(actor, member_id, now=now)
        return f"{fieldwork.MEASURES[measure].title} · {found.name if found else '–'}"

    return Narrow(left, said)


def _plain(condition: Callable[[int, datetime], Q], words: Callable[[int, Actor], str]) -> Narrow:
    """The same cases for every reader who sees them."""
    return Narrow(
        lambda number, _actor, now: condition(number, now),
        lambda number, actor, _now: words(number, actor),
    )


TABLE = {
    **{measure: _measured(measure) for measure in fieldwork.MEASURES},
    "task": _plain(sent_on_site, _whose),
    "worker": _plain(workers.assigned_to, _at_work),
    "moving": _plain(moving, _moving),
    "times": _plain(late_by, _late_by),
    "held": _plain(stood_for, _stood_for),
}


def read(raw: str) -> tuple[Narrow, int] | None:
    """The way and the number that an address names; None for anything else."""
    key, _dash, number = raw.partition("-")
    if key not in TABLE or not (number.isascii() and number.isdigit()):
        return None
    return (TABLE[key], int(number)) if len(number) <= MOST_DIGITS else None


def condition(raw: str, actor: Actor, now: datetime) -> Q:
    """What the address asks for, as a condition on cases."""
    found = read(raw)
    return found[0].condition(found[1], actor, now) if found else Q()


def words(raw: str, actor: Actor, now: datetime) -> str:
    """The same for the reader; '' where it narrows nothing."""
    found = read(raw)
    return found[0].words(found[1], actor, now) if found else ""
