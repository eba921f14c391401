"""A unit is not closed over its cases, and cases with a unit that has nobody are named."""

from __future__ import annotations

import pytest
from django.utils import translation

from cityloop.cases import queries as cases
from cityloop.cli.check import sound_flow
from cityloop.kernel.clock import local_day
from cityloop.kernel.errors import Refused
from cityloop.people import operations as people
from cityloop.people.models import Holding, Member, Responsibility
from tests.town import SYSTEM, Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("A04", "E03")]


def emptied(town: Town, unit: str) -> None:
    """Its people leave and its lines end, as when bodies are put together."""
    body = town.units[unit]
    for one in Holding.objects.filter(post__organisation=body, valid_to=None):
        people.end_holding(holding_id=one.pk, actor=SYSTEM, now=town.now)
    Responsibility.objects.filter(lead=body).update(valid_to=local_day(town.now))
    Member.objects.filter(organisation=body).update(active=False)


def test_a_unit_is_closed_when_nothing_of_it_is_left(town: Town) -> None:
    case = town.case("handling")
    water = town.units["WATER"]
    emptied(town, "WATER")
    close = {"organisation_id": water.pk, "actor": SYSTEM, "now": town.now, "reason": "机构改革"}
    with pytest.raises(Refused, match="1 case is with it to be handled") as refused:
        people.close_organisation(**close)
    assert refused.value.code == "still-in-use"
    assert cases.left_alone(local_day(town.now)) == [(water, 1)]
    told = sound_flow()
    assert not told["well"] and f"{water.name_zh} (1)" in told["words"]
    with translation.override("en"):
        (alone,) = [row for row in cases.missing(town.now) if row.title == "Units without a desk"]
        assert not alone.done and f"{water.name_zh} (1)" in alone.sentence

    # Somebody gets the desk for the days it takes, and returns the case.
    desk = Holding.objects.filter(post__organisation=water, post__roles__code="unit_desk").first()
    assert desk is not None
    town.wait(days=1)
    people.second_member(
        member=Member.objects.get(username="roads"), post=desk.post, actor=SYSTEM, now=town.now,
        valid_to=local_day(town.now).replace(day=28),
    )  # fmt: skip
    assert cases.left_alone(local_day(town.now)) == []
    town.step(case.number, "return", "roads", reason_code="not_ours", reason="单位撤销")
    assert cases.hanging(water.pk) == []
    with pytest.raises(Refused) as still:
        people.close_organisation(**{**close, "now": town.now})
    assert "case" not in " ".join(still.value.reasons)


def test_a_unit_stays_until_what_it_handled_is_closed(town: Town) -> None:
    """A check may find it undone: then the case comes back to the unit."""
    case = town.case("checking")
    water = town.units["WATER"]
    emptied(town, "WATER")
    close = {"organisation_id": water.pk, "actor": SYSTEM, "now": town.now, "reason": "机构改革"}
    with pytest.raises(Refused, match="1 case that it handled is not closed yet"):
        people.close_organisation(**close)
    town.carry(case.number, "closed")
    assert not [one for one in cases.hanging(water.pk) if "case" in one]


def test_nothing_is_sent_to_be_done_again_to_where_nobody_is_left(town: Town) -> None:
    case = town.case("checking")
    emptied(town, "WATER")
    town.step(case.number, "check_failed", "inspector2", reason_code="undone", reason="未处置",
              photos=("check",))  # fmt: skip
    again = {"reason": "返工"}
    with pytest.raises(Refused, match="nobody at WATER单位 can receive a case"):
        town.step(case.number, "rework", "dispatcher", **again)
    assert cases.left_alone(local_day(town.now)) == [(town.units["WATER"], 1)]
    desk = Holding.objects.filter(
        post__organisation=town.units["WATER"], post__roles__code="unit_desk"
    ).earliest("pk")
    town.wait(days=1)
    people.second_member(
        member=Member.objects.get(username="roads"), post=desk.post, actor=SYSTEM, now=town.now,
        valid_to=local_day(town.now).replace(day=28),
    )  # fmt: skip
    assert town.step(case.number, "rework", "dispatcher", **again).status == "dispatched"
