"""Components from files: every bad row named, thousands of good ones in a moment."""

from __future__ import annotations

import csv
import json
import math
import os
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from cityloop.assets import operations, queries
from cityloop.assets.models import Component, ComponentChange
from cityloop.assets.operations.reading import UnreadableTable
from cityloop.assets.tests.world import NOW, World, at
from cityloop.geo.coordinates import from_wgs84
from cityloop.kernel.errors import Invalid, NotAllowed

pytestmark = [pytest.mark.requirement("A02", "B08")]
HEAD = ("ObjID", "ObjName", "DeptCode1", "DeptName2", "DeptCode3", "BGID", "ObjState", "ORDate",
        "CHDate", "DataSource", "Note", "PointX", "PointY", "Material")  # fmt: skip


def _row(code: str, column: float = 0.5, **changes: str) -> dict[str, str]:
    lon, lat = at(column)
    row = dict.fromkeys(HEAD, "")
    row |= {"ObjID": code, "PointX": str(lon), "PointY": str(lat)}
    return row | changes


def _write(folder: Path, rows: list[dict[str, str]], encoding: str = "utf-8-sig") -> Path:
    path = folder / "parts.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, HEAD)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_standard_s_columns_in_utf8_and_gb18030(world: World, tmp_path: Path) -> None:
    full = _row(
        "3301020101000001", ObjName="上水井盖", DeptCode1="ROADS", DeptName2="水务集团",
        DeptCode3="WATER", ObjState="破损", ORDate="2019/5/1", CHDate="20240203",
        DataSource="实测", Note="路口", Material="铸铁",
    )  # fmt: skip
    report = operations.import_components(
        _write(tmp_path, [full], "gb18030"), "csv", actor=world.root, now=NOW
    )
    assert (report.imported, report.rejected) == (1, [])
    found = Component.objects.get()
    assert found.code == "3301020101000001"
    assert (found.competent, found.owner, found.maintainer) == (
        world.units["ROADS"], world.units["WATER"], world.units["WATER"],
    )  # fmt: skip
    assert (found.grid_code, found.area_code) == ("330102001001001", "330102001001")
    assert (found.state, found.data_source, found.extra) == (
        "damaged",
        "surveyed",
        {"Material": "铸铁"},
    )
    assert (str(found.original_on), str(found.changed_on)) == ("2019-05-01", "2024-02-03")
    assert queries.changes_of(found).get().reason == "registered"


BAD = {
    "330102010100001": "16 digits",
    "33010201010000A1": "16 digits",
    "3301020199000001": "no component 0199",
    "3301060101000001": "division",
    "3301020101000009": "row 2 already",
    "3301020101000010": "unit grid",
    "3301020101000011": "unknown organisation",
    "3301020101000012": "unknown state",
    "3301020101000013": "is no day",
    "3301020101000014": "no coordinate",
    "3301020101000015": "broken characters",
    "3301020101000016": "not come yet",
    "3301020101000017": "changed before",
    "": "16 digits",
}


def test_every_bad_row_is_named_with_its_reason_and_the_good_come_in(
    world: World, tmp_path: Path
) -> None:
    changes = {
        "3301020101000010": {"PointX": "120.5"},
        "3301020101000011": {"DeptName2": "无此单位"},
        "3301020101000012": {"ObjState": "飞走"},
        "3301020101000013": {"ORDate": "2019-13-01"},
        "3301020101000014": {"PointY": "north"},
        "3301020101000016": {"ORDate": "2099-01-01"},
        "3301020101000015": {"Note": "坏�字"},
        "3301020101000017": {"ORDate": "2019-05-01", "CHDate": "2018-05-01"},
    }
    rows = [_row("3301020101000009")]
    rows += [_row(code, **changes.get(code, {})) for code in BAD]
    report = operations.import_components(_write(tmp_path, rows), "csv", actor=world.root, now=NOW)
    assert report.imported == 1
    reasons = {one.key: one.reason for one in report.rejected}
    assert reasons.keys() == BAD.keys()
    for code, part in BAD.items():
        assert part in reasons[code], code
    assert [one.row for one in report.rejected] == list(range(3, 3 + len(BAD)))


