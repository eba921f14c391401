"""A report without a place is not lost: the acceptor finds the place, and the case goes on."""

from __future__ import annotations

import pytest

from cityloop.cases import proof
from cityloop.cases.models import Case
from cityloop.kernel.errors import Invalid, Problem
from tests.town import Town

pytestmark = pytest.mark.requirement("A01", "C01")


def placeless(town: Town) -> Case:
    receipt = town.report(
        "sms", x=None, y=None, address="不知道的地方", reporter_phone="13800000001"
    )
    case = Case.objects.get(number=receipt.case)
    assert case.grid_code == "" and case.point is None
    return case


def test_a_text_message_without_a_place_gets_one_and_is_filed(town: Town) -> None:
    case = placeless(town)
    with pytest.raises(Problem, match="no unit grid"):
        town.step(case.number, "send_verify", "acceptor", inspector="inspector")
    point = town.grid(5).geom.point_on_surface
    town.step(case.number, "locate", "acceptor", point=f"{point.x}, {point.y}", reason="电话问明")
    case = Case.objects.get(pk=case.pk)
    assert (case.grid_code, case.area_code) == (town.grid(5).code, town.grid(5).code[:12])
    assert (case.point.x, case.point.y) == pytest.approx((point.x, point.y))
    assert case.status == "reported"
    town.step(case.number, "send_verify", "acceptor", inspector="inspector")
    town.step(case.number, "verified", "inspector", photos=("verify",))
    case = town.carry(case.number, "dispatched")
    assert case.grid_code == town.grid(5).code, "later steps leave it where it is"
    assert case.point is not None
    assert proof.verify(now=town.now).whole


def test_a_place_is_given_once_and_only_where_the_city_is(town: Town) -> None:
    case = placeless(town)
    for wrong, words in (
        ("0.5, 0.5", "no unit grid"), ("999, 1", "two numbers"), ("没有这条路", "no such address"),
    ):  # fmt: skip
        with pytest.raises(Problem, match=words):
            town.step(case.number, "locate", "acceptor", point=wrong)
    with pytest.raises(Invalid, match="fill this in"):
        town.step(case.number, "locate", "acceptor")
    point = town.grid(5).geom.point_on_surface
    town.step(case.number, "locate", "acceptor", point=f"{point.x},{point.y}")
    with pytest.raises(Problem, match="which is fixed"):
        town.step(case.number, "locate", "acceptor", point=f"{point.x},{point.y}")
