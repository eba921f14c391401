"""A unit does its own work again: counted once, for it, whatever road leads there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cityloop.cases import figures
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent
from cityloop.kernel.actor import Actor
from tests.browser import Browse
from tests.scenarios.test_coordination import frozen
from tests.scenarios.test_figures import counted
from tests.scenarios.test_posts import page
from tests.scenarios.test_reinspection import another_company
from tests.town import SINCE, Town

pytestmark = pytest.mark.slow

FAILED = {"reason_code": "undone", "reason": "现场无变化"}
UNMET = {"reason_code": "condition_not_met", "reason": "未达到结案条件"}
AGAIN = {"unit": "WATER", "reason": "仍由其负责"}


def check_failed(town: Town) -> str:
    number = town.case("checking").number
    town.step(number, "check_failed", "inspector2", photos=("check",), **FAILED)
    return number


def by_the_check(town: Town) -> Case:
    return town.step(check_failed(town), "rework", "dispatcher", reason="返工")


def by_demand(town: Town) -> Case:
    number = town.case("checked").number
    town.step(number, "demand_rework", "shift_leader", **UNMET)
    return town.step(number, "rework", "dispatcher", reason="返工")


def sent_back_to_handling(town: Town) -> Case:
    return town.step(
        town.case("checked").number, "send_back", "shift_leader", stage="handling", **UNMET
    )


def sent_back_to_dispatch(town: Town) -> Case:
    number = town.case("checked").number
    town.step(number, "send_back", "shift_leader", stage="dispatch", **UNMET)
    return town.step(number, "dispatch", "dispatcher", **AGAIN)


def decided_for_the_same(town: Town) -> Case:
    number = frozen(town).case.number
    decided = {"unit": "GREEN", "document": "纪要1号", "reason": "归园林"}
    town.step(number, "decide", "supervisor", **decided)
    town.step(number, "receive", "green")
    town.step(number, "finish", "green", result="已清运", photos=("after",))
    town.step(number, "send_check", "acceptor", inspector="inspector2")
    town.step(number, "check_failed", "inspector2", photos=("check",), **FAILED)
    town.step(number, "freeze", "dispatcher")
    return town.step(number, "decide", "supervisor", **decided)


def found_false(town: Town) -> Case:
    another_company(town)
    number = town.case("closed").number
    drawn = {"inspector": town.members["outsider"].pk, "draw": f"{town.now:%F}"}
    cases.perform(number, "draw_recheck", actor=Actor.system("draw"), now=town.now, inputs=drawn)
    town.step(number, "recheck_false", "outsider", reason="井盖仍缺失", photos=("check",))
    return town.step(number, "dispatch", "dispatcher", **AGAIN)


def reopened(town: Town) -> Case:
    number = town.case("closed").number
    town.step(number, "reopen", "supervisor", reason="现场仍缺失")
    return town.step(number, "dispatch", "dispatcher", **AGAIN)


def after_another_had_it(town: Town) -> Case:
    number = town.case("checked").number
    town.step(number, "send_back", "shift_leader", stage="dispatch", **UNMET)
    town.step(number, "dispatch", "dispatcher", unit="ROADS", reason="改派")
    town.step(number, "return", "roads", reason_code="not_ours", reason="非本单位")
    return town.step(number, "dispatch_by_order", "supervisor", **AGAIN)


ROADS = [
    (by_the_check, "undone"), (by_demand, "condition_not_met"),
    (sent_back_to_handling, "condition_not_met"), (sent_back_to_dispatch, "condition_not_met"),
    (decided_for_the_same, "undone"), (found_false, "recheck_false"), (reopened, "reopen"),
    (after_another_had_it, "condition_not_met"),
]  # fmt: skip


@pytest.mark.requirement("F05", "F13")
@pytest.mark.parametrize(("road", "reason"), ROADS, ids=[road.__name__ for road, _why in ROADS])
def test_every_road_counts_the_same_rework_everywhere(
    town: Town, browse: Browse, road: Callable[[Town], Case], reason: str
) -> None:
    case = road(town)
    assert case.reworks == 1
    facts = CaseEvent.objects.get(case=case, version=case.version).facts
    assert (facts["rework"], facts["unit"], facts["rework_for"]) == (1, case.lead_id, reason)
    city, units = figures.total(counted(town, "city")), counted(town, "unit")
    assert (city.reworked, city.reworks) == (1, 1)
    assert {row.key: row.reworks for row in units if row.reworks} == {str(case.lead_id): 1}
    since, until = town.now.replace(month=1), town.now.replace(month=12)
    found = figures.reworks(town.actor("leader"), since=since, until=until)
    assert [(one.unit.pk, one.reason, one.times) for one in found] == [(case.lead_id, reason, 1)]
    shown = page(browse("supervisor").get(f"/figures/?since={SINCE}&until=2026-12-31"))
    assert f">{reason}</td>" not in shown, "a reason is said in words"


@pytest.mark.requirement("F05")
def test_what_a_unit_gave_back_unfinished_is_no_rework_when_it_comes_again(town: Town) -> None:
    number = town.case("handling").number
    refused = {"reason_code": "not_ours", "reason": "非本单位"}
    town.step(number, "return", "water", **refused)
    assert town.step(number, "dispatch", "dispatcher", **AGAIN).reworks == 0
    town.step(number, "force_close", "shift_leader", reason_code="leader_decision", reason="x")
    town.step(number, "reopen", "supervisor", reason="仍须处置")
    assert town.step(number, "dispatch_by_order", "supervisor", **AGAIN).reworks == 0


@pytest.mark.requirement("F05")
def test_a_rework_that_comes_again_is_one_until_there_is_another_result(town: Town) -> None:
    case = by_the_check(town)
    number = case.number
    town.step(number, "return", "water", reason_code="not_ours", reason="非本单位")
    assert town.step(number, "dispatch", "dispatcher", **AGAIN).reworks == 1
    town.step(number, "force_close", "shift_leader", reason_code="leader_decision", reason="x")
    town.step(number, "reopen", "supervisor", reason="仍须处置")
    assert town.step(number, "dispatch_by_order", "supervisor", **AGAIN).reworks == 1
    town.carry(number, "checking")
    town.step(number, "check_failed", "inspector2", photos=("check",), **FAILED)
    assert town.step(number, "rework", "dispatcher", reason="返工").reworks == 2


@pytest.mark.requirement("F05", "E05")
def test_whoever_gets_what_another_fixed_badly_does_no_rework(town: Town) -> None:
    number = town.case("checked").number
    town.step(number, "send_back", "shift_leader", stage="dispatch", **UNMET)
    assert town.step(number, "dispatch", "dispatcher", unit="ROADS", reason="改派").reworks == 0
    fixed = frozen(town).case.number
    town.step(fixed, "fixed_meanwhile", "dispatcher", result="已清运", photos=("after",))
    town.step(fixed, "send_check", "dispatcher", inspector="inspector")
    town.step(fixed, "check_failed", "inspector", photos=("check",), **FAILED)
    town.step(fixed, "freeze", "dispatcher")
    decided = {"unit": "GREEN", "document": "纪要1号", "reason": "归园林"}
    assert town.step(fixed, "decide", "supervisor", **decided).reworks == 0
