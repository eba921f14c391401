"""Calendars: seeded from published plans, edited by the city; each change recorded with its why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.reports import ImportReport, Rejection
from cityloop.standards import cells, holidays
from cityloop.standards.models import Calendar, CalendarChange, SpecialDay, WorkPeriod
from cityloop.standards.operations.passed import periods_of, spans_left
from cityloop.standards.queries.calendars import (
    DAY,
    DEFAULT,
    HOLIDAY_PLANS,
    NoCalendar,
    weekly_periods,
    work_calendar,
)
from cityloop.standards.workcalendar import (
    FIRST_YEAR,
    LAST_YEAR,
    WEEK,
    Span,
    Special,
    WeeklyPeriod,
    check_period,
)

PERMISSION = "standards.manage"
WORKDAYS = frozenset(range(1, 6))
# 08-12 and 14-18, Monday to Friday: domain/time-rules.md 5.1.
USUAL = (
    WeeklyPeriod(WORKDAYS, time(8), time(12)),
    WeeklyPeriod(WORKDAYS, time(14), time(18)),
)
MAX_NAME, MAX_WHY = 60, 500


class HoursPassed(Refused):
    """Hours that have passed were no working time, and do not become it."""

    code, title = "hours-passed", "These hours have passed"


class NoReason(Invalid):
    """A change of working time without a reason."""

    code, title = "no-reason", "A change of the calendar needs a reason"


@transaction.atomic
def seed_calendar(
    years: Sequence[int] | None = None,
    *,
    code: str = DEFAULT,
    name: str = "",
    time_zone: str = "Asia/Shanghai",
    actor: Actor,
    now: datetime,
) -> ImportReport:
    """Fill a calendar with the published holidays and make-up days of the years (default: all).

    Makes the calendar with the usual working hours where there is none. Days that the city entered
    or cleared stay as they are (`joined`); years without a published plan are `rejected` and keep
    warning.
    """
    actor.require_for_city(PERMISSION)
    report = ImportReport()
    calendar = _calendar_or_new(code, name, time_zone, actor=actor, now=now)
    wanted = sorted(set(years) if years is not None else holidays.published_years())
    kept = _edited(calendar)
    rows = [_seeded(calendar, day) for year in wanted for day in holidays.plan(year)]
    fresh = [row for row in rows if row.day not in kept]
    for number, year in enumerate(wanted, 1):
        if year not in holidays.published_years():
            reason = _("no holiday plan of this year has been published")
            report.rejected.append(Rejection(number, str(year), reason))
    report.joined = len(rows) - len(fresh)
    report.imported = _seed(calendar, fresh, set(wanted), actor=actor, now=now)
    return report


@transaction.atomic
def set_special_day(
    day: date,
    kind: str,
    *,
    name: str = "",
    periods: Sequence[tuple[time, time]] | None = None,
    code: str = DEFAULT,
    actor: Actor,
    now: datetime,
    why: str,
) -> SpecialDay:
    """Make a day a `holiday`, or a `workday`: with the hours of `periods`, or its usual ones.

    Hours that have passed, and were none, stay none. Raises NoCalendar, NoReason, BadPeriod,
    Invalid, HoursPassed, NotAllowed.
    """
    _check_year(day.year)
    if kind not in SpecialDay.Kind.values:
        raise Invalid(_("a special day is a holiday or a workday"), code="bad-kind")
    check_text(name, MAX_NAME)
    if periods is not None and (kind == SpecialDay.Kind.HOLIDAY or not periods):
        raise Invalid(_("hours belong to a working day, and are at least one period"))
    calendar = locked(code, actor, why)
    before = _day_facts(calendar.special_days.filter(day=day).first())
    hours = tuple(periods) if periods is not None else None
    told = Special(day, kind == SpecialDay.Kind.WORKDAY, name, hours)
    if (left := spans_left(work_calendar(code), day, told, now=now)) is not None:
        periods = _left(left)
    row, _created = SpecialDay.objects.update_or_create(
        calendar=calendar,
        day=day,
        defaults={
            "kind": kind,
            "name": name,
            "periods": _stored_periods(periods),
            "origin": SpecialDay.Origin.CITY,
        },
    )
    record(calendar, f"{DAY}{day}", before, _day_facts(row), actor=actor, now=now, why=why)
    return row


@transaction.atomic
def clear_special_day(
    day: date, *, code: str = DEFAULT, actor: Actor, now: datetime, why: str
) -> None:
    """Make a day an ordinary one again; nothing happens where it is one already.

    Hours of it that have passed as none stay none: of today the rest becomes working time. Raises
    HoursPassed where no rest is left.
    """
    calendar = locked(code, actor, why)
    row = calendar.special_days.filter(day=day).first()
    if row is None:
        return
    before = _day_facts(row)
    left = spans_left(work_calendar(code), day, None, now=now)
    if left is None:
        row.delete()
        record(calendar, f"{DAY}{day}", before, None, actor=actor, now=now, why=why)
        return
    row.kind, row.origin = SpecialDay.Kind.WORKDAY, SpecialDay.Origin.CITY
    row.periods, row.name = _stored_periods(_left(left)), ""
    row.save()
    record(calendar, f"{DAY}{day}", before, _day_facts(row), actor=actor, now=now, why=why)


@transaction.atomic
def set_periods(
    periods: Sequence[WeeklyPeriod], *, code: str = DEFAULT, actor: Actor, now: datetime, why: str
) -> None:
    """Replace the weekly hours from tomorrow on: what has passed stays as it was counted.

    Raises NoCalendar, NoReason, BadPeriod, Invalid, NotAllowed.
    """
    if not periods:
        raise Invalid(_("a calendar needs at least one working period"), code="no-periods")
    for period in periods:
        _check(period)
    calendar = locked(code, actor, why)
    before = [_period_facts(one) for one in weekly_periods(calendar) if one.end is None]
    _write_periods(calendar, periods, since=timezone.localdate(now) + timedelta(days=1))
    after = [_period_facts(period) for period in periods]
    record(calendar, "weekly hours", before, after, actor=actor, now=now, why=why)


@transaction.atomic
def confirm_year(year: int, *, code: str = DEFAULT, actor: Actor, now: datetime, why: str) -> None:
    """Say that a year's holidays have been entered by hand, so that its warning ends."""
    _check_year(year)
    calendar = locked(code, actor, why)
    if year in calendar.known_years:
        return
    before = list(calendar.known_years)
    calendar.known_years = sorted({*before, year})
    calendar.save(update_fields=["known_years"])
    record(calendar, f"year {year}", before, calendar.known_years, actor=actor, now=now, why=why)


