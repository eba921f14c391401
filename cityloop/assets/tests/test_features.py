"""Components from GeoJSON and GeoPackage: dates, shapes and layers as such files have them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from cityloop.assets import operations
from cityloop.assets.models import Component
from cityloop.assets.tests.world import NOW, World, at
from cityloop.kernel.errors import Invalid

pytestmark = [pytest.mark.requirement("A02", "B08")]


def _features(path: Path, *given: tuple[dict[str, object] | None, dict[str, str]]) -> Path:
    rows = [{"type": "Feature", "geometry": place, "properties": said} for place, said in given]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    return path


def test_an_impossible_date_or_shape_rejects_its_row_alone(world: World, tmp_path: Path) -> None:
    """All days look like dates: the driver makes a column of dates of them."""
    lon, lat = at(0.5)
    here: dict[str, object] = {"type": "Point", "coordinates": [lon, lat]}
    line: dict[str, object] = {"type": "LineString", "coordinates": [[lon, lat], [lon, lat + 1]]}
    path = _features(
        tmp_path / "p.geojson",
        (here, {"code": "3301020101000001", "original_on": "2020-02-29"}),
        (here, {"code": "3301020101000002", "original_on": "2020-02-30"}),
        (here, {"code": "3301020101000003"}),
        (line, {"code": "3301020101000004"}),
        (None, {"code": "3301020101000005"}),
    )
    report = operations.import_components(path, "geojson", actor=world.root, now=NOW)
    assert report.imported == 2
    assert {one.row: one.reason for one in report.rejected} == {
        2: "original_on: 2020-02-30 is no day",
        4: "a component is a point; its shape is a LineString",
        5: "it has no point",
    }
    assert str(Component.objects.get(code="3301020101000001").original_on) == "2020-02-29"


def test_a_multipoint_of_one_part_is_that_point(world: World, tmp_path: Path) -> None:
    """What map programs export as a layer of MultiPoint; of two points nobody knows which."""
    lon, lat = at(0.5)
    points: list[tuple[dict[str, object] | None, dict[str, str]]] = [
        ({"type": "MultiPoint", "coordinates": [[lon, lat]] * n}, {"code": f"330102010100000{n}"})
        for n in (1, 2)
    ]
    within: dict[str, object] = {
        "type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [lon, lat]}],
    }  # fmt: skip
    path = _features(tmp_path / "p.geojson", *points, (within, {"code": "3301020101000003"}))
    report = operations.import_components(path, "geojson", actor=world.root, now=NOW)
    assert [(one.row, one.reason) for one in report.rejected] == [
        (2, "a component is a point; its shape is a MultiPoint"),
    ]
    rows = Component.objects.order_by("code")
    assert [one.code[-1] for one in rows] == ["1", "3"]
    for row in rows:
        assert (row.point.x, row.point.y) == pytest.approx((lon, lat))
        assert (row.raw_x, row.raw_y) == pytest.approx((lon, lat))

    # From a GeoPackage, in a system that the reader names.
    path = tmp_path / "parts.gpkg"
    codes = np.array(["3301020101000004"], dtype=object)
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array([shapely.MultiPoint([at(1.5)])])), [codes], ["code"],
        geometry_type="MultiPoint", crs="EPSG:4326", layer="lids",
    )  # fmt: skip
    report = operations.import_components(
        path, "gpkg", actor=world.root, now=NOW, system="cgcs2000"
    )
    assert (report.imported, report.rejected) == (1, [])
    named = Component.objects.get(code="3301020101000004")
    assert (named.raw_x, named.raw_system) == (pytest.approx(at(1.5)[0]), "cgcs2000")


def test_moments_keep_their_day_as_written(world: World, tmp_path: Path) -> None:
    lon, lat = at(0.5)
    here: dict[str, object] = {"type": "Point", "coordinates": [lon, lat]}
    path = _features(
        tmp_path / "p.geojson",
        (here, {"code": "3301020101000001", "original_on": "2020-02-29T02:00:00+08:00"}),
        (here, {"code": "3301020101000002", "original_on": "2020-02-30T10:00:00+08:00"}),
    )
    report = operations.import_components(path, "geojson", actor=world.root, now=NOW)
    assert [(one.row, one.key) for one in report.rejected] == [(2, "3301020101000002")]
    assert str(Component.objects.get().original_on) == "2020-02-29"


def test_days_of_a_geopackage_and_its_layers(world: World, tmp_path: Path) -> None:
    path = tmp_path / "parts.gpkg"
    points = shapely.to_wkb(np.array([shapely.Point(*at(0.5)), shapely.Point(*at(1.5))]))
    days = np.array(["2020-02-27", "NaT"], dtype="datetime64[D]")
    for layer, first in (("lids", 1), ("lamps", 3)):
        codes = np.array([f"330102010100000{first + n}" for n in (0, 1)], dtype=object)
        pyogrio.raw.write(
            path, points, [codes, days], ["code", "original_on"], geometry_type="Point",
            crs="EPSG:4326", layer=layer, append=path.exists(),
        )  # fmt: skip
    with pytest.raises(Invalid, match="meant: lids, lamps"):
        operations.import_components(path, "gpkg", actor=world.root, now=NOW)
    report = operations.import_components(path, "gpkg", actor=world.root, now=NOW, layer="lamps")
    assert (report.imported, report.rejected) == (2, [])
    assert str(Component.objects.get(code="3301020101000003").original_on) == "2020-02-27"
    # A client without GDAL wrote a day that there is not.
    path.write_bytes(_with_day(path, "2020-02-30"))
    report = operations.import_components(path, "gpkg", actor=world.root, now=NOW, layer="lids")
    assert (report.imported, [one.reason for one in report.rejected]) == (
        1, ["original_on: 2020-02-30 is no day"],
    )  # fmt: skip


def _with_day(path: Path, day: str) -> bytes:
    return path.read_bytes().replace(b"2020-02-27", day.encode())


def test_what_is_no_feature_is_named_and_nothing_vanishes(world: World, tmp_path: Path) -> None:
    lon, lat = at(0.5)
    here: dict[str, object] = {"type": "Point", "coordinates": [lon, lat]}
    path = _features(tmp_path / "p.geojson", (here, {"code": "3301020101000001"}))
    given = json.loads(path.read_text())
    given["features"].append({"x": 1})
    path.write_text(json.dumps(given))
    with pytest.raises(Invalid, match="row 2: it is no Feature"):
        operations.import_components(path, "geojson", actor=world.root, now=NOW)
    assert not Component.objects.filter(code="3301020101000001").exists()
