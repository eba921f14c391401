"""Late checks are explained; weak work goes back to the step that answers for it."""

from __future__ import annotations

import pytest

from cityloop.cases import operations as cases
from cityloop.cases.models import Attachment, Case, CaseEvent, Timer
from cityloop.kernel.errors import Invalid
from tests.town import Town


@pytest.mark.requirement("F11")
def test_a_late_check_passes_only_with_a_note(town: Town) -> None:
    number = town.case("checking").number
    town.wait(minutes=45)
    with pytest.raises(cases.Refused, match="the check is late"):
        town.step(number, "check_passed", "inspector2", photos=("check",))
    case = town.step(
        number, "check_passed", "inspector2", photos=("check",), opinion="新井盖仍在，编号可辨"
    )
    assert case.checked_late is True
    line = CaseEvent.objects.get(case=case, action="check_passed")
    assert line.facts["check_on_time"] is False and line.facts["opinion"]


@pytest.mark.requirement("F12")
@pytest.mark.parametrize(
    ("stage", "status", "clock"),
    [
        ("acceptance", "reported", "acceptance"), ("filing", "accepted", "filing"),
        ("dispatch", "filed", "dispatch"), ("handling", "dispatched", "handling"),
        ("check", "handled", "whole"),
    ],
)  # fmt: skip
def test_a_case_goes_back_to_the_step_that_answers_for_it(
    town: Town, stage: str, status: str, clock: str
) -> None:
    case = town.case("checked")
    papers = Attachment.objects.filter(case=case).count()
    back = town.step(
        case.number, "send_back", "shift_leader", stage=stage, reason_code="wrong_class",
        reason="类别与照片不符",
    )  # fmt: skip
    assert back.status == status
    assert Timer.objects.get(case=case, kind=clock, state="running")
    line = CaseEvent.objects.get(case=case, action="send_back")
    assert (line.facts["stage"], line.facts["reason_code"]) == (stage, "wrong_class")

    # Nothing is lost, and the road leads to the end again.
    assert Attachment.objects.filter(case=case).count() == papers
    assert back.handled_at and back.lead_id == town.units["WATER"].pk
    assert back.reworks == (1 if stage == "handling" else 0)
    if status in ("dispatched", "handled"):
        assert town.carry(case.number, "closed").closing_kind == "normal"


@pytest.mark.requirement("F12", "D11")
def test_a_wrongly_accepted_case_runs_through_all_steps_again(town: Town) -> None:
    number = town.case("handled").number
    with pytest.raises(cases.Refused, match="not been checked"):
        town.step(
            number, "send_back", "shift_leader", stage="check", reason_code="weak_proof", reason="x"
        )
    with pytest.raises(Invalid):
        town.step(number, "send_back", "shift_leader", stage="closing", reason_code="x", reason="x")
    town.step(
        number, "send_back", "shift_leader", stage="acceptance", reason_code="wrong_place",
        reason="位置偏移一个街区",
    )  # fmt: skip
    town.step(number, "accept", "acceptor")
    town.step(number, "file", "shift_leader", filing_rule=town.rule().pk)
    with pytest.raises(cases.Refused, match="give the reason"):
        town.step(number, "dispatch", "dispatcher", unit="WATER")
    town.step(number, "dispatch", "dispatcher", unit="WATER", reason="位置已更正")
    case = town.carry(number, "closed")
    assert case.dispatches == 2 and Case.objects.get(pk=case.pk).closing_kind == "normal"
