"""Every public case is reviewed before it is closed, where the city wants it so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cityloop.cases import operations as cases
from cityloop.cases import queries
from cityloop.cases.flow import PUBLIC
from cityloop.desks import boxes, desks
from cityloop.kernel import clock
from tests.town import SYSTEM, Town, forget


def _waiting(town: Town) -> set[str]:
    """The numbers in the shift leader's box."""
    leader = town.actor("shift_leader")
    assert boxes.BY_KEY["review_public"] in desks.boxes_of(leader)[0]
    condition = boxes.BY_KEY["review_public"].condition(leader, town.now)
    return set(queries.visible(leader).filter(condition).values_list("number", flat=True))


@pytest.mark.requirement("G09")
def test_every_public_case_stands_in_the_queue_and_is_closed_after_its_review(town: Town) -> None:
    receipt = town.report("hotline12319", reporter_phone="13912345678")
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.carry(receipt.case, "checked")
    inspectors_own = town.case("checked")
    assert _waiting(town) == {receipt.case}
    with pytest.raises(cases.Refused, match="review this case first"):
        town.step(receipt.case, "close", "shift_leader", closing_condition=True)
    case = town.step(receipt.case, "review_case", "shift_leader", opinion="前后照片一致")
    assert case.reviewed_at == town.now and _waiting(town) == set()
    with pytest.raises(cases.Refused, match="has been reviewed"):
        town.step(receipt.case, "review_case", "shift_leader")
    # A check made again is reviewed again.
    town.step(receipt.case, "check_again", "shift_leader", reason_code="weak_proof", reason="不清")
    town.step(receipt.case, "send_check", "acceptor", inspector="inspector")
    town.step(receipt.case, "check_passed", "inspector", photos=("check",))
    assert _waiting(town) == {receipt.case}
    town.step(receipt.case, "review_case", "shift_leader")
    assert (
        town.step(receipt.case, "close", "shift_leader", closing_condition=True).status == "closed"
    )
    # What no citizen reported needs none.
    number = inspectors_own.number
    assert town.step(number, "close", "shift_leader", closing_condition=True).status == "closed"


@pytest.mark.requirement("G09")
def test_force_passes_no_public_case_by_the_review(town: Town) -> None:
    receipt = town.report("hotline12319", reporter_phone="13912345678")
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    number = town.carry(receipt.case, "handling").number
    force = {"reason_code": "handled_elsewhere", "reason": "已由产权单位处理"}
    with pytest.raises(cases.Refused, match="review this case first"):
        town.step(number, "force_close", "shift_leader", **force)
    town.step(number, "review_case", "shift_leader", opinion="与来电人核实")
    assert town.step(number, "force_close", "shift_leader", **force).status == "closed"
    # What no citizen reported is reviewed after its check, if at all.
    with pytest.raises(cases.Refused, match="no review is asked"):
        town.step(town.case("handling").number, "review_case", "shift_leader")


@pytest.mark.requirement("G09")
def test_the_queue_holds_what_the_flow_of_the_case_wants_reviewed(town: Town) -> None:
    before = town.case("checked", channel="inspector")
    parameters = {**town.flow.parameters, "reviewed_channels": ["inspector", *PUBLIC]}
    later = clock.now() + timedelta(seconds=1)
    cases.publish_flow(code="watched", parameters=parameters, actor=SYSTEM, now=later)
    forget()
    watched = town.case("checked", channel="inspector")
    assert _waiting(town) == {watched.number}
    with pytest.raises(cases.Refused, match="review this case first"):
        town.step(watched.number, "close", "shift_leader", closing_condition=True)
    town.step(watched.number, "review_case", "shift_leader", opinion="一致")
    for number in (before.number, watched.number):
        assert town.step(number, "close", "shift_leader", closing_condition=True).status == "closed"
