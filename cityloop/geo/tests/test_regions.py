"""Regions from files: all or nothing, each objection named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.db import IntegrityError, connection, transaction

from cityloop.geo import coordinates, operations, queries, sources
from cityloop.geo.models import Region, Road, UnitGrid
from cityloop.geo.opening import UnreadableFile
from cityloop.geo.operations.regions import AlreadyThere, NoSuchDivision, RegionFields
from cityloop.geo.tests import world
from cityloop.geo.tests.world import BOSS, NOW, TODAY, feature
from cityloop.kernel.errors import NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A01", "O09")]
LATER = TODAY + timedelta(days=10)


def reasons(path: Path, **options: object) -> list[tuple[int, str]]:
    report = operations.import_regions(path, actor=BOSS, now=NOW, **options)
    assert report.imported == 0
    return [(one.row, one.reason) for one in report.rejected]


def test_a_file_of_regions_comes_in_with_its_tree(db: None, tmp_path: Path) -> None:
    report = operations.import_regions(
        world.region_file(tmp_path / "r.geojson"), actor=BOSS, now=NOW
    )
    assert (report.imported, report.rejected) == (9, [])
    assert report.seconds > 0
    street = Region.objects.get(code="330199001")
    assert (street.parent.code, street.level, street.name) == ("330199", "street", "东街道")
    assert not street.generated
    assert street.valid_from == TODAY
    assert all(r.geom.contains(r.label_point) for r in Region.objects.all())


def test_geopackage_and_other_field_names(db: None, tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(world.OUTLINE)], dtype=object),
        field_data=[np.array([330199]), np.array(["试验区"], dtype=object)],
        fields=["xzqdm", "mc"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        layer="qu",
    )
    report = operations.import_regions(
        path, actor=BOSS, now=NOW, layer="qu", fields=RegionFields(code="xzqdm", name="mc")
    )
    assert (report.imported, report.rejected) == (1, [])


def test_every_objection_is_named_and_nothing_comes_in(db: None, tmp_path: Path) -> None:
    bowtie = shapely.Polygon([(120.1, 30.2), (120.11, 30.21), (120.11, 30.2), (120.1, 30.21)])
    path = world.write(
        tmp_path / "r.geojson",
        [
            feature(world.OUTLINE, code="330199", name="区"),
            feature(world.OUTLINE, code="330199", name="区"),
            feature(world.OUTLINE, code="33019X", name=""),
            feature(bowtie, code="330198", name="乙"),
            feature(None, code="330197", name="丙"),
            feature(shapely.box(400000, 3300000, 410000, 3310000), code="330196", name="丁"),
            feature(shapely.LineString([(0, 0), (1, 1)]), code="330195", name="x" * 65),
            feature(shapely.box(122, 30, 122.1, 30.1), code="330177001", name="孤"),
            feature(shapely.box(120.1, 30.2, 120.11, 30.21), code="330198001", name="戊"),
        ],
    )
    assert reasons(path) == [
        (2, "same code as row 1"),
        (3, "33019X is no region code: it takes 2, 4, 6, 9 or 12 digits"),
        (3, "no name"),
        (4, "invalid shape: Self-intersection[120.105 30.205]"),
        (5, "no shape"),
        (6, "its coordinates are no degrees of longitude and latitude"),
        (7, "its name has more than 64 characters"),
        (7, "a LineString is no area"),
        (8, "parent 330177 is missing"),
    ]
    assert not Region.objects.exists()
    told = operations.import_regions(path, actor=BOSS, now=NOW).as_dict()
    assert told["rejected"] == 7
    assert [row for row, _key, _why in told["rejections"]] == [2, 3, 4, 5, 6, 7, 8]
    assert told["rejections"][-2][2] == (
        "its name has more than 64 characters; a LineString is no area"
    )


def test_regions_lie_in_their_parents_and_beside_their_siblings(db: None, tmp_path: Path) -> None:
    found = world.shapes()
    first, second = found["330199001"], found["330199002"]
    path = world.write(
        tmp_path / "r.geojson",
        [
            feature(found["330199"], code="330199", name="区"),
            feature(first, code="330199001", name="东"),
            feature(first.union(second), code="330199002", name="西"),
            feature(shapely.box(121, 30, 121.1, 30.1), code="330199003", name="外"),
            feature(shapely.box(122, 30, 122.1, 30.1), code="330177001", name="孤"),
        ],
    )
    assert reasons(path) == [
        (2, "it overlaps 330199002"),
        (3, "it overlaps 330199001"),
        (4, "100.0% of its area lies outside its parent 330199"),
        (5, "parent 330177 is missing"),
    ]


def test_parents_and_siblings_in_the_database_count(town: str, tmp_path: Path) -> None:
    found = world.shapes()
    path = world.write(
        tmp_path / "r.geojson",
        [
            feature(found["330199001002"], code="330199001009", name="重叠"),
            feature(found["330199001001"], code="330199001001", name="已有"),
        ],
    )
    assert reasons(path) == [
        (1, "it overlaps 330199001002"),
        (2, "a region with this code exists already"),
    ]


def test_hairlines_between_neighbours_are_tolerated(db: None, tmp_path: Path) -> None:
    found = world.shapes()
    found["330199001"] = found["330199001"].buffer(1e-6)
    report = operations.import_regions(
        world.region_file(tmp_path / "r.geojson", found), actor=BOSS, now=NOW
    )
    assert not report.rejected


def test_a_new_edition_of_a_region_takes_over(town: str, tmp_path: Path) -> None:
    path = world.region_file(tmp_path / "r.geojson", {"330199001": world.shapes()["330199001"]})
    report = operations.import_regions(path, actor=BOSS, now=NOW, valid_from=LATER, replace=True)
    assert (report.imported, report.rejected) == (1, [])
    old, new = Region.objects.filter(code="330199001").order_by("valid_from")
    assert (old.valid_to, new.valid_from, new.valid_to) == (LATER, LATER, None)
    assert set(Region.objects.filter(parent=new).values_list("code", flat=True)) == {
        "330199001001", "330199001002", "330199001003",
    }  # fmt: skip
    assert queries.region("330199001", on=TODAY).pk == old.pk
    assert queries.region("330199001", on=LATER).pk == new.pk


def test_an_outline_is_not_replaced_on_its_own_first_day(town: str, tmp_path: Path) -> None:
    path = world.region_file(tmp_path / "r.geojson", {"330199001": world.shapes()["330199001"]})
    for _ in range(2):
        report = operations.import_regions(
            path, actor=BOSS, now=NOW, valid_from=LATER, replace=True
        )
    (refused,) = report.rejected
    assert refused.reason == f"its outline begins on {LATER}: let the new one begin later"
    assert Region.objects.filter(code="330199001").count() == 2


def test_a_new_edition_of_a_community_keeps_its_grids(town: str, tmp_path: Path) -> None:
    code = "330199001002"
    path = world.region_file(tmp_path / "r.geojson", {code: world.shapes()[code]})
    operations.import_regions(path, actor=BOSS, now=NOW, valid_from=LATER, replace=True)
    new = Region.objects.get(code=code, valid_from=LATER)
    assert not UnitGrid.objects.filter(community_code=code).exclude(community=new).exists()


@pytest.mark.requirement("A01")
def test_a_new_outline_strands_no_grid(town: str, tmp_path: Path) -> None:
    code = "330199001002"
    west, south, east, north = world.shapes()[code].bounds
    half = shapely.box(west, south, (west + east) / 2, north).intersection(world.shapes()[code])
    path = world.region_file(tmp_path / "r.geojson", {code: half})
    report = operations.import_regions(path, actor=BOSS, now=NOW, valid_from=LATER, replace=True)
    (refused,) = report.rejected
    assert "unit grids lie outside its new outline: retire or split them first" in refused.reason
    assert not Region.objects.filter(code=code, valid_from=LATER).exists()
    for grid in UnitGrid.objects.filter(community_code=code):
        shape = shapely.from_wkb(bytes(grid.geom.wkb))
        if shape.difference(half).area > 0.005 * shape.area:
            operations.retire_grid(code=grid.code, on=LATER, leaves_city=True, actor=BOSS, now=NOW)
    report = operations.import_regions(path, actor=BOSS, now=NOW, valid_from=LATER, replace=True)
    assert (report.imported, report.rejected) == (1, [])


def test_one_region_has_one_outline_a_day(town: str) -> None:
    with (
        pytest.raises(IntegrityError, match="region_code_once_a_day"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            """INSERT INTO geo_region (code, level, name, name_en, geom, label_point,
                                       generated, valid_from)
               SELECT code, level, name, '', geom, label_point, false, '2026-02-01'
                 FROM geo_region WHERE code = '330199'"""
        )


def test_projected_files_are_transformed(db: None, tmp_path: Path) -> None:
    """CGCS2000 Gauss-Krueger, as Chinese surveys give it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(ST_Transform(ST_GeomFromWKB(%s, 4326), 4549))",
            [shapely.to_wkb(world.OUTLINE)],
        )
        flat = shapely.from_wkb(bytes(cursor.fetchone()[0]))
    assert flat.bounds[0] > 1000
    path = world.write(tmp_path / "r.geojson", [feature(flat, code="330199", name="区")], "4549")
    [found] = sources.read_features(path)
    assert found.shape is not None
    assert found.shape.hausdorff_distance(world.OUTLINE) < 1e-8


