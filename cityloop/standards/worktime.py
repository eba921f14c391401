"""Business time: when a limit runs out, how much of it is used, and why.

Five units. `minute`, `urgent_hour` and `natural_day` run through nights and holidays; `work_hour`
counts working time; `work_day` counts working days, where a day is one day however long it is:
the limit ends at the same share of the n-th later day's working time (Thu 16:00 of 08-12/14-18 is
three quarters through, so one working day ends on Friday at three quarters: 16:00; on a half day
of four hours that is 11:00). See docs/adr/0003. Laws, tested in tests/test_worktime.py: monotone
in start and amount; working units never end outside working time; a limit in two parts ends where
the whole one does; time off adds nothing. Pure: no clock, no database, no settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil

from django.utils.translation import gettext as _

from cityloop.kernel.errors import Invalid
from cityloop.standards.workcalendar import (
    DAY,
    HOUR,
    MissingYear,
    Span,
    Special,
    WorkCalendar,
    length,
    moment,
)

Amount = int | Decimal | Fraction | float


class Unit(StrEnum):
    """What a limit is counted in; the values are those of filing rules."""

    MINUTE = "minute"
    URGENT_HOUR = "urgent_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"


CONTINUOUS = {Unit.MINUTE: HOUR // 60, Unit.URGENT_HOUR: HOUR, Unit.NATURAL_DAY: DAY}
HORIZON_YEARS = 100
YEARS = range(1000, 9000)
# Decimals that were divided carry an error in the 28th digit; it must not cost a microsecond.
EXACT = Fraction(1, 1_000_000)
LUNCH = (11 * HOUR, 14 * HOUR + HOUR // 2)
SATURDAY = 6


class BadAmount(Invalid):
    """A limit that is negative, not a number, or ends more than a hundred years away."""

    code, title = "bad-amount", "The limit is not valid"


class Reason(StrEnum):
    """Why an interval counts or does not."""

    CONTINUOUS = "continuous"
    WORKING = "working"
    MAKE_UP_DAY = "make_up_day"
    NIGHT = "night"
    LUNCH_BREAK = "lunch_break"
    BREAK = "break"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch between start and deadline. `name` is the holiday's; `amount` is in the unit."""

    start: datetime
    end: datetime
    counted: bool
    reason: Reason
    name: str = ""
    amount: Decimal = Decimal(0)


def due_at(start: datetime, amount: Amount, unit: str, calendar: WorkCalendar) -> datetime:
    """When `amount` units from `start` are used up, in the calendar's zone.

    `start` is aware. Outside working time a working unit starts with the next period. Whole and
    hundredth amounts are exact; other shares of a day round up by less than a microsecond.
    Raises BadAmount, Invalid (naive start, unknown unit), NoWorkingTime.
    """
    kind, local, exact = unit_of(unit), localised(start, calendar), checked(amount)
    if kind in CONTINUOUS:
        found = _after_time(local, _whole(exact * CONTINUOUS[kind]))
    elif exact * DAY < 1:  # nothing, or less than instants can tell apart
        found = calendar.working_moment(local)
    elif kind is Unit.WORK_HOUR:
        found = _after_work(local, _whole(exact * HOUR), calendar)
    else:
        found = _after_days(local, exact, calendar)
    return found.replace(tzinfo=calendar.tz)


