"""Unit grids in the database: seamless, dated, coded once and for good."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import shapely
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.geo import gridding, operations, queries
from cityloop.geo.models import Address, Region, UnitGrid
from cityloop.geo.operations.grid_changes import BadCut, NoSuchGrid
from cityloop.geo.operations.grid_plans import ChangePlanned
from cityloop.geo.operations.grids import (
    BordersCross,
    CodesUsedUp,
    GridsAlreadyThere,
    NoCommunities,
)
from cityloop.geo.tests import world
from cityloop.geo.tests.world import BOSS, NOW, TODAY
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A01")]
LATER = TODAY + timedelta(days=10)


def communities() -> list[str]:
    return list(Region.objects.filter(level="community").values_list("code", flat=True))


def seamless(on: date) -> bool:
    return all(queries.check_coverage(code, on=on).seamless for code in communities())


def refused(statement: str, values: list[object], constraint: str) -> None:
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    assert caught.value.__cause__.diag.constraint_name == constraint


def test_the_union_of_the_grids_is_the_community(town: str) -> None:
    for code in communities():
        found = queries.check_coverage(code, on=TODAY)
        assert found.seamless
        assert (found.gap_m2, found.outside_m2) == (0.0, 0.0)
        assert found.overlap_m2 < 1e-3
        assert found.grids == UnitGrid.objects.filter(community_code=code).count() > 20


def test_parents_got_the_same_corners(town: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT bool_and(ST_Equals(p.geom, (SELECT ST_Union(c.geom) FROM geo_region c
                                                   WHERE c.parent_id = p.id)))
                 FROM geo_region p WHERE p.level IN ('district', 'street')"""
        )
        assert cursor.fetchone() == (True,)


