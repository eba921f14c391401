"""Service areas and map sources over HTTP, what they change, and the record of their changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import shapely
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cityloop.geo import operations, policy
from cityloop.geo.models import MapChange, MapSource, ServiceArea
from cityloop.geo.tests import world
from cityloop.geo.tests.world import BOSS, NOW, TODAY
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]
AREAS, SOURCES, CHANGES = (
    f"/api/v1/geo/{name}" for name in ("service-areas", "map-sources", "map-changes")
)
INSIDE, EAST = (120.103, 30.206), (120.115, 30.206)
WEST_HALF = world.OUTLINE.intersection(shapely.box(120, 30, 120.109, 31))
TIANDITU = "https://t0.tianditu.gov.cn/img_w/wmts?LAYER=img&r={y}&c={x}&z={z}&tk=0"


@pytest.fixture
def ask(town: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A client that may manage the map unless it says otherwise."""
    settings.ACTOR_OF = "cityloop.geo.tests.world.actor_of_test"
    settings.MAP_SOURCES = []
    monkeypatch.setattr("cityloop.kernel.clock.now", lambda: NOW)
    client = Client()

    def send(method: str, path: str, body: Any = None, may: str = "map.view,geo.manage") -> Any:
        headers = {"X-Test-Permissions": may, "Authorization": "Bearer t", "Accept-Language": "en"}
        data = json.dumps(body) if body is not None else ""
        return client.generic(method, path, data, content_type="application/json", headers=headers)

    return send


def area(shape: Any = WEST_HALF, **given: Any) -> dict[str, Any]:
    """The body of a service area."""
    outline = json.loads(shapely.to_geojson(shape)) if hasattr(shape, "wkb") else shape
    return {"name": "一期", "shape": outline, "starts_on": str(TODAY), **given}


def source(**given: Any) -> dict[str, Any]:
    """The body of a map source."""
    return {"name": "天地图", "kind": "wmts", "url": TIANDITU, **given}


def served(ask: Ask, at: tuple[float, float], on: Any = TODAY) -> bool:
    answer = ask("GET", f"/api/v1/geo/locate?x={at[0]}&y={at[1]}&on={on}")
    return bool(answer.json()["in_service"])


@pytest.mark.requirement("A30")
def test_an_area_serves_from_its_first_day_to_its_last(ask: Ask) -> None:
    start, end = TODAY + timedelta(days=3), TODAY + timedelta(days=9)
    made = ask("POST", AREAS, area(starts_on=str(start), ends_on=str(end)))
    assert made.status_code == 201, made.content
    told = made.json()
    assert told == {"id": told["id"], "name": "一期", "starts_on": str(start), "ends_on": str(end)}
    days = (TODAY, start, end - timedelta(days=1), end)
    assert [served(ask, INSIDE, day) for day in days] == [False, True, True, False]
    assert not served(ask, EAST, start)
    assert ask("GET", AREAS).json() == [told]
    whole = ask("GET", f"{AREAS}/{told['id']}").json()
    assert shapely.from_geojson(json.dumps(whole["shape"])).equals_exact(
        shapely.MultiPolygon([WEST_HALF]), 1e-9, normalize=True
    )
    # What is read can be sent back.
    again = {**area(), "shape": whole["shape"], "name": "全城"}
    changed = ask("PUT", f"{AREAS}/{told['id']}", again)
    assert (changed.status_code, changed.json()["ends_on"]) == (200, None)
    assert served(ask, INSIDE, end)
    assert ask("DELETE", f"{AREAS}/{told['id']}?reason=x").status_code == 204
    assert served(ask, EAST)
    assert ask("GET", AREAS).json() == []


SQUARE = [[120.103, 30.204], [120.106, 30.204], [120.106, 30.207], [120.103, 30.207]]
BOW = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]


