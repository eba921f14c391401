"""Roads and addresses: found by two characters, by crossing, by number, by nearness."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from django.contrib.gis.geos import Point
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from cityloop.geo import operations, queries, spoken
from cityloop.geo.coordinates import from_wgs84
from cityloop.geo.models import Address, Region, Road
from cityloop.geo.operations.addresses import NoRoads
from cityloop.geo.tests import world
from cityloop.geo.tests.world import BOSS, NOW, feature
from cityloop.kernel.tables import BadTable

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B07")]
WENSAN = shapely.LineString([(120.103, 30.2065), (120.117, 30.2095)])
JIAOGONG = shapely.LineString([(120.110, 30.2055), (120.109, 30.2105)])
XUEYUAN = shapely.LineString([(120.105, 30.203), (120.104, 30.209)])


def roads(tmp_path: Path, *more: dict[str, object]) -> Path:
    return world.write(
        tmp_path / "roads.geojson",
        [
            feature(WENSAN, name="文三路", highway="primary"),
            feature(JIAOGONG, name="教工路", highway="tertiary_link"),
            feature(XUEYUAN, name="学院路", highway="service"),
            *more,
        ],
    )


@pytest.fixture
def streets(town: str, tmp_path: Path) -> str:
    """The town with three roads, their addresses and crossings."""
    operations.import_roads(roads(tmp_path), source="survey", actor=BOSS, now=NOW)
    operations.add_crossings(actor=BOSS, now=NOW)
    return town


def names(text: str, **options: object) -> list[str]:
    return [one.name for one in queries.search_address(text, **options)]


def test_two_roads_find_their_crossing(streets: str) -> None:
    [found] = queries.search_address("文三路 教工路")
    assert found.name in ("教工路与文三路交叉口", "文三路与教工路交叉口")
    assert found.kind == "crossing"
    at = WENSAN.intersection(JIAOGONG)
    assert (found.lon, found.lat) == pytest.approx((at.x, at.y), abs=1e-6)
    assert names("教工 文三") == [found.name]
    assert found.grid_code is not None
    assert found.grid_code.startswith(world.DISTRICT)


@pytest.mark.parametrize("said", ["文三路口", "文三 教工 路口", "教工路口"])
def test_a_corner_as_people_say_it_is_a_crossing(streets: str, said: str) -> None:
    assert queries.search_address(said)[0].kind == "crossing"


@pytest.mark.parametrize(
    "said", ["文三路和教工路", "文三路教工路", "教工路跟文三路", "教工路与文三路"]
)
def test_two_roads_in_one_breath_are_a_crossing(streets: str, said: str) -> None:
    assert [one.kind for one in queries.search_address(said)] == ["crossing"]


@pytest.mark.requirement("B07")
@pytest.mark.parametrize(
    "said",
    [
        "教工路与文三路交叉口", "文三路与教工路交叉口", "文三路教工路交叉口", "教工路文三路口",
        "教工路和文三路路口", "文三路路口教工路", "文三路口教工路", "教工路靠近文三路",
        "试验区文三路教工路交叉口",
        "文三路/教工路附近", "文三路、教工路交汇处",
    ],
)  # fmt: skip
def test_callers_say_a_crossing_in_many_ways(streets: str, said: str) -> None:
    assert [one.kind for one in queries.search_address(said)] == ["crossing"]


@given(st.text(st.sampled_from("文三路教工里与和口交叉附近市区街 /、杭州"), max_size=40))
def test_whatever_is_said_has_few_readings_that_keep_the_names(said: str) -> None:
    found = list(spoken.readings(said, ["杭州市"]))
    assert len(found) <= spoken.MOST
    assert said not in found
    for one in found:
        assert set(one) - {" "} <= set(said)


def test_the_name_of_a_road_is_not_cut_at_a_word_that_joins() -> None:
    assert "和平路 中山路" in list(spoken.readings("和平路和中山路"))
    assert "凤达街 枫星里" in list(spoken.readings("凤达街枫星里"))
    assert spoken.without_city("浙江省杭州市文三路", ["浙江省", "杭州市"]) == "文三路"
    assert spoken.without_city("杭州文三路", ["浙江省", "杭州市"]) == "文三路"
    assert spoken.without_city("杭州路", ["杭州市"]) == "杭州路"


def test_a_word_of_a_district_finds_the_places_that_have_it_in_their_name(streets: str) -> None:
    """Every address of the district has the word in its full name."""
    point = Point(120.11, 30.207, srid=4326)
    there = [
        Address(
            kind="doorplate",
            name=f"甲路{n}号",
            full_name=f"西湖区甲路{n}号",
            point=point,
            source="t",
        )
        for n in range(3200)
    ]
    last = Address(kind="poi", name="西湖茶馆", full_name="西湖区西湖茶馆", point=point, source="t")
    Address.objects.bulk_create([*there, last])
    assert names("西湖", limit=3)[0] == "西湖茶馆"
    assert len(names("西湖", limit=50)) == 50


def test_roads_that_do_not_meet_have_no_crossing(streets: str) -> None:
    assert names("教工路 学院路") == []


def test_two_characters_are_enough_and_the_road_comes_first(streets: str) -> None:
    found = names("文三")
    assert found[0] == "文三路"
    assert len(found) == 3
    assert names("试验区学院")[0] == "学院路"
    assert names("") == names("   ") == names("!?") == []
    assert names("没有这条路") == []


def test_odd_input_finds_nothing_and_breaks_nothing(streets: str) -> None:
    for text in ("'", "a & b | !", "文三:*", "\\", "文\x00三", "路" * 3000, "😀", "%_"):
        queries.search_address(text)


def test_search_reads_the_index(streets: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM geo_address WHERE search @@ $$'文三' & '三路'$$::tsquery"
        )
        assert "address_search" in "\n".join(row[0] for row in cursor.fetchall())


def test_roads_come_from_files_with_reasons_for_what_does_not(town: str, tmp_path: Path) -> None:
    two = shapely.MultiLineString([[(120.1, 30.2), (120.11, 30.2)], [(120.1, 30.21), (120.2, 30)]])
    path = roads(
        tmp_path, feature(two, name=None, highway="secondary"),
        feature(shapely.Point(1, 1), name="点"), feature(None, name="无"),
    )  # fmt: skip
    report = operations.import_roads(path, source="survey", actor=BOSS, now=NOW)
    assert report.imported == 5
    assert [(r.row, r.reason) for r in report.rejected] == [
        (5, "Point, no line"), (6, "nothing, no line"),
    ]  # fmt: skip
    kinds = dict(Road.objects.values_list("name", "kind"))
    assert kinds == {
        "文三路": "primary",
        "教工路": "secondary",
        "学院路": "branch",
        "": "secondary",
    }
    operations.import_roads(roads(tmp_path), source="survey", actor=BOSS, now=NOW)
    assert Road.objects.count() == 3


def test_nearest_address(streets: str) -> None:
    at = WENSAN.intersection(JIAOGONG)
    found = queries.nearest_address(at.x + 0.0005, at.y)
    assert found is not None
    assert found.kind == "crossing"
    assert found.metres == pytest.approx(48, abs=2)
    assert queries.nearest_address(121.0, 31.0) is None
    assert queries.nearest_address(at.x + 0.0005, at.y, within_m=10) is None


def generated(town: str) -> int:
    Region.objects.filter(level="community").update(generated=True)
    from cityloop.geo import outlining
    from cityloop.geo.operations.roads import write_generated_roads

    made = outlining.outline({town: world.OUTLINE}, world.STREETS, world.COMMUNITIES).roads
    write_generated_roads([(road.district, road.kind, road.shape) for road in made])
    return operations.make_addresses(about=400, actor=BOSS, now=NOW)


def test_a_made_city_has_addresses_of_every_kind(town: str) -> None:
    made = generated(town)
    assert made == Address.objects.count()
    assert 320 < made < 480
    kinds = set(Address.objects.values_list("kind", flat=True))
    assert kinds == {"road", "crossing", "doorplate", "neighbourhood", "poi"}
    assert not Address.objects.filter(grid=None).exclude(kind__in=["road", "crossing"]).exists()
    doors = Address.objects.filter(kind="doorplate").select_related("parent")
    assert all(d.parent is None or d.name.startswith(d.parent.name) for d in doors)
    assert doors.filter(parent=None).count() < len(doors) / 20
    assert len({(d.full_name) for d in doors}) == len(doors)
    before = list(Address.objects.order_by("id").values_list("full_name", "point"))
    operations.make_addresses(about=400, actor=BOSS, now=NOW)
    assert before == list(Address.objects.order_by("id").values_list("full_name", "point"))


def test_a_missing_number_finds_its_neighbours(town: str) -> None:
    generated(town)
    door = Address.objects.filter(kind="doorplate").order_by("-number").first()
    assert door is not None
    assert door.number is not None
    road = door.name.removesuffix(f"{door.number}号")
    assert names(door.name)[0] == door.name
    assert names(door.full_name)[0] == door.name
    found = names(f"{road}{door.number + 1000}号", limit=3)
    assert found[0] in (door.name, f"{road}{door.number - 1}号")
    assert all(name.startswith(road) for name in found)


def test_nearer_addresses_come_first_when_asked_near(town: str) -> None:
    generated(town)
    for one in Address.objects.filter(kind="poi", name__endswith="社区服务中心")[:3]:
        found = queries.search_address("社区服务", near=(one.point.x, one.point.y))
        assert found[0].id == one.pk
        assert found[0].metres == pytest.approx(0, abs=0.01)
        assert [f.metres for f in found] == sorted(f.metres or 0 for f in found)


def test_addresses_need_roads(town: str) -> None:
    with pytest.raises(NoRoads):
        operations.make_addresses(actor=BOSS, now=NOW)


def test_real_roads_of_a_district(db: None, shared: Path) -> None:
    """OpenStreetMap's roads of Futian: dual carriageways, pieces, nameless service ways."""
    path = shared / "data" / "tracks" / "shenzhen_futian_osm_roads.geojson"
    report = operations.import_roads(path, source="osm", actor=BOSS, now=NOW)
    assert (report.imported, report.rejected) == (4009, [])
    operations.add_crossings(actor=BOSS, now=NOW)
    found = queries.search_address("景田路 新闻路")
    assert found
    assert {one.kind for one in found} == {"crossing"}
    named = Address.objects.filter(kind="crossing").values_list("name", flat=True)
    assert len(named) < 1.5 * len(set(named))  # the pieces of one crossing count once


