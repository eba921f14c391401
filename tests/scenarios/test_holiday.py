"""Something falls from a facade in the National Day week: urgent hours know no holiday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cityloop.cases import deadline
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Timer
from cityloop.kernel.errors import Refused
from cityloop.standards import operations as standards
from tests.town import SYSTEM, Town

CITY = ZoneInfo("Asia/Shanghai")
# Saturday 3 October 2026, 22:30: in the middle of the holiday (1 to 7 October), at night.
NIGHT = datetime(2026, 10, 3, 22, 30, tzinfo=CITY).astimezone(UTC)
FALLING, REFUSE = "E0599", "E0110"  # two urgent hours, four working hours


def _dispatched(town: Town, code: str, **rule: str) -> Case:
    number = town.report(class_code=code, text="外墙脱落").case
    town.step(number, "accept", "acceptor")
    town.step(number, "file", "shift_leader", filing_rule=town.rule(code, **rule).pk)
    return town.step(number, "dispatch", "dispatcher", unit="ROADS")


def _due(case: Case) -> datetime:
    return Timer.objects.get(case=case, kind="handling").due_at.astimezone(CITY)


@pytest.mark.requirement("H01", "H07", "D03")
def test_urgent_hours_run_through_the_holiday_and_working_hours_wait(town: Town) -> None:
    town.now = NIGHT
    urgent = _dispatched(town, FALLING, limit_unit="urgent_hour")
    usual = _dispatched(town, REFUSE, limit_unit="work_hour")
    assert _due(urgent) == NIGHT + timedelta(hours=2)
    assert _due(usual).date().isoformat() >= "2026-10-08", "the first working day"

    # The deadline can be explained: nothing skipped here, every holiday named there.
    told = deadline.explained(urgent, "handling", now=town.now)["stretches"]
    assert all(part["counted"] for part in told)
    told = deadline.explained(usual, "handling", now=town.now)["stretches"]
    skipped = [part for part in told if not part["counted"]]
    assert skipped and skipped[0]["start"] == NIGHT
    assert any("holiday" in str(part["reason"]) for part in skipped)

    # Half past midnight: the urgent one is late and says so once; the other has all its time.
    town.now = NIGHT + timedelta(hours=2)
    assert not CaseEvent.objects.filter(action="overdue", case=urgent).exists()
    town.sweep()
    assert CaseEvent.objects.filter(action="overdue", case=urgent).count() == 1
    late = Case.objects.get(pk=urgent.pk)
    assert late.handling_overdue and not Case.objects.get(pk=usual.pk).handling_overdue

    # Mended at three in the morning: late, and it stays so.
    town.wait(hours=2)
    town.step(urgent.number, "receive", "roads")
    done = town.step(urgent.number, "finish", "roads", result="险情排除", photos=("after",))
    assert done.handled_late is True


@pytest.mark.requirement("H01", "H05")
def test_nobody_is_late_by_working_time_that_is_declared_afterwards(town: Town) -> None:
    """Four working hours from Friday at five; Saturday's first are over when it is declared."""
    town.now = datetime(2026, 11, 27, 17, 0, tzinfo=CITY).astimezone(UTC)
    case = _dispatched(town, REFUSE, limit_unit="work_hour")
    before = _due(case)
    assert before == datetime(2026, 11, 30, 11, 0, tzinfo=CITY)
    town.now = datetime(2026, 11, 28, 10, 0, tzinfo=CITY).astimezone(UTC)
    told = {"code": "default", "actor": SYSTEM, "why": "补班"}
    morning = [(time(0), time(9, 30))]
    with pytest.raises(Refused):
        standards.set_special_day(
            date(2026, 11, 28), "workday", periods=morning, now=town.now, **told
        )
    standards.set_special_day(date(2026, 11, 28), "workday", now=town.now, **told)
    assert cases.follow_calendar(now=town.now) == 1
    assert _due(case) == datetime(2026, 11, 28, 15, 0, tzinfo=CITY)
    parts = deadline.explained(case, "handling", now=town.now)["stretches"]
    assert sum(float(one["amount"]) for one in parts if one["counted"]) == 4
    standards.clear_special_day(date(2026, 11, 28), now=town.wait(minutes=1), **told)
    cases.follow_calendar(now=town.now)
    town.sweep()
    assert not CaseEvent.objects.filter(case=case, action="overdue").exists()


@pytest.mark.requirement("H01", "H05")
def test_a_case_returned_over_the_holiday_loses_no_working_time(town: Town) -> None:
    """The day before the holiday: some time used, returned, sent again after it."""
    town.now = datetime(2026, 9, 30, 16, 0, tzinfo=CITY).astimezone(UTC)
    case = _dispatched(town, REFUSE, limit_unit="work_hour")
    before = _due(case)
    assert before.date().isoformat() == "2026-10-08", "two hours are left of the day"
    town.wait(minutes=30)
    town.step(case.number, "return", "roads", reason_code="wrong_place", reason="地点不清")
    town.now = datetime(2026, 10, 8, 8, 40, tzinfo=CITY).astimezone(UTC)
    case = town.step(case.number, "dispatch", "dispatcher", unit="ROADS", reason="已核对地点")
    timer = Timer.objects.get(case=case, kind="handling")
    assert abs(float(timer.spent) - 0.5) < 0.01
    changes = [line.facts.get("clocks", []) for line in case.events.order_by("version")]
    said = [one["what"] for line in changes for one in line if one["clock"] == "handling"]
    assert said == ["started", "paused", "resumed"], "no deadline changes silently"