@pytest.mark.requirement("A30")
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"shape": {"type": "Polygon", "coordinates": [BOW]}}, "shape", "Self-intersection"),
        ({"shape": {"type": "Polygon", "coordinates": [SQUARE]}}, "shape", "ends where it begins"),
        ({"shape": {"type": "Polygon", "coordinates": []}}, "shape.Polygon.coordinates", "least 1"),
        ({"shape": {"type": "Polygon", "coordinates": [[]]}}, "shape.Polygon.coordinates.0", "4"),
        ({"shape": {"type": "MultiPolygon", "coordinates": [[]]}}, "shape.MultiPolygon", "least 1"),
        ({"shape": {"type": "Point", "coordinates": INSIDE}}, "shape", "Polygon"),
        ({"shape": None}, "shape", ""),
        ({"shape": shapely.box(10, 10, 11, 11)}, "shape", "outside the city"),
        ({"shape": shapely.box(30.20, 120.10, 30.21, 120.12)}, "shape", "no degrees"),
        ({"starts_on": "2020-01-01", "ends_on": "2020-02-01"}, "shape", "outside the city"),
        ({"ends_on": str(TODAY)}, "ends_on", "ends before it starts"),
        ({"name": " "}, "name", "1 to 64"),
        ({"name": "x" * 65}, "name", "64"),
        ({"starts_on": "soon"}, "starts_on", "a day is wanted"),
    ],
)
def test_an_area_that_cannot_be_is_named(
    ask: Ask, changes: dict[str, Any], field: str, words: str
) -> None:
    given = area(**{"shape": WEST_HALF, **changes})
    area_id = ask("POST", AREAS, area(name="二期")).json()["id"]
    for answer in (ask("POST", AREAS, given), ask("PUT", f"{AREAS}/{area_id}", given)):
        told = answer.json()
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        (objection,) = told["invalid_params"]
        assert objection["name"].startswith(field), objection
        assert words in objection["reason"], objection
    assert ServiceArea.objects.get().name == "二期"
    assert MapChange.objects.count() == 1


@pytest.mark.requirement("A30")
def test_heights_are_left_out_and_an_area_may_reach_over_the_border(ask: Ask) -> None:
    high = [[x, y, 12.5] for x, y in [*SQUARE, SQUARE[0]]]
    body = area({"type": "Polygon", "coordinates": [high]})
    assert ask("POST", AREAS, body).status_code == 201
    wide = area(shapely.box(119, 29, 121, 31), name="大")
    assert ask("POST", AREAS, wide).status_code == 201
    assert served(ask, EAST)


@pytest.mark.requirement("A30")
def test_two_areas_do_not_share_a_name(ask: Ask) -> None:
    ask("POST", AREAS, area())
    other = ask("POST", AREAS, area(name="二期")).json()["id"]
    for answer in (ask("POST", AREAS, area()), ask("PUT", f"{AREAS}/{other}", area())):
        assert (answer.status_code, answer.json()["code"]) == (409, "name-taken")
    for method in ("PUT", "DELETE", "GET"):
        body = area() if method == "PUT" else None
        assert ask(method, f"{AREAS}/987654", body).status_code == 404


@pytest.mark.requirement("A30")
def test_only_who_manages_the_whole_city_sets_what_holds_for_all_of_it(ask: Ask) -> None:
    for path, body in ((AREAS, area()), (SOURCES, source())):
        assert ask("POST", path, body, may="map.view").status_code == 403
    assert ask("GET", AREAS, may="map.view").status_code == 200
    assert ask("GET", AREAS, may="other").status_code == 403
    assert ask("GET", SOURCES, may="map.view").status_code == 403
    assert ask("GET", CHANGES, may="map.view").status_code == 403
    district = Actor(
        member_id=1, name="d", post="d", permissions=frozenset({"geo.manage"}),
        region_codes=(world.DISTRICT,),
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="city's administrators"):
        operations.set_service_area(
            name="x", shape=WEST_HALF, starts_on=TODAY, actor=district, now=NOW
        )
    with pytest.raises(NotAllowed, match="city's administrators"):
        operations.set_map_source(name="x", kind="wmts", url=TIANDITU, actor=district, now=NOW)