CITY_FRAME = "+proj=tmerc +lon_0=120.1667 +k=1 +x_0=80000 +y_0=-3260000 +ellps=GRS80 +units=m"


@pytest.mark.requirement("O05")
def test_a_city_frame_of_its_own_is_transformed(db: None, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(ST_Transform(ST_GeomFromWKB(%s, 4326), %s::text))",
            [shapely.to_wkb(world.OUTLINE), CITY_FRAME],
        )
        flat = bytes(cursor.fetchone()[0])
    path = tmp_path / "frame.gpkg"
    pyogrio.raw.write(
        path, np.array([flat], dtype=object), field_data=[], fields=[], geometry_type="Polygon",
        crs=CITY_FRAME,
    )  # fmt: skip
    [found] = sources.read_features(path)
    assert found.shape is not None
    assert found.shape.hausdorff_distance(world.OUTLINE) < 1e-8


def test_an_engineering_frame_cannot_be_guessed(db: None, tmp_path: Path) -> None:
    path = tmp_path / "local.gpkg"
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(shapely.box(0, 0, 9, 9))], dtype=object), field_data=[],
        fields=[], geometry_type="Polygon",
        crs='ENGCRS["site",EDATUM["site"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],'
        'LENGTHUNIT["metre",1]]',
    )  # fmt: skip
    with pytest.raises(UnreadableFile, match="not understood"):
        sources.read_features(path)


