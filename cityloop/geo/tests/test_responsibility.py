"""Responsibility grids: adjacent unit grids, each in one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.gis.db.models import Union
from django.db import IntegrityError, transaction
from django.utils import translation

from cityloop.geo import operations, queries
from cityloop.geo.codes import BadCode
from cityloop.geo.models import ResponsibilityGrid, UnitGrid
from cityloop.geo.operations.responsibility import (
    GridTaken,
    NoSuchShare,
    NotAdjacent,
    NothingToShareOut,
    ShareEnded,
)
from cityloop.geo.tests.world import BOSS, NOW, TODAY
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.kernel.reports import ImportReport
from cityloop.kernel.tables import BadTable

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A01", "A33")]


def neighbours() -> tuple[UnitGrid, UnitGrid]:
    one = UnitGrid.objects.order_by("code")[0]
    beside = UnitGrid.objects.filter(
        community_code=one.community_code, geom__touches=one.geom
    ).order_by("code")
    return one, next(g for g in beside if g.geom.intersection(one.geom).geom_type != "Point")


def test_all_grids_are_shared_out_among_neighbours(town: str) -> None:
    made = operations.share_out_grids(areas=[town], actor=BOSS, now=NOW)
    grids = ResponsibilityGrid.objects.all()
    assert made == len(grids) > UnitGrid.objects.count() / 5
    assert not UnitGrid.objects.filter(responsibility_grids=None).exists()
    for grid in grids:
        units = grid.unit_grids
        assert 1 <= units.count() <= 5
        assert set(units.values_list("community_id", flat=True)) == {grid.community_id}
        assert units.aggregate(whole=Union("geom"))["whole"].geom_type == "Polygon"
    assert operations.share_out_grids(areas=[town], actor=BOSS, now=NOW) == 0


def test_one_by_hand_and_its_refusals(town: str) -> None:
    one, beside = neighbours()
    far = UnitGrid.objects.filter(community_code=one.community_code).exclude(
        geom__intersects=one.geom
    ).last()  # fmt: skip
    other = UnitGrid.objects.exclude(community_code=one.community_code).first()
    assert far is not None
    assert other is not None
    for wrong in ([], ["330199001001999"], [one.code, far.code], [one.code, other.code]):
        with pytest.raises(NotAdjacent):
            operations.add_responsibility_grid(
                code="Z1", name="一", grid_codes=wrong, actor=BOSS, now=NOW
            )
    grid = operations.add_responsibility_grid(
        code="Z1", name="一", grid_codes=[one.code, beside.code], actor=BOSS, now=NOW
    )
    assert set(grid.unit_grids.values_list("code", flat=True)) == {one.code, beside.code}
    for code, units in (("Z1", [far.code]), ("Z2", [one.code])):
        with pytest.raises(GridTaken):
            operations.add_responsibility_grid(
                code=code, name="二", grid_codes=units, actor=BOSS, now=NOW
            )
    assert ResponsibilityGrid.objects.count() == 1


def test_the_database_itself_refuses_a_second_owner(town: str) -> None:
    one, _ = neighbours()
    first = ResponsibilityGrid.objects.create(
        code="A", name="a", community=one.community, valid_from=TODAY,
        valid_to=TODAY + timedelta(days=9),
    )  # fmt: skip
    first.unit_grids.add(one)
    beside = ResponsibilityGrid.objects.create(
        code="B", name="b", community=one.community, valid_from=TODAY
    )
    with pytest.raises(IntegrityError, match="already belongs"), transaction.atomic():
        beside.unit_grids.add(one)
    later = ResponsibilityGrid.objects.create(
        code="C", name="c", community=one.community, valid_from=TODAY + timedelta(days=9)
    )
    later.unit_grids.add(one)
    first.valid_to = None
    with pytest.raises(IntegrityError, match="already belongs"), transaction.atomic():
        first.save()
    other = UnitGrid.objects.exclude(community_code=one.community_code)[0]
    with pytest.raises(IntegrityError, match="another community"), transaction.atomic():
        later.unit_grids.add(other)


def table(tmp_path: Path, *rows: str, head: str = "code,name,unit_grids") -> Path:
    path = tmp_path / "shares.csv"
    path.write_text("\n".join((head, *rows, "")), "utf-8")
    return path


def bring(path: Path, **options: int) -> ImportReport:
    return operations.import_responsibility_grids(path, actor=BOSS, now=NOW, **options)


def reasons(report: ImportReport) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in report.rejected]


def test_a_city_brings_its_own_and_shares_out_the_rest(town: str, tmp_path: Path) -> None:
    one, beside = neighbours()
    path = table(tmp_path, f"Z1,一,{one.code};{beside.code}", head="编码,名称,单元网格")
    report = bring(path)
    assert (report.imported, report.joined, report.rejected) == (1, 0, [])
    mine = ResponsibilityGrid.objects.get(code="Z1")
    assert (mine.name, mine.valid_from) == ("一", TODAY)
    assert set(mine.unit_grids.all()) == {one, beside}
    again = bring(path)
    assert (again.imported, again.joined, again.rejected) == (0, 1, [])
    made = operations.share_out_grids(areas=[town], actor=BOSS, now=NOW, most=3)
    assert made == ResponsibilityGrid.objects.exclude(code="Z1").count()
    assert not UnitGrid.objects.filter(responsibility_grids=None).exists()
    assert max(g.unit_grids.count() for g in ResponsibilityGrid.objects.all()) == 3


def test_one_bad_row_keeps_the_file_out_and_each_is_named(town: str, tmp_path: Path) -> None:
    one, beside = neighbours()
    far = UnitGrid.objects.filter(community_code=one.community_code).exclude(
        geom__intersects=one.geom
    ).last()  # fmt: skip
    assert far is not None
    operations.add_responsibility_grid(
        code="OLD", name="老", grid_codes=[far.code], actor=BOSS, now=NOW
    )
    report = bring(
        table(
            tmp_path,
            f"A,甲,{one.code}",
            f"B,乙,{one.code}、{beside.code}",
            f"C,丙,{far.code}",
            "D,丁,330199001001999",
            f"A,戊,{beside.code}",
            f"OLD,己,{beside.code}",
            f",,{beside.code}",
            "E,庚,",
        )
    )
    assert (report.imported, report.joined) == (0, 0)
    assert report.notes == ["nothing was imported: correct the rows and try again"]
    assert reasons(report) == [
        (3, f"unit grid {one.code} is in row 2 already"),
        (4, f"unit grid {far.code} belongs to responsibility grid OLD already"),
        (5, "no unit grid in force: 330199001001999"),
        (6, "same code as row 2"),
        (6, f"unit grid {beside.code} is in row 3 already"),
        (7, "the code OLD is taken by another responsibility grid"),
        (7, f"unit grid {beside.code} is in row 3 already"),
        (8, "its code has 1 to 32 characters"),
        (8, "no name"),
        (8, f"unit grid {beside.code} is in row 3 already"),
        (9, "a responsibility grid has 1 to 5 unit grids"),
    ]
    assert ResponsibilityGrid.objects.count() == 1


def test_the_most_of_one_and_its_shape(town: str, tmp_path: Path) -> None:
    made = operations.share_out_grids(areas=[town], actor=BOSS, now=NOW)
    assert made
    whole = ResponsibilityGrid.objects.first()
    assert whole is not None
    units = [one.code for one in whole.unit_grids.all()]
    ResponsibilityGrid.objects.all().delete()
    path = table(tmp_path, f"Z1,一,{' '.join(units)}")
    assert reasons(bring(path, most=len(units) - 1)) == [
        (2, f"a responsibility grid has 1 to {len(units) - 1} unit grids")
    ]
    one = UnitGrid.objects.first()
    far = UnitGrid.objects.exclude(community_code=one.community_code).first()
    assert reasons(bring(table(tmp_path, f"Z1,一,{one.code} {far.code}"))) == [
        (2, "the unit grids are of several communities")
    ]
    path = table(tmp_path, f"Z1,一,{' '.join(units)}")
    assert bring(path, most=len(units)).imported == 1


def test_an_ended_one_leaves_its_ground_and_keeps_its_code(town: str) -> None:
    operations.share_out_grids(areas=[town], actor=BOSS, now=NOW)
    before = set(ResponsibilityGrid.objects.values_list("code", flat=True))
    ended = operations.end_responsibility_grids(grid_codes=before, actor=BOSS, now=NOW)
    assert ended == len(before)
    unit = UnitGrid.objects.order_by("code")[0].code
    assert queries.responsibility_grid(unit, on=TODAY) is None
    made = operations.share_out_grids(areas=[town], actor=BOSS, now=NOW)
    after = set(ResponsibilityGrid.objects.filter(valid_to=None).values_list("code", flat=True))
    assert made == len(after)
    assert not before & after
    now_in = queries.responsibility_grid(unit, on=TODAY)
    assert now_in is not None
    assert now_in.code in after


def test_all_end_or_none(town: str) -> None:
    one, beside = neighbours()
    for code, unit, first in (("A", one, TODAY), ("B", beside, TODAY + timedelta(days=9))):
        operations.add_responsibility_grid(
            code=code, name=code, grid_codes=[unit.code], actor=BOSS, now=NOW, valid_from=first
        )
    with translation.override("en"):
        for codes, refused, why in (
            (["A", "Z", "Y"], NoSuchShare, "no responsibility grid Y"),
            (["A", "B"], ShareEnded, "B begins on"),
        ):
            with pytest.raises(refused, match=why):
                operations.end_responsibility_grids(grid_codes=codes, actor=BOSS, now=NOW)
        assert not ResponsibilityGrid.objects.exclude(valid_to=None).exists()
        last = TODAY + timedelta(days=3)
        operations.end_responsibility_grids(grid_codes=["A"], on=last, actor=BOSS, now=NOW)
        for day, code in ((TODAY, "A"), (last - timedelta(days=1), "A"), (last, None)):
            found = queries.responsibility_grid(one.code, on=day)
            assert (found.code if found else None) == code
        with pytest.raises(ShareEnded, match="A ended on"):
            operations.end_responsibility_grids(grid_codes=["A"], actor=BOSS, now=NOW)
    nobody = replace(BOSS, permissions=frozenset())
    with pytest.raises(NotAllowed):
        operations.end_responsibility_grids(grid_codes=["B"], actor=nobody, now=NOW)


def test_what_cannot_be_shared_out(town: str) -> None:
    with pytest.raises(NothingToShareOut, match="330198"):
        operations.share_out_grids(areas=[town, "330198"], actor=BOSS, now=NOW)
    with pytest.raises(BadCode):
        operations.share_out_grids(areas=["33019"], actor=BOSS, now=NOW)
    with pytest.raises(Invalid, match="at least one"):
        operations.share_out_grids(areas=[town], actor=BOSS, now=NOW, most=0)
    with pytest.raises(NothingToShareOut, match="on 2025-01-01"):
        operations.share_out_grids(areas=[town], actor=BOSS, now=NOW, valid_from=date(2025, 1, 1))
    assert not ResponsibilityGrid.objects.exists()


def test_a_street_may_be_shared_out_alone(town: str) -> None:
    operations.share_out_grids(areas=[f"{town}001"], actor=BOSS, now=NOW)
    free = UnitGrid.objects.filter(responsibility_grids=None)
    assert set(free.values_list("street_code", flat=True)) == {f"{town}002"}


def test_a_table_without_its_columns_is_refused(town: str, tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="columns are missing: unit_grids"):
        bring(table(tmp_path, "Z1,一", head="code,name"))
    with pytest.raises(BadTable, match="holds nothing"):
        bring(table(tmp_path))
