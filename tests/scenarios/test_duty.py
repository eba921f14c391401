"""A dispatch goes to who is on duty now, day and night; no telephone is needed."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cityloop.cases.models import CaseEvent
from cityloop.desks import queries as desk_queries
from cityloop.duty import operations as duty
from cityloop.duty import queries
from cityloop.duty.models import Call, Turn
from cityloop.kernel import clock
from cityloop.kernel.errors import NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from cityloop.people import operations as people
from cityloop.standards import operations as standards
from tests.duty import (
    ALL_WEEK,
    DAY,
    NIGHT,
    away,
    called,
    dispatched,
    on_duty,
    person,
    shift,
    work,
)
from tests.town import SYSTEM, Town, forget

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, monkeypatch) -> None:
    """Jobs read the town's clock."""
    monkeypatch.setattr(clock, "now", lambda: town.now)


@pytest.fixture
def rota(town: Town) -> Town:
    """WATER: Li by day, Zhao after him, Sun at night."""
    for name in ("li", "zhao", "sun"):
        person(town, name)
    day, night = shift(town, "白班", DAY), shift(town, "夜班", NIGHT)
    on_duty(town, day, "li")
    on_duty(town, day, "zhao", rank=2)
    on_duty(town, night, "sun")
    return town


def _line(number: str, action: str) -> CaseEvent:
    return CaseEvent.objects.filter(case__number=number, action=action).latest("version")


@pytest.mark.requirement("E15", "E14")
def test_a_dispatch_goes_to_who_is_on_duty_now(rota: Town) -> None:
    # Monday morning: the day shift. The task carries the person, the case says why.
    case = dispatched(rota)
    li = rota.members["li"]
    task = case.tasks.get(kind="handle", closed_at=None)
    assert (task.member_id, task.organisation_id) == (li.pk, rota.units["WATER"].pk)
    facts = _line(case.number, "call_duty").facts
    assert (facts["worker"], facts["called_as"]) == (li.pk, "on_duty")
    assert facts["shift"] == "白班 08:00–20:00 抢修"
    assert case.worker_id is None  # whom the unit assigns stays its own decision
    assert case.status == "dispatched"

    # The message tells what, where and until when, and leads to photos and map.
    message = Message.objects.get(topic="dispatched", member=li)
    assert message.urgent and case.number in message.text
    assert f"/cases/{case.number}/dispatch/" in message.text
    counted = desk_queries.counters(rota.actor("li"), now=rota.now)
    assert counted["called"] == 1
    assert desk_queries.counters(rota.actor("zhao"), now=rota.now)["called"] == 0

    # At night it is the other one, also after midnight: the shift began the day before.
    rota.wait(hours=14)
    assert called(dispatched(rota)) == [("sun", "on_duty")]
    rota.wait(hours=4)
    assert called(dispatched(rota)) == [("sun", "on_duty")]


@pytest.mark.requirement("E15")
def test_nobody_on_duty_the_desk_of_the_unit_is_told(town: Town) -> None:
    person(town, "li")
    on_duty(town, shift(town, "周末班", DAY), "li", weekdays=(6, 7))
    case = dispatched(town)  # a Monday
    facts = _line(case.number, "call_duty").facts
    assert "worker" not in facts and facts["called_as"] == "desk"
    assert facts["reason"] == "nobody can be called now"
    assert case.tasks.get(kind="handle").member_id is None
    assert Message.objects.filter(topic="dispatched", member=town.members["water"]).exists()

    # A unit without a roster works as before: no step; its desk has a message.
    number = town.case("filed").number
    town.step(number, "dispatch", "dispatcher", unit="ROADS")
    work(town)
    assert not CaseEvent.objects.filter(case__number=number, action="call_duty").exists()
    assert not Call.objects.filter(case__number=number).exists()
    told = Message.objects.get(case__number=number, topic="to_receive")
    assert told.member == town.members["roads"]


