"""What helps to choose the unit of a case: what it has in hand, who is on duty there and whether it
is open; to whom the case was dispatched before; who settled the like of it nearby."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import fields
from cityloop.cases import queries as cases
from cityloop.cases.models import IN_HANDLING, Case, CaseEvent
from cityloop.desks.queries import CaseFile, Names
from cityloop.duty import queries as duty
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Organisation
from cityloop.standards import queries as standards
from cityloop.standards.workcalendar import NoWorkingTime

# Steps whose form names the unit that gets the case.
NAMING = frozenset({"dispatch", "dispatch_by_order"})
LIKE_METRES, LIKE_SPAN = 1000.0, timedelta(days=365)
SHOWN_PEOPLE = 3
DUTY = "duty.view"


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who hears of a dispatch; `note` says whom they follow or stand in for."""

    name: str
    post: str
    phone: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit as whoever dispatches sees it. `seen`: its work lies in their scope; `rostered` None:
    they do not see who is on duty; else whether it keeps a roster. `people`: on duty, or where
    nobody is, at its desk. `closes` None: closed now, until `opens`."""

    unit: Organisation
    seen: bool
    held: int
    late: int
    rostered: bool | None
    on_duty: bool
    people: list[Reached]
    closes: datetime | None
    opens: datetime | None


@dataclass(frozen=True, slots=True)
class Before:
    """One earlier dispatch of the case; `returned`: why it came back, '' where it did not."""

    at: datetime
    unit: Organisation | None
    returned: str


@dataclass(frozen=True, slots=True)
class Like:
    """The nearest case of the class that was closed, and the unit whose duty it was."""

    case: Case
    metres: float
    unit: Organisation


def of_unit(actor: Actor, unit: Organisation, *, now: datetime) -> UnitFacts:
    """The facts of a unit for a reader, in a fixed number of statements."""
    seen = people.organisations_visible(actor).filter(pk=unit.pk).exists()
    held, late = _in_hand(actor, unit, now) if seen else (0, 0)
    rostered, on_duty, reached = _reached(unit, now) if seen and actor.may(DUTY) else (None,) * 3
    closes, opens = _hours(now)
    return UnitFacts(unit, seen, held, late, rostered, bool(on_duty), reached or [], closes, opens)


def _in_hand(actor: Actor, unit: Organisation, now: datetime) -> tuple[int, int]:
    """How many cases the unit has now, and how many of these are late: what the lists behind the
    numbers hold. By the index of the unit's desk."""
    rows = cases.visible(actor).filter(lead_id=unit.pk, status__in=IN_HANDLING)
    found = rows.order_by().aggregate(held=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    return found["held"], found["late"]


def _reached(unit: Organisation, now: datetime) -> tuple[bool, bool, list[Reached]]:
    """(the unit keeps a roster, somebody is on duty, who hears of a dispatch now)"""
    found = duty.candidates(unit.pk, now)[:SHOWN_PEOPLE]
    if found:
        return (
            True,
            True,
            [Reached(one.member.name, one.post, one.member.phone, one.why) for one in found],
        )
    keepers = duty.desk_keepers(unit.pk, timezone.localdate(now))[:SHOWN_PEOPLE]
    named = [Reached(one.member.name, one.post.name, one.member.phone) for one in keepers]
    return duty.has_roster(unit.pk), False, named


def _hours(now: datetime) -> tuple[datetime | None, datetime | None]:
    """(until when the working hours that run now last, when the next begin); by the city's one
    calendar, which all units work by. None, None without a calendar, or one without work."""
    try:
        calendar = standards.work_calendar()
        local = timezone.localtime(now).replace(tzinfo=None)
        closes = calendar.closes(local)
        if closes is not None:
            return timezone.make_aware(closes), None
        # The very end of a period counts as work to a clock; a door is closed by then.
        after = local + timedelta(microseconds=1)
        return None, timezone.make_aware(calendar.working_moment(after))
    except (standards.NoCalendar, NoWorkingTime):
        return None, None


def before(file: CaseFile) -> list[Before]:
    """The earlier dispatches of a case, latest first; from its history, without a statement."""
    found: list[Before] = []
    for line in file.lines:
        if isinstance(line.facts.get("dispatch"), int):
            found.append(Before(line.at, _unit(line, file.names), ""))
        elif line.action == "return" and found:
            found[-1] = Before(found[-1].at, found[-1].unit, _why(line))
    return found[::-1]


def _unit(line: CaseEvent, names: Names) -> Organisation | None:
    return names.units.get(line.facts.get("unit") or 0)


def _why(line: CaseEvent) -> str:
    """Code and reason of a return, in the reader's words."""
    labels = dict(fields.reasons("return"))
    code = str(labels.get(line.facts.get("reason_code"), ""))
    return " · ".join(filter(None, (code, str(line.facts.get("reason", ""))))) or _("returned")


def like(actor: Actor, case: Case, *, now: datetime) -> Like | None:
    """The nearest case of the class that was closed in a year; two statements at most."""
    since = now - LIKE_SPAN
    found = cases.nearest_closed(actor, case, metres=LIKE_METRES, since=since)
    if found is None:
        return None
    near, metres, whose = found
    unit = Organisation.objects.filter(pk=whose).defer("search").first()
    return Like(near, metres, unit) if unit else None
