"""Vector tiles: what they hold, how much at most, who may see them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from django.db import connection

from cityloop.geo import operations, queries, tiles
from cityloop.geo.models import UnitGrid
from cityloop.geo.operations.map_sources import BadMapSource
from cityloop.geo.queries import NoSuchTile
from cityloop.geo.style import archive_layers, style
from cityloop.geo.tests import mvt, world
from cityloop.geo.tests.world import BOSS, NOW, TODAY
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A01", "O06")]
MIDDLE = (120.109, 30.207)


def numbers(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    side = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * side), int(y * side)


def features(layer: str, z: int, at: tuple[float, float] = MIDDLE) -> list[mvt.Feature]:
    made = queries.tile(layer, *numbers(*at, z), BOSS, on=TODAY)
    return mvt.read(made).get(layer, [])


def test_regions_by_zoom_with_outline_and_name(town: str) -> None:
    for z, levels in (
        (6, {"district"}), (10, {"district", "street"}),
        (12, {"district", "street", "community"}),
    ):  # fmt: skip
        found = features("regions", z)
        assert {f.fields["level"] for f in found} == levels
        assert {f.kind for f in found} == {"Polygon", "Point"}
    assert {f.fields["name"] for f in found if f.fields["level"] == "street"} == {
        "东街道", "西街道",
    }  # fmt: skip


def test_grids_from_zoom_14(town: str) -> None:
    assert queries.tile("grids", *numbers(*MIDDLE, 13), BOSS, on=TODAY) == b""
    found = features("grids", 16)
    assert 5 < len(found) < 60
    assert all(UnitGrid.objects.filter(pk=f.id, code=f.fields["code"]).exists() for f in found)


def test_retired_grids_leave_the_map(town: str) -> None:
    found = features("grids", 16)
    operations.retire_grid(
        code=found[0].fields["code"], on=TODAY, leaves_city=True, actor=BOSS, now=NOW
    )
    assert len(features("grids", 16)) == len(found) - 1


def test_no_tile_holds_more_than_its_cap(town: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = tiles.layers()["grids"]
    monkeypatch.setitem(tiles.layers(), "grids", replace(layer, cap=7))
    assert len(features("grids", 14)) == 7


def points_layer(**options: object) -> tiles.Layer:
    """Grid labels as points: what components and cases look like."""

    def rows(zoom: int, actor: Actor) -> tiles.Rows:
        return tiles.Rows(
            f"""SELECT id, ST_PointOnSurface(geom) AS geom, code FROM geo_unitgrid
                 WHERE ST_PointOnSurface(geom) && {tiles.BOX} AND code LIKE %(mine)s::text""",
            {"mine": (actor.region_codes or ("",))[0] + "%"},
        )

    return tiles.Layer("dots", ("code",), rows, cluster_below=14, **options)  # type: ignore[arg-type]


def test_points_are_grouped_below_zoom_14(town: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tiles.layers(), "dots", points_layer())
    total = UnitGrid.objects.count()
    for z in (5, 9, 11):
        found = features("dots", z)
        assert len(found) <= 256
        assert sum(f.fields.get("count", 1) for f in found) == total
        for one in found:
            assert set(one.fields) in ({"count"}, {"code"})
            assert all(0 <= c <= 4096 for c in one.first)
    assert features("dots", 5)[0].fields == {"count": total}
    assert all("count" not in f.fields for f in features("dots", 14))


def test_groups_of_several_tiles_hold_each_point_once(
    town: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tiles.layers(), "dots", points_layer())
    z, x, y = numbers(*MIDDLE, 13)
    found = [
        f.fields.get("count", 1)
        for dx in range(-3, 4)
        for dy in range(-3, 4)
        for f in mvt.read(queries.tile("dots", z, x + dx, y + dy, BOSS, on=TODAY)).get("dots", [])
    ]
    assert sum(found) == UnitGrid.objects.count()


def test_a_layer_may_bring_groups_of_its_own(town: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def groups(zoom: int, actor: Actor) -> tiles.Rows:
        return tiles.Rows(
            f"""SELECT count(*) AS n, avg(ST_X(ST_Centroid(geom))) AS lon,
                       avg(ST_Y(ST_Centroid(geom))) AS lat
                  FROM geo_unitgrid WHERE geom && {tiles.BOX} GROUP BY street_code"""
        )

    monkeypatch.setitem(tiles.layers(), "dots", points_layer(groups=groups))
    found = features("dots", 9)
    assert len(found) == 2
    assert sum(f.fields["count"] for f in found) == UnitGrid.objects.count()


def test_a_layer_shows_what_the_actor_sees(town: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tiles.layers(), "dots", points_layer())
    east = replace(BOSS, region_codes=("330199001",))
    made = queries.tile("dots", *numbers(*MIDDLE, 8), east, on=TODAY)
    seen = UnitGrid.objects.filter(street_code="330199001").count()
    assert sum(f.fields.get("count", 1) for f in mvt.read(made)["dots"]) == seen
    with pytest.raises(NotAllowed):
        queries.tile("grids", *numbers(*MIDDLE, 15), world.NOBODY, on=TODAY)


@pytest.mark.parametrize(("z", "x", "y"), [(23, 0, 0), (3, 8, 0), (3, 0, 8), (0, 1, 0), (-1, 0, 0)])
def test_tiles_that_cannot_be(town: str, z: int, x: int, y: int) -> None:
    with pytest.raises(NoSuchTile):
        queries.tile("regions", z, x, y, BOSS, on=TODAY)


def test_an_unknown_layer_names_the_known_ones(town: str) -> None:
    with pytest.raises(NotFound, match=r"grids.*regions.*roads"):
        queries.tile("nothing", 1, 0, 0, BOSS, on=TODAY)


def test_empty_sea(town: str) -> None:
    assert queries.tile("regions", *numbers(-150, -40, 9), BOSS, on=TODAY) == b""


def test_a_tile_is_one_statement_by_the_index(town: str, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        features("grids", 15)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = tiles.layers()["grids"].rows(15, BOSS)
        box = {"west": 120.1, "south": 30.2, "east": 120.11, "north": 30.21, "today": TODAY}
        cursor.execute(f"EXPLAIN {rows.sql}", {**rows.values, **box})
        assert "geo_unitgrid_geom" in "\n".join(row[0] for row in cursor.fetchall())


def test_the_style_draws_our_tiles_over_the_city_s(town: str) -> None:
    for name, kind, url in (
        ("天地图", "wmts", "https://t0.tianditu.gov.cn/img_w/wmts?r={y}&c={x}&z={z}"),
        ("底图", "pmtiles", "https://maps.example.org/city.pmtiles"),
        ("关", "xyz", "https://a.example.org/{z}/{x}/{y}.png"),
    ):
        last = operations.set_map_source(name=name, kind=kind, url=url, actor=BOSS, now=NOW)
    operations.set_map_source(
        source_id=last.pk, name="关", kind="xyz", url="https://b.example.org/{z}/{x}/{y}.png",
        enabled=False, actor=BOSS, now=NOW,
    )  # fmt: skip
    made = style(origin="https://city", sources=queries.map_sources(), centre=MIDDLE, title="Map")
    assert made["version"] == 8
    assert "glyphs" not in made
    kinds = [source["type"] for source in made["sources"].values()]
    assert kinds == ["raster", "vector", "vector", "vector", "vector"]
    assert made["sources"]["grids"]["tiles"] == ["https://city/tiles/grids/{z}/{x}/{y}.mvt"]
    assert {layer["source"] for layer in made["layers"] if "source" in layer} == set(
        made["sources"]
    )
    ids = [layer["id"] for layer in made["layers"]]
    assert len(set(ids)) == len(ids)
    picture, vectors = (name for name in made["sources"] if name.startswith("city-"))
    drawn = [layer["source"] for layer in made["layers"] if "source" in layer]
    first = drawn.index("regions")
    assert drawn[:first] == [picture] + [vectors] * (first - 1)
    assert {"regions", "roads", "grids"} == set(drawn[first:])
    for layer in made["layers"]:
        if layer["type"] == "symbol":
            assert layer["layout"]["text-font"] == ["sans-serif"]


@pytest.mark.requirement("A01")
def test_an_archive_of_the_common_schema_is_drawn_quietly(db: None) -> None:
    url = "https://maps.example.org/city.pmtiles"
    one = operations.set_map_source(
        name="底图", kind="pmtiles", url=url, attribution="© OSM", actor=BOSS, now=NOW
    )
    made = style(origin="https://city", sources=[one], centre=MIDDLE, title="Map")
    source = f"city-{one.pk}"
    assert made["sources"][source] == {
        "type": "vector", "url": f"pmtiles://{url}", "attribution": "© OSM",
    }  # fmt: skip
    drawn = [layer for layer in made["layers"] if layer.get("source") == source]
    assert [layer["source-layer"] for layer in drawn] == [
        "earth", "landuse", "water", "water", "buildings", "roads", "boundaries",
    ]  # fmt: skip
    land = next(layer for layer in made["layers"] if layer["id"] == "land")
    assert land["paint"]["fill-opacity"] == 0
    light, dark = archive_layers(), archive_layers(dark=True)
    assert [layer["id"] for layer in light] == [layer["id"] for layer in dark]
    assert all(a["paint"] != b["paint"] for a, b in zip(light, dark, strict=True))


@pytest.mark.parametrize(
    ("kind", "url"),
    [("wms", "https://a/{z}/{x}/{y}"), ("xyz", "ftp://a/{z}/{x}/{y}"), ("xyz", "https://a/{z}"),
     ("xyz", "javascript:alert(1)"), ("pmtiles", "file:///etc/passwd"),
     ("xyz", "https://[/{z}/{x}/{y}"), ("xyz", "https://a:x/{z}/{x}/{y}"),
     ("xyz", "https://me:word@a/{z}/{x}/{y}"), ("xyz", "https://{s}.a/{z}/{x}/{y}"),
     ("xyz", "https://a/{z}/{x}/{y}?k=1 2"), ("pmtiles", "https://a/{z}.pmtiles")],
)  # fmt: skip
def test_map_sources_that_cannot_work(db: None, kind: str, url: str) -> None:
    with pytest.raises(BadMapSource):
        operations.set_map_source(name="x", kind=kind, url=url, actor=BOSS, now=NOW)
    with pytest.raises(NotFound):
        operations.remove_map_source(source_id=1, actor=BOSS, now=NOW)
