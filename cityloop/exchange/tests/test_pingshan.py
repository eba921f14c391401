"""The cases of Pingshan: units, flags, derived times, rows without a road."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from cityloop.cases.models import Case, CaseEvent
from cityloop.cases.tests.proven import broken
from cityloop.exchange.mappings import pingshan
from cityloop.exchange.tests import made
from cityloop.geo import operations as geo
from cityloop.geo.models import Region
from cityloop.geo.operations.regions import AlreadyThere
from cityloop.geo.sources import MissingPackage
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Organisation
from cityloop.people.operations import create_organisation
from cityloop.standards.models import Edition, ProblemClass

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_outlines(request, settings, tmp_path):
    """Outlining a city takes seconds: only the slow tests do it."""
    if "slow" not in request.keywords:
        settings.NODE_MODULES = tmp_path


def flags_of_file(path: Path) -> dict[tuple[str, str], Counter[str]]:
    """Per unit (number, name): closed, on time, overdue as the file counts them."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    with path.open(encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            if row["DISPOSE_UNIT_ID"] == "-":
                continue
            on_time, late = row["INTIME_ARCHIVE_NUM"] == "1", row["OVERTIME_ARCHIVE_NUM"] == "1"
            counts = {"closed": on_time or late, "on_time": on_time, "overdue": late}
            found[row["DISPOSE_UNIT_ID"], row["DISPOSE_UNIT_NAME"]].update(counts)
    return found


