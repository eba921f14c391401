"""Whoever judges does not handle: units, teams and shortcuts that would let a case judge itself."""

from __future__ import annotations

import pytest

from cityloop.cases import offers, views
from cityloop.cases import operations as cases
from cityloop.cases import queries as case_queries
from cityloop.cases.models import Case, CaseEvent, Flow, Timer
from cityloop.intake import operations as intake
from cityloop.intake import queries as reports
from cityloop.intake.models import Report
from cityloop.kernel import clock
from tests.scenarios.test_posts import staff
from tests.town import Town, forget


@pytest.mark.requirement("F01", "D05")
def test_a_units_own_team_checks_nothing_that_the_unit_handled(town: Town) -> None:
    staff(town, "own_team", "WATER", "team_inspector")
    staff(town, "other_team", "GREEN", "team_inspector")
    number = town.case("handled").number
    with pytest.raises(cases.Refused, match="own_team belongs to a unit that handled this case"):
        town.step(number, "send_check", "acceptor", inspector="own_team")
    town.step(number, "send_check", "acceptor", inspector="other_team")
    case = town.step(number, "check_passed", "other_team", photos=("check",))
    assert case.status == "checked"


@pytest.mark.requirement("F01", "D05")
def test_a_judging_post_inside_the_handling_unit_judges_other_cases(town: Town) -> None:
    staff(town, "inner", "WATER", "shift_leader")
    number = town.case("checked").number
    with pytest.raises(cases.Refused, match="your own unit's to handle"):
        town.step(number, "close", "inner", closing_condition=True)


@pytest.mark.requirement("F02")
def test_the_handling_side_does_not_take_a_check_away(town: Town) -> None:
    number = town.case("checking").number
    with pytest.raises(cases.WrongPost):
        town.step(number, "recall_check", "dispatcher", reason="换人")
    town.step(number, "recall_check", "acceptor", reason="采集员请假")
    assert Timer.objects.get(case__number=number, kind="check").late is None


@pytest.mark.requirement("D07")
def test_a_case_that_was_filed_is_not_rejected_but_voided_by_two(town: Town) -> None:
    number = town.case("checked").number
    town.step(number, "send_back", "shift_leader", stage="acceptance", reason_code="wrong_class",
              reason="大类有误")  # fmt: skip
    with pytest.raises(cases.Refused, match="the case was filed"):
        town.step(number, "reject", "acceptor", reason_code="not_a_problem", reason="不属城管")
    with pytest.raises(cases.Refused, match="the case was filed"):
        town.step(number, "settle_by_reminder", "acceptor", opinion="提醒即可", addressee="WATER")
    assert "reject" not in [
        offer.step.action
        for offer in offers.offers(
            town.actor("acceptor"), Case.objects.get(number=number), timers=[], tasks=[],
            now=town.now,
        )
        if not offer.hindrances
    ]  # fmt: skip
    town.step(number, "send_verify", "acceptor", inspector="inspector2")
    town.step(number, "not_found", "inspector2", reason="现场已无问题")
    town.step(number, "request_void", "acceptor", reason_code="duplicate", reason="重复")
    case = town.step(number, "approve_void", "shift_leader", reason_code="duplicate", reason="属实")
    assert case.status == "voided"


@pytest.mark.requirement("C30")
def test_nobody_reviews_what_they_settled_themselves(town: Town) -> None:
    Flow.objects.create(
        code="review-all", parameters={"review_share": 1.0}, published_at=clock.now()
    )
    forget()
    staff(town, "both", "COLLECT", "inspector", "acceptor")
    pair = [intake.PhotoIn(town.stored(), "before"), intake.PhotoIn(town.stored(), "after")]
    receipt = town.report(kind="self_handle", class_code="E0201", photos=pair, by="both")
    with pytest.raises(cases.Refused, match="another person than the finder reviews"):
        town.step(receipt.case, "review_passed", "both")
    town.step(receipt.case, "review_passed", "acceptor")


@pytest.mark.requirement("D03", "O10")
def test_what_was_corrected_out_of_a_text_stays_with_intake(town: Town) -> None:
    words = "王建国13812345678反映井盖破损，可拨0571-87654321"
    receipt = town.report("hotline12319", text=words, reporter_phone="13812345678")
    number = receipt.case
    town.step(number, "correct", "acceptor", description="王建国反映井盖破损", reason="含个人信息")
    town.step(number, "correct", "acceptor", description="井盖破损", reason="仍含姓名")
    town.step(number, "send_verify", "acceptor", inspector="inspector2")
    town.step(number, "verified", "inspector2", photos=("verify",))
    town.carry(number, "dispatched")
    for name, knows in (("acceptor", True), ("water", False), ("dispatcher", False)):
        actor = town.actor(name)
        told = views.full(case_queries.get(actor, number), actor=actor, now=town.now)
        lines = [one["facts"] for one in told["history"] if one["action"] == "correct"]
        assert ("王建国" in str(lines)) is knows, name
        (one,) = reports.reports_of(actor, number)
        assert one.text == (words if knows else "井盖破损"), name
    assert Report.objects.get().text == words
    first = CaseEvent.objects.filter(action="correct").order_by("version")[0]
    assert first.facts["description"]["was"] == "王建国138******78反映井盖破损，可拨057******21"


@pytest.mark.requirement("F06", "G09")
def test_what_is_reported_again_after_its_check_is_not_closed(town: Town) -> None:
    first = town.report()
    number = town.carry(first.case, "checked").number
    point = Case.objects.get(number=number).point
    again = town.report("hotline12319", text=Case.objects.get(number=number).description, x=point.x,
                        y=point.y)  # fmt: skip
    assert (again.joined, again.case) == (True, number)
    case = Case.objects.get(number=number)
    assert case.joined_public and case.reported_again_at == town.now
    with pytest.raises(cases.Refused) as refusal:
        town.step(number, "close", "shift_leader", closing_condition=True)
    assert "reported again after the check" in str(refusal.value)
    assert "reviewed before closing" in str(refusal.value)
    town.step(number, "check_again", "shift_leader", reason_code="weak_proof", reason="又有人反映")
    town.step(number, "send_check", "acceptor", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    town.step(number, "review_case", "shift_leader", opinion="已再次核查")
    case = town.step(number, "close", "shift_leader", closing_condition=True)
    assert (case.status, case.reported_again_at) == ("closed", None)