def test_a_city_brings_its_own_addresses(streets: str, tmp_path: Path) -> None:
    table = tmp_path / "addresses.csv"
    table.write_text(
        "name,kind,lon,lat,full_name\n"
        "文三路126号,doorplate,120.106,30.2072,\n"
        "市民中心,poi,120.107,30.2075,\n"
        "火车站,,121.9,30.9,外省火车站\n"
        ",poi,120.1,30.2,\n"
        "无坐标,poi,,,\n"
        "怪,castle,120.1,30.2,\n",
        encoding="utf-8",
    )
    report = operations.import_addresses(table, source="bureau", actor=BOSS, now=NOW)
    assert report.imported == 3
    assert [(r.row, r.reason.split(" of ")[0]) for r in report.rejected] == [
        (5, "no name"), (6, "no point"), (7, "kind is one"),
    ]  # fmt: skip
    door = Address.objects.get(name="文三路126号")
    assert (door.number, door.parent.name) == (126, "文三路")
    assert door.full_name.startswith("试验区")
    assert names("文三路130号") == ["文三路126号"]
    far = Address.objects.get(name="火车站")
    assert (far.kind, far.grid, far.full_name) == ("poi", None, "外省火车站")
    operations.import_addresses(table, source="bureau", actor=BOSS, now=NOW)
    assert Address.objects.filter(source="bureau").count() == 3
    operations.import_roads(roads(tmp_path), source="survey", actor=BOSS, now=NOW)
    door = Address.objects.get(name="文三路126号")
    assert (door.parent.name, door.parent.source) == ("文三路", "survey")
    assert names("文三路 教工路")


