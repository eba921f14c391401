"""A unit that is in the register and in which nobody works gets no case: it would lie there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases import views
from cityloop.cases.models import Case, CaseEvent
from cityloop.coordination.models import Dispute
from cityloop.people import operations as people
from cityloop.people.models import Holding, Member, Organisation, Post
from tests.browser import Browse
from tests.town import DISTRICT, SYSTEM, Town, forget

LOST = "nobody at {} can receive a case: give somebody a post there"
REFUSE = "E0110"


def unit_of(town: Town, code: str, above: str = "CITY", **more: Any) -> Organisation:
    """One more unit, as an import of cases makes them: nobody works there."""
    values = {"kind": "utility", "region_code": "330100", "name_zh": f"{code}单位", **more}
    town.units[code] = people.create_organisation(
        code=code, parent=town.units[above], actor=SYSTEM, now=town.now, **values
    )
    return town.units[code]


def desk(
    town: Town, unit: Organisation, *, since: date | None = None, **more: Any
) -> tuple[Member, Post]:
    """Somebody at the unit's desk, from today unless told otherwise."""
    name = f"desk-{unit.code}-{Post.objects.count()}".lower()
    member = people.create_member(
        username=name, name=name, organisation=unit, actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=name, organisation=unit, name_zh="内勤", roles=["unit_desk"], actor=SYSTEM,
        now=town.now, **more,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=since)
    town.members[name] = member
    forget()
    return member, post


@pytest.mark.requirement("E01", "E02")
def test_a_case_goes_only_where_somebody_can_receive_it(town: Town) -> None:
    unit_of(town, "GAS")
    number = town.case("filed").number
    refused = pytest.raises(cases.Refused, match=LOST.format("GAS单位"))
    with refused:
        town.step(number, "dispatch", "dispatcher", unit="GAS")
    with refused:
        town.step(number, "dispatch", "dispatcher", unit="WATER", assists=["GAS"])
    with refused:
        town.step(number, "substitute", "supervisor", unit="GAS", reason="抢修")
    assert CaseEvent.objects.filter(case__number=number, action="dispatch").count() == 0

    # A desk from tomorrow on helps tomorrow; a closed account helps nobody.
    member, _post = desk(town, town.units["GAS"], since=timezone.localdate(town.now) + timedelta(1))
    with refused:
        town.step(number, "dispatch", "dispatcher", unit="GAS")
    town.wait(days=1)
    case = town.step(number, "dispatch", "dispatcher", unit="GAS")
    assert case.lead == town.units["GAS"]
    assert town.step(number, "receive", member.username).status == "handling"
    number = town.case("handling").number
    people.close_member(member_id=member.pk, actor=SYSTEM, now=town.now)
    with refused:
        town.step(number, "ask_assist", "dispatcher", unit="GAS", subtask="关闭阀门")


@pytest.mark.requirement("E01", "A24")
def test_the_desk_above_receives_for_those_below_it(town: Town) -> None:
    for code, above in (("CREW", "ROADS"), ("GAS", "CITY"), ("TEAM", "GAS")):
        unit_of(town, code, above, kind="contractor" if code == "CREW" else "utility")
    number = town.case("filed").number
    case = town.step(number, "dispatch", "dispatcher", unit="CREW")
    assert town.step(number, "receive", "roads").lead == case.lead == town.units["CREW"]

    # Nobody works at TEAM or above it, until the district's office looks after GAS as well.
    number = town.case("filed").number
    with pytest.raises(cases.Refused, match=LOST.format("TEAM单位")):
        town.step(number, "dispatch", "dispatcher", unit="TEAM")
    people.change_organisation(
        organisation_id=town.units["GAS"].pk, also_under=town.units["GREEN"], actor=SYSTEM,
        now=town.now, reason="双重管理",
    )  # fmt: skip
    forget()
    town.step(number, "dispatch", "dispatcher", unit="TEAM")
    assert town.step(number, "receive", "green").status == "handling"


@pytest.mark.requirement("E01", "A24")
def test_a_desk_for_other_ground_receives_nothing_from_here(town: Town) -> None:
    gas = unit_of(town, "GAS")
    desk(town, gas, region_codes=["330106"])
    number = town.case("filed").number
    with pytest.raises(cases.Refused, match=LOST.format("GAS单位")):
        town.step(number, "dispatch", "dispatcher", unit="GAS")
    member, _post = desk(town, gas, region_codes=[DISTRICT])
    town.step(number, "dispatch", "dispatcher", unit="GAS")
    assert town.step(number, "receive", member.username).status == "handling"


