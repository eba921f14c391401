"""Responsibility grids: adjacent unit grids, each in one at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.gis.db.models import Union
from django.db import IntegrityError, transaction

from cityloop.geo import operations
from cityloop.geo.models import ResponsibilityGrid, UnitGrid
from cityloop.geo.operations.responsibility import GridTaken, NotAdjacent
from cityloop.geo.tests.world import BOSS, NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A01", "A33")]


def neighbours() -> tuple[UnitGrid, UnitGrid]:
    one = UnitGrid.objects.order_by("code")[0]
    beside = UnitGrid.objects.filter(
        community_code=one.community_code, geom__touches=one.geom
    ).order_by("code")
    return one, next(g for g in beside if g.geom.intersection(one.geom).geom_type != "Point")


def test_all_grids_are_shared_out_among_neighbours(town: str) -> None:
    made = operations.share_out_grids(prefix=town, actor=BOSS, now=NOW)
    grids = ResponsibilityGrid.objects.all()
    assert made == len(grids) > UnitGrid.objects.count() / 5
    assert not UnitGrid.objects.filter(responsibility_grids=None).exists()
    for grid in grids:
        units = grid.unit_grids
        assert 1 <= units.count() <= 5
        assert set(units.values_list("community_id", flat=True)) == {grid.community_id}
        assert units.aggregate(whole=Union("geom"))["whole"].geom_type == "Polygon"
    assert operations.share_out_grids(prefix=town, actor=BOSS, now=NOW) == 0


def test_one_by_hand_and_its_refusals(town: str) -> None:
    one, beside = neighbours()
    far = UnitGrid.objects.filter(community_code=one.community_code).exclude(
        geom__intersects=one.geom
    ).last()  # fmt: skip
    other = UnitGrid.objects.exclude(community_code=one.community_code).first()
    assert far is not None
    assert other is not None
    for wrong in ([], ["330199001001999"], [one.code, far.code], [one.code, other.code]):
        with pytest.raises(NotAdjacent):
            operations.add_responsibility_grid(
                code="Z1", name="一", grid_codes=wrong, actor=BOSS, now=NOW
            )
    grid = operations.add_responsibility_grid(
        code="Z1", name="一", grid_codes=[one.code, beside.code], actor=BOSS, now=NOW
    )
    assert set(grid.unit_grids.values_list("code", flat=True)) == {one.code, beside.code}
    for code, units in (("Z1", [far.code]), ("Z2", [one.code])):
        with pytest.raises(GridTaken):
            operations.add_responsibility_grid(
                code=code, name="二", grid_codes=units, actor=BOSS, now=NOW
            )
    assert ResponsibilityGrid.objects.count() == 1


def test_the_database_itself_refuses_a_second_owner(town: str) -> None:
    one, _ = neighbours()
    first = ResponsibilityGrid.objects.create(
        code="A", name="a", community=one.community, valid_from=TODAY,
        valid_to=TODAY + timedelta(days=9),
    )  # fmt: skip
    first.unit_grids.add(one)
    beside = ResponsibilityGrid.objects.create(
        code="B", name="b", community=one.community, valid_from=TODAY
    )
    with pytest.raises(IntegrityError, match="already belongs"), transaction.atomic():
        beside.unit_grids.add(one)
    later = ResponsibilityGrid.objects.create(
        code="C", name="c", community=one.community, valid_from=TODAY + timedelta(days=9)
    )
    later.unit_grids.add(one)
    first.valid_to = None
    with pytest.raises(IntegrityError, match="already belongs"), transaction.atomic():
        first.save()
    other = UnitGrid.objects.exclude(community_code=one.community_code)[0]
    with pytest.raises(IntegrityError, match="another community"), transaction.atomic():
        later.unit_grids.add(other)