def test_a_table_as_offices_keep_it_is_understood(streets: str, tmp_path: Path) -> None:
    """GB 18030, Chinese headers and kinds, shifted coordinates, lines as they stand in the file."""
    lon, lat = from_wgs84(120.106, 30.2072, "gcj02")
    rows = (
        "名称,类别,经度,纬度,备注",
        f"文三路18号,门楼牌,{lon},{lat},",
        f"翠苑一区,小区,{lon},{lat},",
        f"翠苑一区,小区,{lon},{lat},再来一次",
        f"{'长' * 129},小区,{lon},{lat},",
        "无经度,小区,东,30.2,",
    )
    table = tmp_path / "addresses.csv"
    table.write_bytes("\r\n".join(rows).encode("gb18030"))
    seen: list[tuple[int, int]] = []
    report = operations.import_addresses(
        table, source="t", actor=BOSS, now=NOW, system="gcj02",
        progress=lambda done, whole: seen.append((done, whole)),
    )  # fmt: skip
    assert report.imported == 2
    assert [(r.row, r.reason) for r in report.rejected] == [
        (4, "same as row 3"),
        (5, "name has more than 128 characters"),
        (6, "its coordinates are no degrees of longitude and latitude"),
    ]
    assert seen[-1] == (5, 5)
    door = Address.objects.get(name="文三路18号")
    assert (door.number, door.parent.name) == (18, "文三路")
    assert (door.point.x, door.point.y) == pytest.approx((120.106, 30.2072), abs=1e-7)
    assert names("翠苑") == ["翠苑一区"]
    assert Address.objects.get(name="翠苑一区").kind == "neighbourhood"


