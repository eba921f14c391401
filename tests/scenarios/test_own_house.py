"""Nobody judges, grants or decides for the unit they come from, whatever post they are lent to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute
from cityloop.kernel.errors import NotAllowed, Refused
from cityloop.people import operations as people
from cityloop.works import operations as works
from tests.scenarios.test_coordination import filed, frozen
from tests.town import SINCE, SYSTEM, Town
from tests.works import Story


def _staff(town: Town, name: str, post_at: str, role: str, *, home: str = "ROADS") -> None:
    """Somebody of a unit in a post; elsewhere by secondment."""
    member = people.create_member(
        username=name, name=name, organisation=town.units[home], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"P-{name}", organisation=town.units[post_at], name_zh=name, roles=(role,),
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    lent = {"kind": "secondment", "valid_to": date(2026, 6, 1)} if post_at != home else {}
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE, **lent)
    town.members[name] = member


def _handling(town: Town) -> str:
    number = filed(town)
    town.step(number, "dispatch", "dispatcher", unit="ROADS")
    town.step(number, "receive", "roads")
    return number


@pytest.mark.requirement("D01", "F01", "O10")
def test_whoever_is_lent_to_the_centre_closes_no_case_of_the_unit_they_come_from(
    town: Town,
) -> None:
    _staff(town, "lent", "PLAT", "shift_leader")
    number = _handling(town)
    town.step(number, "finish", "roads", result="已修复", photos=("after",))
    town.step(number, "send_check", "acceptor", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    with pytest.raises(cases.Refused, match="your unit handled this case"):
        town.step(number, "close", "lent", closing_condition=True)
    assert town.step(number, "close", "shift_leader", closing_condition=True).status == "closed"


@pytest.mark.requirement("H04", "H05")
@pytest.mark.parametrize("post_at", ["ROADS", "PLAT"])
def test_nobody_grants_their_own_unit_time(town: Town, post_at: str) -> None:
    for name, role in (("own_supervisor", "supervisor"), ("own_leader", "leader")):
        _staff(town, name, post_at, role)
    until = (timezone.localdate(town.now) + timedelta(days=200)).isoformat()
    asked = {"until": until, "reason_code": "season", "reason": "雨季"}
    held = _handling(town)
    town.step(held, "ask_suspension", "roads", **asked)
    with pytest.raises(cases.Refused, match="your own unit has the case"):
        town.step(held, "approve_suspension", "own_supervisor")
    assert town.step(held, "approve_suspension", "supervisor").status == "suspended"
    put_off = _handling(town)
    town.step(put_off, "ask_deferral", "roads", **asked)
    town.step(put_off, "support_deferral", "dispatcher", opinion="同意")
    with pytest.raises(cases.Refused, match="your own unit has the case"):
        town.step(put_off, "approve_deferral", "own_leader")
    assert town.step(put_off, "approve_deferral", "leader").status == "deferred"


@pytest.mark.requirement("E05", "E18")
def test_no_party_decides_a_dispute_and_none_writes_off_what_it_owes(town: Town) -> None:
    _staff(town, "party", "PLAT", "supervisor")
    _staff(town, "debtor", "ROADS", "leader")
    dispute = frozen(town)
    decision = coordination.Decision(unit=town.units["GREEN"], reason="归园林", document="纪要")
    with pytest.raises(cases.Refused, match="a party to this dispute"):
        coordination.decide_dispute(
            dispute_id=dispute.pk, decision=decision, actor=town.actor("party"), now=town.now
        )
    story = Story(town)
    order = story.priced()
    paper = {"invoice_number": "F1", "amount": "1600.00", "sha256": town.stored(),
             "issued_on": timezone.localdate(town.now)}  # fmt: skip
    supervisor = {"actor": town.actor("supervisor"), "now": town.now}
    with pytest.raises(Refused, match="the work is not done yet"):
        works.record_invoice(number=order.number, **paper, **supervisor)
    story.close(order)
    supervisor = {"actor": town.actor("supervisor"), "now": town.now}
    works.record_invoice(number=order.number, **paper, **supervisor)
    claim = works.open_claim(
        order_number=order.number, amount="1600.00", liable_id=town.units["ROADS"].pk, **supervisor
    )
    with pytest.raises(NotAllowed, match="their own unit owes"):
        works.write_off(claim_id=claim.pk, text="算了", actor=town.actor("debtor"), now=town.now)


@pytest.mark.requirement("E05")
def test_what_is_disputed_again_begins_one_level_above_the_last_decision(town: Town) -> None:
    dispute = frozen(town)
    number, levels = dispute.case.number, []
    for _round in range(4):
        dispute = Dispute.objects.filter(case__number=number).latest("id")
        levels.append(dispute.level)
        decision = coordination.Decision(unit=town.units["GREEN"], reason="归园林", document="纪要")
        coordination.decide_dispute(
            dispute_id=dispute.pk, decision=decision, actor=town.actor("leader"), now=town.now
        )
        town.deliver()
        if dispute.level == "commission":
            break
        back = town.step(number, "return", "green", reason_code="not_ours", reason="不服")
        if back.status != "coordinating":
            town.step(number, "freeze", "dispatcher")
        town.deliver()
    assert levels == ["district", "centre", "city", "commission"]
    with pytest.raises(cases.Refused, match="the commission has decided"):
        town.step(number, "return", "green", reason_code="not_ours", reason="不服")


@pytest.mark.requirement("F05", "F12")
def test_work_sent_back_to_be_dispatched_is_rework_of_the_same_unit(town: Town) -> None:
    number = town.case("checked").number
    back = {"stage": "dispatch", "reason_code": "condition_not_met", "reason": "未达到结案条件"}
    town.step(number, "send_back", "shift_leader", **back)
    case = town.step(number, "dispatch", "dispatcher", unit="WATER", reason="仍由其负责")
    assert case.reworks == 1
    assert case.events.get(version=case.version).facts["rework"] == 1


@pytest.mark.requirement("E18", "E07")
def test_a_substitution_does_not_name_who_is_liable_while_that_is_disputed(town: Town) -> None:
    dispute = frozen(town)
    given = {"unit": "WATER", "reason": "先行处置"}
    with pytest.raises(cases.Refused, match="leave that open"):
        town.step(dispute.case.number, "substitute", "supervisor", liable="GREEN", **given)
    assert town.step(dispute.case.number, "substitute", "supervisor", **given).liable_id is None