def flags_of_cases() -> dict[tuple[str, str], Counter[str]]:
    """The same, counted on the cases."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rows = Case.objects.filter(lead__code__startswith="pingshan-").values_list(
        "lead__code", "lead__name_zh", "status", "handled_late"
    )
    for code, name, status, late in rows:
        closed = status == "closed"
        counts = {"closed": closed, "on_time": closed and not late, "overdue": closed and late}
        found[code.split("-")[1], name].update(counts)
    return found


@pytest.mark.requirement("O13", "B03")
def test_every_unit_counts_as_in_the_file(shared, tmp_path):
    some = made.head(made.real(shared, "pingshan"), tmp_path / "some.csv", 400)
    report = made.take(some, "pingshan")
    assert report.imported + len(report.rejected) == 400
    assert [one.key for one in report.rejected] == ["76291", "74685"]
    assert flags_of_cases() == flags_of_file(some)
    made.check_invariants()


@pytest.mark.slow
@pytest.mark.requirement("O13", "O01")
def test_the_whole_file_unit_by_unit(shared):
    path = made.real(shared, "pingshan")
    report = made.take(path, "pingshan")
    assert (report.imported, report.joined, len(report.rejected)) == (4996, 0, 4)
    wanted = flags_of_file(path)
    assert flags_of_cases() == wanted
    # 113 numbers and 139 names make 140 units; the twelve rows without one are not among them.
    assert len(wanted) == 140
    units = Organisation.objects.filter(parent__code="pingshan")
    assert units.count() == 140
    assert len({unit.code.split("-")[1] for unit in units}) == 113
    assert len({unit.name_zh for unit in units}) == 139
    assert sum(one["closed"] for one in wanted.values()) == 4985
    assert Case.objects.filter(lead=None, closing_kind="forced").count() == 8
    assert Case.objects.filter(status="handling").count() == 3
    made.check_invariants()


def test_a_late_case_is_late_in_every_count(tmp_path):
    late = {"INTIME_ARCHIVE_NUM": "0", "OVERTIME_ARCHIVE_NUM": "1"}
    made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, late), "pingshan")
    case = made.only()
    assert (case.status, case.handled_late, case.closing_kind) == ("closed", True, "normal")
    assert case.reported_at.isoformat() == "2018-07-04T09:24:41+00:00"
    assert set(case.timers.filter(late=True).values_list("kind", flat=True)) == {
        "handling", "whole"}  # fmt: skip


def test_history_says_what_is_imported_and_what_is_derived(tmp_path):
    made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {}), "pingshan")
    case = made.only()
    lines = CaseEvent.objects.filter(case=case).order_by("version")
    told = {line.action: line.facts.get("derived") for line in lines}
    assert told["report"] is None
    assert told["dispatch"] == told["finish"] == told["close"] == "time"
    assert told["accept"] == told["file"] == told["check_passed"] == "step"
    assert {line.imported for line in lines} == {True}
    assert {line.recorded_at for line in lines} == {made.NOW}
    assert lines[0].actor == "12345"
    assert {line.actor for line in lines if line.action in ("receive", "finish")} == {
        "环境保护和水务局"}  # fmt: skip


def test_without_flags_the_case_is_still_with_its_unit(tmp_path):
    none = {"INTIME_ARCHIVE_NUM": "-", "OVERTIME_ARCHIVE_NUM": "-"}
    made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, none), "pingshan")
    case = made.only()
    assert case.status == "handling" and case.handled_late is None
    made.check_invariants()


@pytest.mark.requirement("O13")
def test_a_later_file_that_tells_more_of_a_case_changes_nothing_and_says_so(tmp_path):
    still = {"INTIME_ARCHIVE_NUM": "-", "OVERTIME_ARCHIVE_NUM": "-"}
    made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {"REC_ID": "7", **still}), "pingshan")
    later = made.write(tmp_path / "y.csv", made.PINGSHAN, {"REC_ID": "7"}, {"REC_ID": "8"})
    report = made.take(later, "pingshan")
    assert (report.imported, report.joined) == (1, 1)
    assert any("1 case stands otherwise" in note and note.endswith(" 7") for note in report.notes)
    assert Case.objects.get(external_number="pingshan/7").status == "handling"
    again = made.take(made.write(tmp_path / "z.csv", made.PINGSHAN, {"REC_ID": "8"}), "pingshan")
    assert not any("otherwise" in note for note in again.notes)


def test_a_file_that_excel_in_china_wrote_is_read(tmp_path):
    rows = [{"REC_ID": str(n)} for n in range(3)]
    text = made.write(tmp_path / "x.csv", made.PINGSHAN, *rows).read_text(encoding="utf-8-sig")
    path = tmp_path / "gb.csv"
    path.write_bytes(text.encode("gb18030"))
    report = made.take(path, "pingshan")
    assert report.imported == 3 and not report.rejected
    assert Case.objects.first().problem_class.name_zh == "下水井盖"


def test_without_a_unit_the_platform_closed_it(tmp_path):
    nobody = {"DISPOSE_UNIT_ID": "-", "DISPOSE_UNIT_NAME": "-"}
    report = made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, nobody), "pingshan")
    assert "1 name no unit" in report.notes[-1]
    case = made.only()
    assert (case.status, case.closing_kind, case.lead) == ("closed", "forced", None)
    assert case.reason_code == "handled_elsewhere"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"DISPOSE_UNIT_ID": "-", "COMMUNITY_NAME": "-"}, "neither a unit nor a place"),
        ({"OVERTIME_ARCHIVE_NUM": "1"}, "contradict"),
        ({"CREATE_TIME": "yesterday"}, "no time"),
        ({"CREATE_TIME": "2999-01-01 00:00:00"}, "future"),
        ({"EVENT_SRC_NAME": "pigeon"}, "EVENT_SRC_NAME is unknown"),
        ({"COMMUNITY_NAME": "火星社区"}, "COMMUNITY_NAME is unknown"),
        ({"SUB_TYPE_ID": "-"}, "no class"),
        ({"SUB_TYPE_ID": "²"}, "no class"),
        ({"SUB_TYPE_NAME": " "}, "without a name"),
        ({"DISPOSE_UNIT_NAME": ""}, "without a name"),
        ({"REC_ID": ""}, "no number"),
        ({"REC_ID": "9" * 60}, "too long"),
    ],
)
def test_a_row_without_a_road_is_rejected_and_stops_no_other(tmp_path, change, reason):
    path = made.write(tmp_path / "x.csv", made.PINGSHAN, {"REC_ID": "2", **change}, {})
    report = made.take(path, "pingshan")
    assert report.imported == 1
    assert [one.row for one in report.rejected] == [2]
    assert reason in report.rejected[0].reason


def test_blanks_around_a_value_are_none_of_it(tmp_path):
    path = made.write(tmp_path / "x.csv", made.PINGSHAN, {"REC_ID": " 2 "}, {"REC_ID": "2"})
    report = made.take(path, "pingshan")
    assert (report.imported, report.joined) == (1, 1)
    assert made.only().external_number == "pingshan/2"


def test_the_lines_are_sealed_without_a_worker_and_a_file_without_rows_says_so(tmp_path):
    made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {}), "pingshan")
    assert broken(made.NOW + timedelta(days=1)) == []
    report = made.take(made.write(tmp_path / "y.csv", made.PINGSHAN), "pingshan")
    assert (report.imported, report.notes[-1]) == (0, "the file has a header and no rows")


@pytest.mark.requirement("B03", "A24")
def test_the_catalogue_the_units_and_the_regions_are_the_sources_own(tmp_path):
    rows = [
        {},
        {"REC_ID": "2", "SUB_TYPE_NAME": "下水道井盖"},
        {"REC_ID": "3", "DISPOSE_UNIT_NAME": "环保水务局"},
        {"REC_ID": "4", "MAIN_TYPE_ID": "178", "SUB_TYPE_ID": "602", "EVENT_TYPE_ID": "5",
         "EVENT_TYPE_NAME": "市容环卫", "SUB_TYPE_NAME": "无照经营游商"},
    ]  # fmt: skip
    made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, *rows), "pingshan")
    edition = Edition.objects.get(code="pingshan")
    assert (edition.kind, edition.status) == ("foreign", "published")
    cover = ProblemClass.objects.get(code="pingshan/C06630")
    assert (cover.name_zh, cover.synonyms) == ("下水井盖", ["公用部件", "下水道井盖"])
    assert ProblemClass.objects.get(code="pingshan/E05602").rules.get().provisional
    assert Organisation.objects.filter(code__startswith="pingshan-1536-").count() == 2
    assert Organisation.objects.get(code="pingshan").region_code == "440310"
    assert made.Case.objects.filter(area_code=pingshan.COMMUNITIES["和平社区"]).count() == 4


@pytest.mark.slow
def test_the_regions_are_outlined_where_the_packages_are_installed(tmp_path):
    report = made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {}), "pingshan")
    if report.notes:
        pytest.skip(report.notes[0])
    region = Region.objects.get(code=pingshan.COMMUNITIES["和平社区"])
    assert region.generated and region.parent.name == "坪山街道"
    assert not made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {}), "pingshan").notes


@pytest.mark.slow
@pytest.mark.requirement("O13", "A01")
def test_a_city_that_has_its_regions_already_imports_its_cases_into_them(tmp_path):
    """The regions begin long after the cases: they stay as they are, and cases have their codes."""
    boss = Actor.system("boss")
    try:
        geo.outline_city(city_code="440300", districts=["440310"], actor=boss, now=made.NOW)
    except MissingPackage as missing:
        pytest.skip(str(missing))
    before = set(Region.objects.values_list("code", "valid_from", "valid_to"))
    report = made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {}), "pingshan")
    assert report.imported == 1 and not report.notes
    assert set(Region.objects.values_list("code", "valid_from", "valid_to")) == before
    assert made.only().area_code == "440310001004"
    # A district that had no streets gets them; nothing is outlined twice.
    report = geo.outline_city(
        city_code="440300", districts=["440310", "440308"], actor=boss, now=made.NOW
    )
    streets = Region.objects.filter(level="street").values_list("code", flat=True)
    assert report.imported and {code[:6] for code in streets} == {"440308", "440310"}
    with pytest.raises(AlreadyThere):
        geo.outline_city(city_code="440300", districts=["440308"], actor=boss, now=made.NOW)
    # Another city of the province, as of an earlier day, stands below the same province.
    early = date(2018, 1, 1)
    geo.outline_city(city_code="440400", districts=[], valid_from=early, actor=boss, now=made.NOW)
    assert Region.objects.filter(code="44").count() == 1
    assert Region.objects.get(code="4404").parent.code == "44"


def test_without_the_packages_codes_must_do(tmp_path):
    report = made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {}), "pingshan")
    assert "codes only" in report.notes[0] and not Region.objects.exists()
    assert made.only().area_code == "440310001004"


def test_classes_that_come_later_make_an_edition_of_their_own(tmp_path):
    made.take(made.write(tmp_path / "x.csv", made.PINGSHAN, {}), "pingshan")
    later = {"REC_ID": "2", "SUB_TYPE_ID": "631", "SUB_TYPE_NAME": "雨水井盖"}
    report = made.take(made.write(tmp_path / "y.csv", made.PINGSHAN, {}, later), "pingshan")
    assert (report.imported, report.joined) == (1, 1)
    codes = Edition.objects.filter(kind="foreign").order_by("id").values_list("code", flat=True)
    assert list(codes) == ["pingshan", "pingshan-2"]
    assert Case.objects.get(external_number="pingshan/2").problem_class.code == "pingshan-2/C06631"


@pytest.mark.requirement("A26", "B03")
def test_the_ground_of_imported_cases_is_no_hole_in_the_matrix_of_the_city(tmp_path):
    made.take(made.write(tmp_path / "cases.csv", made.PINGSHAN, {}), "pingshan")
    square = MultiPolygon(Polygon.from_bbox((120, 30, 121, 31)))
    for code in ("330102", "440310"):
        Region.objects.create(code=code, level="district", name=code, geom=square,
                              label_point=square.centroid, valid_from=made.NOW.date())  # fmt: skip
    seen = {one.area_code for one in people.coverage_gaps("pingshan", made.NOW.date())}
    assert seen == {"330102", "440310"}, "without a platform of its own a city has no bounds"
    create_organisation(
        code="HZ-PLAT", name_zh="市平台", kind="city_platform", region_code="330100",
        valid_from=made.NOW.date(), actor=Actor.system(), now=made.NOW,
    )  # fmt: skip
    seen = {one.area_code for one in people.coverage_gaps("pingshan", made.NOW.date())}
    assert seen == {"330102"}