def test_points_of_a_geographic_file_are_addresses(streets: str, tmp_path: Path) -> None:
    here = shapely.Point(120.106, 30.2072)
    path = world.write(
        tmp_path / "a.geojson",
        [feature(here, name="钟楼", kind="landmark", x=500000, 地址="", 详细地址="东街道钟楼"),
         feature(shapely.MultiPoint([here]), 名称="鼓楼", 类别="标志物"),
         feature(shapely.MultiPoint([here, (120.1, 30.2)]), name="两处"),
         feature(WENSAN, name="线")],
    )  # fmt: skip
    report = operations.import_addresses(path, source="t", actor=BOSS, now=NOW)
    assert [(r.row, r.reason) for r in report.rejected] == [(3, "no point"), (4, "no point")]
    kinds = Address.objects.filter(source="t").values_list("name", "kind")
    assert dict(kinds) == {"钟楼": "landmark", "鼓楼": "landmark"}
    assert Address.objects.get(name="钟楼").full_name == "东街道钟楼"


def test_a_file_of_bad_rows_or_columns_leaves_the_earlier_addresses(
    streets: str, tmp_path: Path
) -> None:
    table = tmp_path / "a.csv"

    def bring(text: str) -> list[str]:
        table.write_text(text, "utf-8")
        report = operations.import_addresses(table, source="t", actor=BOSS, now=NOW)
        return [one.reason for one in report.rejected]

    assert bring("name,lon,lat\n市民中心,120.106,30.2072\n") == []
    assert bring("name,lon,lat\n,120.106,30.2072\n") == ["no name"]
    for wrong in ("name,lon\na,1\n", "", "name,lon,lat\n"):
        with pytest.raises(BadTable, match=r"columns are missing: lat|it holds nothing"):
            bring(wrong)
    assert names("市民") == ["市民中心"]


def test_a_city_may_bring_its_roads_as_addresses(town: str, tmp_path: Path) -> None:
    """Of lanes nobody has lines: doors of the same and of another file find them by name."""
    lanes, doors = tmp_path / "lanes.csv", tmp_path / "doors.csv"
    lanes.write_text("name,kind,lon,lat\n丰乐巷,街巷,120.106,30.2072\n"
                     "丰乐巷3号,门牌,120.106,30.2073\n", "utf-8")  # fmt: skip
    doors.write_text("name,kind,lon,lat\n丰乐巷5号,门牌,120.106,30.2074\n", "utf-8")
    for _again in range(2):
        for table in (lanes, doors):
            report = operations.import_addresses(table, source=table.name, actor=BOSS, now=NOW)
            assert report.rejected == []
    assert names("丰乐巷")[0] == "丰乐巷"
    found = Address.objects.filter(kind="doorplate").select_related("parent")
    assert {one.name: one.parent and one.parent.name for one in found} == {
        "丰乐巷3号": "丰乐巷", "丰乐巷5号": "丰乐巷",
    }  # fmt: skip