@pytest.mark.requirement("A30", "O01")
def test_every_change_says_who_when_and_why(ask: Ask) -> None:
    area_id = ask("POST", AREAS, area(reason="开通")).json()["id"]
    ask("PUT", f"{AREAS}/{area_id}", area(shape=world.OUTLINE, reason="扩面"))
    ask("PUT", f"{AREAS}/{area_id}", area(shape=world.OUTLINE, name="全城"))
    ask("DELETE", f"{AREAS}/{area_id}?reason=误录")
    source_id = ask("POST", SOURCES, source()).json()["id"]
    ask("PUT", f"{SOURCES}/{source_id}", source(enabled=False))
    rows = ask("GET", f"{CHANGES}?subject=service_area&subject_id={area_id}").json()["items"]
    assert [(one["action"], one["reason"], one["redrawn"], one["name"]) for one in rows] == [
        ("remove", "误录", True, "全城"), ("change", "", False, "全城"),
        ("change", "扩面", True, "一期"), ("add", "开通", True, "一期"),
    ]  # fmt: skip
    assert {(one["at"], one["actor"]) for one in rows} == {("2026-03-02T01:00:00+00:00", "t")}
    assert rows[0]["after"] is None and rows[-1]["before"] is None
    assert rows[1]["before"]["name"] == "一期" and "geom" not in rows[1]["before"]
    # The outline by which reports were judged is still there.
    first = ask("GET", f"{CHANGES}/{rows[-1]['id']}").json()
    drawn = shapely.from_geojson(json.dumps(first["after"]["geom"]))
    assert drawn.equals_exact(shapely.MultiPolygon([WEST_HALF]), 1e-8, normalize=True)
    others = ask("GET", f"{CHANGES}?subject=map_source").json()["items"]
    assert [one["after"]["enabled"] for one in others] == [False, True]
    assert len(ask("GET", CHANGES).json()["items"]) == 6
    assert ask("GET", f"{CHANGES}/987654").status_code == 404


@pytest.mark.requirement("A30", "O01")
def test_the_database_takes_no_change_without_its_record(ask: Ask) -> None:
    area_id = ask("POST", AREAS, area()).json()["id"]
    source_id = ask("POST", SOURCES, source()).json()["id"]
    by_hand = (
        lambda: ServiceArea.objects.filter(pk=area_id).update(ends_on=TODAY + timedelta(days=1)),
        lambda: ServiceArea.objects.filter(pk=area_id).update(geom=ServiceArea(
            geom=f"SRID=4326;{shapely.MultiPolygon([world.OUTLINE]).wkt}").geom),
        lambda: ServiceArea.objects.filter(pk=area_id).delete(),
        lambda: ServiceArea.objects.create(
            name="暗", geom=ServiceArea.objects.get().geom, starts_on=TODAY),
        lambda: MapSource.objects.filter(pk=source_id).update(url="https://else/{z}/{x}/{y}"),
        lambda: MapSource.objects.filter(pk=source_id).delete(),
        lambda: MapChange.objects.update(actor="nobody"),
        lambda: MapChange.objects.all().delete(),
    )  # fmt: skip
    for act in by_hand:
        with pytest.raises(DatabaseError, match=r"without a record|append-only"), _committed():
            act()
    with _committed():  # both at once is what the operations do
        operations.remove_service_area(area_id=area_id, actor=BOSS, now=NOW)
        operations.remove_map_source(source_id=source_id, actor=BOSS, now=NOW)


class _committed(transaction.Atomic):  # noqa: N801 (reads as what it is)
    """A part of the test's transaction in which the checks of a commit are made."""

    def __init__(self) -> None:
        super().__init__(using=None, savepoint=True, durable=False)

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        try:
            if kind is None:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except DatabaseError as error:
            super().__exit__(type(error), error, error.__traceback__)
            raise
        super().__exit__(kind, value, trace)