def elapsed(start: datetime, end: datetime, unit: str, calendar: WorkCalendar) -> Decimal:
    """Units between two moments; negative when `end` lies before `start`.

    `due_at(t, elapsed(t, u))` is the earliest moment at which as much has been worked as at u.
    """
    if end < start:
        return -elapsed(end, start, unit, calendar)
    kind = unit_of(unit)
    first, last = localised(start, calendar), localised(end, calendar)
    if kind in CONTINUOUS:
        return Decimal((last - first) // timedelta(microseconds=1)) / CONTINUOUS[kind]
    here, there = calendar.position(first), calendar.position(last)
    if kind is Unit.WORK_HOUR:
        whole = sum(calendar.year(year).total for year in range(here.year, there.year))
        worked = calendar.worked_before(there) - calendar.worked_before(here)
        return Decimal(whole + worked) / HOUR
    days = sum(len(calendar.year(year).ordinals) for year in range(here.year, there.year))
    share = Fraction(there.done, there.length) - Fraction(here.done, here.length)
    total = days + there.index - here.index + share
    return Decimal(total.numerator) / Decimal(total.denominator)


def remaining(now: datetime, due: datetime, unit: str, calendar: WorkCalendar) -> Decimal:
    """Units left until `due`; negative once it has passed."""
    return elapsed(now, due, unit, calendar)


def after_pause(
    due: datetime, paused_at: datetime, resumed_at: datetime, unit: str, calendar: WorkCalendar
) -> datetime:
    """The deadline after a pause: what was left at `paused_at` runs on from `resumed_at`.

    A deadline that had passed when the pause began stays where it was.
    """
    if due <= paused_at:
        return due
    return due_at(resumed_at, remaining(paused_at, due, unit, calendar), unit, calendar)


def explain(start: datetime, amount: Amount, unit: str, calendar: WorkCalendar) -> list[Interval]:
    """Every counted and skipped stretch from `start` to the deadline, in order, without gaps."""
    return between(start, due_at(start, amount, unit, calendar), unit, calendar)


def between(start: datetime, end: datetime, unit: str, calendar: WorkCalendar) -> list[Interval]:
    """Every counted and skipped stretch between two moments, in order, without gaps.

    Of working units nothing lies between a moment and itself.
    """
    begin = localised(start, calendar).replace(tzinfo=calendar.tz)
    due = localised(end, calendar).replace(tzinfo=calendar.tz)
    kind = unit_of(unit)
    if kind in CONTINUOUS:
        counted = elapsed(begin, due, unit, calendar)
        return [Interval(begin, due, True, Reason.CONTINUOUS, amount=counted)]
    found: list[Interval] = []
    for part in _parts(begin, due, kind, calendar):
        last = found[-1] if found else None
        if last and not last.counted and (last.reason, last.name) == (part.reason, part.name):
            found[-1] = replace(last, end=part.end)
        else:
            found.append(part)
    return found


def warnings(start: datetime, end: datetime, calendar: WorkCalendar) -> list[MissingYear]:
    """Warnings for the years between two moments whose holidays the calendar does not know."""
    first, last = localised(start, calendar).year, localised(end, calendar).year
    found = (calendar.warning_for(year) for year in range(first, last + 1))
    return [warning for warning in found if warning]


def unit_of(unit: str) -> Unit:
    """The unit, or Invalid with the known ones."""
    try:
        return Unit(unit)
    except ValueError as error:
        known = ", ".join(Unit)
        about = {"unit": unit, "known": known}
        raise Invalid(
            _("unknown unit %(unit)s; known are %(known)s") % about, code="bad-unit"
        ) from error


def checked(amount: Amount) -> int | Fraction:
    """The amount as an exact number; BadAmount when negative, endless or not a number."""
    if isinstance(amount, int):
        exact: int | Fraction = amount
    else:
        try:
            # A float means what it prints: 0.1 is one tenth.
            exact = Fraction(str(amount) if isinstance(amount, float) else amount)
        except (ValueError, OverflowError) as error:
            raise BadAmount(_("%(amount)s is not an amount") % {"amount": amount}) from error
    if exact < 0:
        raise BadAmount(_("%(amount)s is negative") % {"amount": amount})
    return exact


def localised(at: datetime, calendar: WorkCalendar) -> datetime:
    """The moment as naive local time; Invalid when it has no zone or an absurd year."""
    if at.tzinfo is None:
        raise Invalid(_("the moment has no time zone"), code="naive-time")
    if at.year not in YEARS:
        raise Invalid(_("the year %(year)s is out of range") % {"year": at.year}, code="bad-year")
    return at.astimezone(calendar.tz).replace(tzinfo=None)


def _whole(microseconds: int | Fraction) -> int:
    return microseconds if isinstance(microseconds, int) else ceil(microseconds - EXACT)


def _too_far(local: datetime) -> BadAmount:
    about = {"years": HORIZON_YEARS, "day": f"{local:%Y-%m-%d}"}
    return BadAmount(_("the limit would end more than %(years)s years after %(day)s") % about)


def _after_time(local: datetime, microseconds: int) -> datetime:
    if microseconds > HORIZON_YEARS * 366 * DAY:
        raise _too_far(local)
    return local + timedelta(microseconds=microseconds)


def _after_work(local: datetime, worked: int, calendar: WorkCalendar) -> datetime:
    here = calendar.position(local)
    target = calendar.worked_before(here) + worked
    found = calendar.after_work(here.year, target, here.year + HORIZON_YEARS)
    if found is None:
        raise _too_far(local)
    return found


def _after_days(local: datetime, amount: int | Fraction, calendar: WorkCalendar) -> datetime:
    here = calendar.position(local)
    if isinstance(amount, int):  # the common case, without fractions
        days = amount if here.done else amount - 1
        share, parts = (here.done, here.length) if here.done else (1, 1)
    else:
        target = Fraction(here.done, here.length) + amount
        days = ceil(target) - 1
        share, parts = (target - days).as_integer_ratio()
    found = calendar.nth_day(here.year, here.index + days, here.year + HORIZON_YEARS)
    if found is None:
        raise _too_far(local)
    table, index = found
    return moment(table, index, _share_of(length(table.spans[index]), share, parts))


def _share_of(whole: int, share: int, parts: int) -> int:
    """share/parts of the day's working time, rounded up: a share above nothing stays above it."""
    product = whole * share
    return product // parts if product % parts == 0 else _whole(Fraction(product, parts))


def _parts(
    begin: datetime, due: datetime, unit: Unit, calendar: WorkCalendar
) -> Iterator[Interval]:
    """The stretches of every day between two local moments, cut to them."""
    day = begin.date()
    while day <= due.date():
        midnight = datetime.combine(day, time(), calendar.tz)
        spans = calendar.spans_of(day)
        per_unit = length(spans) if unit is Unit.WORK_DAY else HOUR
        for start, end, counted, reason, name in _day_parts(day, spans, calendar.special(day)):
            first = max(begin, midnight + timedelta(microseconds=start))
            last = min(due, midnight + timedelta(microseconds=end))
            if first < last:
                worked = (last - first) // timedelta(microseconds=1) if counted else 0
                share = Decimal(worked) / (per_unit or 1)
                yield Interval(first, last, counted, reason, name, share)
        day += timedelta(days=1)


def _day_parts(
    day: date, spans: tuple[Span, ...], special: Special | None
) -> Iterator[tuple[int, int, bool, Reason, str]]:
    """A whole day as (from, to, counted, reason, name), in order."""
    name = special.name if special else ""
    if not spans:
        yield 0, DAY, False, _day_off(day, special), name
        return
    working = Reason.MAKE_UP_DAY if special and day.isoweekday() >= SATURDAY else Reason.WORKING
    at = 0
    for start, end in spans:
        if at < start:
            yield at, start, False, _gap(at, start), ""
        yield start, end, True, working, name
        at = end
    if at < DAY:
        yield at, DAY, False, Reason.NIGHT, ""


def _day_off(day: date, special: Special | None) -> Reason:
    if special:
        return Reason.HOLIDAY
    return Reason.WEEKEND if day.isoweekday() >= SATURDAY else Reason.DAY_OFF


def _gap(start: int, end: int) -> Reason:
    if start == 0:
        return Reason.NIGHT
    return Reason.LUNCH_BREAK if start < LUNCH[1] and end > LUNCH[0] else Reason.BREAK
