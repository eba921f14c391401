"""Odd photos are noted with their evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point

from cityloop.cases import operations, photos, proof
from cityloop.cases.models import Attachment


def finish(world, paper):
    case = world.to("handling")
    operations.perform(
        case.number, "finish", actor=world.actors["water"], now=world.now,
        inputs={"result": "done"}, papers=[paper],
    )  # fmt: skip
    return [r["code"] for r in Attachment.objects.get(case=case, stage="after").remarks]


@pytest.mark.requirement("F07", "F10", "D07")
def test_a_picture_of_another_case_proves_nothing(world):
    paper = world.photo("after")
    assert finish(world, paper) == []
    case = world.to("handling")
    with pytest.raises(operations.Refused, match="stands in another case already"):
        operations.perform(
            case.number, "finish", actor=world.actors["water"], now=world.now,
            inputs={"result": "done"}, papers=[paper, world.photo("after", "own")],
        )  # fmt: skip
    case.refresh_from_db()
    assert case.status == "handling"


@pytest.mark.requirement("F08")
def test_album_age_and_place_are_noted(world):
    paper = replace(world.photo("after"), from_album=True)
    paper.file.taken_at = world.now - timedelta(days=3)
    paper.file.taken_point = Point(120.14, 30.26, srid=4326)
    assert finish(world, paper) == [
        "from_album", "old_photo", "taken_too_early", "taken_elsewhere",
    ]  # fmt: skip


@pytest.mark.requirement("D08", "F08")
def test_a_picture_older_than_what_it_proves_is_noted(world):
    """The result before the report, the check before the result; the camera's clock may differ."""
    case = world.to("handling")
    early, fair = world.photo("after"), world.photo("after", "another")
    early.file.taken_at = case.reported_at - timedelta(hours=2)
    fair.file.taken_at = case.reported_at - timedelta(minutes=5)
    (found,) = photos.remarks(early, case, [], world.now)
    assert (found["code"], found["since"]) == ("taken_too_early", case.reported_at.isoformat())
    assert photos.remarks(fair, case, [], world.now) == []
    world.wait(hours=3)
    case = world.to("handled")
    check = world.photo("check")
    check.file.taken_at = case.handled_at - timedelta(hours=1)
    (found,) = photos.remarks(check, case, [], world.now)
    assert (found["code"], found["since"]) == ("taken_too_early", case.handled_at.isoformat())


@pytest.mark.requirement("F02", "F07")
@pytest.mark.parametrize("stage", ["report", "before", "paper"])
def test_a_photo_of_another_stage_is_no_proof(world, stage):
    case = world.to("handling")
    with pytest.raises(operations.Refused, match="attach a photo"):
        operations.perform(
            case.number, "finish", actor=world.actors["water"], now=world.now,
            inputs={"result": "done"}, papers=[world.photo(stage, "another")],
        )  # fmt: skip


def test_a_fresh_photo_from_the_place_has_no_remark(world):
    paper = world.photo("after")
    paper.file.taken_at = world.now
    paper.file.taken_point = Point(120.1301, 30.2601, srid=4326)
    assert finish(world, paper) == []


@pytest.mark.requirement("F07", "O01")
def test_a_picture_given_for_two_parts_proves_the_step_and_the_history_holds(world):
    case = world.to("handling")
    photo = world.photo("after")
    twice = [replace(photo, stage="paper"), photo]
    case = operations.perform(
        case.number, "finish", actor=world.actors["water"], now=world.now, version=case.version,
        inputs={"result": "done"}, papers=twice,
    )  # fmt: skip
    kept = Attachment.objects.filter(case=case, version=case.version)
    assert [one.stage for one in kept] == ["after"]
    assert proof.verify(now=world.now).whole
