"""Cases: lists, one case, its history, clocks and tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import D
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from cityloop.cases import flow as flows
from cityloop.cases import lifecycle
from cityloop.cases.models import (
    FINAL,
    HELD,
    NEVER_FILED,
    Case,
    CaseEvent,
    Flow,
    Status,
    Task,
    Timer,
    TimerKind,
    TimerState,
)
from cityloop.geo import queries as geo
from cityloop.geo.models import ResponsibilityGrid
from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems, Succession
from cityloop.people import scope as people_scope
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition

SHOWN = ("problem_class", "lead", "filing_rule")


def visible(actor: Actor) -> QuerySet[Case]:
    """The cases an actor may see."""
    return Case.objects.filter(scope(actor))


def scope(actor: Actor) -> Q:
    """The actor's data scope as a condition on cases.

    A post sees the cases of its area; where it is limited to organisations, those in which they
    have or had a part. Everybody sees the cases in which they took part themselves.
    """
    if people_scope.sees_all(actor):
        return Q()
    found: Q = people_scope.NOTHING
    for ids, codes in people_scope.scopes_of(actor):
        area = Q() if codes is None else Q(pk__in=())
        for code in codes or ():
            area |= Q(area_code__startswith=code)
        found |= area if ids is None else area & Q(units__overlap=sorted(ids))
    if actor.member_id is not None:
        found |= Q(members__contains=[actor.member_id])
    return found


def get(actor: Actor, number: str) -> Case:
    """One case with class, rule and unit; NotFound outside the actor's scope."""
    shown = (*SHOWN, "worker", "flow", "holder", "liable")
    case = visible(actor).select_related(*shown).filter(number=number).first()
    if case is None:
        raise NotFound(_("there is no case %(number)s") % {"number": number[:30]})
    return case


def only_seen(actor: Actor, told: Sequence[dict[str, Any]]) -> None:
    """Of the cases that remarks and findings name, those outside the actor's scope are counted
    only: `cases` loses them, `hidden` says how many."""
    numbers = {number for one in told for number in one.get("cases") or ()}
    if not numbers or people_scope.sees_all(actor):
        return
    seen = set(visible(actor).filter(number__in=numbers).values_list("number", flat=True))
    for one in told:
        named = one.get("cases") or ()
        if hidden := sum(number not in seen for number in named):
            one["cases"] = [number for number in named if number in seen]
            one["hidden"] = hidden


NUMBER_DIGITS = 12  # from so many digits on, words are a case's number


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list may be narrowed by; empty means any."""

    status: tuple[str, ...] = ()
    record_type: str = ""
    channel: str = ""
    class_id: int | None = None
    area: str = ""
    unit_id: int | None = None
    worker_id: int | None = None
    overdue: bool = False
    words: str = ""  # a case's number finds that case
    reported_from: datetime | None = None
    reported_to: datetime | None = None
    box: tuple[float, float, float, float] | None = None
    open_only: bool = False
    major: str = ""  # of classes: "E01", the kind's first letter and the major code
    filed_from: datetime | None = None
    filed_to: datetime | None = None
    closed_from: datetime | None = None  # of cases that are closed: not rejected, not voided
    closed_to: datetime | None = None
    outcome: str = ""  # of handling: a key of OUTCOMES
    besides: Q = field(default_factory=Q)  # a condition on cases, of the caller's own

    @property
    def number(self) -> str:
        """The case's number that the words are; '' where they are words."""
        words = self.words.strip()
        return words if words.isascii() and words.isdigit() and len(words) >= NUMBER_DIGITS else ""


# What became of a case, as figures count it and lists show it.
OUTCOMES = {
    "on_time": Q(handled_late=False),
    "late": Q(handled_late=True),
    "reworked": Q(reworks__gt=0),
}
KINDS = {"C": "component", "E": "event"}


def search(actor: Actor, filters: Filters, *, now: datetime) -> QuerySet[Case]:
    """The visible cases that match every filter, unordered."""
    rows = visible(actor).select_related(*SHOWN).filter(_conditions(filters))
    if filters.overdue:
        rows = rows.filter(due_at__lt=now).exclude(status__in=FINAL)
    if filters.number:
        rows = rows.filter(number=filters.number)
    elif filters.words:
        query = text.query(filters.words)
        rows = rows.extra(where=["cases_case.search @@ %s::tsquery"], params=[query])
    if filters.box:
        rows = rows.filter(point__bboverlaps=Polygon.from_bbox(filters.box))
    return rows