@pytest.mark.requirement("E14", "E15")
def test_who_is_on_leave_is_passed_over_for_the_deputy(rota: Town) -> None:
    away(rota, "li", deputy="sun")
    case = dispatched(rota)
    assert called(case) == [("sun", "deputy")]
    assert _line(case.number, "call_duty").facts["reason"].startswith("li is on leave until")
    # Without a deputy the next on duty is called; when he is away too, the desk.
    other = Turn.objects.get(member=rota.members["li"])
    duty.end_turn(turn_id=other.pk, actor=rota.actor("water"), now=rota.now)
    assert called(dispatched(rota)) == [("zhao", "on_duty")]
    away(rota, "zhao")
    assert called(dispatched(rota)) == [("", "desk")]
    # Who has left the unit is not called any more.
    person(rota, "wu")
    on_duty(rota, shift(rota, "备班", DAY), "wu")
    holding = rota.members["wu"].holdings.get()
    people.end_holding(holding_id=holding.pk, actor=SYSTEM, now=rota.now)
    forget()
    assert called(dispatched(rota)) == [("", "desk")]


@pytest.mark.requirement("E14")
def test_who_does_not_open_it_in_time_is_followed_by_the_next(rota: Town) -> None:
    case = dispatched(rota)
    rota.wait(minutes=14)
    assert duty.call_substitutes(now=rota.now) == 0
    rota.wait(minutes=1)
    assert duty.call_substitutes(now=rota.now) == 1
    work(rota)
    assert called(case) == [("li", "on_duty"), ("zhao", "next")]
    assert _line(case.number, "call_substitute").facts["reason"] == "li did not open it until 09:18"
    assert Message.objects.filter(topic="substitute", member=rota.members["zhao"]).count() == 1
    case.refresh_from_db()
    assert case.tasks.get(kind="handle").member_id == rota.members["zhao"].pk

    # Nobody is left: the desk, which waits without an end.
    rota.wait(minutes=15)
    assert duty.call_substitutes(now=rota.now) == 1
    assert called(case)[-1] == ("", "desk")
    rota.wait(hours=5)
    assert duty.call_substitutes(now=rota.now) == 0
    # Li opens it late: that is kept on his call; the case stays with the desk.
    assert duty.open_dispatch(number=case.number, actor=rota.actor("li"), now=rota.now)
    late = Call.objects.get(case=case, member=rota.members["li"])
    assert (late.state, late.opened_at) == ("passed", rota.now)
    assert not CaseEvent.objects.filter(case=case, action="open_dispatch").exists()


@pytest.mark.requirement("E14")
def test_the_read_receipt_says_who_opened_it_and_when(rota: Town) -> None:
    case = dispatched(rota)
    assert not duty.open_dispatch(number=case.number, actor=rota.actor("zhao"), now=rota.now)
    assert not duty.open_dispatch(number=case.number, actor=SYSTEM, now=rota.now)
    rota.wait(minutes=3)
    assert duty.open_dispatch(number=case.number, actor=rota.actor("li"), now=rota.now)
    work(rota)
    line = _line(case.number, "open_dispatch")
    assert (line.member_id, line.at) == (rota.members["li"].pk, rota.now)
    call = Call.objects.get(case=case)
    assert (call.state, call.opened_by_id, call.opened_at) == ("opened", line.member_id, line.at)
    # Once is enough; no substitute is called, however long it takes.
    assert not duty.open_dispatch(number=case.number, actor=rota.actor("li"), now=rota.now)
    rota.wait(hours=2)
    assert duty.call_substitutes(now=rota.now) == 0

    # To receive the case says as much as to open the message.
    other = dispatched(rota)
    rota.step(other.number, "receive", "water")
    work(rota)
    call = Call.objects.get(case=other)
    assert (call.state, call.opened_by_id) == ("opened", rota.members["water"].pk)


