"""Names of roads and their crossings are found, whichever way and whenever the roads came in."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from cityloop.geo import operations, queries
from cityloop.geo.models import Address, Road
from cityloop.geo.operations.file_names import SourceTaken
from cityloop.geo.operations.roads import write_generated_roads
from cityloop.geo.tests import world
from cityloop.geo.tests.world import BOSS, NOW, feature
from cityloop.kernel.errors import Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B07")]
FENGLE = shapely.LineString([(120.103, 30.2065), (120.117, 30.2095)])
JIAOGONG = shapely.LineString([(120.110, 30.2055), (120.109, 30.2105)])


def road_file(tmp_path: Path, name: str, **lines: shapely.LineString) -> Path:
    return world.write(tmp_path / name, [feature(line, name=one) for one, line in lines.items()])


def bring(path: Path, source: str = "", **options: bool) -> list[str]:
    report = operations.import_roads(
        path, source=source or path.name, actor=BOSS, now=NOW, **options
    )
    assert report.rejected == []
    return report.notes


def found(text: str) -> list[tuple[str, str, bool]]:
    return [(a.kind, a.full_name, a.grid_code is not None) for a in queries.search_address(text)]


def test_roads_that_come_before_districts_and_grids_are_found_and_placed_later(
    tmp_path: Path,
) -> None:
    bring(road_file(tmp_path, "a.geojson", 丰乐巷=FENGLE, 教工路=JIAOGONG))
    assert found("丰乐")[0] == ("road", "丰乐巷", False)
    assert found("丰乐 教工")[0] == ("crossing", "丰乐巷与教工路交叉口", False)
    operations.import_regions(world.region_file(tmp_path / "r.geojson"), actor=BOSS, now=NOW)
    assert found("丰乐")[0] == ("road", "试验区丰乐巷", False)
    operations.generate_grids(districts=[world.DISTRICT], actor=BOSS, now=NOW)
    assert found("丰乐")[0] == ("road", "试验区丰乐巷", True)
    assert found("试验区 丰乐巷 教工路")[0][2]
    assert Address.objects.filter(kind__in=("road", "crossing")).count() == 3


def test_a_road_outside_all_districts_is_found(town: str, tmp_path: Path) -> None:
    far = shapely.LineString([(121.0, 31.0), (121.01, 31.0)])
    bring(road_file(tmp_path, "a.geojson", 远山路=far))
    assert found("远山") == [("road", "远山路", False)]


def test_roads_of_two_files_have_their_crossing(town: str, tmp_path: Path) -> None:
    bring(road_file(tmp_path, "main.geojson", 丰乐巷=FENGLE))
    assert found("丰乐 教工") == []
    bring(road_file(tmp_path, "lanes.geojson", 教工路=JIAOGONG))
    assert [kind for kind, _, _ in found("丰乐 教工")] == ["crossing"]
    moved = shapely.transform(JIAOGONG, lambda xy: xy + 0.05)
    bring(road_file(tmp_path, "lanes.geojson", 教工路=moved))
    assert found("丰乐 教工") == []
    assert len(found("教工")) == 1


def test_doors_keep_the_road_that_stays(town: str, tmp_path: Path) -> None:
    roads = road_file(tmp_path, "a.geojson", 丰乐巷=FENGLE)
    bring(roads)
    table = tmp_path / "doors.csv"
    table.write_text("name,kind,lon,lat\n丰乐巷12号,doorplate,120.106,30.2072\n", "utf-8")
    operations.import_addresses(table, source="doors", actor=BOSS, now=NOW)
    before = Address.objects.get(name="丰乐巷12号").parent_id
    assert before == Address.objects.get(kind="road").pk
    bring(roads)
    bring(road_file(tmp_path, "b.geojson", 教工路=JIAOGONG))
    assert Address.objects.get(name="丰乐巷12号").parent_id == before


def generated(town: str) -> None:
    from cityloop.geo import outlining

    made = outlining.outline({town: world.OUTLINE}, world.STREETS, world.COMMUNITIES).roads
    write_generated_roads([(road.district, road.kind, road.shape) for road in made])
    operations.make_addresses(about=200, actor=BOSS, now=NOW)


def test_surveyed_roads_may_take_the_place_of_generated_ones(town: str, tmp_path: Path) -> None:
    generated(town)
    one = Road.objects.exclude(name="").first()
    assert one is not None
    roads = road_file(tmp_path, "a.geojson", 丰乐巷=FENGLE)
    notes = bring(roads)
    assert any("generated roads stand beside them" in note for note in notes)
    assert found(one.name)
    assert bring(roads, replace=True) == ["1 roads and crossings can be searched"]
    assert list(Road.objects.values_list("name", flat=True)) == ["丰乐巷"]
    assert not Address.objects.filter(source="generated", kind="doorplate").exists()
    assert set(Address.objects.exclude(source="a.geojson").values_list("kind", flat=True)) <= {
        "poi", "neighbourhood",
    }  # fmt: skip


def test_a_file_without_a_line_leaves_the_earlier_roads(town: str, tmp_path: Path) -> None:
    bring(road_file(tmp_path, "a.geojson", 丰乐巷=FENGLE))
    metres = shapely.LineString([(500_000.0, 3_400_000.0), (500_100.0, 3_400_000.0)])
    wrong = world.write(
        tmp_path / "wrong.geojson",
        [feature(shapely.Point(120.1, 30.2), name="点"), feature(metres, name="米")],
    )
    report = operations.import_roads(wrong, source="a.geojson", actor=BOSS, now=NOW)
    assert report.imported == 0
    assert [one.reason for one in report.rejected] == [
        "Point, no line", "its coordinates are no degrees of longitude and latitude",
    ]  # fmt: skip
    assert found("丰乐")


def test_roads_without_a_name_are_counted(town: str, tmp_path: Path) -> None:
    path = world.write(
        tmp_path / "a.geojson", [feature(FENGLE, NAME="丰乐巷"), feature(JIAOGONG, name="教工路")]
    )
    assert "1 of 2 have no name (attribute name)" in bring(path)


def test_roads_and_addresses_do_not_share_a_name(town: str, tmp_path: Path) -> None:
    roads = road_file(tmp_path, "a.geojson", 丰乐巷=FENGLE)
    table = tmp_path / "a.csv"
    table.write_text("name,lon,lat\n市民中心,120.106,30.2072\n", "utf-8")
    bring(roads, "city.gpkg")
    with pytest.raises(SourceTaken, match=r"city\.gpkg is taken by roads"):
        operations.import_addresses(table, source="city.gpkg", actor=BOSS, now=NOW)
    operations.import_addresses(table, source="places", actor=BOSS, now=NOW)
    with pytest.raises(SourceTaken, match="places is taken by addresses"):
        bring(roads, "places")
    with pytest.raises(SourceTaken, match="generated"):
        bring(roads, "generated")
    for name in ("x" * 65, ""):
        with pytest.raises(Invalid, match="1 to 64 characters"):
            operations.import_addresses(table, source=name, actor=BOSS, now=NOW)
    assert found("丰乐") and found("市民")


def test_a_long_name_of_a_crossing_is_cut(town: str, tmp_path: Path) -> None:
    bring(road_file(tmp_path, "a.geojson", **{"长" * 64: FENGLE, "远" * 64: JIAOGONG}))
    assert Address.objects.filter(kind="crossing").count() == 1
