"""A lateness and a false closing stay with the unit that did it, whoever has the case later."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cityloop.cases import deadline, granting, proof, views
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, Timer
from cityloop.coordination import queries as coordination
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Card, CardRule
from cityloop.discipline.queries import grounds
from tests.scenarios.test_figures import counted
from tests.scenarios.test_reinspection import another_company, inspect_all
from tests.scenarios.test_time_granted import _ask as ask
from tests.scenarios.test_time_granted import _until as until
from tests.town import DISTRICT, Town

DONE = {"result": "已更换", "photos": ("after",)}


def handling_clocks(case: Case) -> list[Timer]:
    return list(Timer.objects.filter(case=case, kind="handling").order_by("id"))


def past_the_limit(town: Town, case: Case) -> None:
    """Past the end of the limit that is no longer the first to fire."""
    town.now = handling_clocks(case)[-1].due_at + timedelta(minutes=5)
    town.sweep()


def returned_late(town: Town) -> Case:
    """WATER gives back what it should have handled; ROADS handles it in time."""
    case = town.case("handling")
    past_the_limit(town, case)
    town.step(case.number, "return", "water", reason_code="not_ours", reason="非本单位")
    town.step(case.number, "dispatch", "dispatcher", unit="ROADS", reason="权属在道路")
    town.step(case.number, "receive", "roads")
    town.step(case.number, "finish", "roads", **DONE)
    return town.carry(case.number, "closed")


def reopened_elsewhere(town: Town) -> Case:
    """WATER was late and closed; the case lives again, and ROADS is in time."""
    case = town.case("handling")
    past_the_limit(town, case)
    case = town.carry(town.step(case.number, "finish", "water", **DONE).number, "closed")
    town.step(case.number, "reopen", "supervisor", reason="现场仍缺失")
    case = town.carry(case.number, "filed")
    town.step(case.number, "dispatch", "dispatcher", unit="ROADS", reason="改派")
    town.step(case.number, "receive", "roads")
    town.step(case.number, "finish", "roads", **DONE)
    return town.carry(case.number, "closed")


def by_unit(town: Town) -> dict[str, tuple[int, int, int, int]]:
    """Unit -> filed, closed, on time, overdue."""
    codes = {str(unit.pk): code for code, unit in town.units.items()}
    return {
        codes[row.key]: (row.filed, row.closed, row.on_time, row.overdue)
        for row in counted(town, "unit")
    }


def late_grounds(town: Town) -> list[int]:
    rule = CardRule.objects.get(trigger="late_cases", valid_to=None)
    return [one.unit_id for one in grounds(rule, now=town.now)]


@pytest.mark.requirement("F13", "I01")
@pytest.mark.parametrize("story", [returned_late, reopened_elsewhere])
def test_a_lateness_counts_for_the_unit_whose_clock_ran_out(town: Town, story) -> None:
    case = story(town)
    assert [one.late for one in handling_clocks(case)] == [True, False]
    assert by_unit(town) == {"WATER": (1, 0, 0, 1), "ROADS": (1, 1, 1, 0)}
    (city,) = counted(town, "city")
    assert (city.on_time, city.overdue) == (0, 1), "the area keeps it too"
    since = town.now - timedelta(days=60)
    given = granting.granted_by_unit(town.actor("leader"), since=since, until=town.now)
    assert {row.unit.code: row.late for row in given} == {"WATER": 1, "ROADS": 0}
    worst = coordination.worst_units(town.actor("leader"), DISTRICT, since=since, now=town.now)
    assert [row["lead"] for row in worst] == [town.units["WATER"].pk]
    assert late_grounds(town) == [town.units["WATER"].pk]
    proof.seal(now=town.now)
    assert proof.verify(now=town.now).whole


@pytest.mark.requirement("H04")
def test_what_a_unit_was_granted_stays_with_it(town: Town) -> None:
    case = town.case("handling")
    ask(town, case.number, "extension", by="water", extra="1")
    town.step(case.number, "approve_extension", "dispatcher")
    town.step(case.number, "return", "water", reason_code="not_ours", reason="非本单位")
    town.step(case.number, "dispatch", "dispatcher", unit="ROADS", reason="权属在道路")
    since, until = town.now - timedelta(days=60), town.now + timedelta(days=1)
    given = granting.granted_by_unit(town.actor("leader"), since=since, until=until)
    assert {row.unit.code: (row.filed, row.extended, row.extensions) for row in given} == {
        "WATER": (1, 1, 1), "ROADS": (1, 0, 0),
    }  # fmt: skip


@pytest.mark.requirement("F13")
def test_work_taken_from_a_unit_in_time_was_neither_late_nor_on_time(town: Town) -> None:
    case = town.case("handling")
    town.step(case.number, "return", "water", reason_code="not_ours", reason="非本单位")
    town.step(case.number, "dispatch", "dispatcher", unit="ROADS", reason="权属在道路")
    assert [one.late for one in handling_clocks(case)] == [None, None]
    assert by_unit(town) == {"WATER": (1, 0, 0, 0), "ROADS": (1, 0, 0, 0)}
    (water,) = [row for row in counted(town, "unit") if row.returned]
    assert (water.key, water.returns) == (str(town.units["WATER"].pk), 1)


@pytest.mark.requirement("H07")
def test_a_unit_appeals_against_its_own_lateness_only(town: Town) -> None:
    case = reopened_elsewhere(town)
    with pytest.raises(cases.Refused, match="was not handled late"):
        ask(town, case.number, "appeal", by="roads")
    ask(town, case.number, "appeal", by="water")
    with pytest.raises(cases.Refused, match="waits for its decision"):
        ask(town, case.number, "appeal", by="water")
    town.step(case.number, "support_appeal", "dispatcher", opinion="属实")
    town.step(case.number, "approve_appeal", "acceptor")
    assert [one.appeal for one in handling_clocks(case)] == ["granted", ""]
    assert late_grounds(town) == []
    assert by_unit(town)["WATER"] == (1, 0, 0, 1), "the raw fact stays"
    with pytest.raises(cases.Refused, match="an appeal was made already"):
        ask(town, case.number, "appeal", by="water")


@pytest.mark.requirement("H07", "I03")
def test_a_second_lateness_counts_although_the_first_was_excused(town: Town) -> None:
    case = reopened_elsewhere(town)
    ask(town, case.number, "appeal", by="water")
    town.step(case.number, "support_appeal", "dispatcher", opinion="属实")
    town.step(case.number, "approve_appeal", "acceptor")
    town.step(case.number, "reopen", "supervisor", reason="现场仍缺失")
    town.carry(case.number, "filed")
    case = town.step(case.number, "dispatch_by_order", "supervisor", unit="WATER", reason="指定")
    town.step(case.number, "receive", "water")
    past_the_limit(town, case)
    town.step(case.number, "finish", "water", **DONE)
    assert late_grounds(town) == [town.units["WATER"].pk]
    town.carry(case.number, "closed")
    ask(town, case.number, "appeal", by="water")
    assert [one.appeal for one in handling_clocks(case)] == ["granted", "", "asked"]


@pytest.mark.requirement("I03")
def test_better_proof_of_a_late_handling_is_no_second_lateness(town: Town) -> None:
    case = town.case("handling")
    past_the_limit(town, case)
    town.step(case.number, "finish", "water", **DONE)
    for _again in range(2):
        town.step(case.number, "ask_better_proof", "dispatcher", reason_code="no_date",
                  reason="照片无日期")  # fmt: skip
        town.wait(minutes=3)
        town.step(case.number, "finish", "water", **DONE)
    assert late_grounds(town) == [town.units["WATER"].pk]


@pytest.mark.requirement("F14", "I03")
def test_a_false_closing_counts_for_the_unit_that_had_handled_it(town: Town) -> None:
    another_company(town)
    inspect_all(town)
    bad = town.case("closed")
    day = timezone.localdate(town.now)
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    discipline.draw(day=day, now=town.now)
    town.step(bad.number, "recheck_false", "outsider", photos=("check",), reason="仍缺失")
    town.deliver()
    town.step(bad.number, "dispatch", "dispatcher", unit="ROADS", reason="改派")
    rule = CardRule.objects.get(trigger="false_closing", valid_to=None)
    assert [one.unit_id for one in grounds(rule, now=town.now)] == [town.units["WATER"].pk]


def one_lateness_is_enough(town: Town) -> None:
    terms = discipline.Terms(
        trigger="late_cases", threshold=1, days=30, points=Decimal(2), red_points=Decimal(5),
        rectify_days=5, repeat_days=90, source_document="考核办法",
    )  # fmt: skip
    tomorrow = timezone.localdate(town.now) + timedelta(days=1)
    discipline.set_rule(terms, valid_from=tomorrow, actor=town.actor("leader"), now=town.now)
    town.wait(days=1)


def left_lying(town: Town) -> Case:
    """WATER never finishes."""
    case = town.case("handling")
    past_the_limit(town, case)
    town.wait(days=45)
    return case


def put_off_when_overdue(town: Town) -> Case:
    """Suspended in the very minute in which the limit ran out, before any sweep noted it."""
    case = town.case("handling")
    town.now = handling_clocks(case)[-1].due_at + timedelta(seconds=1)
    ask(town, case.number, "suspension", until=until(town, days=200))
    return town.step(case.number, "approve_suspension", "supervisor")


def goes_on_after_it_was_put_off(town: Town) -> Case:
    """The same, and ended early: the clock shows a new moment, and it is as late as before."""
    case = put_off_when_overdue(town)
    town.wait(days=2)
    return town.step(case.number, "resume_early", "supervisor", reason="天气转好")


@pytest.mark.requirement("F13", "I03", "H04")
@pytest.mark.parametrize("story", [left_lying, put_off_when_overdue, goes_on_after_it_was_put_off])
def test_who_never_finishes_is_late_and_gets_a_card_once(town: Town, story) -> None:
    one_lateness_is_enough(town)
    case = story(town)
    assert late_grounds(town) == [town.units["WATER"].pk]
    assert by_unit(town) == {"WATER": (1, 0, 0, 1)}
    assert [row.overdue for row in counted(town, "city")] == [1]
    assert discipline.propose_cards(now=town.now) == 1
    # What it is given for goes on, then ends: that is still the same lateness.
    town.wait(days=1)
    if case.status == "suspended":
        town.step(case.number, "resume_early", "supervisor", reason="天气转好")
    town.sweep()
    town.step(case.number, "finish", "water", **DONE)
    assert late_grounds(town) == [town.units["WATER"].pk]
    assert discipline.propose_cards(now=town.now) == 0
    assert Card.objects.count() == 1
    # It is excused like any other.
    town.carry(case.number, "closed")
    ask(town, case.number, "appeal", by="water")
    town.step(case.number, "support_appeal", "dispatcher", opinion="属实")
    town.step(case.number, "approve_appeal", "acceptor")
    assert late_grounds(town) == []
    assert by_unit(town) == {"WATER": (1, 1, 0, 1)}, "the raw fact stays"


@pytest.mark.requirement("I03")
def test_a_limit_that_has_not_run_out_speaks_for_no_card(town: Town) -> None:
    case = town.case("handling")
    assert late_grounds(town) == []
    ask(town, case.number, "suspension", until=until(town, days=200))
    town.step(case.number, "approve_suspension", "supervisor")
    town.wait(days=90)
    town.sweep()
    assert late_grounds(town) == [] and by_unit(town) == {"WATER": (1, 0, 0, 0)}


def at_night(town: Town) -> None:
    """Far past a working day's end, when the next working moment lies hours ahead."""
    past = timezone.localtime(town.now + timedelta(days=1))
    town.now = past.replace(hour=22, minute=30)


