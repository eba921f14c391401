"""A city's own PMTiles archives below our maps, in a real browser."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from PIL import Image
from playwright.sync_api import Page, expect

from cityloop.geo.style import archive_layers
from tests.e2e.archives import MVT, PNG, Store, archive, serving
from tests.e2e.conftest import Site, Visit

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db, pytest.mark.requirement("A01"),
]  # fmt: skip
PINK = (221, 68, 170)  # no map of ours has it
LAND = (0xF1, 0xF3, 0xF6)
SLOW = 60_000  # ms
Add = Callable[..., None]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Where the archives lie."""
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def map_sources(store: Store) -> str:
    """The pages may load from there."""
    return store.origin


@pytest.fixture
def add(visit: Visit) -> Iterator[Add]:
    """Adds a map source over the API, as the administrator; removed after the test."""
    page = visit.as_("admin", "/map/")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    headers = {"X-CSRFToken": cookies["csrftoken"], "Origin": visit.site.url}
    made: list[int] = []

    def send(name: str, url: str, **more: object) -> None:
        body = {"name": name, "kind": "pmtiles", "url": url, **more}
        answer = page.request.post("/api/v1/geo/map-sources", data=body, headers=headers)
        assert answer.status == 201, answer.text()
        assert answer.json()["warnings"] == []
        made.append(answer.json()["id"])

    yield send
    for one in made:
        page.request.delete(f"/api/v1/geo/map-sources/{one}", headers=headers)


def picture() -> bytes:
    """A raster tile, pink all over."""
    out = io.BytesIO()
    Image.new("RGB", (256, 256), PINK).save(out, "PNG")
    return out.getvalue()


def shapes() -> bytes:
    """A vector tile: a park in the west, a lake in the east, a road between them."""
    rows = (
        ("earth", "earth", "POLYGON((0 0,4096 0,4096 4096,0 4096,0 0))"),
        ("landuse", "park", "POLYGON((0 0,1024 0,1024 4096,0 4096,0 0))"),
        ("water", "lake", "POLYGON((2048 0,4096 0,4096 4096,2048 4096,2048 0))"),
        ("roads", "highway", "LINESTRING(1536 0,1536 4096)"),
        ("buildings", "building", "POLYGON((1100 0,1400 0,1400 4096,1100 4096,1100 0))"),
        ("boundaries", "county", "LINESTRING(1050 0,1050 4096)"),
    )
    tile = b""
    with connection.cursor() as cursor:
        for layer, kind, shape in rows:
            cursor.execute(
                "SELECT ST_AsMVT(t, %s, 4096, 'geom') FROM (SELECT %s AS kind, ST_AsMVTGeom("
                "%s::geometry, ST_MakeBox2D(ST_Point(0, 0), ST_Point(4096, 4096)), 4096, 64)"
                " AS geom) t",
                [layer, kind, shape],
            )
            tile += bytes(cursor.fetchone()[0])
    return tile


def colour_of(layer: str, *, dark: bool = False) -> tuple[int, int, int]:
    """What our style paints the layer's first kind with."""
    paint = {one["id"]: one["paint"] for one in archive_layers(dark=dark)}[layer]
    told = paint["fill-color"]
    text = told if isinstance(told, str) else told[3]
    return tuple(bytes.fromhex(text[1:]))  # type: ignore[return-value]


def share(page: Page, colour: tuple[int, int, int]) -> float:
    """How much of the map has the colour, from 0 to 1; grids tint it a little."""
    shot = page.locator("[data-map]").screenshot()
    pixels = Image.open(io.BytesIO(shot)).convert("RGB")
    near = sum(
        count
        for count, seen in pixels.getcolors(pixels.width * pixels.height)
        if all(abs(a - b) <= 4 for a, b in zip(seen, colour, strict=True))
    )
    return near / (pixels.width * pixels.height)


def shows(page: Page, colour: tuple[int, int, int], least: float, most: float = 1) -> None:
    """Until that much of the map has the colour; software draws slowly, cores are shared."""
    page.locator("[data-map][data-ready]").wait_for(state="attached", timeout=SLOW)
    page.locator("[data-map]").scroll_into_view_if_needed()
    until = time.monotonic() + SLOW / 1000
    while not least <= (seen := share(page, colour)) <= most:
        assert time.monotonic() < until, f"{page.url}: {seen:.3f} of the map is {colour}"
        page.wait_for_timeout(300)


