"""Nobody judges, grants or decides for the unit they come from, whatever post they are lent to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from cityloop.cases import audit
from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Card
from cityloop.kernel.errors import NotAllowed, Refused
from cityloop.people import operations as people
from cityloop.works import operations as works
from tests.scenarios.test_coordination import REFUSE, filed, frozen
from tests.town import SINCE, SYSTEM, Town
from tests.works import Story


def _staff(town: Town, name: str, post_at: str, *roles: str, home: str = "ROADS") -> None:
    """Somebody of a unit in a post; elsewhere by secondment."""
    member = people.create_member(
        username=name, name=name, organisation=town.units[home], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"P-{name}", organisation=town.units[post_at], name_zh=name, roles=roles,
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    lent = {"kind": "secondment", "valid_to": date(2026, 6, 1)} if post_at != home else {}
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE, **lent)
    town.members[name] = member


def _crew(town: Town) -> None:
    """A crew below ROADS, with a desk of its own."""
    town.units["CREW"] = people.create_organisation(
        code="CREW", name_zh="道路养护队", kind="contractor", parent=town.units["ROADS"],
        region_code=town.units["ROADS"].region_code, valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    _staff(town, "crew", "CREW", "unit_desk", home="CREW")


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
    with pytest.raises(cases.Refused, match="your own unit's to handle"):
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
    with pytest.raises(NotAllowed, match="earns or owes this money"):
        works.write_off(claim_id=claim.pk, text="算了", actor=town.actor("debtor"), now=town.now)


@pytest.mark.requirement("D01", "F01", "H04", "O10")
def test_nobody_judges_or_grants_for_what_lies_below_the_unit_they_come_from(town: Town) -> None:
    _crew(town)
    _staff(town, "lent", "PLAT", "shift_leader", "supervisor")
    _staff(town, "commissioner", "PLAT", "shift_leader", home="CITY")  # above the platform itself
    number = filed(town)
    town.step(number, "dispatch", "dispatcher", unit="CREW")
    town.step(number, "receive", "crew")
    until = (timezone.localdate(town.now) + timedelta(days=20)).isoformat()
    town.step(number, "ask_suspension", "crew", until=until, reason_code="season", reason="雨季")
    with pytest.raises(cases.Refused, match="your own unit has the case"):
        town.step(number, "approve_suspension", "lent")
    town.step(number, "refuse_suspension", "supervisor", reason="可先行围挡")
    town.step(number, "finish", "crew", result="已修复", photos=("after",))
    town.step(number, "send_check", "acceptor", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    with pytest.raises(cases.Refused, match="your own unit's to handle"):
        town.step(number, "close", "lent", closing_condition=True)

    # The audit tells it by the same rule: of a line that an earlier program let pass.
    assert audit.sides({}, on=town.now.date()).clean
    before = replace(town.actor("lent"), houses=frozenset())
    case = cases.perform(
        number, "close", actor=before, now=town.now, inputs={"closing_condition": True}
    )
    assert case.status == "closed"
    (found,) = audit.sides({}, on=town.now.date()).cases
    assert (found.number, found.organisation, found.judged) == (number, "CREW", ("close",))

    other = filed(town)
    town.step(other, "dispatch", "dispatcher", unit="CREW")
    town.step(other, "receive", "crew")
    town.step(other, "finish", "crew", result="已修复", photos=("after",))
    town.step(other, "send_check", "acceptor", inspector="inspector2")
    town.step(other, "check_passed", "inspector2", photos=("check",))
    case = town.step(other, "close", "commissioner", closing_condition=True)
    assert case.status == "closed"
    assert audit.sides({}, on=town.now.date()).count == 1


@pytest.mark.requirement("E05", "I03")
def test_nobody_decides_disputes_or_cards_of_what_lies_below_the_unit_they_come_from(
    town: Town,
) -> None:
    _crew(town)
    _staff(town, "party", "PLAT", "supervisor")
    _staff(town, "lent_leader", "PLAT", "leader")
    number = filed(town)
    for unit, desk in (("CREW", "crew"), ("GREEN", "green")):
        town.step(number, "dispatch", "dispatcher", unit=unit, reason="x")
        town.step(number, "return", desk, reason_code="not_ours", reason="不归我")
    if not Case.objects.filter(number=number, status="coordinating"):
        town.step(number, "freeze", "dispatcher", opinion="推诿")
    town.deliver()
    dispute = Dispute.objects.get(case__number=number)
    decision = coordination.Decision(unit=town.units["GREEN"], reason="归园林", document="纪要")
    with pytest.raises(cases.Refused, match="a party to this dispute"):
        coordination.decide_dispute(
            dispute_id=dispute.pk, decision=decision, actor=town.actor("party"), now=town.now
        )

    case = town.case("filed")
    town.step(case.number, "dispatch", "dispatcher", unit="CREW")
    town.step(case.number, "receive", "crew")
    town.step(case.number, "finish", "crew", result="已修复", photos=("after",))
    line = case.events.get(action="finish").version
    accusation = discipline.Accusation(
        kind="fake_photo", unit=town.units["CREW"], numbers=[case.number], account="照片不实",
        photos=[], lines=[(case.number, line)],
    )  # fmt: skip
    finding = discipline.record_fraud(accusation, actor=town.actor("supervisor"), now=town.now)
    upheld = {"verdict": "upheld", "reason": "属实", "now": town.now}
    with pytest.raises(NotAllowed, match="their own unit"):
        discipline.decide_fraud(finding_id=finding.pk, actor=town.actor("lent_leader"), **upheld)
    discipline.decide_fraud(finding_id=finding.pk, actor=town.actor("leader"), **upheld)
    with pytest.raises(NotAllowed, match="their own unit"):
        discipline.refuse_card(
            card_id=Card.objects.get().pk, reason="轻微", actor=town.actor("lent_leader"),
            now=town.now,
        )  # fmt: skip


@pytest.mark.requirement("A06", "O10")
def test_the_desk_of_a_street_that_is_a_platform_judges_what_lies_below_it(town: Town) -> None:
    office = people.create_organisation(
        code="C1", name_zh="一社区", kind="community_office", parent=town.units["STREET1"],
        region_code=town.units["STREET1"].region_code + "001", valid_from=SINCE, actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    _staff(town, "desk", "STREET1", "shift_leader", home="STREET1")
    _staff(town, "sent", "PLAT", "shift_leader", home="STREET1")
    for name, own in (("desk", False), ("sent", True)):
        actor = town.actor(name)
        assert actor.belongs_to(town.units["STREET1"].pk)
        assert actor.belongs_to(office.pk) is own, name
        assert not actor.belongs_to(town.units["ROADS"].pk)


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


@pytest.mark.requirement("D01", "E16", "I01")
def test_nobody_eases_the_way_for_the_unit_they_come_from(town: Town) -> None:
    _staff(town, "lent_dispatcher", "PLAT", "dispatcher")
    _staff(town, "lent_supervisor", "PLAT", "supervisor")
    own = {"match": "for your own unit"}
    # Its answer to an order.
    number = _handling(town)
    town.step(number, "urge", "lent_supervisor", reason="请说明")
    town.step(number, "reply", "roads", opinion="今日完成")
    with pytest.raises(cases.Refused, **own):
        town.step(number, "accept_reply", "lent_supervisor")
    town.step(number, "accept_reply", "leader")
    # The inspector who looks at its work.
    town.step(number, "finish", "roads", result="已修复", photos=("after",))
    with pytest.raises(cases.Refused, **own):
        town.step(number, "send_check", "lent_dispatcher", inspector="inspector2")
    town.step(number, "send_check", "dispatcher", inspector="inspector2")
    # What it owes to another unit's case.
    other = filed(town)
    town.step(other, "dispatch", "dispatcher", unit="WATER", assists=["ROADS"],
              subtask="清理路面")  # fmt: skip
    with pytest.raises(cases.Refused, **own):
        town.step(other, "waive_assist", "lent_dispatcher", unit="ROADS", reason="不必")
    town.step(other, "waive_assist", "dispatcher", unit="ROADS", reason="已由他人完成")
    # A dispute to which it is a party.
    disputed = frozen(town)
    with pytest.raises(cases.Refused, **own):
        town.step(disputed.case.number, "fixed_meanwhile", "lent_dispatcher", result="已修",
                  photos=("after",))  # fmt: skip


@pytest.mark.requirement("A28", "D01")
def test_a_body_with_two_masters_is_of_both_their_houses(town: Town) -> None:
    town.units["SQUAD"] = people.create_organisation(
        code="SQUAD", name_zh="执法中队", kind="department", parent=town.units["STREET1"],
        also_under=town.units["ROADS"], region_code=town.units["ROADS"].region_code,
        valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    _staff(town, "lent_roads", "PLAT", "shift_leader")
    _staff(town, "lent_squad", "PLAT", "shift_leader", home="SQUAD")
    squad, roads = town.units["SQUAD"].pk, town.units["ROADS"].pk
    assert town.actor("lent_roads").belongs_to(squad)
    assert town.actor("lent_squad").belongs_to(roads)
    assert town.actor("lent_squad").belongs_to(town.units["STREET1"].pk)
    assert not town.actor("lent_squad").belongs_to(town.units["WATER"].pk)
    assert not town.actor("shift_leader").belongs_to(squad)


@pytest.mark.requirement("D01", "D07")
def test_what_would_be_the_own_units_work_is_not_ended_before_it_begins(town: Town) -> None:
    _staff(town, "lent_leader", "PLAT", "shift_leader")
    _staff(town, "lent_acceptor", "PLAT", "acceptor")
    _staff(town, "lent_dispatcher", "PLAT", "dispatcher")
    accepted = town.report(class_code=REFUSE, text="渣土堆在路边").case
    town.step(accepted, "accept", "acceptor")
    with pytest.raises(cases.Refused, match="your own unit's to handle"):
        town.step(accepted, "file", "lent_leader", filing_rule=town.rule(REFUSE).pk)
    assert Case.objects.get(number=accepted).status == "accepted", "nothing was written"
    number = filed(town)
    assert Case.objects.get(number=number).proposal["unit"] == town.units["ROADS"].pk
    with pytest.raises(cases.Refused, match="your own unit's to handle"):
        town.step(number, "force_close", "lent_leader", reason_code="leader_decision", reason="撤")
    reported = town.report(class_code="E0110", text="路边堆放垃圾").case
    with pytest.raises(cases.Refused, match="for your own unit"):
        town.step(reported, "settle_by_reminder", "lent_acceptor", addressee="ROADS",
                  opinion="已提醒")  # fmt: skip
    done = _handling(town)
    town.step(done, "finish", "roads", result="已修复", photos=("after",))
    with pytest.raises(cases.Refused, match="for your own unit"):
        town.step(done, "ask_better_proof", "lent_dispatcher", reason_code="not_done",
                  reason="未完工")  # fmt: skip


@pytest.mark.requirement("A05", "D01", "F01")
def test_what_the_government_above_the_centre_handles_the_centre_closes(town: Town) -> None:
    """A border case of two districts is led by the body above both, and above the centre."""
    _staff(town, "city_desk", "CITY", "unit_desk", home="CITY")
    _staff(town, "lent_city", "PLAT", "shift_leader", home="CITY")
    assert town.units["PLAT"].path.startswith(town.units["CITY"].path)
    number = filed(town)
    town.step(number, "dispatch", "dispatcher", unit="CITY", reason="跨区")
    town.step(number, "receive", "city_desk")
    town.step(number, "finish", "city_desk", result="已修复", photos=("after",))
    town.step(number, "send_check", "acceptor", inspector="inspector")
    town.step(number, "check_passed", "inspector", photos=("check",))
    with pytest.raises(cases.Refused, match="your own unit's to handle"):
        town.step(number, "close", "lent_city", closing_condition=True)
    assert town.step(number, "close", "shift_leader", closing_condition=True).status == "closed"
    assert audit.sides({}, on=timezone.localdate(town.now)).clean
