"""Calendars for the pure functions of worktime, and their words for people."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from cityloop.kernel.errors import NotFound
from cityloop.kernel.templatetags.ui import span
from cityloop.standards.models import Calendar, CalendarChange, ProtectionPeriod, SpecialDay
from cityloop.standards.workcalendar import (
    MissingYear,
    Protection,
    Special,
    WeeklyPeriod,
    WorkCalendar,
)
from cityloop.standards.worktime import Interval, Reason, Unit

DEFAULT = "default"
DAY = "day "  # a change of one day is recorded as this and its date
PROTECTION = "protection "
HOLIDAY_PLANS = "published holiday plans"
MANY_MINUTES = 180  # told in hours and days
_kept: dict[str, WorkCalendar] = {}  # of this process, by code; valid while the revision stands


class NoCalendar(NotFound):
    """No calendar of this code has been set up."""

    code, title = "no-calendar", "There is no such calendar"


def work_calendar(code: str = DEFAULT) -> WorkCalendar:
    """A calendar as an immutable value; one small query, the rest is kept by this process.

    Ask once an operation and pass it on. Raises NoCalendar.
    """
    kept = _kept.get(code)
    if kept is None or kept.revision != _revision(code):
        kept = _kept[code] = _built(_calendar(code))
    return kept


def _revision(code: str) -> int | None:
    """Asked at every step: plain, because making the statement costs more than its answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT revision FROM standards_calendar WHERE code = %s", [code])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _calendar(code: str) -> Calendar:
    row = Calendar.objects.filter(code=code).first()
    if row is None:
        raise NoCalendar(_("there is no calendar %(code)s; seed it first") % {"code": code[:40]})
    return row


def _built(row: Calendar) -> WorkCalendar:
    return WorkCalendar(
        code=row.code,
        periods=weekly_periods(row),
        specials=tuple(special(day) for day in row.special_days.order_by("day")),
        known_years=frozenset(row.known_years),
        tz=ZoneInfo(row.time_zone),
        revision=row.revision,
        protections=tuple(protection(one) for one in row.protection_periods.order_by("id")),
    )


def weekly_periods(row: Calendar) -> tuple[WeeklyPeriod, ...]:
    """The calendar's weekly periods as values."""
    return tuple(
        WeeklyPeriod(
            frozenset(p.weekdays),
            p.starts,
            p.ends,
            p.season_from,
            p.season_to,
            p.valid_from,
            p.valid_to,
        )
        for p in row.periods.order_by("id")
    )


def special(day: SpecialDay) -> Special:
    """A stored special day as a value."""
    periods = None
    if day.periods is not None:
        periods = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in day.periods)
    return Special(day.day, day.kind == SpecialDay.Kind.WORKDAY, day.name, periods)


def protection(row: ProtectionPeriod) -> Protection:
    """A stored protection period as a value."""
    limits = tuple((one["class"], Decimal(one["amount"]), one["unit"]) for one in row.limits)
    return Protection(
        row.name_zh, row.starts_on, row.ends_on, Decimal(row.factor), limits, row.duty
    )


def protection_periods(code: str = DEFAULT) -> QuerySet[ProtectionPeriod]:
    """The protection periods of a calendar, latest first."""
    rows = ProtectionPeriod.objects.filter(calendar__code=code)
    return rows.order_by("-starts_on", "-id")


def overlapping(row: ProtectionPeriod) -> list[ProtectionPeriod]:
    """Other periods of the calendar with days in common with this one, first to begin first."""
    rows = ProtectionPeriod.objects.filter(
        calendar_id=row.calendar_id, starts_on__lte=row.ends_on, ends_on__gte=row.starts_on
    )
    return list(rows.exclude(pk=row.pk).order_by("starts_on", "pk"))


def calendar_changes(code: str = DEFAULT) -> QuerySet[CalendarChange]:
    """Who changed a calendar, newest first."""
    return CalendarChange.objects.filter(calendar__code=code).order_by("-at", "-id")


def days_changed_since(at: datetime, code: str = DEFAULT) -> dict[str, str]:
    """Local day (2026-03-02) -> why and by whom the calendar of it was changed since; '' stands for
    all days, where weekly hours or a year's plan were changed.

    What a calendar began with changed nothing; nor do protection periods, whose limits are new
    cases'.
    """
    found: dict[str, str] = {}
    for one in calendar_changes(code).filter(at__gt=at).exclude(what__startswith=PROTECTION):
        day = one.what.removeprefix(DAY) if one.what.startswith(DAY) else ""
        if day or one.before:
            found.setdefault(day, f"{why_words(one)} ({one.actor})")
    return found


def why_words(row: CalendarChange) -> str:
    """The reason as somebody gave it; what the system notes itself in the reader's words."""
    known = {"calendar made": _("calendar made"), HOLIDAY_PLANS: _("published holiday plans")}
    return known.get(row.why, row.why)


def special_days(year: int, code: str = DEFAULT) -> list[SpecialDay]:
    """The special days of a year in order; raises NoCalendar."""
    row = _calendar(code)
    return list(row.special_days.filter(day__year=year).order_by("day"))


def warning_text(warning: MissingYear) -> str:
    """A warning in words."""
    return _("the holidays of %(year)s are not in the calendar; only weekends are left out") % {
        "year": warning.year
    }


REASONS = {
    Reason.CONTINUOUS: lazy("runs day and night"),
    Reason.WORKING: lazy("working time"),
    Reason.MAKE_UP_DAY: lazy("make-up working day"),
    Reason.NIGHT: lazy("outside working hours"),
    Reason.LUNCH_BREAK: lazy("lunch break"),
    Reason.BREAK: lazy("break"),
    Reason.WEEKEND: lazy("weekend"),
    Reason.HOLIDAY: lazy("holiday"),
    Reason.DAY_OFF: lazy("day off"),
}


def reason_text(interval: Interval) -> str:
    """Why an interval counts or not, in words: "holiday 国庆节"."""
    return f"{REASONS[interval.reason]} {interval.name}".rstrip()


def limit_text(amount: Decimal, unit: str) -> str:
    """A limit in words: "4 working hours"."""
    if Unit(unit) is Unit.MINUTE and (amount % 1 or amount >= MANY_MINUTES):
        return span(timedelta(minutes=float(amount)))  # until a moment that somebody named
    shown = f"{amount:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    number = 1 if amount == 1 else 2
    words = {
        Unit.MINUTE: ngettext("%(amount)s minute", "%(amount)s minutes", number),
        Unit.URGENT_HOUR: ngettext("%(amount)s urgent hour", "%(amount)s urgent hours", number),
        Unit.WORK_HOUR: ngettext("%(amount)s working hour", "%(amount)s working hours", number),
        Unit.WORK_DAY: ngettext("%(amount)s working day", "%(amount)s working days", number),
        Unit.NATURAL_DAY: ngettext("%(amount)s calendar day", "%(amount)s calendar days", number),
    }
    return words.get(Unit(unit), _("%(amount)s")) % {"amount": shown}