def test_what_no_table_can_hold_is_named_and_loses_no_other_row(
    world: World, tmp_path: Path
) -> None:
    rows = [
        _row("3301020101000011", Note="a\x00b"), _row("3301020101000012", ObjName="井" * 61),
        _row("3301020101000013", Note="注" * 201), _row("3301020101000014"),
        _row("3301020101000015", 0.6),
    ]  # fmt: skip
    path = _write(tmp_path, rows)
    lines = path.read_text("utf-8-sig").splitlines()
    lines[4] += ",more,cells"
    path.write_text("\n".join(lines), "utf-8-sig")
    report = operations.import_components(path, "csv", actor=world.root, now=NOW)
    assert report.imported == 1
    reasons = {one.key[-2:]: one.reason for one in report.rejected}
    assert set(reasons) == {"11", "12", "13", "14"}
    assert "NUL" in reasons["11"] and "2 cells more" in reasons["14"]
    assert "at most 60" in reasons["12"] and "note 200" in reasons["13"]


def test_an_unclosed_quote_refuses_the_file_instead_of_swallowing_rows(
    world: World, tmp_path: Path
) -> None:
    path = _write(tmp_path, [_row("3301020101000021"), _row("3301020101000022", 0.6)])
    text = path.read_text("utf-8-sig").replace("3301020101000021", '"3301020101000021')
    path.write_text(text, "utf-8-sig")
    with pytest.raises(UnreadableTable, match="row 2: a quotation mark opens a cell here"):
        operations.import_components(path, "csv", actor=world.root, now=NOW)
    assert not Component.objects.exists()


def test_a_stray_quote_spoils_its_own_row_and_names_its_line(world: World, tmp_path: Path) -> None:
    codes = [f"33010201010000{n:02}" for n in range(31, 37)]
    path = _write(tmp_path, [_row(code, 0.5 + n / 10) for n, code in enumerate(codes)])
    lines = path.read_text("utf-8-sig").splitlines()
    at_line = next(n for n, line in enumerate(lines, 1) if codes[3] in line)
    lines[at_line - 1] = f'"{codes[3][:4]}"' + lines[at_line - 1][4:]
    lines.insert(2, "")  # a blank line is counted, not read
    path.write_text("\n".join(lines), "utf-8-sig")
    report = operations.import_components(path, "csv", actor=world.root, now=NOW)
    assert report.imported == 5
    (one,) = report.rejected
    assert one.row == at_line + 1
    assert "a quotation mark inside a cell" in one.reason
    header, *_rows = path.read_text("utf-8-sig").splitlines()
    path.write_text(f'"a"b,{header}\n', "utf-8")
    with pytest.raises(UnreadableTable, match="row 1: a quotation mark inside"):
        operations.import_components(path, "csv", actor=world.root, now=NOW)


def test_a_code_that_the_register_has(world: World, tmp_path: Path) -> None:
    path = _write(tmp_path, [_row("3301020101000001"), _row("3301020101000002")])
    operations.import_components(path, "csv", actor=world.root, now=NOW)
    again = operations.import_components(path, "csv", actor=world.root, now=NOW)
    assert (again.imported, again.joined, again.rejected) == (0, 2, [])
    path = _write(
        tmp_path, [_row("3301020101000001", 2.5, ObjState="丢失"), _row("3301020101000002")]
    )
    other = operations.import_components(path, "csv", actor=world.root, now=NOW)
    assert (other.imported, other.joined) == (0, 1)
    assert "state" in other.rejected[0].reason and "point" in other.rejected[0].reason
    assert Component.objects.get(code="3301020101000001").state == "intact"
    survey = operations.import_components(path, "csv", actor=world.root, now=NOW, update=True)
    assert (survey.imported, survey.joined, survey.rejected) == (0, 2, [])
    moved = Component.objects.get(code="3301020101000001")
    assert (moved.state, moved.grid_code) == ("lost", "330102001001003")
    line = queries.changes_of(moved)[0]
    assert line.fields["state"] == ["intact", "lost"]
    assert line.fields["point"][1] == list(at(2.5))
    assert ComponentChange.objects.count() == 3


def test_a_grid_that_disagrees_is_noted_and_the_place_counts(world: World, tmp_path: Path) -> None:
    row = _row("3301020101000001", BGID="330102001001004")
    report = operations.import_components(_write(tmp_path, [row]), "csv", actor=world.root, now=NOW)
    assert "1" in report.notes[0]
    assert Component.objects.get().grid_code == "330102001001001"