@pytest.mark.requirement("E14")
def test_a_case_that_went_back_calls_nobody_any_more(rota: Town) -> None:
    case = dispatched(rota)
    rota.step(case.number, "return", "water", reason_code="not_ours", reason="不属我方")
    rota.wait(minutes=20)
    assert duty.call_substitutes(now=rota.now) == 0
    assert Call.objects.get(case=case).state == "ended"
    # Sent again it is a call of its own; the job that comes twice calls once.
    rota.step(case.number, "dispatch", "dispatcher", unit="WATER", reason="属水务")
    work(rota)
    case.refresh_from_db()
    sent = _line(case.number, "dispatch").version
    assert duty.call_on_duty(number=case.number, version=sent, now=rota.now) is None
    assert called(case) == [("li", "on_duty"), ("li", "on_duty")]


@pytest.mark.requirement("H10", "E15")
def test_a_protection_period_names_other_people(rota: Town) -> None:
    person(rota, "guard")
    on_duty(rota, shift(rota, "保障班", (time(0), time(0)), special=True), "guard")
    assert called(dispatched(rota)) == [("li", "on_duty")]  # an ordinary Monday
    first = rota.now.date() + timedelta(days=1)
    event = standards.NewProtection("两会", first, first, factor=Decimal(1), duty="全员在岗")
    standards.add_protection(event, actor=SYSTEM, now=rota.now, why="保障")
    rota.wait(days=1)
    assert called(dispatched(rota)) == [("guard", "on_duty")]
    rota.wait(hours=14)
    assert called(dispatched(rota)) == [("guard", "on_duty")]  # the night shift rests
    rota.wait(hours=10)
    assert called(dispatched(rota)) == [("li", "on_duty")]


ROWS = """unit_code,shift,post,starts,ends,username,weekdays,first_on,last_on,rank,special
WATER,早班,抢修,06:00,14:00,li,1-5,2026-03-01,2026-03-31,1,
WATER,早班,抢修,06:00,14:00,zhao,1-5,2026-03-01,,2,
WATER,夜班,抢修,22:00,06:00,zhao,"6,7",2026-03-01,,1,1
"""


@pytest.mark.requirement("E15")
def test_a_roster_comes_from_a_file_whole_or_not_at_all(town: Town, tmp_path: Path) -> None:
    for name in ("li", "zhao"):
        person(town, name)
    file = tmp_path / "roster.csv"
    bad = (
        "WATER,早班,抢修,06:00,13:00,li,1-5,2026-03-01,,1,\n"
        "ROADS,早班,抢修,06:00,14:00,li,1-5,2026-03-01,,1,\n"
        "WATER,早班,抢修,6 Uhr,14:00,li,1-5,2026-03-01,,1,\n"
        "WATER,中班,抢修,14:00,22:00,nobody,1-5,2026-03-01,,1,\n"
        "WATER,中班,抢修,14:00,22:00,li,8,2026-03-01,,1,\n"
        "WATER,中班,抢修,14:00,22:00,li,1,2026-13-01,,1,\n"
        "WATER,中班,抢修,14:00,22:00,li,1,2026-03-01,2026-02-01,1,\n"
        "WATER,中班,抢修,14:00,22:00,li,1,2026-03-01,,12,\n"
        "WATER,,抢修,14:00,22:00,li,1,2026-03-01,,1,\n"
    )
    file.write_text(ROWS + bad, encoding="utf-8")
    desk = town.actor("water")
    report = duty.import_roster(file, actor=desk, now=town.now)
    told = [(one.row, one.reason) for one in report.rejected]
    assert [row for row, _why in told] == list(range(5, 14))
    assert [why for _row, why in told] == [
        "the shift 早班 06:00–14:00 抢修 has other hours", "ROADS单位 keeps its own roster",
        "starts: a time as HH:MM", "unknown: nobody",
        "weekdays as 1-5 or 6,7; 1 is Monday", "first_on: a day as YYYY-MM-DD",
        "the period ends before it begins", "a number from 1 to 9", "fill this in",
    ]  # fmt: skip
    assert not Turn.objects.exists()

    file.write_text(ROWS, encoding="gb18030")
    assert duty.import_roster(file, actor=desk, now=town.now).imported == 3
    again = duty.import_roster(file, actor=desk, now=town.now)
    assert (again.imported, again.joined, again.rejected) == (0, 3, [])
    assert called(dispatched(town)) == [("li", "on_duty")]
    with pytest.raises(NotAllowed):
        duty.import_roster(file, actor=town.actor("dispatcher"), now=town.now)


