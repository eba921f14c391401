"""A proposal says why and how sure; what is sure goes out by itself; rules are measured."""

from __future__ import annotations

from typing import Any

import pytest

from cityloop.cases import operations as cases
from cityloop.cases import precision
from cityloop.cases.models import Case, CaseEvent
from cityloop.kernel import clock
from cityloop.people import operations as people
from cityloop.people.lines import Line
from tests.town import DISTRICT, SYSTEM, Town, forget

pytestmark = pytest.mark.slow

REFUSE = "E0110"


def publish(**parameters: Any) -> None:
    """Another flow for new cases."""
    cases.publish_flow(code="explained", parameters=parameters, actor=SYSTEM, now=clock.now())
    forget()


def file_one(town: Town, *, code: str = REFUSE, **given: Any) -> Case:
    """A filed case of a class."""
    number = town.report(class_code=code, text="渣土堆放", **given).case
    town.step(number, "accept", "acceptor")
    return town.step(number, "file", "shift_leader", filing_rule=town.rule(code).pk)


def settle(town: Town, case: Case, unit: str) -> Case:
    """From filed to closed by this unit."""
    number, desk = case.number, unit.lower()
    if case.status == "filed":
        again: dict[str, Any] = {"reason": "改派"} if case.dispatches else {}
        town.step(number, "dispatch", "dispatcher", unit=unit, **again)
    town.step(number, "receive", desk)
    town.step(number, "finish", desk, result="已清运", photos=("after",))
    town.step(number, "send_check", "dispatcher", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    town.wait(minutes=1)
    return town.step(number, "close", "shift_leader", closing_condition=True)


@pytest.mark.requirement("E02")
def test_the_proposal_counts_the_matrix_and_what_became_of_earlier_cases(town: Town) -> None:
    publish(look_back_days=180)
    case = file_one(town)
    # The district's line names any event: no class, so it counts as right in 70 of 100 cases.
    assert case.proposal["sure"] == 0.7
    assert case.proposal["order"] == ["territory", "owner"]
    assert case.proposal["earlier"]["cases"] == 0

    # Six such cases end with GREEN, two with ROADS: less sure than before, and it says why.
    for unit in ("GREEN",) * 6 + ("ROADS",) * 2:
        settle(town, file_one(town), unit)
    case = file_one(town)
    assert case.proposal["unit"] == town.units["ROADS"].pk
    earlier = case.proposal["earlier"]
    assert (earlier["cases"], earlier["same"]) == (8, 2)
    assert case.proposal["sure"] == round((0.7 * 8 + 2) / (8 + 8), 2)

    # Of a component the owner is part of the evidence.
    assert "owner" not in case.proposal
    line = CaseEvent.objects.filter(action="dispatch", facts__unit=town.units["GREEN"].pk).first()
    assert line is not None and line.facts["as_proposed"] is False


@pytest.mark.requirement("E02", "D04")
def test_what_is_sure_enough_for_its_class_goes_out_by_itself(town: Town) -> None:
    publish(look_back_days=180, auto_from={REFUSE: 0.8, "C": 0.7})
    case = file_one(town)
    assert case.status == "filed", "70 % is less than this class demands"
    for _n in range(8):
        case = file_one(town)
        if case.status == "dispatched":
            break
        settle(town, case, "ROADS")
    assert case.proposal["sure"] >= 0.8
    assert (case.status, case.lead) == ("dispatched", town.units["ROADS"])
    last = CaseEvent.objects.filter(case=case).latest("version")
    assert (last.action, last.role, last.facts["as_proposed"]) == ("dispatch", "system", True)
    # Components have another threshold; the matrix alone is enough there.
    assert file_one(town, code="C0101").status == "dispatched"


@pytest.mark.requirement("E02", "E13")
def test_each_rule_is_measured_and_a_draft_is_tried_on_past_cases(town: Town) -> None:
    for unit in ("ROADS", "GREEN", "GREEN"):
        settle(town, file_one(town), unit)
    case = file_one(town)
    town.step(case.number, "dispatch", "dispatcher", unit="ROADS")
    case = town.step(case.number, "return", "roads", reason_code="not_ours", reason="绿化带")
    settle(town, case, "GREEN")

    actor, since = town.actor("supervisor"), town.now.replace(year=2025)
    (found,) = precision.by_rule(actor, since=since)
    assert found.rule == case.proposal["rows"][0]
    assert (found.proposed, found.settled, found.right, found.first_time) == (4, 4, 1, 1)
    assert (found.share, found.returned, found.auto_share) == (0.25, 1, None)
    assert precision.total([found, found]).right == 2
    # Who sees none of the cases measures nothing.
    assert precision.by_rule(town.actor("water"), since=since) == []

    # Before the city publishes a line for GREEN it is tried: three better, one worse.
    draft = Line(-1, "event", "*", "01", "10", DISTRICT, None, town.units["GREEN"].pk)
    trial = precision.dry_run(actor, [draft], on=town.now.date(), since=since)
    assert (trial.cases, trial.changed, trial.better, trial.worse) == (4, 4, 3, 1)
    assert {one.verdict for one in trial.shown} == {"better", "worse"}
    # A draft for the cell that exists replaces its line; the same unit changes nothing.
    same = Line(-1, "event", "*", "*", "*", DISTRICT, None, town.units["ROADS"].pk)
    assert precision.dry_run(actor, [same], on=town.now.date(), since=since).changed == 0
    # Nothing was published by trying.
    assert file_one(town).proposal["unit"] == town.units["ROADS"].pk
    people.set_responsibility(
        kind="event", major_code="01", minor_code="10", lead=town.units["GREEN"],
        region_code=DISTRICT, source_document="会商纪要3号", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    assert file_one(town).proposal["unit"] == town.units["GREEN"].pk


@pytest.mark.requirement("E02", "E07")
def test_who_acts_instead_proves_nothing_about_the_rule(town: Town) -> None:
    """The line names ROADS. GREEN cleans up instead: twice ROADS is liable, once it is disputed
    whose duty it was and decided afterwards for WATER, once it is never decided."""
    publish(look_back_days=180)
    for _n in range(2):
        case = file_one(town)
        town.step(case.number, "dispatch", "dispatcher", unit="ROADS")
        case = town.step(case.number, "substitute", "supervisor", unit="GREEN", reason="不作为")
        settle(town, case, "GREEN")
    disputed = []
    for _n in range(2):
        number = file_one(town).number
        for unit in ("ROADS", "WATER"):
            town.step(number, "dispatch", "dispatcher", unit=unit, reason="改派")
            town.step(number, "return", unit.lower(), reason_code="not_ours", reason="不属")
        town.step(number, "freeze", "dispatcher")
        case = town.step(number, "substitute", "supervisor", unit="GREEN", reason="先行")
        disputed.append(settle(town, case, "GREEN").number)
    number = file_one(town).number  # gone meanwhile: the unit that had it last is not right either
    for unit in ("WATER", "ROADS"):
        town.step(number, "dispatch", "dispatcher", unit=unit, reason="改派")
        town.step(number, "return", unit.lower(), reason_code="not_ours", reason="不属")
    town.step(number, "freeze", "dispatcher")
    town.step(number, "fixed_meanwhile", "dispatcher", result="已清", photos=("after",))
    town.step(number, "send_check", "dispatcher", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    town.step(number, "close", "shift_leader", closing_condition=True)

    def measured() -> tuple[int, int]:
        since = town.now.replace(year=2025)
        (found,) = precision.by_rule(town.actor("supervisor"), since=since)
        return found.settled, found.right

    assert measured() == (2, 2), "what is not decided counts for nobody"
    decided: dict[str, Any] = {"unit": "WATER", "document": "纪要1号", "reason": "x"}
    town.step(disputed[0], "name_liable", "supervisor", **decided)
    assert measured() == (3, 2)
    draft = Line(-1, "event", "*", "01", "10", DISTRICT, None, town.units["GREEN"].pk)
    since = town.now.replace(year=2025)
    trial = precision.dry_run(town.actor("supervisor"), [draft], on=town.now.date(), since=since)
    assert (trial.changed, trial.better, trial.worse, trial.other) == (5, 0, 2, 3)
    earlier = file_one(town).proposal["earlier"]
    assert (earlier["cases"], earlier["same"]) == (3, 2), "so confidence counts, too"