@pytest.mark.requirement("B14", "E01")
def test_on_a_border_every_desk_is_staffed(town: Town) -> None:
    unit_of(town, "STREET2", "DIST", kind="street", region_code=f"{DISTRICT}002")
    desk(town, town.units["CITY"])
    desk(town, town.units["STREET1"])
    number = town.case("filed").number
    given = {"territories": ["STREET1", "STREET2"], "subtask": "各清一侧", "reason": "交界"}
    # The desk above acts for both streets.
    assert town.step(number, "dispatch_across", "dispatcher", **given).status == "dispatched"
    held = Holding.objects.get(post__organisation=town.units["CITY"], post__roles__code="unit_desk")
    people.end_holding(holding_id=held.pk, actor=SYSTEM, now=town.now)
    with pytest.raises(cases.Refused, match=LOST.format("CITY单位, STREET2单位")):
        town.step(town.case("filed").number, "dispatch_across", "dispatcher", **given)


@pytest.mark.requirement("E05", "E01", "E03")
def test_neither_decision_nor_order_sends_a_case_there(town: Town, browse: Browse) -> None:
    unit_of(town, "GAS")
    number = town.case("filed").number
    for unit, name in (("ROADS", "roads"), ("GREEN", "green")):
        town.step(number, "dispatch", "dispatcher", unit=unit, reason="改派")
        town.step(number, "return", name, reason_code="not_ours", reason="不属本单位")
    refused = pytest.raises(cases.Refused, match=LOST.format("GAS单位"))
    with refused:
        town.step(number, "dispatch_by_order", "supervisor", unit="GAS", reason="指定")
    town.step(number, "freeze", "dispatcher", opinion="两家推诿")
    town.deliver()
    given = {"document": "纪要1号", "reason": "裁定"}
    with refused:
        town.step(number, "decide", "supervisor", unit="GAS", **given)
    record = f"/disputes/{Dispute.objects.get().pk}/"
    page = browse("supervisor").get(record).content.decode()
    assert "WATER单位" in page and "GAS单位" not in page
    # Whoever can receive it, gets it.
    case = town.step(number, "substitute", "supervisor", unit="WATER", reason="先行处置")
    assert case.lead_id == town.units["WATER"].pk
    page = browse("supervisor").get(record).content.decode()
    own = page[page.index(f"{record}decide/") :]
    assert "GAS单位" in own[: own.index("</form>")]


@pytest.mark.requirement("E02", "D04")
def test_a_proposal_says_that_nobody_there_receives_and_stays(town: Town, browse: Browse) -> None:
    cases.publish_flow(
        code="sure", parameters={"auto_dispatch": True, "auto_from": {"*": 0.5}}, actor=SYSTEM,
        now=timezone.now(),
    )  # fmt: skip
    gas = unit_of(town, "GAS")
    people.set_responsibility(
        kind="event", major_code="01", minor_code="10", lead=gas, region_code=DISTRICT,
        valid_from=timezone.localdate(town.now), source_document="文", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    forget()

    def file_one() -> Case:
        number = town.report(class_code=REFUSE, text="渣土堆放").case
        town.step(number, "accept", "acceptor")
        return town.step(number, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)

    case = file_one()
    assert (case.status, case.proposal["unit"]) == ("filed", gas.pk)
    assert "auto" not in case.proposal
    page = browse("dispatcher").get(f"/cases/{case.number}/").content.decode()
    assert "Proposed: GAS单位" in page
    assert "Nobody at GAS单位 can receive a case: choose another unit." in page
    form = page[page.index("/steps/dispatch/") :]
    form = form[: form.index("</form>")]
    assert "WATER单位" in form and "GAS单位" not in form
    told = views.full(case, actor=town.actor("dispatcher"), now=town.now)["proposal"]
    assert (told["unit"], told["nobody_receives"]) == (gas.pk, [gas.pk])

    # Somebody is given the post: the same proposal stands, the next such case goes by itself.
    desk(town, gas)
    page = browse("dispatcher").get(f"/cases/{case.number}/").content.decode()
    assert "can receive a case" not in page
    form = page[page.index("/steps/dispatch/") :]
    assert "GAS单位" in form[: form.index("</form>")]
    told = views.full(case, actor=town.actor("dispatcher"), now=town.now)["proposal"]
    assert "nobody_receives" not in told
    case = file_one()
    assert (case.status, case.lead) == ("dispatched", gas)
