"""Who is on duty: the roster of a unit at a moment, over a week, and who is away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.duty import hours
from cityloop.duty.models import Absence, Shift, Turn
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.people import queries as people
from cityloop.people.models import Holding, Member, Organisation
from cityloop.standards import queries as standards

REPORT_WEEKS = 4  # over which reports by hour are counted
QUARTERS = tuple(timedelta(minutes=15 * n) for n in range(4))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be called now; `why` says who was passed over before them."""

    member: Member
    called_as: str  # on_duty, next, deputy
    shift: str
    why: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the week: how many are on duty, and the reports in an average week."""

    people: int
    reports: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours in a row without anybody: from, behind the last; night, weekend."""

    first: int
    last: int
    reports: float

    @property
    def night(self) -> bool:
        """True when some of it is at night."""
        return any(hours.is_night(hour) for hour in range(self.first, self.last))

    @property
    def weekend(self) -> bool:
        """True when some of it is on Saturday or Sunday."""
        return any(hours.is_weekend(hour) for hour in range(self.first, self.last))


@dataclass(frozen=True, slots=True)
class Coverage:
    """A week of a unit hour by hour, and the gaps in it."""

    monday: date
    hours: list[Hour]
    gaps: list[Gap]


def units(actor: Actor) -> QuerySet[Organisation]:
    """The organisations whose roster the actor sees."""
    return people.organisation_tree(actor).filter(active=True)


def unit_seen(actor: Actor, unit_id: int) -> Organisation:
    """One of them; raises NotFound."""
    found = units(actor).filter(pk=unit_id).first()
    if found is None:
        raise NotFound(_("there is no such unit"))
    return found


def shifts_of(unit_id: int) -> list[Shift]:
    """The shifts that hold, the usual ones first."""
    rows = Shift.objects.filter(organisation_id=unit_id, ended_at=None)
    return list(rows.order_by("special", "starts", "pk"))


def turns_of(unit_id: int, *, since: date) -> list[Turn]:
    """The turns of a unit that hold from a day on, in the order of calls."""
    rows = Turn.objects.filter(_valid_from(since), shift__organisation_id=unit_id)
    shown = rows.select_related("shift", "member")
    return list(shown.order_by("shift__special", "shift__starts", "rank", "pk"))


def absences_of(unit_ids: Iterable[int], *, since: date) -> list[Absence]:
    """Who of these units is away on a day or later."""
    rows = Absence.objects.filter(
        ended_at=None, last_on__gte=since, member__organisation_id__in=list(unit_ids)
    )
    return list(rows.select_related("member", "deputy").order_by("first_on", "pk"))


def has_roster(unit_id: int) -> bool:
    """True when the unit keeps a roster at all."""
    return Shift.objects.filter(organisation_id=unit_id, ended_at=None).exists()


def turns_now(unit_id: int, at: datetime) -> list[Turn]:
    """The turns that run at a moment, in the order of calls; other duty in protection periods."""
    local = timezone.localtime(at).replace(tzinfo=None)
    yesterday = local.date() - hours.ONE_DAY
    rows = Turn.objects.filter(
        _valid_from(yesterday), shift__organisation_id=unit_id, first_on__lte=local.date()
    ).select_related("shift", "member")
    return running(list(rows), local, special_days(unit_id, (yesterday, local.date())))


def _valid_from(day: date) -> Q:
    return Q(ended_at=None, shift__ended_at=None) & (Q(last_on=None) | Q(last_on__gte=day))


def special_days(unit_id: int, days: Iterable[date]) -> frozenset[date]:
    """The days on which the unit's special shifts hold; none for a unit without such shifts."""
    special = Shift.objects.filter(organisation_id=unit_id, ended_at=None, special=True)
    if not special.exists():
        return frozenset()
    calendar = standards.work_calendar()
    return frozenset(day for day in days if calendar.protection(day) is not None)


def running(turns: Sequence[Turn], local: datetime, special: frozenset[date]) -> list[Turn]:
    """The turns that run at a local moment, by rank; pure."""
    found = []
    for turn in turns:
        day = hours.day_of(turn.shift.starts, turn.shift.ends, local)
        if day is None or (day in special) != turn.shift.special:
            continue
        inside = turn.first_on <= day and (turn.last_on is None or day <= turn.last_on)
        if inside and day.isoweekday() in turn.weekdays:
            found.append(turn)
    return sorted(found, key=lambda one: (one.rank, one.pk))