@pytest.mark.requirement("O05")
@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_shifted_files_are_set_right(db: None, tmp_path: Path, system: str) -> None:
    xy = shapely.get_coordinates(world.OUTLINE)
    moved = shapely.Polygon([coordinates.from_wgs84(x, y, system) for x, y in xy])
    path = world.write(tmp_path / "r.geojson", [feature(moved, code="330199", name="区")])
    [found] = sources.read_features(path, system=system)
    assert found.shape is not None
    assert found.shape.hausdorff_distance(world.OUTLINE) < 1e-9


def test_an_impossible_date_of_a_region_loses_no_file(db: None, tmp_path: Path) -> None:
    """The column is none of ours; it was one of dates, and the import fell over it."""
    fields = {"code": "330199", "name": "区", "valid_from": "2026-02-30"}
    path = world.write(tmp_path / "r.geojson", [feature(world.OUTLINE, **fields)])
    report = operations.import_regions(path, actor=BOSS, now=NOW)
    assert (report.imported, report.rejected) == (1, [])


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile"])
def test_dates_are_read_as_text_with_every_shape_and_name(tmp_path: Path, driver: str) -> None:
    path = tmp_path / ("d.gpkg" if driver == "GPKG" else "d.shp")
    points = np.array([shapely.to_wkb(shapely.Point(120, 30)), None], dtype=object)
    days = np.array(["2020-02-28", "NaT"], dtype="datetime64[D]")
    words = np.array(["字", "b"], dtype=object)
    pyogrio.raw.write(
        path, points, [days, words], ["day", 'na"me'], geometry_type="Point", crs="EPSG:4490",
        driver=driver,
    )  # fmt: skip
    first, second = sources.read_features(path)
    assert (dict(first.fields), first.system) == ({"day": "2020-02-28", 'na"me': "字"}, "cgcs2000")
    assert (first.shape, second.shape) == (shapely.Point(120, 30), None)
    assert second.text("day") == ""


