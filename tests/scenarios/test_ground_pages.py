"""Regions and unit grids in the back office: seen, changed, planned, redrawn."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cityloop.geo import drawn, queries
from cityloop.geo import operations as geo
from cityloop.geo.models import GridChange, Region, UnitGrid
from cityloop.geo.operations.grids import read_shape
from tests.browser import Browse
from tests.scenarios.test_grid_changes import answers, beside, cut
from tests.scenarios.test_posts import body, page, staff
from tests.town import DISTRICT, SYSTEM, Town

pytestmark = [pytest.mark.requirement("L16"), pytest.mark.requirement("A01")]
HOME = f"{DISTRICT}001001"
HERE = f"/office/ground/{HOME}/"


def _day(town: Town, days: int = 0) -> str:
    return (timezone.localdate(town.now) + timedelta(days=days)).isoformat()


def _line(grid: UnitGrid) -> str:
    return "\n".join(f"{lon} {lat}" for lon, lat in cut(grid))


def test_a_grid_is_split_on_the_page_and_the_answer_tells_what_follows(
    town: Town, browse: Browse
) -> None:
    chief, grid = browse("administrator"), town.grid(0)
    assert grid.code in page(chief.get(f"/office/ground/{grid.community_code}/"))
    home = f"/office/ground/{grid.community_code}/"
    unit = answers(town, grid.code)
    wrong = page(
        chief.post(home, {"do": "split", "grid": grid.code, "on": _day(town), "line": "120 x"}), 400
    )
    assert "120 x" in wrong, "what was typed stays"
    answer = chief.post(
        home,
        {"do": "split", "grid": grid.code, "on": _day(town), "line": _line(grid), "reason": "新路"},
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    change = GridChange.objects.get()
    assert (change.kind, change.retired, change.reason) == ("split", [grid.code], "新路")
    told = page(chief.get(answer["Location"]))
    for code in change.made:
        assert code in told
        assert answers(town, code) == unit
        assert f"{UnitGrid.objects.get(code=code).area_m2:.0f} m²" in told
    assert queries.check_coverage(grid.community_code, on=change.day).seamless


def test_a_change_is_planned_moved_and_taken_back(town: Town, browse: Browse) -> None:
    chief, grid = browse("administrator"), town.grid(0)
    home = f"/office/ground/{grid.community_code}/"
    pair = [grid.code, beside(grid).code]
    chief.post(home, {"do": "merge", "grid": pair, "on": _day(town, 7)})
    plan = GridChange.objects.get()
    assert (plan.kind, plan.state) == ("merge", "planned")
    assert f"/office/ground/changes/{plan.pk}/move/" in page(chief.get(home))
    at = f"/office/ground/changes/{plan.pk}/"
    chief.post(f"{at}move/", {"on": _day(town, 9), "reason": ""})
    chief.post(f"{at}move/", {"on": _day(town, -9), "reason": "早了"})
    assert GridChange.objects.count() == 1, "without a reason, or into the past, nothing moves"
    chief.post(f"{at}move/", {"on": _day(town, 9), "reason": "晚两天"})
    moved = GridChange.objects.get(cancelled_at=None)
    assert moved.day.isoformat() == _day(town, 9)
    chief.post(f"/office/ground/changes/{moved.pk}/cancel/", {"reason": "不做了"})
    assert not GridChange.objects.filter(cancelled_at=None).exists()
    assert UnitGrid.objects.get(code=grid.code).valid_to is None
    assert "不做了" in page(chief.get(home))


def test_what_is_wrong_is_said_and_nothing_is_written(town: Town, browse: Browse) -> None:
    chief, grid = browse("administrator"), town.grid(0)
    home = f"/office/ground/{grid.community_code}/"
    for wrong in (
        {"do": "split", "on": _day(town), "line": _line(grid)},
        {"do": "split", "grid": grid.code, "on": _day(town), "line": "1 1\n2 2"},
        {"do": "merge", "grid": grid.code, "on": _day(town)},
        {"do": "retire", "grid": grid.code, "on": _day(town)},
        {"do": "retire", "grid": grid.code, "on": _day(town, -1), "leaves_city": "on"},
        {"do": "retire", "grid": f"{HOME}999", "on": _day(town), "leaves_city": "on"},
    ):
        assert chief.post(home, wrong).status_code == 400, wrong
    assert not GridChange.objects.exists()
    assert browse("acceptor").get(home).status_code == 403
    assert chief.get(f"/office/ground/{DISTRICT}999999/").status_code == 404


def test_an_outline_is_redrawn_with_its_grids_and_refused_with_a_gap(
    town: Town, browse: Browse
) -> None:
    chief = browse("administrator")
    row = Region.objects.get(code=HOME)
    shape = read_shape(row.geom)
    form = {"on": _day(town, 3), "outline": drawn.write_outline(shape), "reason": "复核"}
    assert form["outline"].splitlines()[0] in page(chief.get(HERE))
    half = drawn.write_outline(shape.intersection(shape.buffer(-0.0005)))
    refused = page(chief.post(f"{HERE}outline/", {**form, "outline": half}), 400)
    assert half.splitlines()[1] in refused, "what was drawn stays"
    assert Region.objects.filter(code=HOME).count() == 1
    answer = chief.post(f"{HERE}outline/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    again = Region.objects.get(code=HOME, valid_to=None)
    assert (again.valid_from.isoformat(), again.reason) == (_day(town, 3), "复核")
    assert queries.check_coverage(HOME, on=again.valid_from).gap_m2 < 1


def test_a_refused_outline_of_a_region_to_come_says_why_and_keeps_what_was_drawn(
    town: Town, browse: Browse
) -> None:
    chief, later = browse("administrator"), _day(town, 10)
    shape = read_shape(Region.objects.get(code=HOME).geom)
    code = f"{HOME[:9]}999"
    _west, south, east, north = shape.bounds
    beside = shapely.box(east + 0.5, south, east + 0.51, north)
    geom = GEOSGeometry(shapely.MultiPolygon([beside]).wkt, srid=4326)
    Region.objects.create(
        code=code, name="规划社区", level="community", geom=geom, label_point=geom.centroid,
        parent=Region.objects.get(code=HOME).parent, valid_from=later,
    )  # fmt: skip
    there = f"/office/ground/{code}/?on={later}"
    action = re.search(r'action="([^"]*outline/[^"]*)"', page(chief.get(there)))
    assert action and later in action[1]
    drawn_over = drawn.write_outline(shape)
    form = {"on": _day(town, 12), "outline": drawn_over, "reason": "调整"}
    refused = page(chief.post(html.unescape(action[1]), form), 400)
    assert drawn_over.splitlines()[1] in refused, "what was drawn stays"


def test_the_map_gets_what_the_day_has(town: Town, browse: Browse) -> None:
    chief, grid = browse("administrator"), town.grid(0)
    home = f"/office/ground/{grid.community_code}/shapes/"
    geo.split_grid(
        code=grid.code, line=cut(grid), on=timezone.localdate(town.now) + timedelta(days=5),
        actor=SYSTEM, now=town.now,
    )  # fmt: skip

    def grids(day: str) -> set[str]:
        found = json.loads(chief.get(f"{home}?on={day}").content)["features"]
        assert {one["properties"]["kind"] for one in found} >= {"outline", "grid", "beside"}
        return {one["properties"]["code"] for one in found if one["properties"]["kind"] == "grid"}

    made = set(GridChange.objects.get().made)
    assert grid.code in grids(_day(town))
    assert made <= grids(_day(town, 5))
    assert grid.code not in grids(_day(town, 5))


def test_a_district_changes_its_own_ground_only(town: Town, browse: Browse) -> None:
    body(town, "FAR", "district_platform", "CITY", f"{DISTRICT}002")
    staff(town, "far", "FAR", "administrator")
    far = browse("far")
    assert HOME not in page(far.get("/office/ground/"))
    assert far.get(HERE).status_code == 404
    assert far.post(f"{HERE}outline/", {"on": _day(town), "outline": "1 1"}).status_code == 404
    new = {"code": f"{DISTRICT}001008", "name": "新", "on": _day(town), "make_grids": "on",
           "outline": "120.1 30.2\n120.11 30.2\n120.11 30.21"}  # fmt: skip
    assert far.post("/office/ground/new/", new).status_code == 400
    grid = town.grid(0)
    change = geo.split_grid(
        code=grid.code, line=cut(grid), on=timezone.localdate(town.now) + timedelta(days=5),
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    at = f"/office/ground/changes/{change.pk}/cancel/"
    assert far.post(at, {"reason": "x"}).status_code == 404


def test_the_list_takes_as_many_queries_for_one_as_for_all(town: Town, browse: Browse) -> None:
    chief = browse("administrator")
    chief.get("/office/ground/")
    counts = []
    for path in (f"/office/ground/?q={HOME}", "/office/ground/"):
        with CaptureQueriesContext(connection) as made:
            shown = page(chief.get(path))
        assert HOME in shown
        counts.append(len(made))
    assert counts[0] == counts[1]