def candidates(unit_id: int, at: datetime) -> list[Candidate]:
    """Who can be called at a moment, in order; who is away or not in post is passed over."""
    turns = turns_now(unit_id, at)
    today = timezone.localdate(at)
    away = {one.member_id: one for one in _away(today)}
    in_post = _in_post(unit_id, today)
    found: list[Candidate] = []
    passed: list[str] = []
    for turn in turns:
        member, called_as, why = _callable(turn.member, away, in_post)
        if why:
            passed.append(why)
        if member is not None and member.pk not in {one.member.pk for one in found}:
            role = called_as or ("next" if found else "on_duty")
            found.append(
                Candidate(member, role, turn.shift.label, "; ".join(passed), turn.shift.post)
            )
            passed = []
    return found


def reached(unit_id: int, at: datetime) -> list[int]:
    """Ids of who hears of what comes to a unit: who is on duty where it keeps a roster, else, or
    where nobody can be called, those who keep its desk."""
    if on_duty := candidates(unit_id, at)[:1]:
        return [one.member.pk for one in on_duty]
    return sorted({one.member_id for one in desk_keepers(unit_id, timezone.localdate(at))})


def desk_keepers(unit_id: int, on: date) -> list[Holding]:
    """Who keeps the desk of a unit on a day, with their posts."""
    held = Holding.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, post__active=True,
        post__organisation_id=unit_id, post__roles__code="unit_desk", member__active=True,
    )  # fmt: skip
    return list(held.select_related("member", "post").order_by("member__name", "pk"))


def _callable(
    member: Member, away: dict[int, Absence], in_post: set[int]
) -> tuple[Member | None, str, str]:
    """(who is called, as what where it is not the turn itself, who is passed over and why)"""
    if member.pk not in in_post:
        return None, "", _("%(name)s holds no post of the unit") % {"name": member.name}
    absence = away.get(member.pk)
    if absence is None:
        return member, "", ""
    why = _("%(name)s is %(what)s until %(day)s") % {
        "name": member.name, "what": absence.get_kind_display(), "day": absence.last_on,
    }  # fmt: skip
    deputy = absence.deputy
    if deputy is None or deputy.pk in away or deputy.pk not in in_post:
        return None, "", why
    return deputy, "deputy", why


def _away(on: date) -> QuerySet[Absence]:
    rows = Absence.objects.filter(ended_at=None, first_on__lte=on, last_on__gte=on)
    return rows.select_related("deputy")


def _in_post(unit_id: int, on: date) -> set[int]:
    """Active members who hold a post of the unit, or of one below it."""
    below = Organisation.objects.filter(path__contains=f"/{unit_id}/").values("pk")
    held = Holding.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, post__active=True,
        post__organisation_id__in=below, member__active=True,
    )  # fmt: skip
    return set(held.values_list("member_id", flat=True))


def coverage(actor: Actor, unit: Organisation, *, monday: date, now: datetime) -> Coverage:
    """The week of a unit hour by hour: who is on duty beside the reports, and what is uncovered."""
    days = [monday - hours.ONE_DAY + timedelta(days=n) for n in range(8)]
    turns = turns_of(unit.pk, since=days[0])
    special = special_days(unit.pk, days)
    counts = [
        min(len(_persons(turns, start + quarter, special)) for quarter in QUARTERS)
        for start in hours.hours_of(monday)
    ]
    reports = _reports(actor, unit, now)
    by_hour = [Hour(count, reports[n] / REPORT_WEEKS) for n, count in enumerate(counts)]
    gaps = [
        Gap(first, last, sum(one.reports for one in by_hour[first:last]))
        for first, last in hours.runs(counts)
    ]
    return Coverage(monday, by_hour, gaps)


def _persons(turns: Sequence[Turn], local: datetime, special: frozenset[date]) -> set[int]:
    return {turn.member_id for turn in running(turns, local, special)}


def _reports(actor: Actor, unit: Organisation, now: datetime) -> Counter[int]:
    """Cases reported by hour of the week: the unit's own, for a platform all that is seen."""
    rows = cases.visible(actor).filter(
        reported_at__gte=now - timedelta(weeks=REPORT_WEEKS), reported_at__lt=now
    )
    if unit.handles:
        rows = rows.filter(lead_id=unit.pk)
    elif unit.region_code and unit.kind != "city_platform":
        rows = rows.filter(area_code__startswith=unit.region_code)
    counted = rows.annotate(
        weekday=ExtractIsoWeekDay("reported_at"), hour=ExtractHour("reported_at")
    ).values_list("weekday", "hour").annotate(n=Count("pk")).order_by()  # fmt: skip
    found: Counter[int] = Counter()
    for weekday, hour, n in counted:
        found[(weekday - 1) * 24 + hour] += n
    return found