@pytest.mark.parametrize(("kind", "driver"), [("geojson", "GeoJSON"), ("gpkg", "GPKG")])
def test_geojson_and_geopackage(world: World, tmp_path: Path, kind: str, driver: str) -> None:
    path = tmp_path / f"parts.{kind}"
    points = np.array([shapely.Point(*at(0.5)), shapely.Point(*at(6.5)), shapely.Point(0, 0)])
    codes = np.array(["3301020101000001", "3301060137000001", "3301020101000003"], dtype=object)
    names = np.array(["水务集团", "", "WATER"], dtype=object)
    pyogrio.raw.write(
        str(path), shapely.to_wkb(points), [codes, names], ["ObjID", "权属单位"],
        driver=driver, geometry_type="Point", crs="EPSG:4490",
    )  # fmt: skip
    report = operations.import_components(path, kind, actor=world.root, now=NOW)
    assert report.imported == 2
    assert [(one.row, one.key) for one in report.rejected] == [(3, "3301020101000003")]
    assert Component.objects.get(code="3301020101000001").owner == world.units["WATER"]


def test_shifted_coordinates_of_a_csv(world: World, tmp_path: Path) -> None:
    lon, lat = at(0.5)
    x, y = from_wgs84(lon, lat, "gcj02")
    path = _write(tmp_path, [_row("3301020101000001", PointX=str(x), PointY=str(y))])
    operations.import_components(path, "csv", actor=world.root, now=NOW, system="gcj02")
    row = Component.objects.get()
    assert (row.point.x, row.point.y) == pytest.approx((lon, lat), abs=1e-6)
    assert (row.raw_x, row.raw_y, row.raw_system) == (x, y, "gcj02")
    # It comes again: the same. Read in another system it is another place, with what was given.
    again = operations.import_components(path, "csv", actor=world.root, now=NOW, system="gcj02")
    assert (again.joined, again.rejected) == (1, [])
    near = _row("3301020101000001", PointX=str(lon), PointY=str(lat))
    path = _write(tmp_path, [near])
    for update in (False, True):
        told = operations.import_components(
            path, "csv", actor=world.root, now=NOW, system="CGCS2000", update=update
        )
    assert told.joined == 1
    row.refresh_from_db()
    assert (row.raw_x, row.raw_y, row.raw_system) == (lon, lat, "cgcs2000")
    line = queries.changes_of(row)[0]
    assert line.fields["raw_system"] == ["gcj02", "cgcs2000"]
    # Corrected by hand it is given anew; the file's stays in the history.
    operations.move_component(
        code=row.code, lon=lon, lat=lat + 1e-5, actor=world.root, now=NOW, reason="复测"
    )
    row.refresh_from_db()
    assert (row.raw_y, row.raw_system) == (lat + 1e-5, "wgs84")
    assert queries.changes_of(row)[0].fields["raw"][0] == [lon, lat, "cgcs2000"]


@pytest.mark.parametrize(("said", "kept"), [("wgs84", "wgs84"), ("bd09", "bd09")])
def test_a_file_of_features_keeps_its_points_as_given(
    world: World, tmp_path: Path, said: str, kept: str
) -> None:
    x, y = from_wgs84(*at(0.5), said)
    path = tmp_path / "a.geojson"
    geometry = {"type": "Point", "coordinates": [x, y]}
    feature = {"type": "Feature", "properties": {"code": "3301020101000009"}, "geometry": geometry}
    body = {"type": "FeatureCollection", "features": [feature]}
    path.write_text(json.dumps(body), "utf-8")
    report = operations.import_components(path, "geojson", actor=world.root, now=NOW, system=said)
    assert report.imported == 1, report.rejected
    row = Component.objects.get()
    assert (row.raw_x, row.raw_y, row.raw_system) == (x, y, kept)