@pytest.mark.requirement("B04", "H05")
def test_a_changed_calendar_moves_open_deadlines_with_a_record_and_no_ended_one(town: Town) -> None:
    town.now = datetime(2026, 9, 28, 9, 0, tzinfo=CITY).astimezone(UTC)
    closed = town.carry(town.report().case, "closed")
    ended = list(Timer.objects.filter(case=closed).order_by("id").values())
    town.now = datetime(2026, 9, 29, 15, 0, tzinfo=CITY).astimezone(UTC)
    case = _dispatched(town, REFUSE, limit_unit="work_hour")
    before = _due(case)
    standards.set_special_day(
        before.date(), "holiday", name="临时放假", actor=town.actor("administrator"), now=town.now,
        why="台风",
    )  # fmt: skip
    town.step(case.number, "receive", "roads")
    assert _due(case) == before, "nothing moves silently"
    version = Case.objects.get(pk=case.pk).version
    assert "calendar.changed" in town.deliver()

    case = Case.objects.get(pk=case.pk)
    assert _due(case) > before and case.handling_due_at.astimezone(CITY) == _due(case)
    line = CaseEvent.objects.get(case=case, version=version + 1)
    assert (line.action, line.role) == ("recompute", "system")
    moved = {one["clock"]: one for one in line.facts["clocks"]}
    assert moved["handling"]["what"] == "recomputed" and "whole" in moved
    assert moved["handling"]["was"].startswith(before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"))

    # The ended clock says that its day was changed later, and keeps what was counted then.
    standards.set_special_day(
        date(2026, 9, 28), "holiday", name="补记", actor=town.actor("administrator"), now=town.now,
        why="事后通知",
    )  # fmt: skip
    told = deadline.explained(Case.objects.get(pk=closed.pk), "handling", now=town.now)["stretches"]
    assert any(one["changed_since"].startswith("事后通知") for one in told), told

    # What has ended stays as it was; told again, nothing more happens.
    assert Case.objects.get(pk=closed.pk).version == closed.version
    assert list(Timer.objects.filter(case=closed).order_by("id").values()) == ended
    assert cases.follow_calendar(now=town.now) == 0
    with pytest.raises(cases.Refused):
        town.step(case.number, "receive", "roads")


@pytest.mark.requirement("H05", "H07")
def test_a_holiday_written_down_afterwards_makes_nobody_punctual(town: Town) -> None:
    town.now = datetime(2026, 9, 28, 9, 0, tzinfo=CITY).astimezone(UTC)
    late = _dispatched(town, REFUSE, limit_unit="work_hour")
    due = _due(late)
    town.now = (due + timedelta(hours=1)).astimezone(UTC)
    town.sweep()
    open_ = _dispatched(town, REFUSE, limit_unit="work_hour")
    before = _due(open_)
    assert before.date() > due.date()
    for day in (due.date(), before.date()):
        standards.set_special_day(
            day, "holiday", name="补", actor=town.actor("administrator"), now=town.now, why="补记",
        )  # fmt: skip
        town.wait(minutes=1)
    town.deliver()
    late = Case.objects.get(pk=late.pk)
    assert _due(late) == due and late.handling_overdue
    assert _due(Case.objects.get(pk=open_.pk)) > before, "what had not run out follows"
    told = deadline.explained(late, "handling", now=town.now)["stretches"]
    assert any(one["changed_since"].startswith("补记") for one in told), told
    # Nor does a pause give back what was used up.
    town.step(late.number, "return", "roads", reason_code="not_ours", reason="不归我们")
    stood = Timer.objects.filter(case=late, kind="handling").latest("pk")
    assert stood.spent > stood.limit_amount
    town.step(late.number, "dispatch", "dispatcher", unit="ROADS", reason="核实")
    town.step(late.number, "receive", "roads")
    done = town.step(late.number, "finish", "roads", result="完成", photos=("after",))
    assert done.handled_late is True


@pytest.mark.requirement("H05")
def test_of_changes_made_together_a_case_is_told_the_one_that_moves_it(town: Town) -> None:
    case = town.case("handling")
    town.wait(minutes=5)
    days = (_due(case).date(), date(2031, 5, 5), _due(case).date() + timedelta(days=60))
    for day, why in zip(days, ("台风", "远期", "以后"), strict=True):
        standards.set_special_day(
            day, "holiday", name=why, actor=town.actor("administrator"), now=town.now, why=why
        )
        town.wait(minutes=1)
    assert "calendar.changed" in town.deliver()
    (line,) = CaseEvent.objects.filter(case=case, action="recompute")
    assert line.facts["reason"].startswith("台风 (") and ";" not in line.facts["reason"]
