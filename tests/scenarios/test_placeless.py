"""A report without a place is not lost: the acceptor finds the place, and the case goes on."""

from __future__ import annotations

from typing import Any

import pytest

from cityloop.cases import photos, proof
from cityloop.cases.models import Attachment, Case, CaseEvent
from cityloop.cases.tests.proven import broken
from cityloop.desks.history import words_of
from cityloop.desks.queries import names_in
from cityloop.intake.operations import PhotoIn
from cityloop.kernel.errors import Invalid, Problem
from tests.browser import Browse
from tests.town import COMPONENT, DISTRICT, Town

pytestmark = pytest.mark.requirement("A01", "C01")


def placeless(town: Town, **more: Any) -> Case:
    receipt = town.report(
        "sms", x=None, y=None, address="不知道的地方", reporter_phone="13800000001", **more
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
    with pytest.raises(Problem, match="say why it is another one"):
        town.step(case.number, "locate", "acceptor", point=f"{point.x},{point.y}")


def test_a_wrong_place_is_put_right_with_its_reason(town: Town) -> None:
    case = Case.objects.get(number=town.report().case)
    former, grid = case.grid_code, town.grid(11)
    point = grid.geom.point_on_surface
    assert grid.code != former
    case = town.step(case.number, "locate", "acceptor", point=f"{point.x},{point.y}",
                     reason="定位漂移")  # fmt: skip
    assert (case.grid_code, case.area_code) == (grid.code, grid.code[:12])
    line = CaseEvent.objects.get(case=case, action="locate")
    assert line.facts["placed"]["was"]["grid"] == former
    assert former in " ".join(words_of(line, names_in(case, [line])))
    town.carry(case.number, "checked")
    town.step(case.number, "send_back", "shift_leader", stage="acceptance",
              reason_code="wrong_place", reason="位置有误")  # fmt: skip
    assert town.step(case.number, "locate", "acceptor", reason="核实后更正",
                     point=f"{point.x},{point.y}").status == "reported"  # fmt: skip


@pytest.mark.requirement("A02", "A30")
def test_a_case_that_is_moved_leaves_its_component_behind_and_its_chain_holds(town: Town) -> None:
    place = town.grid(0).geom.point_on_surface
    code = f"{DISTRICT}{COMPONENT[1:]}000000"
    receipt = town.report(x=place.x, y=place.y, class_code="", component_code=code)
    case = Case.objects.get(number=receipt.case)
    assert case.component is not None and case.component.code == code
    point = town.grid(11).geom.point_on_surface
    town.step(case.number, "locate", "acceptor", point=f"{point.x},{point.y}", reason="定位漂移")
    moved = Case.objects.get(pk=case.pk)
    assert moved.component is None
    assert CaseEvent.objects.get(case=case, action="locate").facts["component_left"] == code
    town.step(case.number, "accept", "acceptor")
    assert "altered" not in CaseEvent.objects.get(case=case, action="accept").facts
    assert broken(town.now) == []


@pytest.mark.requirement("F08")
def test_the_stamp_of_a_photo_follows_the_place_and_a_browser_hears_of_it(
    town: Town, browse: Browse
) -> None:
    case = placeless(town, photos=[PhotoIn(town.stored())])
    photo, look = case.attachments.get(), browse("acceptor")
    assert "PLACE UNKNOWN" in photos.stamp(photo)
    address = f"/files/{photo.file.sha256}/1280/{photo.pk}"
    first = look.get(address)
    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    kept = {"If-None-Match": first["ETag"]}
    same = look.get(address, headers=kept)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    point = town.grid(5).geom.point_on_surface
    town.step(case.number, "locate", "acceptor", point=f"{point.x}, {point.y}", reason="电话问明")
    later = look.get(address, headers=kept)
    assert later.status_code == 200 and later.content != first.content
    words = photos.stamp(Attachment.objects.get(pk=photo.pk))
    assert f"PLACE {point.y:.5f}N {point.x:.5f}E WGS84 (CASE)" in words
    assert f"GRID {town.grid(5).code}" in words