@pytest.mark.requirement("C34")
def test_the_week_of_a_unit_names_its_gaps(rota: Town) -> None:
    water, monday = rota.units["WATER"], date(2026, 3, 2)
    night = Turn.objects.get(member=rota.members["sun"])
    dispatched(rota)
    week = queries.coverage(rota.actor("water"), water, monday=monday, now=rota.wait(minutes=1))
    assert week.gaps == [] and len(week.hours) == 168
    assert week.hours[9].people == 2 and week.hours[22].people == 1
    assert sum(one.reports for one in week.hours) == 1 / queries.REPORT_WEEKS
    assert week.hours[9].reports == 0.25  # reported on Monday at nine

    # Sun works no weekend nights: the gap has a name, and reports stand beside it.
    duty.end_turn(turn_id=night.pk, actor=rota.actor("water"), now=rota.now)
    on_duty(rota, night.shift, "sun", weekdays=(1, 2, 3, 4, 5))
    week = queries.coverage(rota.actor("water"), water, monday=monday, now=rota.now)
    assert [(gap.first, gap.last) for gap in week.gaps] == [(0, 8), (140, 152), (164, 168)]
    assert [(gap.night, gap.weekend) for gap in week.gaps] == [
        (True, False), (True, True), (True, True),
    ]  # fmt: skip


@pytest.mark.requirement("E15")
def test_a_roster_is_kept_by_its_own_unit_and_stays_readable(rota: Town) -> None:
    li, row = rota.members["li"], Turn.objects.get(member=rota.members["li"])
    desk, roads = rota.actor("water"), rota.actor("roads")
    with pytest.raises(Refused, match="is on duty in this shift already"):
        on_duty(rota, row.shift, "li", weekdays=(3,))
    with pytest.raises(Refused, match="a shift of this name"):
        shift(rota, "白班", DAY)
    with pytest.raises(NotAllowed, match="keeps its own roster"):
        duty.end_turn(turn_id=row.pk, actor=roads, now=rota.now)
    for wrong, why in (
        (duty.NewTurn(rota.members["roads"], ALL_WEEK, date(2026, 3, 1)), "does not belong"),
        (duty.NewTurn(li, (0,), date(2026, 3, 1)), "weekdays as"),
        (duty.NewTurn(li, (1,), date(2026, 3, 1), date(2026, 2, 1)), "ends before it begins"),
        (duty.NewTurn(li, (1,), date(2026, 3, 1), None, 0), "from 1 to 9"),
    ):
        with pytest.raises(Exception, match=why):
            duty.put_on_duty(shift_id=row.shift_id, new=wrong, actor=desk, now=rota.now)
    with pytest.raises(Exception, match="cannot stand in"):
        away(rota, "li", deputy="li")
    away(rota, "li")
    with pytest.raises(Refused, match="noted as away"):
        away(rota, "li")
    absence = queries.absences_of([rota.units["WATER"].pk], since=date(2026, 3, 2))[0]
    duty.end_absence(absence_id=absence.pk, actor=desk, now=rota.now)
    with pytest.raises(Refused, match="ended before"):
        duty.end_absence(absence_id=absence.pk, actor=desk, now=rota.now)
    duty.end_shift_of_roster(shift_id=row.shift_id, actor=desk, now=rota.now)
    with pytest.raises(NotFound):
        duty.end_shift_of_roster(shift_id=row.shift_id, actor=desk, now=rota.now)
    with pytest.raises(Refused, match="ended before"):
        duty.end_turn(turn_id=row.pk, actor=desk, now=rota.now)
    row.refresh_from_db()
    assert row.ended_by == desk.post and row.ended_at == rota.now  # nothing is deleted
    assert called(dispatched(rota)) == [("", "desk")]
