"""Calendars: seeded, edited, recorded; never changed silently."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.standards import operations, queries
from cityloop.standards.models import Calendar, CalendarChange, SpecialDay, WorkPeriod
from cityloop.standards.operations.calendars import HoursPassed, NoReason
from cityloop.standards.tests.editions import NOW, SYSTEM
from cityloop.standards.workcalendar import BadPeriod, WeeklyPeriod
from cityloop.standards.worktime import Reason, due_at, explain

pytestmark = pytest.mark.django_db
CLERK = Actor(
    member_id=7,
    name="王芳",
    post="管理员 王芳",
    permissions=frozenset({"standards.manage"}),
    organisation_ids=None,
)
BY = {"actor": CLERK, "now": NOW, "why": "市政府通知"}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def seeded(*years: int) -> None:
    operations.seed_calendar(years or None, actor=SYSTEM, now=NOW)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.requirement("H01")
def test_the_published_plans_are_seeded(django_assert_max_num_queries: object) -> None:
    report = operations.seed_calendar(actor=SYSTEM, now=NOW)
    assert (report.rejected, report.joined) == ([], 0)
    assert report.imported == SpecialDay.objects.count() > 500
    calendar = queries.work_calendar()
    assert {2004, 2026} <= calendar.known_years
    assert calendar.warning_for(2026) is None
    # National Day 2026: off from 1 to 7 October; 20 September and 10 October are worked.
    due = due_at(local(2026, 9, 30, 17), 1, "work_day", calendar)
    assert due == local(2026, 10, 8, 17)
    assert due_at(local(2026, 10, 9, 17), 1, "work_day", calendar) == local(2026, 10, 10, 17)
    told = explain(local(2026, 9, 30, 17), 1, "work_day", calendar)
    assert [i.name for i in told if i.reason is Reason.HOLIDAY] == ["国庆节"]
    again = operations.seed_calendar(actor=SYSTEM, now=NOW)
    assert again.imported == 0
    assert CalendarChange.objects.count() == 2  # the hours, the plans


@pytest.mark.requirement("H01")
def test_a_year_without_a_plan_is_told_and_keeps_warning() -> None:
    report = operations.seed_calendar([2026, 2099], actor=SYSTEM, now=NOW)
    assert [(r.key, r.reason) for r in report.rejected] == [
        ("2099", "no holiday plan of this year has been published")
    ]
    warning = queries.work_calendar().warning_for(2099)
    assert warning is not None
    assert "2099" in queries.warning_text(warning)
    operations.confirm_year(2099, **BY)
    assert queries.work_calendar().warning_for(2099) is None


@pytest.mark.requirement("H05")
def test_a_change_is_seen_at_once_and_recorded_with_who_and_why() -> None:
    seeded(2026)
    before = queries.work_calendar()
    assert queries.work_calendar() is before
    operations.set_special_day(date(2026, 3, 4), "holiday", name="停水日", **BY)
    after = queries.work_calendar()
    assert after is not before
    assert due_at(local(2026, 3, 3, 17), 1, "work_day", after) == local(2026, 3, 5, 17)
    assert due_at(local(2026, 3, 3, 17), 1, "work_day", before) == local(2026, 3, 4, 17)
    record = queries.calendar_changes().first()
    assert record is not None
    assert (record.actor, record.member_id, record.why) == ("管理员 王芳", 7, "市政府通知")
    assert (record.what, record.before) == ("day 2026-03-04", None)
    assert record.after == {"kind": "holiday", "name": "停水日", "periods": None}
    operations.clear_special_day(date(2026, 3, 4), **BY)
    assert due_at(local(2026, 3, 3, 17), 1, "work_day", queries.work_calendar()).day == 4
    assert queries.calendar_changes()[0].after is None
    operations.clear_special_day(date(2026, 3, 4), **BY)  # an ordinary day already: no record
    assert queries.calendar_changes().count() == 4


@pytest.mark.requirement("H01")
def test_half_days_and_seasons_are_entered_by_the_city() -> None:
    seeded(2026)
    weekdays = frozenset(range(1, 6))
    operations.set_periods(
        [
            WeeklyPeriod(weekdays, time(8, 30), time(12)),
            WeeklyPeriod(weekdays, time(13, 30), time(17, 30)),
            WeeklyPeriod(weekdays, time(8), time(12), "06-01", "09-30"),
            WeeklyPeriod(weekdays, time(14, 30), time(18), "06-01", "09-30"),
        ],
        **BY,
    )
    operations.set_special_day(
        date(2026, 7, 2), "workday", name="半天", periods=[(time(8), time(12))], **BY
    )
    calendar = queries.work_calendar()
    assert due_at(local(2026, 5, 29, 17), 1, "work_hour", calendar) == local(2026, 6, 1, 8, 30)
    assert due_at(local(2026, 7, 1, 15), 4, "work_hour", calendar) == local(2026, 7, 2, 9)
    assert due_at(local(2026, 7, 1, 18), Decimal("1.5"), "work_day", calendar) == local(
        2026, 7, 3, 11, 45
    )


def at(*moment: int) -> dict[str, Any]:
    """As BY, at another local moment."""
    return {**BY, "now": local(*moment)}


def spans(day: date) -> list[str]:
    """The working time of a day, as 08:00-12:00."""
    hours = queries.work_calendar().spans_of(day)
    return ["-".join(f"{t // 3_600_000_000:02}:{t // 60_000_000 % 60:02}" for t in one)
            for one in hours]  # fmt: skip


@pytest.mark.requirement("H01", "H05")
def test_hours_that_have_passed_do_not_become_working_time() -> None:
    seeded(2026)
    saturday, friday = date(2026, 3, 7), date(2026, 3, 6)
    for day, hours, now in (
        (saturday, [(time(0), time(9, 30))], at(2026, 3, 7, 9, 31)),
        (saturday, None, at(2026, 3, 8, 0)),
        (date(2026, 3, 1), None, at(2026, 3, 7, 9)),
    ):
        with pytest.raises(HoursPassed):
            operations.set_special_day(day, "workday", periods=hours, **now)
    assert spans(saturday) == []
    operations.set_special_day(saturday, "workday", **at(2026, 3, 7, 10, 0))
    assert spans(saturday) == ["10:00-12:00", "14:00-18:00"]
    operations.set_special_day(saturday, "workday", **at(2026, 3, 7, 11, 0))
    assert spans(saturday) == ["10:00-12:00", "14:00-18:00"]
    longer = [(time(7), time(12)), (time(13), time(20))]
    operations.set_special_day(friday, "workday", periods=longer, **at(2026, 3, 6, 15, 0, 30))
    assert spans(friday) == ["08:00-12:00", "14:00-20:00"]


@pytest.mark.requirement("H01", "H05")
def test_time_off_may_be_given_afterwards_and_does_not_turn_back_into_work() -> None:
    seeded(2026)
    today = date(2026, 3, 4)
    operations.set_special_day(today, "holiday", name="台风", **at(2026, 3, 4, 15))
    assert spans(today) == []
    operations.clear_special_day(today, **at(2026, 3, 4, 15, 30))
    assert spans(today) == ["15:30-18:00"]
    change = queries.calendar_changes().first()
    assert change is not None and change.after["periods"] == [["15:30", "18:00"]]
    operations.set_special_day(today, "holiday", **at(2026, 3, 5, 9))
    with pytest.raises(HoursPassed):
        operations.clear_special_day(today, **at(2026, 3, 6, 9))
    operations.set_special_day(date(2026, 3, 9), "holiday", **at(2026, 3, 6, 9))
    operations.clear_special_day(date(2026, 3, 9), **at(2026, 3, 6, 9))
    assert not SpecialDay.objects.filter(day=date(2026, 3, 9)).exists()


@pytest.mark.requirement("H01", "H05")
def test_weekly_hours_hold_from_tomorrow_on() -> None:
    seeded(2026)
    always = [WeeklyPeriod(frozenset(range(1, 8)), time(6), time(22))]
    operations.set_periods(always, **at(2026, 3, 4, 15))
    assert spans(date(2026, 3, 4)) == ["08:00-12:00", "14:00-18:00"]
    assert spans(date(2026, 3, 1)) == []
    assert spans(date(2026, 3, 5)) == spans(date(2026, 3, 7)) == ["06:00-22:00"]
    # Set anew on the same day: what never held leaves nothing behind.
    operations.set_periods([WeeklyPeriod(frozenset({4}), time(9), time(10))], **at(2026, 3, 4, 16))
    assert spans(date(2026, 3, 5)) == ["09:00-10:00"] and spans(date(2026, 3, 6)) == []
    assert [one.starts for one in queries.work_calendar().hours_set] == [time(9)]
    assert WorkPeriod.objects.count() == 3


def test_days_that_the_city_entered_outlive_a_new_seed() -> None:
    seeded(2026)
    operations.set_special_day(date(2026, 10, 8), "holiday", name="本市放假", **BY)
    operations.set_special_day(date(2026, 10, 1), "workday", name="照常", **BY)
    report = operations.seed_calendar([2026], actor=SYSTEM, now=NOW)
    assert report.joined == 1  # 1 October is in the plan, and stays as the city has it
    assert SpecialDay.objects.get(day=date(2026, 10, 1)).kind == "workday"
    assert SpecialDay.objects.get(day=date(2026, 10, 8)).name == "本市放假"


@pytest.mark.requirement("H05")
def test_a_day_that_the_city_cleared_stays_an_ordinary_one() -> None:
    seeded(2026)
    operations.clear_special_day(date(2026, 10, 1), **BY)
    report = operations.seed_calendar([2026], actor=SYSTEM, now=NOW)
    assert (report.imported, report.joined) == (0, 1)
    assert not SpecialDay.objects.filter(day=date(2026, 10, 1)).exists()


@pytest.mark.requirement("H05")
@pytest.mark.parametrize("odd", [time(8, 0, 30), time(8, tzinfo=SHANGHAI)])
def test_hours_are_local_and_whole_minutes(odd: time) -> None:
    seeded(2026)
    with pytest.raises(BadPeriod, match="hours and minutes of local time only"):
        operations.set_special_day(date(2026, 12, 31), "workday", periods=[(odd, time(12))], **BY)


@pytest.mark.requirement("H05")
def test_nothing_changes_without_a_reason_or_a_right() -> None:
    seeded(2026)
    changes = CalendarChange.objects.count()
    with pytest.raises(NoReason):
        operations.set_special_day(date(2026, 3, 4), "holiday", actor=CLERK, now=NOW, why=" ")
    nobody = Actor(member_id=1, name="x", post="x", permissions=frozenset({"manual.view"}))
    for act in (
        lambda: operations.set_special_day(
            date(2026, 3, 4), "holiday", actor=nobody, now=NOW, why="x"
        ),
        lambda: operations.seed_calendar([2025], actor=nobody, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(queries.NoCalendar):
        operations.set_special_day(date(2026, 3, 4), "holiday", code="nowhere", **BY)
    assert CalendarChange.objects.count() == changes


def test_wrong_hours_are_named() -> None:
    seeded(2026)
    day, monday = date(2026, 3, 4), frozenset({1})
    for act, problem in (
        (lambda: operations.set_special_day(day, "feast", **BY), Invalid),
        (lambda: operations.set_special_day(day, "holiday", name="x" * 61, **BY), Invalid),
        (lambda: operations.set_special_day(day, "workday", periods=[], **BY), Invalid),
        (
            lambda: operations.set_special_day(day, "holiday", periods=[(time(8), time(9))], **BY),
            Invalid,
        ),
        (
            lambda: operations.set_special_day(day, "workday", periods=[(time(9), time(8))], **BY),
            BadPeriod,
        ),
        (lambda: operations.set_periods([], **BY), Invalid),
        (lambda: operations.set_periods([WeeklyPeriod(monday, time(9), time(8))], **BY), BadPeriod),
        (
            lambda: operations.set_periods([WeeklyPeriod(frozenset({8}), time(8), time(9))], **BY),
            Invalid,
        ),
        (
            lambda: operations.set_periods(
                [WeeklyPeriod(monday, time(8), time(9), "02-30", "03-01")], **BY
            ),
            Invalid,
        ),
        (
            lambda: operations.set_periods(
                [WeeklyPeriod(monday, time(8), time(9), "02-03", "")], **BY
            ),
            Invalid,
        ),
    ):
        with pytest.raises(problem), transaction.atomic():
            act()
    assert WorkPeriod.objects.count() == 2


@pytest.mark.requirement("H05")
def test_the_database_refuses_a_silent_change() -> None:
    seeded(2026)
    calendar = Calendar.objects.get()
    with pytest.raises(DatabaseError, match="without a record"), transaction.atomic():
        _longer_hours_by_hand(calendar)
    for act in (
        lambda: CalendarChange.objects.update(why="x"),
        lambda: CalendarChange.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


def _longer_hours_by_hand(calendar: Calendar) -> None:
    before = calendar.revision
    WorkPeriod.objects.filter(calendar=calendar).update(ends=time(23))
    calendar.refresh_from_db()
    assert calendar.revision > before  # every process would have noticed
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_revisions_are_never_used_twice_even_after_a_rollback() -> None:
    seeded(2026)
    first = queries.work_calendar()
    with transaction.atomic():
        operations.set_special_day(date(2026, 3, 4), "holiday", **BY)
        undone = queries.work_calendar()
        transaction.set_rollback(True)
    operations.set_special_day(date(2026, 3, 5), "holiday", **BY)
    after = queries.work_calendar()
    assert len({first.revision, undone.revision, after.revision}) == 3
    assert after.special(date(2026, 3, 4)) is None


def test_there_may_be_several_calendars() -> None:
    seeded(2026)
    operations.seed_calendar([], code="hotline", name="12345", actor=SYSTEM, now=NOW)
    always = [WeeklyPeriod(frozenset(range(1, 8)), time(0), time(0))]
    operations.set_periods(always, code="hotline", **BY)
    start = local(2026, 10, 1, 22)
    assert due_at(start, 4, "work_hour", queries.work_calendar("hotline")) == local(2026, 10, 2, 2)
    assert due_at(start, 4, "work_hour", queries.work_calendar()) == local(2026, 10, 8, 12)
    with pytest.raises(queries.NoCalendar):
        queries.work_calendar("nowhere")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [("2.00", "urgent_hour", "2 urgent hours"), ("2.50", "work_day", "2.5 working days"),
     ("1", "work_hour", "1 working hour"), ("10", "natural_day", "10 calendar days"),
     ("30", "minute", "30 minutes")],
)  # fmt: skip
def test_a_limit_in_words(amount: str, unit: str, words: str) -> None:
    assert queries.limit_text(Decimal(amount), unit) == words


@pytest.mark.requirement("H01")
def test_days_of_years_that_no_calendar_shows_are_refused() -> None:
    seeded(2026)
    for day in (date(1, 1, 1), date(1899, 12, 31), date(2200, 1, 1), date(9999, 12, 31)):
        with pytest.raises(Invalid, match="from 1900 to 2199"):
            operations.set_special_day(day, "holiday", **BY)
        with pytest.raises(Invalid, match="from 1900 to 2199"):
            operations.confirm_year(day.year, **BY)
    assert operations.set_special_day(date(2199, 12, 31), "holiday", **BY).day.year == 2199