@pytest.mark.requirement("A01")
def test_a_map_source_stands_in_the_style_until_it_is_switched_off(ask: Ask, settings: Any) -> None:
    settings.MAP_SOURCES = ["https://*.tianditu.gov.cn"]
    made = ask("POST", SOURCES, source(attribution="天地图", position=1))
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["warnings"] == []
    below = ask("POST", SOURCES, source(name="底", kind="xyz", url="https://testserver/{z}{x}{y}"))
    assert below.json()["warnings"] == []
    key = f"city-{told['id']}"
    style = ask("GET", "/api/v1/geo/map-style").json()
    assert style["sources"][key] == {
        "type": "raster", "tiles": [TIANDITU], "tileSize": 256, "attribution": "天地图",
    }  # fmt: skip
    order = [one["id"] for one in style["layers"]]
    assert order.index(f"city-{below.json()['id']}") < order.index(key) < order.index("land")
    off = ask("PUT", f"{SOURCES}/{told['id']}", source(enabled=False)).json()
    assert off["enabled"] is False
    assert key not in ask("GET", "/api/v1/geo/map-style").json()["sources"]
    assert [one["name"] for one in ask("GET", SOURCES).json()] == ["天地图", "底"]
    assert ask("DELETE", f"{SOURCES}/{told['id']}").status_code == 204
    assert ask("DELETE", f"{SOURCES}/{told['id']}").status_code == 404


@pytest.mark.requirement("A01")
def test_the_answer_says_what_browsers_would_refuse(ask: Ask, settings: Any) -> None:
    settings.MAP_SOURCES = ["https://maps.example.org"]
    refused = ask("POST", SOURCES, source()).json()
    (why,) = refused["warnings"]
    assert "https://t0.tianditu.gov.cn is not in the setting MAP_SOURCES" in why
    assert ask("GET", SOURCES).json()[0]["warnings"] == [why]
    settings.MAP_SOURCES = ["https://t0.tianditu.gov.cn"]
    assert ask("GET", SOURCES).json()[0]["warnings"] == []
    archive = source(name="矢量", kind="pmtiles", url="https://t0.tianditu.gov.cn/city.pmtiles")
    assert ask("POST", SOURCES, archive).json()["warnings"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "wms"}, "kind"), ({"url": "ftp://a/{z}/{x}/{y}"}, "url"), ({"url": ""}, "url"),
        ({"url": "https://a/{z}/{x}"}, "url"), ({"url": "https://{s}.a/{z}/{x}/{y}"}, "url"),
        ({"url": "https://[/{z}/{x}/{y}"}, "url"), ({"url": "https://a/{z}{x}{y}" * 99}, "url"),
        ({"position": -1}, "position"), ({"position": 40_000}, "position"),
        ({"attribution": "x" * 257}, "attribution"), ({"name": ""}, "name"),
    ],
)  # fmt: skip
@pytest.mark.requirement("A01")
def test_a_map_source_that_cannot_work_is_named(
    ask: Ask, changes: dict[str, Any], field: str
) -> None:
    answer = ask("POST", SOURCES, source(**changes))
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert [one["name"] for one in answer.json()["invalid_params"]] == [field]
    assert not MapSource.objects.exists()


TILES = "https://t0.maps.cn/a/{z}"


@pytest.mark.parametrize(
    ("entry", "url", "allowed"),
    [
        ("https://t0.maps.cn", TILES, True), ("https://T0.MAPS.cn", TILES, True),
        ("https://*.maps.cn", TILES, True), ("https://maps.cn", TILES, False),
        ("https://*.maps.cn", "https://maps.cn/{z}", False),
        ("https://*.maps.cn", "https://evilmaps.cn/{z}", False),
        ("http://t0.maps.cn", TILES, True), ("https://t0.maps.cn", "http://t0.maps.cn/{z}", False),
        ("t0.maps.cn", TILES, True), ("https:", TILES, True), ("data:", TILES, False),
        ("*", TILES, True), ("https://t0.maps.cn:8443", TILES, False),
        ("https://t0.maps.cn:*", "https://t0.maps.cn:8443/{z}", True),
        ("https://t0.maps.cn", "https://t0.maps.cn:8443/{z}", False),
        ("https://t0.maps.cn:443", TILES, True), ("https://t0.maps.cn/a/", TILES, True),
        ("https://t0.maps.cn/b/", TILES, False), ("'none'", TILES, False),
        ("https://other", "https://city.cn/tiles/{z}", True),
    ],
)  # fmt: skip
def test_the_policy_is_read_as_browsers_do(entry: str, url: str, allowed: bool) -> None:
    assert policy.allows(url, page="https://city.cn", sources=[entry]) is allowed