# ------------------------------------------------------------------------------------- inside


def _check_year(year: int) -> None:
    """Refuse years that no calendar shows, such as 0001 or 9999."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        about = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise Invalid(
            _("a calendar holds the years from %(first)s to %(last)s") % about, code="bad-year"
        )


def locked(code: str, actor: Actor, why: str) -> Calendar:
    """The calendar, locked, for an actor who may change it and says why."""
    actor.require_for_city(PERMISSION)
    if not says_something(why):
        raise NoReason(_("say why the working time changes: deadlines depend on it"))
    check_text(why, MAX_WHY)
    calendar = Calendar.objects.select_for_update().filter(code=code).first()
    if calendar is None:
        raise NoCalendar(_("there is no calendar %(code)s; seed it first") % {"code": code[:40]})
    return calendar


def check_text(given: str, limit: int) -> None:
    """Raise Invalid for a text that is too long, or holds what no text holds."""
    try:
        cells.text(limit)(given)
    except ValueError as error:
        raise Invalid(str(error), code="bad-text") from error


def _calendar_or_new(
    code: str, name: str, time_zone: str, *, actor: Actor, now: datetime
) -> Calendar:
    calendar, created = Calendar.objects.select_for_update().get_or_create(
        code=code, defaults={"name": name or code, "time_zone": time_zone}
    )
    if created:
        _write_periods(calendar, USUAL)
        after = [_period_facts(period) for period in USUAL]
        record(calendar, "weekly hours", None, after, actor=actor, now=now, why="calendar made")
    return calendar


def _seeded(calendar: Calendar, day: Special) -> SpecialDay:
    kind = SpecialDay.Kind.WORKDAY if day.works else SpecialDay.Kind.HOLIDAY
    seed = SpecialDay.Origin.SEED
    return SpecialDay(calendar=calendar, day=day.day, kind=kind, name=day.name, origin=seed)


def _edited(calendar: Calendar) -> set[date]:
    """Days that the city has set, or made ordinary again: a published plan does not undo that."""
    own = calendar.special_days.filter(origin=SpecialDay.Origin.CITY)
    told = CalendarChange.objects.filter(calendar=calendar, what__startswith=DAY)
    days = {date.fromisoformat(what[len(DAY) :]) for what in told.values_list("what", flat=True)}
    return days | set(own.values_list("day", flat=True))


def _seed(
    calendar: Calendar, fresh: list[SpecialDay], years: set[int], *, actor: Actor, now: datetime
) -> int:
    """Replace the seeded days of the years where they differ; returns how many days are new."""
    old = calendar.special_days.filter(day__year__in=years, origin=SpecialDay.Origin.SEED)
    present = {(row.day, row.kind, row.name) for row in old}
    planned = {(row.day, row.kind, row.name) for row in fresh}
    known = sorted({*calendar.known_years, *(years & holidays.published_years())})
    if present == planned and known == calendar.known_years:
        return 0
    old.delete()
    SpecialDay.objects.bulk_create(fresh)
    before, calendar.known_years = list(calendar.known_years), known
    calendar.save(update_fields=["known_years"])
    what = "holiday plans of the years"
    record(calendar, what, before, known, actor=actor, now=now, why=HOLIDAY_PLANS)
    return len(planned - present)


def _left(spans: tuple[Span, ...]) -> list[tuple[time, time]]:
    if not spans:
        raise HoursPassed(_("these hours have passed: working time is not added afterwards"))
    return periods_of(spans)


def _write_periods(
    calendar: Calendar, periods: Sequence[WeeklyPeriod], *, since: date | None = None
) -> None:
    if since is not None:
        calendar.periods.filter(valid_from__gte=since).delete()
        calendar.periods.filter(valid_to=None).update(valid_to=since)
    WorkPeriod.objects.bulk_create(
        WorkPeriod(
            calendar=calendar,
            weekdays=sorted(period.weekdays),
            starts=period.starts,
            ends=period.ends,
            season_from=period.season_from,
            season_to=period.season_to,
            valid_from=since,
        )
        for period in periods
    )


def _check(period: WeeklyPeriod) -> None:
    check_period(period.starts, period.ends)
    if not period.weekdays or not period.weekdays <= set(WEEK):
        raise Invalid(_("weekdays are numbers from 1 (Monday) to 7"), code="bad-weekday")
    if bool(period.season_from) != bool(period.season_to):
        raise Invalid(_("a season needs its first and last day"), code="bad-season")
    for day in (period.season_from, period.season_to):
        try:
            cells.month_day(day)
        except ValueError as error:
            raise Invalid(f"{day[:10]}: {error}", code="bad-season") from error


def _stored_periods(periods: Sequence[tuple[time, time]] | None) -> list[list[str]] | None:
    if periods is None:
        return None
    for starts, ends in periods:
        check_period(starts, ends)
    return [[f"{starts:%H:%M}", f"{ends:%H:%M}"] for starts, ends in periods]


def _period_facts(period: WeeklyPeriod) -> dict[str, Any]:
    return {
        "weekdays": sorted(period.weekdays),
        "hours": f"{period.starts:%H:%M}-{period.ends:%H:%M}",
        "season": "..".join(filter(None, (period.season_from, period.season_to))),
    }


def _day_facts(row: SpecialDay | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"kind": str(row.kind), "name": row.name, "periods": row.periods}


def record(
    calendar: Calendar,
    what: str,
    before: Any,
    after: Any,
    *,
    actor: Actor,
    now: datetime,
    why: str,
) -> None:
    """Write who, when, what and why, and give the calendar the revision that the record carries."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE standards_calendar SET revision = nextval('standards_calendar_revision')
               WHERE id = %s RETURNING revision""",
            [calendar.pk],
        )
        calendar.revision = (cursor.fetchone() or (0,))[0]
    CalendarChange.objects.create(
        calendar=calendar,
        at=now,
        actor=actor.post[:120],
        member_id=actor.member_id,
        what=what,
        before=before,
        after=after,
        why=why,
        revision=calendar.revision,
    )
    jobs.defer("calendar.changed", {"calendar_id": calendar.pk})