def map_at(site: Site, zoom: float = 14) -> str:
    """The map page around a case."""
    at = site.city.cases["checked"].point
    return f"/map/?lon={at.x}&lat={at.y}&zoom={zoom}"


def test_a_raster_archive_lies_below_our_map(visit: Visit, store: Store, add: Add) -> None:
    content = archive(picture(), PNG, attribution="© <b>Survey office</b>")
    add("影像", store.put("pictures.pmtiles", content))
    page = visit.as_("leader", map_at(visit.site))
    shows(page, PINK, 0.5)
    assert share(page, PINK) < 0.98  # roads, borders and cases lie above
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("© Survey office")
    expect(page.locator(".map-missing")).to_be_hidden()


def test_every_map_draws_a_vector_archive(visit: Visit, store: Store, add: Add) -> None:
    url = store.put("shapes.pmtiles", archive(shapes(), MVT, attribution="not this"))
    add("矢量底图", url, attribution="© OpenStreetMap")
    page = visit.as_("leader", map_at(visit.site))
    for layer in ("water", "landuse", "buildings"):
        shows(page, colour_of(layer), 0.01)
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("© OpenStreetMap")
    expect(page.locator(".maplibregl-ctrl-attrib")).not_to_contain_text("not this")
    dark = visit.as_("leader", map_at(visit.site), scheme="dark")
    shows(dark, colour_of("water", dark=True), 0.1)
    told = dark.locator(".maplibregl-ctrl-attrib")
    assert told.evaluate("one => getComputedStyle(one).color") == "rgb(174, 185, 200)"
    case = visit.site.case("dispatched")
    for who, path in (("leader", case), ("unit", f"{case}dispatch/"), ("acceptor", "/intake/new/")):
        shows(visit.as_(who, path), colour_of("water"), 0.05)


def test_archives_lie_in_the_city_s_order(visit: Visit, store: Store, add: Add) -> None:
    add("影像", store.put("over.pmtiles", archive(picture(), PNG)), position=2)
    add("矢量", store.put("under.pmtiles", archive(shapes(), MVT)), position=1)
    page = visit.as_("leader", map_at(visit.site))
    shows(page, PINK, 0.5)
    shows(page, colour_of("water"), 0, 0.001)
    add("再矢量", store.put("top.pmtiles", archive(shapes(), MVT)), position=3)
    page = visit.as_("leader", map_at(visit.site))
    shows(page, colour_of("water"), 0.1)
    shows(page, PINK, 0, 0.001)


def test_a_dead_archive_is_named_and_our_map_stands(visit: Visit, store: Store, add: Add) -> None:
    visit.expected = ("404",)
    add("失联", f"{store.origin}/nothing.pmtiles")
    add("损坏", store.put("broken.pmtiles", b"<html>not an archive</html>" * 99))
    add("地形", store.put("odd.pmtiles", archive(b"?", 0)))
    page = visit.as_("leader", map_at(visit.site))
    shows(page, LAND, 0.2)
    for name in ("失联", "损坏", "地形"):
        told = f"地图服务“{name}”无法显示"
        expect(page.locator(".map-missing")).to_contain_text(told, timeout=SLOW)
    assert share(page, LAND) > 0.2
    # One that opens but whose tiles are no tiles says so too; what does work is drawn.
    add("残缺", store.put("torn.pmtiles", archive(b"no picture", PNG)))
    add("影像", store.put("good.pmtiles", archive(picture(), PNG)), position=9)
    page = visit.as_("leader", map_at(visit.site))
    shows(page, PINK, 0.5)
    told = "地图服务“残缺”部分内容未能加载"
    expect(page.locator(".map-missing")).to_contain_text(told, timeout=SLOW)


def test_without_an_archive_no_page_loads_the_library(visit: Visit) -> None:
    page = visit.as_("leader", "/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(map_at(visit.site))
    shows(page, LAND, 0.2)
    assert [one for one in asked if "maplibre-gl" in one]
    assert not [one for one in asked if "pmtiles" in one or "archives" in one]