def test_grids_are_about_a_hectare_and_coded_by_their_place(town: str) -> None:
    grids = list(UnitGrid.objects.select_related("community"))
    assert 9_000 < sum(g.area_m2 for g in grids) / len(grids) < 11_000
    assert len({g.code for g in grids}) == len(grids)
    for grid in grids:
        assert grid.code.startswith(grid.community.code)
        assert len(grid.code) == 15
    for code in communities():
        numbers = sorted(int(g.code[12:]) for g in grids if g.community_code == code)
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_same_regions_give_the_same_grids(town: str) -> None:
    first = dict(UnitGrid.objects.values_list("code", "geom"))
    outlines = {code: shape for code, shape in world.shapes().items() if len(code) == 12}
    again = gridding.grid(outlines)
    assert len(again.cells) == len(first)
    for cell in again.cells:
        assert shapely.from_wkb(bytes(first[f"{cell.community}{cell.sequence:03d}"].wkb)).equals(
            cell.shape
        )


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(x=st.floats(0, 1), y=st.floats(0, 1))
def test_every_point_of_a_community_is_in_exactly_one_grid(town: str, x: float, y: float) -> None:
    west, south, east, north = world.OUTLINE.bounds
    lon, lat = west + x * (east - west), south + y * (north - south)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM geo_region r WHERE r.level = 'community'
                        AND ST_Covers(r.geom, p.point)),
                      (SELECT count(*) FROM geo_unitgrid g WHERE ST_Contains(g.geom, p.point)),
                      (SELECT count(*) FROM geo_unitgrid g WHERE ST_Covers(g.geom, p.point)),
                      (SELECT count(*) FROM cityloop_locate(%s::float8, %s::float8, %s::date))
                 FROM (SELECT ST_SetSRID(ST_MakePoint(%s::float8, %s::float8), 4326) AS point) p""",
            [lon, lat, TODAY, lon, lat],
        )
        regions, inside, covering, located = cursor.fetchone()
    assert located == min(regions, 1) == min(covering, 1)
    assert inside <= 1


def test_corners_belong_to_one_grid_too(town: str) -> None:
    grid = UnitGrid.objects.order_by("code")[40]
    for lon, lat in grid.geom.exterior_ring.coords:
        first, again = (queries.locate(lon, lat, on=TODAY) for _ in range(2))
        assert first is not None
        assert first == again
        assert queries.locate_many([(lon, lat)], on=TODAY) == [first]


def test_codes_of_retired_grids_never_come_back(town: str) -> None:
    code = UnitGrid.objects.order_by("code")[5].code
    operations.retire_grid(code=code, on=LATER, leaves_city=True, actor=BOSS, now=NOW)
    copy = f"""INSERT INTO geo_unitgrid (code, name, community_id, district_code, street_code,
                 community_code, geom, area_m2, valid_from)
               SELECT {{}}, name, community_id, district_code, street_code, community_code, geom,
                 area_m2, '{LATER:%Y-%m-%d}' FROM geo_unitgrid WHERE code = %s"""
    refused(copy.format("code"), [code], "geo_unitgrid_code_key")
    # The older edition's spelling of the same number is no way round.
    refused(copy.format("left(code, 12) || right(code, 2)"), [code], "geo_unitgrid_number")
    refused("DELETE FROM geo_unitgrid WHERE code = %s", [code], "unit_grid_never_deleted")
    for change in ("valid_to = NULL", "valid_to = '2030-01-01'"):
        refused(
            f"UPDATE geo_unitgrid SET {change} WHERE code = %s", [code],
            "unit_grid_retired_for_good",
        )  # fmt: skip
    other = UnitGrid.objects.filter(valid_to=None).first()
    assert other is not None
    refused(
        "UPDATE geo_unitgrid SET code = left(code, 12) || '998' WHERE code = %s", [other.code],
        "unit_grid_code_never_changes",
    )  # fmt: skip


def test_a_code_of_another_place_is_refused(town: str) -> None:
    refused(
        """INSERT INTO geo_unitgrid (code, name, community_id, district_code, street_code,
             community_code, geom, area_m2, valid_from)
           SELECT '330106004051001', '', community_id, district_code, street_code, community_code,
             geom, 1, '2026-01-01' FROM geo_unitgrid LIMIT 1""",
        [], "unit_grid_code_of_its_place",
    )  # fmt: skip


def test_a_retired_grid_holds_up_to_its_last_day(town: str) -> None:
    grid = UnitGrid.objects.order_by("code")[7]
    at = (grid.geom.point_on_surface.x, grid.geom.point_on_surface.y)
    operations.retire_grid(code=grid.code, on=LATER, leaves_city=True, actor=BOSS, now=NOW)
    before = queries.locate(*at, on=LATER - timedelta(days=1))
    assert before is not None
    assert before.grid_code == grid.code
    assert queries.locate(*at, on=LATER) is None
    assert not queries.check_coverage(grid.community_code, on=LATER).seamless
    gap = queries.check_coverage(grid.community_code, on=LATER).gap_m2
    assert gap == pytest.approx(grid.area_m2, rel=1e-3)
    with pytest.raises(ChangePlanned, match=f"ends on {LATER} by change"):
        operations.retire_grid(code=grid.code, on=LATER, leaves_city=True, actor=BOSS, now=NOW)
    operations.begin_grid_changes(now=NOW + timedelta(days=10))
    with pytest.raises(NoSuchGrid):
        operations.retire_grid(code=grid.code, on=LATER, leaves_city=True, actor=BOSS, now=NOW)


def test_splitting_gives_new_codes_and_leaves_no_gap(town: str) -> None:
    old = UnitGrid.objects.order_by("code")[33]
    west, south, east, north = old.geom.extent
    line = [(west - 0.001, (south + north) / 2), (east + 0.001, (south + north) / 2 + 0.0001)]
    before = set(UnitGrid.objects.values_list("code", flat=True))
    address = Address.objects.create(
        kind="poi", name="门", full_name="门", point=old.geom.point_on_surface, grid=old, source="t"
    )
    made = operations.split_grid(code=old.code, line=line, on=LATER, actor=BOSS, now=NOW).made
    assert len(made) == 2
    assert not before & set(made)
    assert seamless(TODAY)
    assert seamless(LATER)
    address.refresh_from_db()
    assert address.grid == old, "a planned change changes nothing before its day"
    assert operations.begin_grid_changes(now=NOW + timedelta(days=9)) == 0
    assert operations.begin_grid_changes(now=NOW + timedelta(days=10)) == 1
    address.refresh_from_db()
    assert address.grid is not None
    assert address.grid.code in made
    areas = UnitGrid.objects.filter(code__in=made).values_list("area_m2", flat=True)
    assert sum(areas) == pytest.approx(old.area_m2, abs=0.1)


def test_merging_neighbours_and_nobody_else(town: str) -> None:
    community = communities()[0]
    grids = UnitGrid.objects.filter(community_code=community).order_by("code")
    one = grids[0]
    near = grids.exclude(pk=one.pk).filter(geom__touches=one.geom)
    beside = next(g for g in near if g.geom.intersection(one.geom).geom_type != "Point")
    far = grids.exclude(geom__intersects=one.geom).last()
    other = UnitGrid.objects.exclude(community_code=community).first()
    assert far is not None
    assert other is not None
    for pair in ([one.code], [one.code, far.code], [one.code, other.code]):
        with pytest.raises(BadCut):
            operations.merge_grids(grid_codes=pair, on=LATER, actor=BOSS, now=NOW)
    pair = [one.code, beside.code]
    (made,) = operations.merge_grids(grid_codes=pair, on=LATER, actor=BOSS, now=NOW).made
    assert UnitGrid.objects.get(code=made).area_m2 == pytest.approx(
        one.area_m2 + beside.area_m2, abs=0.1
    )
    assert seamless(LATER)
    assert seamless(TODAY)


def test_a_cut_that_misses_changes_nothing(town: str) -> None:
    grid = UnitGrid.objects.order_by("code")[3]
    for line in ([(0.0, 0.0), (1.0, 1.0)], [(0.0, 0.0)]):
        with pytest.raises(BadCut):
            operations.split_grid(code=grid.code, line=line, on=LATER, actor=BOSS, now=NOW)
    with pytest.raises(NoSuchGrid):
        operations.split_grid(
            code="330199001001999", line=[(0, 0), (1, 1)], on=LATER, actor=BOSS, now=NOW
        )
    assert UnitGrid.objects.exclude(valid_to=None).count() == 0


def test_numbers_run_out_at_999(town: str) -> None:
    grid = UnitGrid.objects.order_by("code")[3]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO geo_unitgrid (code, name, community_id, district_code, street_code,
                 community_code, geom, area_m2, valid_from, valid_to)
               SELECT community_code || '998', '', community_id, district_code, street_code,
                 community_code, geom, 1, '2020-01-01', '2020-01-01'
                 FROM geo_unitgrid WHERE code = %s""",
            [grid.code],
        )
    west, south, east, north = grid.geom.extent
    line = [(west - 1, (south + north) / 2), (east + 1, (south + north) / 2)]
    with pytest.raises(CodesUsedUp):
        operations.split_grid(code=grid.code, line=line, on=LATER, actor=BOSS, now=NOW)
    grid.refresh_from_db()
    assert grid.valid_to is None


