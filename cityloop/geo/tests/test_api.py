"""geo over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cityloop.geo import coordinates, operations
from cityloop.geo.tests import mvt, world
from cityloop.geo.tests.test_tiles import MIDDLE, numbers
from cityloop.geo.tests.world import BOSS, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B07", "O05")]
Ask = Callable[..., Any]


@pytest.fixture
def ask(town: str, settings: Any) -> Ask:
    """A client that says which permissions it has."""
    settings.ACTOR_OF = "cityloop.geo.tests.world.actor_of_test"
    client = Client()

    def get(path: str, permissions: str | None = "map.view", **more: Any) -> Any:
        headers = dict(more.pop("headers", {}))
        if permissions is not None:
            headers |= {"X-Test-Permissions": permissions, "Authorization": "Bearer test"}
        if "json" in more:
            return client.post(path, more["json"], content_type="application/json", headers=headers)
        return client.get(path, more, headers=headers)

    return get


def test_locating_a_point_in_any_system(ask: Ask) -> None:
    x, y = coordinates.from_wgs84(*MIDDLE, "bd09")
    answer = ask("/api/v1/geo/locate", x=x, y=y, system="bd09")
    plain = ask("/api/v1/geo/locate", x=MIDDLE[0], y=MIDDLE[1])
    assert answer.status_code == plain.status_code == 200
    assert answer.json() == plain.json()
    assert answer.json()["district_code"] == "330199"
    assert answer.json()["names"][0] == "试验区"
    assert "试验区" in answer.content.decode()


def test_outside_and_nonsense(ask: Ask) -> None:
    outside = ask("/api/v1/geo/locate", x=0, y=0)
    assert outside.status_code == 404
    assert outside["Content-Type"] == "application/problem+json"
    assert outside.json()["code"] == "outside"
    for bad in (
        {"x": 500, "y": 1},
        {"x": "nan", "y": 1},
        {"x": 1},
        {"x": 1, "y": 1, "system": "m"},
    ):
        answer = ask("/api/v1/geo/locate", **bad)
        assert answer.status_code == 422
        assert ("有限" in answer.content.decode()) == (bad["x"] == "nan")
    assert ask("/api/v1/geo/locate", permissions=None, x=1, y=1).status_code == 401
    assert ask("/api/v1/geo/locate", permissions="other", x=1, y=1).status_code == 403


def test_locating_many_points(ask: Ask) -> None:
    found = ask("/api/v1/geo/locate", json={"points": [MIDDLE, (0, 0), (999, 0)]}).json()
    assert found[0]["district_code"] == "330199"
    assert found[1:] == [None, None]
    too_many = ask("/api/v1/geo/locate", json={"points": [MIDDLE] * 10_001})
    assert too_many.status_code == 422


def test_converting(ask: Ask) -> None:
    there = ask("/api/v1/geo/convert", x=120.1, y=30.2, system="wgs84", to="gcj02").json()
    assert (there["x"], there["y"]) == pytest.approx(coordinates.from_wgs84(120.1, 30.2, "gcj02"))
    assert there["system"] == "gcj02"


def test_addresses_and_regions(ask: Ask, town: str) -> None:
    assert ask("/api/v1/geo/addresses", q="桥头").json() == []
    assert ask("/api/v1/geo/addresses", q="").status_code == 422
    assert ask("/api/v1/geo/addresses", q="a\x00b").status_code == 422
    assert ask("/api/v1/geo/addresses/nearest", lon=120.1, lat=30.2).status_code == 404
    page = ask("/api/v1/geo/regions", level="community", size=4).json()
    rest = ask("/api/v1/geo/regions", level="community", size=4, cursor=page["next"]).json()
    codes = [one["code"] for one in page["items"] + rest["items"]]
    assert codes == sorted(codes)
    assert len(codes) == 6
    assert rest["next"] is None
    children = ask("/api/v1/geo/regions", parent="330199").json()["items"]
    assert [one["name"] for one in children] == ["东街道", "西街道"]
    assert children[0]["parent"] == "330199"
    assert ask("/api/v1/geo/regions", cursor="x").status_code == 422


def test_the_map_style_names_this_host(ask: Ask) -> None:
    style = ask("/api/v1/geo/map-style").json()
    assert style["sources"]["regions"]["tiles"][0].startswith("http://testserver/tiles/regions/")


def test_a_tile_and_its_unchanged_second_answer(ask: Ask, town: str) -> None:
    z, x, y = numbers(*MIDDLE, 15)
    first = ask(f"/tiles/grids/{z}/{x}/{y}.mvt")
    assert first.status_code == 200
    assert first["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert first["Cache-Control"].startswith("private")
    grids = mvt.read(first.content)["grids"]
    again = ask(f"/tiles/grids/{z}/{x}/{y}.mvt", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    operations.retire_grid(
        code=grids[0].fields["code"], on=world.TODAY, leaves_city=True, actor=BOSS, now=NOW
    )
    changed = ask(f"/tiles/grids/{z}/{x}/{y}.mvt", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_tiles_that_are_not_there(ask: Ask) -> None:
    for path, status in (
        ("/tiles/grids/15/99999999/1.mvt", 422), ("/tiles/grids/99/1/1.mvt", 422),
        ("/tiles/none/1/0/0.mvt", 404), ("/tiles/grids/1/x/0.mvt", 404),
    ):  # fmt: skip
        answer = ask(path)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert ask("/tiles/grids/15/1/1.mvt", permissions=None).status_code == 401
    assert ask("/tiles/grids/15/1/1.mvt", permissions="x").status_code == 403
