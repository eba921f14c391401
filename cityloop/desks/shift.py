"""A shift leader's hall at a moment: what waits at which step and since when, what runs out before
the shift ends, who is on shift with how much, which replies did not arrive.

Every number is counted by the condition of the list that it opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import HELD, OPEN, Task
from cityloop.desks import looks
from cityloop.desks.narrowing import ON_SITE
from cityloop.duty import hours
from cityloop.duty import queries as duty
from cityloop.duty.models import Turn
from cityloop.kernel.actor import Actor
from cityloop.notify import queries as notify
from cityloop.people.models import Member
from cityloop.standards import queries as standards

GOING = [status for status in OPEN if status not in HELD]
MOST_PEOPLE = 12
ROLES, REPORTER = frozenset({"shift_leader"}), "intake.reporter"


@dataclass(frozen=True, slots=True)
class End:
    """When the shift ends, and what says so."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way: how many cases wait there, the oldest of them, how many are overdue and
    how many run out before the shift ends."""

    status: str
    look: looks.Look
    waiting: int
    oldest: datetime
    late: int
    due: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on shift, or sent on site: how many cases are with them, how many of these late."""

    member: Member
    post: str
    on_duty: bool
    cases: int
    late: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The whole."""

    end: End
    stages: list[Stage]
    people: list[Person]
    more_people: int
    rostered: bool
    undelivered: int | None  # None: for the eyes of others

    @property
    def late(self) -> int:
        """Overdue now, over all steps."""
        return sum(one.late for one in self.stages)

    @property
    def due(self) -> int:
        """Not overdue now, and overdue at the end of the shift if nothing is done."""
        return sum(one.due for one in self.stages)

    @property
    def on_time(self) -> int | None:
        """Percent of what is open that is in time at the end of the shift if nothing is done."""
        every = sum(one.waiting for one in self.stages)
        return round(100 * (every - self.late - self.due) / every) if every else None

    @property
    def on_time_words(self) -> str:
        """The same as it is shown."""
        return f"{self.on_time}%"


def end_of(actor: Actor, now: datetime) -> End:
    """By the roster of the hall: the shift of the reader, else the one that runs; where nobody is
    on duty the end of the city's working hours, outside of these the end of the day."""
    return _end(actor, now, _turns(actor, now))


def due_before_it_ends(actor: Actor, now: datetime) -> Q:
    """Cases whose clock runs out between now and the end of the reader's shift."""
    return Q(due_at__gte=now, due_at__lt=end_of(actor, now).at, status__in=GOING)


def _turns(actor: Actor, now: datetime) -> list[Turn]:
    return duty.turns_now(actor.platforms[0][0], now) if actor.platforms else []


def _end(actor: Actor, now: datetime, turns: Sequence[Turn]) -> End:
    local = timezone.localtime(now).replace(tzinfo=None)
    mine = [one for one in turns if one.member_id == actor.member_id]
    for turn in [*mine, *turns]:
        begun = hours.day_of(turn.shift.starts, turn.shift.ends, local)
        if begun is not None:
            over = turn.shift.ends <= turn.shift.starts
            end = datetime.combine(begun, turn.shift.ends) + over * hours.ONE_DAY
            return End(timezone.make_aware(end), turn.shift.name)
    try:
        closes = standards.work_calendar().closes(local)
    except standards.NoCalendar:
        closes = None
    if closes is not None:
        return End(timezone.make_aware(closes), _("end of the working hours"))
    midnight = datetime.combine(local.date(), time()) + timedelta(days=1)
    return End(timezone.make_aware(midnight), _("end of the day"))


def of(actor: Actor, *, now: datetime) -> Shift:
    """The hall of the reader; about ten statements, over open work only."""
    turns = _turns(actor, now)
    end = _end(actor, now, turns)
    people = _people(actor, turns, now)
    seen = actor.may(REPORTER)
    return Shift(
        end=end, stages=_stages(actor, now, end), people=people[:MOST_PEOPLE],
        more_people=max(0, len(people) - MOST_PEOPLE), rostered=bool(turns),
        undelivered=notify.replies(actor, "failed", now=now).count() if seen else None,
    )  # fmt: skip


def _stages(actor: Actor, now: datetime, end: End) -> list[Stage]:
    """In the order of the way, without the steps at which nothing waits. What stands still has no
    clock that could run out, and is on lists of its own. One statement."""
    rows = cases.visible(actor).filter(status__in=GOING)
    counted = rows.order_by().values("status").annotate(
        waiting=Count("pk"), oldest=Min("reported_at"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        due=Count("pk", filter=Q(due_at__gte=now, due_at__lt=end.at)),
    )  # fmt: skip
    found = {row["status"]: row for row in counted}
    return [
        Stage(status, look, row["waiting"], row["oldest"], row["late"], row["due"])
        for status, look in looks.STATUS.items()
        if (row := found.get(status))
    ]


def _people(actor: Actor, turns: Sequence[Turn], now: datetime) -> list[Person]:
    """Who is on duty in the hall, and whoever was sent on site to a case that the reader sees; the
    latest and the fullest hands first. Two statements."""
    held = Task.objects.filter(
        closed_at=None, kind__in=ON_SITE, member__isnull=False,
        case__in=cases.visible(actor).filter(status__in=OPEN),
    )  # fmt: skip
    counted = held.order_by().values("member_id").annotate(
        n=Count("case", distinct=True),
        late=Count("case", distinct=True, filter=Q(case__due_at__lt=now)),
    )  # fmt: skip
    load = {row["member_id"]: (row["n"], row["late"]) for row in counted}
    posts = {one.member_id: one.shift.post for one in turns}
    rows = Member.objects.filter(pk__in={*load, *posts}).select_related("organisation")
    found = [Person(one, posts.get(one.pk, ""), one.pk in posts, *load.get(one.pk, (0, 0)))
             for one in rows.defer("search", "organisation__search")]  # fmt: skip
    return sorted(found, key=lambda one: (-one.late, -one.cases, not one.on_duty, one.member.name))