def test_of_several_layers_one_is_named(db: None, tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    shape = np.array([shapely.to_wkb(world.OUTLINE)], dtype=object)
    for layer, kind in (("one", "Polygon"), ("two", "Polygon"), ("styles", None)):
        pyogrio.raw.write(
            path, shape if kind else None, [np.array(["330199"]), np.array([layer])],
            ["code", "name"], geometry_type=kind, crs="EPSG:4326", layer=layer,
            append=path.exists(),
        )  # fmt: skip
    for layer, said in (("", "meant: one, two$"), ("three", "no layer three, but: one, two$")):
        with pytest.raises(UnreadableFile, match=said):
            operations.import_regions(path, actor=BOSS, now=NOW, layer=layer)
    operations.import_regions(path, actor=BOSS, now=NOW, layer="two")
    assert Region.objects.get().name == "two"


def test_files_that_cannot_be_read(db: None, tmp_path: Path) -> None:
    wrong = tmp_path / "r.geojson"
    wrong.write_text("no map")
    table = tmp_path / "t.csv"
    table.write_text("code,name\n330199,x\n")
    for path in (wrong, table, tmp_path / "absent.gpkg"):
        with pytest.raises(UnreadableFile):
            operations.import_regions(path, actor=BOSS, now=NOW)
    broken = tmp_path / "b.gpkg"
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(UnreadableFile, match=r"^b\.gpkg is damaged") as caught:
        operations.import_regions(broken, actor=BOSS, now=NOW)
    assert str(tmp_path) not in str(caught.value.reasons)
    with pytest.raises(NotAllowed):
        operations.import_regions(wrong, actor=world.NOBODY, now=NOW)


@pytest.mark.slow
@pytest.mark.requirement("A01")
def test_hangzhou_from_the_installed_packages(db: None) -> None:
    """Two small streets' worth is not to be had: one real district, gridded, seamless."""
    report = operations.outline_city(city_code="330100", districts=["330108"], actor=BOSS, now=NOW)
    levels = list(Region.objects.order_by("code").values_list("level", flat=True))
    assert report.imported == len(levels)
    assert {n: levels.count(n) for n in set(levels)} == {
        "province": 1, "city": 1, "district": 13, "street": 3, "community": 67,
    }  # fmt: skip
    assert queries.region_names(["33", "3301", "330108", "330108001"]) == {
        "33": "浙江省", "3301": "杭州市", "330108": "滨江区", "330108001": "西兴街道",
    }  # fmt: skip
    assert set(Region.objects.filter(generated=True).values_list("level", flat=True)) == {
        "street", "community",
    }  # fmt: skip
    assert Road.objects.filter(kind="primary").count() == 2
    named = Road.objects.filter(kind="primary").first()
    assert queries.search_address(named.name)[0].full_name == f"滨江区{named.name}"
    operations.generate_grids(districts=["330108"], actor=BOSS, now=NOW)
    assert UnitGrid.objects.count() == pytest.approx(7_260, rel=0.1)
    assert all(
        queries.check_coverage(code, on=TODAY).seamless
        for code in Region.objects.filter(level="community").values_list("code", flat=True)
    )
    with pytest.raises(AlreadyThere):
        operations.outline_city(city_code="3301", districts=["330108"], actor=BOSS, now=NOW)


def test_divisions_that_are_not_there(db: None, settings: object, tmp_path: Path) -> None:
    with pytest.raises(NoSuchDivision):
        operations.outline_city(city_code="3399", actor=BOSS, now=NOW)
    with pytest.raises(NoSuchDivision, match="330199"):
        operations.outline_city(city_code="3301", districts=["330199"], actor=BOSS, now=NOW)
    settings.NODE_MODULES = tmp_path  # type: ignore[attr-defined]  # of the fixture
    with pytest.raises(sources.MissingPackage, match="china-division"):
        operations.outline_city(city_code="3301", actor=BOSS, now=NOW)


def test_a_large_outline_swallows_no_small_one(db: None, tmp_path: Path) -> None:
    small, large = shapely.box(120.1, 30.2, 120.11, 30.21), shapely.box(120, 30.1, 120.4, 30.5)
    path = world.write(tmp_path / "s.geojson", [feature(small, code="330198", name="小区")])
    assert operations.import_regions(path, actor=BOSS, now=NOW).imported == 1
    path = world.write(tmp_path / "l.geojson", [feature(large, code="330197", name="大区")])
    assert reasons(path) == [(1, "it overlaps 330198")]


def test_an_outline_has_no_last_day_and_overlaps_what_begins_later(
    db: None, tmp_path: Path
) -> None:
    small, large = shapely.box(120.1, 30.2, 120.11, 30.21), shapely.box(120, 30.1, 120.4, 30.5)
    path = world.write(tmp_path / "s.geojson", [feature(small, code="330198", name="小区")])
    later = TODAY + timedelta(days=12)
    done = operations.import_regions(path, actor=BOSS, now=NOW, valid_from=later)
    assert done.imported == 1
    assert reasons(path) == [(1, "a region with this code exists already")]
    path = world.write(tmp_path / "l.geojson", [feature(large, code="330197", name="大区")])
    assert reasons(path) == [(1, "it overlaps 330198")]


def test_the_region_above_may_come_later(db: None, tmp_path: Path) -> None:
    one = feature(world.OUTLINE, code="330199", name="区")
    operations.import_regions(world.write(tmp_path / "d.geojson", [one]), actor=BOSS, now=NOW)
    around = shapely.box(*world.OUTLINE.bounds).buffer(0.1)
    city = feature(around, code="3301", name="市")
    operations.import_regions(world.write(tmp_path / "c.geojson", [city]), actor=BOSS, now=NOW)
    assert Region.objects.get(code="330199").parent == Region.objects.get(code="3301")