def test_a_district_is_cut_once(town: str) -> None:
    with pytest.raises(GridsAlreadyThere):
        operations.generate_grids(districts=[town], actor=BOSS, now=NOW)
    with pytest.raises(NoCommunities):
        operations.generate_grids(districts=["330188"], actor=BOSS, now=NOW)
    with pytest.raises(Invalid):
        operations.generate_grids(districts=[town], cell_m=1, actor=BOSS, now=NOW)
    with pytest.raises(NotAllowed):
        operations.generate_grids(districts=[town], actor=world.NOBODY, now=NOW)


def test_after_retiring_all_grids_numbers_go_on(town: str) -> None:
    community = communities()[0]
    last = UnitGrid.objects.filter(community_code=community).order_by("-code").first()
    assert last is not None
    for code in UnitGrid.objects.filter(district_code=town).values_list("code", flat=True):
        operations.retire_grid(code=code, on=LATER, leaves_city=True, actor=BOSS, now=NOW)
    operations.generate_grids(districts=[town], cell_m=200, actor=BOSS, now=NOW, valid_from=LATER)
    first = (
        UnitGrid.objects.filter(community_code=community, valid_to=None).order_by("code").first()
    )
    assert first is not None
    assert int(first.code[12:]) == int(last.code[12:]) + 1
    assert seamless(LATER)