def _conditions(filters: Filters) -> Q:
    plain = {
        "record_type": filters.record_type,
        "channel": filters.channel,
        "problem_class_id": filters.class_id,
        "lead_id": filters.unit_id,
        "worker_id": filters.worker_id,
        "area_code__startswith": filters.area,
        "reported_at__gte": filters.reported_from,
        "reported_at__lt": filters.reported_to,
        "filed_at__gte": filters.filed_from,
        "filed_at__lt": filters.filed_to,
        "closed_at__gte": filters.closed_from,
        "closed_at__lt": filters.closed_to,
    }
    condition = Q(**{name: value for name, value in plain.items() if value not in (None, "")})
    if filters.status:
        condition &= Q(status__in=filters.status)
    if filters.open_only:
        condition &= ~Q(status__in=FINAL)
    if filters.closed_from or filters.closed_to:
        condition &= Q(status=Status.CLOSED)
    if filters.major:
        kind, code = KINDS.get(filters.major[0], ""), filters.major[1:]
        condition &= Q(problem_class__kind=kind, problem_class__major_code=code)
    return condition & OUTCOMES.get(filters.outcome, Q()) & filters.besides


# The boxes of a desk: what waits for whom. Order as on the screen.
BOXES: tuple[tuple[str, str], ...] = (
    ("reported", Status.REPORTED),
    ("verifying", Status.VERIFYING),
    ("accepted", Status.ACCEPTED),
    ("voiding", Status.VOIDING),
    ("filed", Status.FILED),
    ("coordinating", Status.COORDINATING),
    ("dispatched", Status.DISPATCHED),
    ("handling", Status.HANDLING),
    ("handed_in", Status.HANDED_IN),
    ("handled", Status.HANDLED),
    ("checking", Status.CHECKING),
    ("check_failed", Status.CHECK_FAILED),
    ("checked", Status.CHECKED),
    ("suspended", Status.SUSPENDED),
    ("deferred", Status.DEFERRED),
)


@dataclass(frozen=True, slots=True)
class Box:
    """One box: how many cases wait there and how many are late."""

    status: str
    count: int
    overdue: int


def boxes(actor: Actor, *, now: datetime) -> list[Box]:
    """Counts of every open status in the actor's scope, in one query."""
    rows = (
        visible(actor)
        .exclude(status__in=FINAL)
        .values("status")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    )
    found = {row["status"]: (int(row["n"]), int(row["late"])) for row in rows}
    return [Box(str(status), *found.get(str(status), (0, 0))) for _name, status in BOXES]


def history(case: Case) -> list[CaseEvent]:
    """The case's lines, oldest first."""
    return list(CaseEvent.objects.filter(case=case).order_by("version"))


def timers(case: Case) -> list[Timer]:
    """The case's clocks, oldest first."""
    return list(
        case.timers.select_related("organisation").defer("organisation__search").order_by("id")
    )


def tasks(case: Case) -> list[Task]:
    """The case's tasks, open ones first."""
    rows = case.tasks.select_related("organisation", "member")
    return list(rows.order_by(F("closed_at").asc(nulls_first=True), "id"))


def responsibility_grid(case: Case) -> ResponsibilityGrid | None:
    """The responsibility grid in which a case lay on the day of its report."""
    day = timezone.localdate(case.reported_at)
    return geo.responsibility_grid(case.grid_code, on=day) if case.grid_code else None


def allowed_steps(actor: Actor, case: Case) -> list[lifecycle.Step]:
    """The life-cycle rows that the actor's roles may try now: buttons and forms. Without those that
    are taken together with something beside the case."""
    if not actor.may("cases.step"):
        return []
    flow = flows.parameters(case.flow.parameters, case.area_code)
    found = lifecycle.allowed(status=case.status, roles=actor.roles, flow=flow)
    elsewhere = lifecycle.WITH_A_REPORT | lifecycle.WITH_A_RECORD
    return [step for step in found if step.action not in elsewhere]


def nearby(
    actor: Actor,
    *,
    lon: float,
    lat: float,
    metres: float = 100,
    since: datetime | None = None,
    limit: int = 20,
) -> list[Case]:
    """Visible cases within so many metres, nearest first (index scan on the box, then distance)."""
    centre = Point(lon, lat, srid=4326)
    degrees = metres / 111_000 * 1.6  # a box that surely holds the circle up to 50 degrees north
    box = Polygon.from_bbox((lon - degrees, lat - degrees, lon + degrees, lat + degrees))
    rows = visible(actor).select_related(*SHOWN).filter(point__bboverlaps=box)
    if since is not None:
        rows = rows.filter(reported_at__gte=since)
    near = rows.filter(point__distance_lte=(centre, D(m=metres)))
    return list(near.order_by("-reported_at")[:limit])


def ping_pong(actor: Actor, *, dispatches: int = 2) -> QuerySet[Case]:
    """Open cases that have been dispatched at least so often (E03)."""
    return visible(actor).filter(dispatches__gte=dispatches).exclude(status__in=FINAL)


def of_the_public() -> Q:
    """Cases that are reviewed before they are closed: each by the flow that it began with."""
    alike: dict[tuple[str, ...], list[int]] = {}  # most flows review the same
    for flow in Flow.objects.order_by("id"):
        channels = tuple(sorted(flows.parameters(flow.parameters).reviewed_channels))
        alike.setdefault(channels, []).append(flow.pk)
    begun = (Q(flow__in=ids, channel__in=channels) for channels, ids in alike.items())
    return reduce(or_, begun, Q(joined_public=True))


