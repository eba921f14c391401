"""A unit gave the case back and another is ordered: who owes the cost is said, never assumed."""

from __future__ import annotations

import pytest

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute
from cityloop.works.models import Order
from tests.browser import Browse
from tests.town import Town
from tests.works import TREE, Story, lend

pytestmark = [pytest.mark.slow, pytest.mark.requirement("E07", "E10", "I12")]
SAY = "say which unit should have acted"
GIVEN = {"unit": "GREEN", "reason": "无人处置，先行清障"}


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town)


def given_back(town: Town) -> str:
    """A tree on a road: ROADS got the case and gave it back; its number."""
    number = town.report(class_code=TREE, text="大树倒伏").case
    town.step(number, "accept", "acceptor")
    town.step(number, "file", "shift_leader", filing_rule=town.rule(TREE).pk)
    town.step(number, "dispatch", "dispatcher", unit="ROADS")
    town.step(number, "return", "roads", reason_code="not_ours", reason="非道路树木")
    return number


def test_who_gave_it_back_is_liable_only_where_somebody_says_so(story: Story) -> None:
    town = story.town
    number = given_back(town)
    for more, why in (
        ({}, SAY), ({"liable_open": False}, SAY),
        ({"liable": "ROADS", "liable_open": True}, "not both"),
        ({"liable": "WATER"}, "neither had this case"),
    ):  # fmt: skip
        with pytest.raises(cases.Refused, match=why):
            town.step(number, "substitute", "supervisor", **GIVEN, **more)
    assert Case.objects.get(number=number).status == "filed"
    case = town.step(number, "substitute", "supervisor", liable="ROADS", **GIVEN)
    town.deliver()
    order = Order.objects.get(case=case)
    assert case.liable == order.liable == town.units["ROADS"]
    assert order.reason == GIVEN["reason"] and not Dispute.objects.exists()


def test_left_open_it_is_fixed_and_closed_and_decided_afterwards(
    story: Story, browse: Browse
) -> None:
    town = story.town
    number = given_back(town)
    lend(town, "of_roads", "ROADS", "supervisor")
    with pytest.raises(cases.Refused, match="your own unit is relieved"):
        town.step(number, "substitute", "of_roads", liable_open=True, **GIVEN)
    with pytest.raises(cases.Refused, match="order from another"):  # nor is it paid for its own
        town.step(
            number, "substitute", "supervisor", liable_open=True, unit="ROADS", reason="先行清障"
        )
    case = town.step(number, "substitute", "supervisor", liable_open=True, **GIVEN)
    town.deliver()
    order, dispute = Order.objects.get(case=case), Dispute.objects.get(case=case)
    assert (case.lead, case.liable, order.liable) == (town.units["GREEN"], None, None)
    assert (dispute.open, dispute.parties, dispute.level) == (
        True, [town.units["ROADS"].pk], "district"
    )  # fmt: skip
    page = browse("supervisor").get(f"/disputes/{dispute.pk}/").content.decode()
    assert "ROADS单位" in page and number in page
    with pytest.raises(cases.Refused, match="leave that open"):  # not named on the way any more
        town.step(number, "substitute", "supervisor", liable="ROADS", unit="WATER", reason="x")

    # Fixed and closed while it stays open; then decided on the record.
    story.price_order(order)
    assert story.close(order).status == "closed"
    dispute.refresh_from_db()
    assert dispute.open and dispute.fixed_by == town.units["GREEN"]
    decision = coordination.Decision(
        unit=town.units["ROADS"], reason="树木在道路红线内", document="纪要9号", reach=""
    )
    coordination.decide_dispute(
        dispute_id=dispute.pk, decision=decision, actor=town.actor("supervisor"), now=town.now
    )
    town.deliver()
    order.refresh_from_db()
    assert Case.objects.get(number=number).liable == order.liable == town.units["ROADS"]


def test_nothing_is_left_open_where_the_unit_kept_the_case(story: Story) -> None:
    town = story.town
    number = given_back(town)
    town.step(number, "dispatch", "dispatcher", unit="WATER", reason="改派")
    with pytest.raises(cases.Refused, match="no unit gave this case back"):
        town.step(number, "substitute", "supervisor", liable_open=True, **GIVEN)
    case = town.step(number, "substitute", "supervisor", **GIVEN)
    assert case.liable == town.units["WATER"]

    # Given back by whoever was ordered to act instead: the unit named before stays.
    town.step(number, "return", "green", reason_code="not_ours", reason="无吊车")
    case = town.step(number, "substitute", "supervisor", unit="ROADS", reason="另派")
    assert case.liable == town.units["WATER"]

    # Sent again to the unit that had given it back, which then did its work: it kept it.
    again = given_back(town)
    town.step(again, "dispatch", "dispatcher", unit="ROADS", reason="确属道路")
    town.step(again, "receive", "roads")
    assert town.step(again, "substitute", "supervisor", **GIVEN).liable == town.units["ROADS"]


def test_the_form_asks_only_where_it_is_open(story: Story, browse: Browse) -> None:
    town = story.town
    number, kept = given_back(town), town.case("dispatched").number
    office = browse("supervisor")
    assert 'name="liable_open"' not in office.get(f"/cases/{kept}/").content.decode()
    page = office.get(f"/cases/{number}/").content.decode()
    assert "It stays open who should have acted" in page
    case = Case.objects.get(number=number)
    sent = {"unit": town.units["GREEN"].pk, "reason": "先行清障", "version": case.version}
    answer = office.post(f"/cases/{number}/steps/substitute/", sent)
    assert SAY in answer.content.decode()
    office.post(f"/cases/{number}/steps/substitute/", {**sent, "liable_open": "on"})
    case.refresh_from_db()
    assert (case.substituted, case.liable, case.dispute_level) == (True, None, "district")
    page = office.get(f"/cases/{number}/").content.decode()
    assert "It stays open who should have acted" in page  # in the history
