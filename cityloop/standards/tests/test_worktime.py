"""Business time: the written vectors, the laws, the explanations, the speed."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cityloop.kernel.errors import Invalid
from cityloop.standards.workcalendar import (
    BadPeriod,
    NoWorkingTime,
    Special,
    WeeklyPeriod,
    WorkCalendar,
)
from cityloop.standards.worktime import (
    BadAmount,
    Reason,
    Unit,
    after_pause,
    due_at,
    elapsed,
    explain,
    remaining,
    warnings,
)

MONDAY_TO_FRIDAY = frozenset(range(1, 6))
MORNING, AFTERNOON = (time(8), time(12)), (time(14), time(18))
OFFICE = (
    WeeklyPeriod(MONDAY_TO_FRIDAY, *MORNING),
    WeeklyPeriod(MONDAY_TO_FRIDAY, *AFTERNOON),
)
PLAIN = WorkCalendar("plain", OFFICE)
WEEKDAYS = {"Mon": 2, "Tue": 3, "Wed": 4, "Thu": 5, "Fri": 6, "Sat": 7, "Sun": 8}

# National Day 2026: 1 to 7 October off, Saturday 10 October worked, eve of the feast half a day.
HOLIDAYS = tuple(Special(date(2026, 10, d), False, "国庆节") for d in range(1, 8))
# Hours of unequal days: winter shorter, a half day on Saturdays, one short eve, one long make-up.
UNEVEN = WorkCalendar(
    "uneven",
    (
        *OFFICE,
        WeeklyPeriod(MONDAY_TO_FRIDAY, time(8, 30), time(12), "11-01", "03-31"),
        WeeklyPeriod(MONDAY_TO_FRIDAY, time(13), time(16, 40), "11-01", "03-31"),
        WeeklyPeriod(frozenset({6}), time(9), time(12)),
    ),
    (
        *HOLIDAYS,
        Special(date(2026, 9, 30), True, "节前半天", (MORNING,)),
        Special(date(2026, 10, 11), True, "国庆节"),
    ),
)
WORKING_UNITS = (Unit.WORK_HOUR, Unit.WORK_DAY)


def at(weekday: str, hour: int, minute: int = 0, week: int = 0) -> datetime:
    """A moment of the week of Monday 2 November 2026."""
    day = datetime(2026, 11, WEEKDAYS[weekday], hour, minute, tzinfo=PLAIN.tz)
    return day + timedelta(weeks=week)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PLAIN.tz)


@pytest.mark.requirement("H01")
@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        (at("Fri", 17), 2, "work_hour", at("Mon", 9, week=1)),
        (at("Fri", 17), 2, "urgent_hour", at("Fri", 19)),
        (at("Mon", 11), 4, "work_hour", at("Mon", 17)),
        (at("Thu", 16), 1, "work_day", at("Fri", 16)),
        (at("Sat", 10), 4, "work_hour", at("Mon", 12, week=1)),
        (at("Fri", 17), 1, "work_day", at("Mon", 17, week=1)),
        (at("Fri", 17), 1, "natural_day", at("Sat", 17)),
        (at("Fri", 23, 50), 30, "minute", at("Sat", 0, 20)),
        (at("Mon", 8), 1, "work_day", at("Mon", 18)),
        (at("Sun", 3), Decimal("0.5"), "work_day", at("Mon", 12, week=1)),
        (at("Mon", 12), 1, "work_hour", at("Mon", 15)),
        (at("Mon", 13), 0, "work_hour", at("Mon", 14)),
        (at("Mon", 12), 0, "work_day", at("Mon", 12)),
        (at("Sat", 10), 0, "work_day", at("Mon", 8, week=1)),
        (at("Fri", 18), 0, "work_hour", at("Fri", 18)),
        (at("Fri", 19), 0, "work_hour", at("Mon", 8, week=1)),
    ],
)
def test_the_written_vectors(start: datetime, amount: Decimal, unit: str, due: datetime) -> None:
    assert due_at(start, amount, unit, PLAIN) == due


@pytest.mark.requirement("H01")
def test_a_holiday_week_is_skipped_and_the_make_up_day_counts() -> None:
    start = local(2026, 9, 30, 10)  # half of the half day before the feast is done
    assert due_at(start, 1, "work_day", UNEVEN) == local(2026, 10, 8, 12)
    assert due_at(start, 3, "work_hour", UNEVEN) == local(2026, 10, 8, 9)
    # Thu 8, Fri 9, Sat 10 (half a day of three hours), Sun 11 made up with Monday's hours.
    assert due_at(start, 4, "work_day", UNEVEN) == local(2026, 10, 11, 12)
    assert due_at(start, 2, "urgent_hour", UNEVEN) == local(2026, 9, 30, 12)


def test_a_day_is_a_day_however_long_it_is() -> None:
    thursday, half = (
        local(2026, 10, 8, 16),
        WorkCalendar("half", OFFICE, (Special(date(2026, 10, 9), True, "半天", (MORNING,)),)),
    )
    assert due_at(thursday, 1, "work_day", half) == local(2026, 10, 9, 11)
    assert due_at(thursday, 2, "work_day", half) == local(2026, 10, 12, 16)


def test_a_season_over_new_year_replaces_the_hours_of_the_year() -> None:
    assert due_at(local(2026, 10, 30, 18), 8, "work_hour", UNEVEN) == local(2026, 11, 2, 14, 30)
    assert due_at(local(2027, 1, 4, 8), 1, "work_day", UNEVEN) == local(2027, 1, 4, 16, 40)
    assert due_at(local(2027, 4, 1, 8), 1, "work_day", UNEVEN) == local(2027, 4, 1, 18)


def test_the_answer_is_in_the_citys_zone_whatever_the_start_is_in() -> None:
    due = due_at(datetime(2026, 11, 6, 9, tzinfo=UTC), 2, "work_hour", PLAIN)
    assert due == at("Mon", 9, week=1)
    assert due.tzinfo is PLAIN.tz


def test_day_and_night_service_works_to_midnight() -> None:
    always = WorkCalendar("always", (WeeklyPeriod(frozenset(range(1, 8)), time(0), time(0)),))
    assert due_at(at("Fri", 17), 30, "work_hour", always) == at("Sat", 23)
    assert due_at(at("Fri", 17), 1, "work_day", always) == at("Sat", 17)


def test_overlapping_periods_do_not_count_twice() -> None:
    doubled = WorkCalendar("doubled", (*OFFICE, WeeklyPeriod(MONDAY_TO_FRIDAY, time(10), time(15))))
    assert due_at(at("Mon", 8), 10, "work_hour", doubled) == at("Mon", 18)


@pytest.mark.parametrize("unit", WORKING_UNITS)
@pytest.mark.parametrize("amount", [0, 1, Decimal("0.5")])
def test_a_calendar_without_working_time_says_so(unit: str, amount: Decimal) -> None:
    closed = WorkCalendar("closed", ())
    with pytest.raises(NoWorkingTime, match="closed has no working time"):
        due_at(at("Mon", 8), amount, unit, closed)
    once = WorkCalendar("once", (), (Special(date(2026, 11, 2), True, "", (MORNING,)),))
    assert due_at(at("Mon", 8), 4, "work_hour", once) == at("Mon", 12)
    with pytest.raises(NoWorkingTime):
        due_at(at("Mon", 8), 5, "work_hour", once)


@pytest.mark.parametrize(
    "amount", [-1, Decimal("-0.01"), Decimal("NaN"), float("inf"), float("nan")]
)
def test_an_amount_must_be_a_number_that_is_not_negative(amount: Decimal) -> None:
    with pytest.raises(BadAmount):
        due_at(at("Mon", 8), amount, "work_hour", PLAIN)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_limit_beyond_a_hundred_years_is_refused(unit: str) -> None:
    with pytest.raises(BadAmount, match="100 years"):
        due_at(at("Mon", 8), 10**12, unit, PLAIN)


def test_wrong_unit_naive_time_and_bad_period_are_named() -> None:
    with pytest.raises(Invalid, match="fortnight"):
        due_at(at("Mon", 8), 1, "fortnight", PLAIN)
    with pytest.raises(Invalid, match="no time zone"):
        due_at(datetime(2026, 11, 2), 1, "minute", PLAIN)  # noqa: DTZ001
    with pytest.raises(Invalid, match="out of range"):
        due_at(datetime(9999, 11, 2, tzinfo=UTC), 1, "minute", PLAIN)
    with pytest.raises(BadPeriod, match="22:00-06:00"):
        WorkCalendar("night", (WeeklyPeriod(MONDAY_TO_FRIDAY, time(22), time(6)),))


@pytest.mark.requirement("H05")
def test_explain_lists_each_stretch_with_its_reason() -> None:
    told = explain(at("Fri", 17), Decimal("1.25"), "work_day", PLAIN)
    assert [(f"{i.start:%a %H}", f"{i.end:%a %H}", i.counted, str(i.reason)) for i in told] == [
        ("Fri 17", "Fri 18", True, "working"),
        ("Fri 18", "Sat 00", False, "night"),
        ("Sat 00", "Mon 00", False, "weekend"),
        ("Mon 00", "Mon 08", False, "night"),
        ("Mon 08", "Mon 12", True, "working"),
        ("Mon 12", "Mon 14", False, "lunch_break"),
        ("Mon 14", "Mon 18", True, "working"),
        ("Mon 18", "Tue 08", False, "night"),
        ("Tue 08", "Tue 09", True, "working"),
    ]
    assert [i.amount for i in told if i.counted] == [
        Decimal("0.125"), Decimal("0.5"), Decimal("0.5"), Decimal("0.125"),
    ]  # fmt: skip


@pytest.mark.requirement("H05")
def test_explain_names_holidays_and_make_up_days() -> None:
    told = explain(local(2026, 9, 30, 11), 4, "work_day", UNEVEN)
    assert (Reason.HOLIDAY, "国庆节") in [(i.reason, i.name) for i in told if not i.counted]
    assert (Reason.MAKE_UP_DAY, "国庆节") in [(i.reason, i.name) for i in told if i.counted]
    holiday = next(i for i in told if i.reason is Reason.HOLIDAY)
    assert (holiday.start, holiday.end) == (local(2026, 10, 1), local(2026, 10, 8))


def test_explain_of_clock_time_is_one_stretch() -> None:
    told = explain(at("Fri", 17), 2, "urgent_hour", PLAIN)
    assert [(i.end, i.reason, i.amount) for i in told] == [
        (at("Fri", 19), Reason.CONTINUOUS, Decimal(2))
    ]


def test_a_year_without_holidays_warns_and_still_counts() -> None:
    known = WorkCalendar("known", OFFICE, known_years=frozenset({2026}))
    assert known.warning_for(2026) is None
    assert str(known.warning_for(2027)) == "calendar known holds no holidays for 2027"
    due = due_at(local(2026, 12, 31, 10), 3, "work_day", known)
    assert [w.year for w in warnings(local(2026, 12, 31, 10), due, known)] == [2027]


def test_a_deadline_is_found_in_microseconds() -> None:
    starts = [at("Fri", 17) + timedelta(minutes=37 * n) for n in range(2000)]
    due_at(starts[0], 1, "work_day", UNEVEN)  # the year is laid out once
    for unit in Unit:
        best = min(_mean_seconds(starts, unit) for _round in range(3))
        assert best < 500e-6, f"{unit}: {best * 1e6:.0f} µs"  # 3 to 20 on a free core


def _mean_seconds(starts: list[datetime], unit: Unit) -> float:
    begun = stopwatch.perf_counter()
    for start in starts:
        due_at(start, Decimal("4.00"), unit, UNEVEN)
    return (stopwatch.perf_counter() - begun) / len(starts)


# ------------------------------------------------------------------------------------------- laws

CALENDARS = st.sampled_from([PLAIN, UNEVEN])
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 6, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=PLAIN.tz)
)
AMOUNTS = st.decimals("0", "60", places=2)
UNITS = st.sampled_from(list(Unit))
WORKING = st.sampled_from(WORKING_UNITS)
TICK = timedelta(microseconds=1)


def in_working_time(moment: datetime, calendar: WorkCalendar) -> bool:
    since = moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return any(a <= since // TICK <= b for a, b in calendar.spans_of(moment.date()))


@settings(deadline=None)
@given(CALENDARS, UNITS, MOMENTS, MOMENTS, AMOUNTS)
def test_monotone_in_start(
    calendar: WorkCalendar, unit: Unit, one: datetime, other: datetime, amount: Decimal
) -> None:
    first, last = sorted((one, other))
    assert due_at(first, amount, unit, calendar) <= due_at(last, amount, unit, calendar)


@settings(deadline=None)
@given(CALENDARS, UNITS, MOMENTS, AMOUNTS, AMOUNTS)
def test_monotone_in_amount(
    calendar: WorkCalendar, unit: Unit, start: datetime, one: Decimal, other: Decimal
) -> None:
    less, more = sorted((one, other))
    assert start <= due_at(start, less, unit, calendar) <= due_at(start, more, unit, calendar)


@settings(deadline=None)
@given(CALENDARS, UNITS, MOMENTS, st.integers(0, 30), st.integers(1, 9))
def test_however_little_it_never_ends_before_it_starts(
    calendar: WorkCalendar, unit: Unit, start: datetime, zeros: int, digit: int
) -> None:
    due = due_at(start, Decimal(digit).scaleb(-zeros), unit, calendar)
    assert due >= start
    if unit in WORKING_UNITS:
        assert in_working_time(due, calendar)


@settings(deadline=None)
@given(CALENDARS, WORKING, MOMENTS, AMOUNTS)
def test_working_units_end_in_working_time(
    calendar: WorkCalendar, unit: Unit, start: datetime, amount: Decimal
) -> None:
    assert in_working_time(due_at(start, amount, unit, calendar), calendar)


@settings(deadline=None)
@given(UNITS, MOMENTS, AMOUNTS, AMOUNTS)
def test_parts_add_up_exactly(unit: Unit, start: datetime, a: Decimal, b: Decimal) -> None:
    whole = due_at(start, a + b, unit, PLAIN)
    assert due_at(due_at(start, a, unit, PLAIN), b, unit, PLAIN) == whole
    half = (a + b) / 2
    assert due_at(due_at(start, half, unit, PLAIN), half, unit, PLAIN) == whole


@settings(deadline=None, max_examples=300)
@given(MOMENTS, AMOUNTS, AMOUNTS)
def test_parts_add_up_between_days_of_unequal_length(
    start: datetime, a: Decimal, b: Decimal
) -> None:
    """Hours exactly; shares of a day to the microsecond that each part may round up."""
    hours = due_at(due_at(start, a, "work_hour", UNEVEN), b, "work_hour", UNEVEN)
    assert hours == due_at(start, a + b, "work_hour", UNEVEN)
    days = due_at(due_at(start, a, "work_day", UNEVEN), b, "work_day", UNEVEN)
    whole = due_at(start, a + b, "work_day", UNEVEN)
    assert whole <= days
    assert elapsed(whole, days, "work_hour", UNEVEN) * 3_600_000_000 <= 5


@settings(deadline=None)
@given(CALENDARS, UNITS, MOMENTS, AMOUNTS)
def test_elapsed_undoes_due(
    calendar: WorkCalendar, unit: Unit, start: datetime, amount: Decimal
) -> None:
    used = elapsed(start, due_at(start, amount, unit, calendar), unit, calendar)
    assert abs(used - amount) < Decimal("1e-9")


@settings(deadline=None)
@given(CALENDARS, UNITS, MOMENTS, MOMENTS, MOMENTS)
def test_elapsed_is_additive_and_signed(
    calendar: WorkCalendar, unit: Unit, a: datetime, b: datetime, c: datetime
) -> None:
    parts = elapsed(a, b, unit, calendar) + elapsed(b, c, unit, calendar)
    assert abs(parts - elapsed(a, c, unit, calendar)) < Decimal("1e-20")
    assert elapsed(a, b, unit, calendar) == -elapsed(b, a, unit, calendar)


@settings(deadline=None)
@given(WORKING, MOMENTS, st.decimals("0.01", "60", places=2), st.integers(0, 3))
def test_a_pause_over_time_off_changes_nothing(
    unit: Unit, start: datetime, amount: Decimal, weeks: int
) -> None:
    due = due_at(start, amount, unit, PLAIN)
    friday = at("Fri", 18, week=weeks)
    monday = at("Mon", 8, week=weeks + 1)
    assert elapsed(friday, monday, unit, PLAIN) == 0
    assert after_pause(due, friday, monday, unit, PLAIN) == due


@settings(deadline=None)
@given(CALENDARS, UNITS, MOMENTS, MOMENTS, MOMENTS, AMOUNTS)
def test_a_pause_keeps_what_was_left(
    calendar: WorkCalendar, unit: Unit, one: datetime, two: datetime, three: datetime, left: Decimal
) -> None:
    start, paused, resumed = sorted((one, two, three))
    due = due_at(start, left, unit, calendar)
    later = after_pause(due, paused, resumed, unit, calendar)
    if due <= paused:
        assert later == due
    else:
        gap = remaining(resumed, later, unit, calendar) - remaining(paused, due, unit, calendar)
        assert abs(gap) < Decimal("1e-9")


@settings(deadline=None, max_examples=60)
@given(CALENDARS, UNITS, MOMENTS, AMOUNTS)
def test_explanations_tile_the_time_and_add_up(
    calendar: WorkCalendar, unit: Unit, start: datetime, amount: Decimal
) -> None:
    told = explain(start, amount, unit, calendar)
    due = due_at(start, amount, unit, calendar)
    if not told:
        assert due == start
        return
    assert (told[0].start, told[-1].end) == (start, due)
    assert all(a.end == b.start for a, b in pairwise(told))
    assert abs(sum(i.amount for i in told if i.counted) - amount) < Decimal("1e-9")


@settings(deadline=None)
@given(MOMENTS, st.fractions(0, 40))
def test_any_share_is_found_and_rounds_up_by_less_than_a_microsecond(
    start: datetime, amount: Fraction
) -> None:
    due = due_at(start, amount, "work_day", PLAIN)
    used = elapsed(start, due, "work_day", PLAIN)
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    assert used - exact > -Decimal(1) / (24 * 3_600_000_000)  # less than instants can tell apart
    assert used - exact < Decimal(1) / (8 * 3_600_000_000)