def test_overlapping_communities_are_not_bent_silently(db: None, tmp_path: Path) -> None:
    given = world.shapes()
    first, second = [code for code in sorted(given) if len(code) == 12][:2]
    given[first] = given[first].union(given[second].buffer(-0.0005))
    operations.import_regions(
        world.region_file(tmp_path / "r.geojson", given), actor=BOSS, now=NOW, tolerance=1.0
    )
    with pytest.raises(BordersCross, match=second):
        operations.generate_grids(districts=[world.DISTRICT], actor=BOSS, now=NOW)
    assert not UnitGrid.objects.exists()


def test_coverage_of_an_unknown_community(town: str) -> None:
    with pytest.raises(NotFound):
        queries.check_coverage("330199001999", on=TODAY)


def test_surveyed_grids_come_from_a_file(db: None, tmp_path: Path) -> None:
    operations.import_regions(world.region_file(tmp_path / "r.geojson"), actor=BOSS, now=NOW)
    found = world.shapes()
    community = next(c for c in sorted(found) if len(c) == 12)
    west, south, east, north = found[community].bounds
    half = shapely.box(west, south, (west + east) / 2, north)
    left, right = found[community].intersection(half), found[community].difference(half)
    path = world.write(
        tmp_path / "g.geojson",
        [world.feature(left, code=f"{community}001", name="左"),
         world.feature(right, code=f"{community}02", name="右")],
    )  # fmt: skip
    report = operations.import_grids(path, actor=BOSS, now=NOW)
    assert (report.imported, report.rejected) == (2, [])
    assert {len(code) for code in UnitGrid.objects.values_list("code", flat=True)} == {15, 14}
    at = right.point_on_surface()
    place = queries.locate(at.x, at.y, on=TODAY)
    assert place is not None
    assert place.grid_code == f"{community}02"
    assert "2 of 2 grids are far from one hectare" in report.notes[0]
    again = operations.import_grids(path, actor=BOSS, now=NOW)
    assert again.imported == 0
    assert "taken" in again.rejected[0].reason
    assert again.notes == ["nothing was imported: correct the rows and try again"]


def community_with_grids(tmp_path: Path, share: float) -> tuple[str, Path]:
    """A community and a file with one grid over so much of it, from the west."""
    operations.import_regions(world.region_file(tmp_path / "r.geojson"), actor=BOSS, now=NOW)
    found = world.shapes()
    community = next(c for c in sorted(found) if len(c) == 12)
    whole = found[community]
    west, south, east, north = whole.bounds
    cut = east
    while whole.intersection(shapely.box(west, south, cut, north)).area > share * whole.area:
        cut -= (east - west) / 1000
    part = whole.intersection(shapely.box(west, south, cut, north))
    return community, world.write(
        tmp_path / "g.geojson", [world.feature(part, code=f"{community}001")]
    )


def test_a_file_of_grids_that_leaves_half_a_community_bare_is_refused(
    db: None, tmp_path: Path
) -> None:
    community, path = community_with_grids(tmp_path, 0.51)
    report = operations.import_grids(path, actor=BOSS, now=NOW)
    assert (report.imported, len(report.rejected)) == (0, 1)
    assert report.rejected[0].key == community
    assert f"community {community}: 49." in report.rejected[0].reason
    assert "would lie in no grid" in report.rejected[0].reason
    assert report.notes == ["nothing was imported: correct the rows and try again"]
    assert not UnitGrid.objects.exists()
    meant = operations.import_grids(path, actor=BOSS, now=NOW, with_gaps=True)
    assert (meant.imported, meant.rejected) == (1, [])
    assert any(f"community {community}: 49." in note for note in meant.notes)
    # The other half comes later: what stands is counted.
    whole, given = world.shapes()[community], UnitGrid.objects.get()
    rest = whole.difference(shapely.from_wkb(bytes(given.geom.wkb)))
    later = world.write(tmp_path / "h.geojson", [world.feature(rest, code=f"{community}002")])
    assert operations.import_grids(later, actor=BOSS, now=NOW).imported == 1