@pytest.mark.requirement("H05", "H06", "H07")
@pytest.mark.parametrize("road", ["returned", "suspended"])
def test_what_ran_out_stays_run_out_when_the_clock_goes_on_at_night(town: Town, road: str) -> None:
    case = town.case("handling")
    if road == "suspended":  # asked for in time, granted too late
        ask(town, case.number, "suspension", until=until(town, days=3))
    due = handling_clocks(case)[-1].due_at
    past_the_limit(town, case)
    at_night(town)
    if road == "returned":
        town.step(case.number, "return", "water", reason_code="not_ours", reason="非本单位")
        case = town.step(case.number, "dispatch", "dispatcher", unit="WATER", reason="权属在水务")
    else:
        town.step(case.number, "approve_suspension", "supervisor", opinion="等待材料")
        case = town.step(case.number, "resume_early", "supervisor", reason="材料已到")
    assert handling_clocks(case)[-1].due_at == due, "no pause makes it undone"
    assert (case.due_at, views.light(case, now=town.now)) == (due, "purple")
    told = deadline.explained(case, "handling", now=town.now)
    counted_hours = sum(one["amount"] for one in told["stretches"] if one["counted"])
    assert counted_hours == told["limit"][0] and told["left"] == 0
    assert [one["reason"] for one in told["stretches"]][-2:] == ["passed", "paused"]
    town.step(
        case.number, "give_notice", "supervisor", final_day=until(town, days=2), consequence="警示"
    )