def counts_by_unit(*, edition_code: str = "") -> dict[str, dict[str, int]]:
    """Unit name -> closed, on time, overdue (handled late) of cases that count as filed."""
    rows = Case.objects.filter(lead__isnull=False).exclude(record_type__in=NEVER_FILED)
    if edition_code:
        rows = rows.filter(problem_class__edition__code=edition_code)
    counted = rows.values("lead__name_zh").annotate(
        closed=Count("pk", filter=Q(status=Status.CLOSED)),
        on_time=Count("pk", filter=Q(status=Status.CLOSED, handled_late=False)),
        overdue=Count("pk", filter=Q(status=Status.CLOSED, handled_late=True)),
    )
    return {
        row["lead__name_zh"]: {k: row[k] for k in ("closed", "on_time", "overdue")}
        for row in counted
    }


def held(actor: Actor) -> QuerySet[Timer]:
    """The clocks of visible cases that stand still, those that have stood longest first."""
    running = Timer.objects.filter(kind=TimerKind.HOLD, state=TimerState.RUNNING)
    rows = running.filter(case__in=visible(actor).filter(status__in=HELD))
    return rows.select_related("case__problem_class", "case__lead").order_by("started_at", "id")


@dataclass(frozen=True, slots=True)
class Changed:
    """A case that changed, with what says who sees it now, and its status before and after."""

    number: str
    area_code: str
    units: frozenset[int]
    members: frozenset[int]
    source: str = ""
    target: str = ""


MOST_CHANGED = 500  # lines that are read at once


def changed_since(last_event: int, *, limit: int = MOST_CHANGED) -> list[tuple[int, Changed]]:
    """Event id and case of history lines behind an event id, for the live stream."""
    rows = CaseEvent.objects.filter(pk__gt=last_event).order_by("pk").values_list(
        "pk", "case__number", "case__area_code", "case__units", "case__members", "source", "target"
    )[:limit]  # fmt: skip
    return [
        (event, Changed(number, area, frozenset(units), frozenset(members), source, target))
        for event, number, area, units, members, source, target in rows
    ]


def in_hand(actor: Actor, number: str) -> Changed | None:
    """A case that the actor sees, with what says who else does; None for any other."""
    rows = visible(actor).filter(number=number)
    found = rows.values_list("number", "area_code", "units", "members", "status").first()
    if found is None:
        return None
    _number, area, units, members, status = found
    return Changed(number, area, frozenset(units), frozenset(members), status, status)


def sees(actor: Actor, one: Changed) -> bool:
    """`scope` for a changed case in hand: no statement, for hundreds of streams a second."""
    return actor.member_id in one.members or people_scope.in_scope(
        actor, organisation_ids=one.units, region_code=one.area_code
    )


def filed_since(*, old: Edition, new: Edition, on: date, kept: object) -> Succession:
    """How many cases were filed by the rules of an edition, or of those it extends, since the first
    day of the one that takes its place; none where it had ended before."""
    if old.valid_to and old.valid_to < new.valid_from:
        return Succession()
    begin = timezone.make_aware(datetime.combine(new.valid_from, time.min))
    rows = Case.objects.filter(filed_at__gte=begin, filing_rule__edition__in=standards.chain(old))
    if not (number := rows.count()):
        return Succession()
    told = {"number": number, "old": old.code, "day": new.valid_from}
    note = ngettext(
        "%(number)s case was filed under %(old)s since %(day)s; it keeps its filing rule",
        "%(number)s cases were filed under %(old)s since %(day)s; they keep their filing rules",
        number,
    )
    return Succession((note % told,), number)


def filed_by_edition() -> dict[int, int]:
    """Id of an edition -> how many cases were filed by its rules."""
    rows = Case.objects.exclude(filing_rule=None).values_list("filing_rule__edition")
    return dict(rows.annotate(number=Count("pk")).order_by())


def recent_start(now: datetime, days: int = 30) -> datetime:
    """The start of the window that overviews look back on."""
    return now - timedelta(days=days)


AFTERWARDS = ("appeal", "review", "recheck", "order")


def open_items(actor: Actor, now: datetime) -> list[OpenItems]:
    """What still waits on cases that are closed: appeals, reviews, re-inspections, answers."""
    waiting = Task.objects.filter(
        closed_at=None, kind__in=AFTERWARDS,
        case__in=visible(actor).filter(status=Status.CLOSED),
    )  # fmt: skip
    late = waiting.filter(due_at__lt=now).count()
    return [
        OpenItems(gettext_noop("Waiting on closed cases"), waiting.count(), late,
                  "/cases/?status=closed"),
    ]  # fmt: skip