def test_a_river_in_no_grid_and_bare_communities_are_told(db: None, tmp_path: Path) -> None:
    community, path = community_with_grids(tmp_path, 0.97)
    report = operations.import_grids(path, actor=BOSS, now=NOW)
    assert (report.imported, report.rejected) == (1, [])
    assert any(f"community {community}: 3.0% of it" in note for note in report.notes)
    beside = [f"{community[:9]}{n:03d}" for n in (2, 3)]
    assert f"2 communities of these streets have no grid yet: {', '.join(beside)}" in report.notes


def test_a_file_with_one_bad_grid_brings_none(db: None, tmp_path: Path) -> None:
    operations.import_regions(world.region_file(tmp_path / "r.geojson"), actor=BOSS, now=NOW)
    found = world.shapes()
    community = next(c for c in sorted(found) if len(c) == 12)
    shape = found[community]
    bowtie = shapely.Polygon([(120.1, 30.2), (120.11, 30.21), (120.11, 30.2), (120.1, 30.21)])
    path = world.write(
        tmp_path / "g.geojson",
        [world.feature(shape, code=f"{community}001"),
         world.feature(shape, code="33019900100A"),
         world.feature(bowtie, code=f"{community}003"),
         world.feature(None, code=f"{community}004"),
         world.feature(shapely.LineString([(120, 30), (121, 31)]), code=f"{community}005")],
    )  # fmt: skip
    report = operations.import_grids(path, actor=BOSS, now=NOW)
    assert report.imported == 0
    assert [(r.row, r.reason.split(":")[0]) for r in report.rejected] == [
        (2, "33019900100A is no unit grid code"),
        (3, "invalid shape"),
        (4, "no shape"),
        (5, "a LineString is no area"),
    ]
    path = world.write(
        tmp_path / "h.geojson",
        [world.feature(shape, code=f"{community}001"),
         world.feature(shape, code=f"{community}002"),
         world.feature(shape, code=f"{community}01"),
         world.feature(shape, code="330199001999001"),
         world.feature(shapely.box(121, 30, 121.1, 30.1), code=f"{community}004")],
    )  # fmt: skip
    report = operations.import_grids(path, actor=BOSS, now=NOW)
    reasons = [(r.row, r.reason) for r in report.rejected]
    assert (4, "community 330199001999 is missing") in reasons
    assert (5, "100.0% of it lies outside its community") in reasons
    assert (3, "its number is taken by row 1") in reasons
    assert (2, f"it overlaps {community}001") in reasons
    assert not UnitGrid.objects.exists()


def test_a_grid_of_a_file_overlaps_one_that_begins_later(db: None, tmp_path: Path) -> None:
    operations.import_regions(world.region_file(tmp_path / "r.geojson"), actor=BOSS, now=NOW)
    found = world.shapes()
    community = next(c for c in sorted(found) if len(c) == 12)
    later = world.write(
        tmp_path / "later.geojson", [world.feature(found[community], code=f"{community}001")]
    )
    day = TODAY + timedelta(days=12)
    assert operations.import_grids(later, actor=BOSS, now=NOW, valid_from=day).imported == 1
    same = world.write(
        tmp_path / "same.geojson", [world.feature(found[community], code=f"{community}002")]
    )
    report = operations.import_grids(same, actor=BOSS, now=NOW)
    assert [one.reason for one in report.rejected] == [f"it overlaps {community}001"]