def test_a_projected_file_keeps_the_name_of_its_system(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    (x, y), crs = _mercator(*at(0.5)), {"name": "urn:ogc:def:crs:EPSG::3857"}
    geometry = {"type": "Point", "coordinates": [x, y]}
    feature = {"type": "Feature", "properties": {"code": "3301020101000009"}, "geometry": geometry}
    body = {"type": "FeatureCollection", "features": [feature],
            "crs": {"type": "name", "properties": crs}}  # fmt: skip
    path.write_text(json.dumps(body), "utf-8")
    report = operations.import_components(path, "geojson", actor=world.root, now=NOW)
    assert report.imported == 1, report.rejected
    row = Component.objects.get()
    assert (row.raw_x, row.raw_y, row.raw_system) == (x, y, "EPSG:3857")
    assert (row.point.x, row.point.y) == pytest.approx(at(0.5), abs=1e-7)


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    radius = 6378137.0
    return (
        radius * math.radians(lon),
        radius * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)),
    )


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", b"", "csv"),
        ("a.csv", b"ObjName,PointX\n1,2\n", "csv"),
        ("a.geojson", b"not json", "geojson"),
        ("a.gpkg", b"", "gpkg"),
        ("a.xls", b"", "xls"),
    ],
)
def test_what_is_no_table(
    world: World, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid):
        operations.import_components(path, kind, actor=world.root, now=NOW)
    assert not Component.objects.exists()


@pytest.mark.requirement("O10")
def test_only_who_manages_the_place_or_the_unit(world: World, tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        [
            _row("3301020101000001"),
            _row("3301060101000002", 6.5),
            _row("3301020101000003", DeptName2="WATER"),
        ],
    )
    with pytest.raises(NotAllowed):
        operations.import_components(
            path, "csv", actor=world.district("330102", manage=False), now=NOW
        )
    report = operations.import_components(path, "csv", actor=world.district("330102"), now=NOW)
    assert (report.imported, [one.row for one in report.rejected]) == (2, [3])
    report = operations.import_components(
        path, "csv", actor=world.desk("WATER"), now=NOW, update=True
    )
    assert (report.joined, [one.row for one in report.rejected]) == (1, [2, 3])


@pytest.mark.slow
def test_thirty_thousand_rows_in_less_than_ten_seconds(world: World, tmp_path: Path) -> None:
    rows = [
        _row(
            f"330102{('0101', '0102', '0137')[n % 3]}{n:06}", (n % 4999) / 1000,
            DeptName2="水务集团", ObjState="完好", ORDate="2019-05-01",
        )
        for n in range(30_000)
    ]  # fmt: skip
    report = operations.import_components(_write(tmp_path, rows), "csv", actor=world.root, now=NOW)
    assert (report.imported, report.rejected) == (30_000, [])
    assert ComponentChange.objects.count() == 30_000
    # Other tests may share the cores: the bound grows with the load.
    assert report.seconds < 10 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_unreadable_table_is_a_problem() -> None:
    assert UnreadableTable.status == 422
    assert json.dumps(UnreadableTable("x").as_dict())


def test_what_the_file_does_not_say_stays(world: World, tmp_path: Path) -> None:
    code = "3301020101000001"
    first = _row(code, ObjName="人民路泵站井", Note="有水位计", ObjState="破损", Material="铸铁")
    operations.import_components(_write(tmp_path, [first]), "csv", actor=world.root, now=NOW)
    lon, lat = at(0.5)
    few = tmp_path / "few.csv"
    few.write_text(f"code,x,y,owner\n{code},{lon},{lat},WATER\n")
    report = operations.import_components(few, "csv", actor=world.root, now=NOW, update=True)
    assert (report.joined, report.rejected) == (1, [])
    found = Component.objects.get()
    assert (found.name, found.note, found.state, found.owner) == (
        "人民路泵站井", "有水位计", "damaged", world.units["WATER"],
    )  # fmt: skip
    # A column that is there and empty says that there is no note; a name is never empty.
    few.write_text(f"code,x,y,name,note\n{code},{lon},{lat},,\n")
    operations.import_components(few, "csv", actor=world.root, now=NOW, update=True)
    found.refresh_from_db()
    assert (found.name, found.note) == ("人民路泵站井", "")


def test_a_list_in_a_cell_is_text(world: World, tmp_path: Path) -> None:
    lon, lat = at(0.5)
    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"code": "3301020101000001", "tags": ["a", "b"]},
    }  # fmt: skip
    path = tmp_path / "p.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    report = operations.import_components(path, "geojson", actor=world.root, now=NOW)
    assert (report.imported, report.rejected) == (1, [])
    assert Component.objects.get().extra["tags"] == "a, b"
