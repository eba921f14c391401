"""Where points lie: one and many, by day, inside and outside the service area."""

from __future__ import annotations

import math
import random
from datetime import timedelta

import pytest
import shapely
from django.db import connection

from cityloop.geo import operations, queries
from cityloop.geo.coordinates import NoCoordinate
from cityloop.geo.models import Region, ServiceArea, UnitGrid
from cityloop.geo.operations.service_areas import BadArea
from cityloop.geo.queries import places
from cityloop.geo.tests import world
from cityloop.geo.tests.world import BOSS, NOW, TODAY
from cityloop.kernel.errors import NotAllowed, NotFound

pytestmark = pytest.mark.django_db
INSIDE = (120.109, 30.206)
OUTSIDE = (121.5, 31.2)


def scattered(count: int) -> list[tuple[float, float]]:
    chance = random.Random(3)
    west, south, east, north = world.OUTLINE.bounds
    return [(chance.uniform(west, east), chance.uniform(south, north)) for _ in range(count)]


@pytest.mark.requirement("A01", "B08")
def test_a_place_has_its_grid_and_the_regions_above(town: str) -> None:
    place = queries.locate(*INSIDE, on=TODAY)
    assert place is not None
    grid = UnitGrid.objects.select_related("community").get(pk=place.grid_id)
    assert place.grid_code == grid.code
    assert (place.community_code, place.street_code, place.district_code) == (
        grid.code[:12], grid.code[:9], grid.code[:6],
    )  # fmt: skip
    assert place.names[0] == "试验区"
    assert place.names[2] == grid.community.name
    assert place.label == "".join(place.names)
    assert place.in_service


@pytest.mark.requirement("A01")
def test_outside_every_grid_is_no_place(town: str) -> None:
    assert queries.locate(*OUTSIDE, on=TODAY) is None
    assert queries.locate(*INSIDE, on=TODAY - timedelta(days=400)) is None
    for bad in ((math.nan, 30.0), (200.0, 30.0)):
        with pytest.raises(NoCoordinate):
            queries.locate(*bad, on=TODAY)


@pytest.mark.requirement("A01")
@pytest.mark.parametrize("few", [0, 10_000])
def test_many_points_find_what_one_point_finds(
    town: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_FEW", few)
    points = [*scattered(400), OUTSIDE, (math.nan, 1.0), (500.0, 30.0)]
    corner = UnitGrid.objects.order_by("code")[40].geom.exterior_ring.coords[0]
    points.insert(100, corner)
    found = queries.locate_many(points, on=TODAY)
    assert len(found) == len(points)
    assert found[-3:] == [None, None, None]
    assert found[:-2] == [queries.locate(*point, on=TODAY) for point in points[:-2]]
    assert sum(place is not None for place in found) > 200


def test_no_points_no_places(town: str) -> None:
    assert queries.locate_many([], on=TODAY) == []


@pytest.mark.requirement("A30")
def test_without_service_areas_the_whole_city_is_served(town: str) -> None:
    place = queries.locate(*INSIDE, on=TODAY)
    assert place is not None
    assert place.in_service


@pytest.mark.requirement("A30")
def test_points_outside_the_area_of_the_day_are_flagged_not_lost(
    town: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    west = world.OUTLINE.intersection(shapely.box(120, 30, 120.109, 31))
    east = world.OUTLINE.difference(west)
    start = TODAY + timedelta(days=30)
    operations.set_service_area(name="一期", shape=west, starts_on=TODAY, actor=BOSS, now=NOW)
    operations.set_service_area(name="二期", shape=east, starts_on=start, actor=BOSS, now=NOW)
    points = scattered(300)
    for few in (0, 10_000):
        monkeypatch.setattr(places, "_FEW", few)
        today = queries.locate_many(points, on=TODAY)
        later = queries.locate_many(points, on=start)
        for (lon, lat), now, then in zip(points, today, later, strict=True):
            assert (now is None) == (then is None)
            if now is not None and then is not None:
                assert now.in_service == shapely.covers(west, shapely.Point(lon, lat))
                assert then.in_service


@pytest.mark.requirement("A30")
def test_a_service_area_can_end_and_move(town: str) -> None:
    end = TODAY + timedelta(days=5)
    area = operations.set_service_area(
        name="试点", shape=world.OUTLINE, starts_on=TODAY, ends_on=end, actor=BOSS, now=NOW
    )
    by_day = {d: queries.locate(*INSIDE, on=d) for d in (TODAY - timedelta(days=1), TODAY, end)}
    assert [p is not None and p.in_service for p in by_day.values()] == [False, True, False]
    west = world.OUTLINE.intersection(shapely.box(120, 30, 120.103, 31))
    operations.set_service_area(
        area_id=area.pk, name="试点", shape=west, starts_on=TODAY, actor=BOSS, now=NOW
    )
    assert ServiceArea.objects.count() == 1
    place = queries.locate(*INSIDE, on=TODAY)
    assert place is not None
    assert not place.in_service
    operations.remove_service_area(area_id=area.pk, actor=BOSS, now=NOW)
    place = queries.locate(*INSIDE, on=TODAY)
    assert place is not None
    assert place.in_service


@pytest.mark.requirement("A30")
def test_impossible_service_areas_are_refused(town: str) -> None:
    for shape, ends_on in (
        (shapely.Point(1, 1), None),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), None),
        (world.OUTLINE, TODAY),
        (shapely.box(10, 10, 11, 11), None),
    ):
        with pytest.raises(BadArea):
            operations.set_service_area(
                name="x", shape=shape, starts_on=TODAY, ends_on=ends_on, actor=BOSS, now=NOW
            )
    with pytest.raises(NotFound):
        operations.remove_service_area(area_id=1, actor=BOSS, now=NOW)
    with pytest.raises(NotAllowed):
        operations.set_service_area(
            name="x", shape=world.OUTLINE, starts_on=TODAY, actor=world.NOBODY, now=NOW
        )


@pytest.mark.requirement("O06")
def test_locating_uses_the_spatial_index_also_inside_other_statements(town: str) -> None:
    """The function is taken into the calling statement, and no plan reads all grids."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            """EXPLAIN SELECT l.grid_code FROM (VALUES (120.1, 30.2), (120.2, 30.3)) AS p(x, y)
                 LEFT JOIN LATERAL cityloop_locate(p.x, p.y, '2026-03-02') l ON true"""
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "geo_unitgrid_geom" in plan
    assert "Function Scan" not in plan
    assert "geo_unitgrid_pkey" not in plan


def test_regions_by_area_of_the_actor(town: str) -> None:
    east = world.Actor(
        member_id=None, name="e", post="e", region_codes=("330199001",), organisation_ids=None
    )
    assert [r.code for r in queries.regions_of(east, levels=("district", "street"))] == [
        "330199", "330199001",
    ]  # fmt: skip
    assert queries.regions_of(BOSS).count() == 9
    assert queries.region_names(["330199001", "999"]) == {"330199001": "东街道"}
    assert queries.region("330199001", on=TODAY).parent.code == "330199"
    with pytest.raises(NotFound):
        queries.region("330199001", on=TODAY - timedelta(days=400))


def test_the_map_opens_amid_the_communities(town: str) -> None:
    assert world.OUTLINE.contains(shapely.Point(*queries.city_centre()))
    Region.objects.update(valid_to=TODAY)
    assert queries.city_centre() == (104.2, 35.9)
