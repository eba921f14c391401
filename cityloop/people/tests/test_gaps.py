"""Class x area cells without a unit, and the tables that fill them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.geo.models import Region
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.kernel.tables import BadTable
from cityloop.people import operations, queries
from cityloop.people.models import Organisation, Responsibility
from cityloop.people.operations.record import touch
from cityloop.people.tests.world import NOW, TODAY, World
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition, ProblemClass
from cityloop.standards.tests.editions import Files

ROOT = Path(__file__).resolve().parents[3]
TABLES = ROOT / "data" / "responsibilities"


@pytest.fixture
def city(world: World) -> World:
    """Two districts and an edition of three classes."""
    square = MultiPolygon(Polygon.from_bbox((120, 30, 121, 31)))
    for code in ("330102", "330106"):
        Region.objects.create(
            code=code, level="district", name=f"区{code}", geom=square, valid_from=TODAY,
            label_point=square.centroid,
        )  # fmt: skip
    edition = Edition.objects.create(
        code="E", name_zh="版", kind="national", family="e", valid_from=date(2020, 1, 1),
        loaded_at=NOW, loaded_by="test",
    )  # fmt: skip
    for kind, minor in (("event", "01"), ("event", "02"), ("component", "01")):
        ProblemClass.objects.create(
            edition=edition, kind=kind, major_code="01", major_zh="大类", minor_code=minor,
            name_zh=f"类{minor}", code=f"E/{kind[0].upper()}01{minor}",
        )  # fmt: skip
    return world


def _cells() -> set[tuple[str, str, bool]]:
    return {
        (gap.class_code, gap.area_code, gap.owner_only) for gap in queries.coverage_gaps("E", TODAY)
    }


@pytest.mark.requirement("A26")
def test_gaps_are_the_cells_that_no_line_covers(city: World, django_assert_num_queries) -> None:
    assert len(_cells()) == 6
    city.line("GAS", major_code="01", minor_code="01")
    city.line("DA-ROADS", region_code="330102", major_code="01")
    city.line("POWER", "component", owner="POWER", edition_code="E", major_code="01")
    with django_assert_num_queries(1):
        queries.coverage_gaps("E", TODAY)
    assert _cells() == {
        ("E/E0102", "330106", False),
        ("E/C0101", "330102", True),
        ("E/C0101", "330106", True),
    }
    assert queries.coverage_gaps("E", date(2026, 3, 1)) == []  # no district was valid yet


@pytest.mark.requirement("A26")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["event", "component"]),
            st.sampled_from([("*", "*"), ("01", "*"), ("01", "01"), ("01", "02"), ("02", "*")]),
            st.sampled_from(["*", "330102", "3301", "330102001"]),
            st.sampled_from(["*", "E", "OTHER"]),
        ),
        max_size=6,
        unique=True,
    )
)
def test_no_gap_exactly_where_a_proposal_is_found(city: World, cells: list) -> None:
    _lines(city, cells)
    gaps = {(code, area) for code, area, _owner in _cells()}
    for one in ProblemClass.objects.all():
        for area in ("330102", "330106"):
            found = queries.responsible_for(
                kind=one.kind, edition_code="E", major_code=one.major_code,
                minor_code=one.minor_code, district_code=area, on=TODAY,
            )  # fmt: skip
            assert (found is None) == ((one.code, area) in gaps)


@pytest.mark.requirement("A26", "B01", "E13")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["event", "component"]),
            st.sampled_from([("*", "*"), ("01", "*"), ("01", "01"), ("01", "02"), ("01", "03")]),
            st.sampled_from(["*", "330102"]),
            st.sampled_from(["BASE", "E", "E2", "E3", "OTHER"]),
        ),
        max_size=5,
        unique=True,
    )
)
def test_the_same_over_editions_that_follow_one_another(city: World, cells: list) -> None:
    if not Edition.objects.filter(code="E2").exists():
        _later_editions()
    _lines(city, cells)
    for code in ("E", "E2", "E3"):
        gaps = {(one.class_id, one.area_code) for one in queries.coverage_gaps(code, TODAY)}
        known = standards.classes(Edition.objects.get(code=code)).select_related("edition")
        for one in known:
            for area in ("330102", "330106"):
                found = queries.responsible_for(
                    kind=one.kind, edition_code=one.edition.code, major_code=one.major_code,
                    minor_code=one.minor_code, district_code=area, on=TODAY,
                )  # fmt: skip
                assert (found is None) == ((one.pk, area) in gaps), (code, one, area)
                assert found is None or _holds(cells, code, one, area)
        assert {class_id for class_id, _area in gaps} <= {one.pk for one in known}


def _later_editions() -> None:
    """E extends BASE; E2 keeps, renames and adds classes; E3 extends a newer base."""
    first = Edition.objects.get(code="E")
    facts = {"name_zh": "版", "kind": "local", "loaded_at": NOW, "loaded_by": "test"}
    base, newer = (
        Edition.objects.create(code=code, family="base", valid_from=date(year, 1, 1), **facts)
        for code, year in (("BASE", 2019), ("BASE2", 2023))
    )
    Edition.objects.filter(pk=first.pk).update(based_on=base)
    second, third = (
        Edition.objects.create(
            code=code, family="e", valid_from=date(year, 1, 1), based_on=on, **facts
        )
        for code, year, on in (("E2", 2022, base), ("E3", 2024, newer))
    )
    for edition, kind, minor, name in (
        (base, "component", "02", "类02"), (base, "component", "03", "类03"),
        (newer, "component", "02", "类02"), (newer, "component", "03", "改名"),
        (second, "event", "01", "类01"), (second, "event", "02", "改名"),
        (second, "event", "03", "新类"), (second, "component", "02", "改名"),
        (third, "event", "02", "类02"), (third, "event", "03", "新类"),
    ):  # fmt: skip
        ProblemClass.objects.create(
            edition=edition, kind=kind, major_code="01", major_zh="大类", minor_code=minor,
            name_zh=name, code=f"{edition.code}/{kind[0].upper()}01{minor}",
        )  # fmt: skip


def _holds(cells: list, code: str, one: ProblemClass, area: str) -> bool:
    """The rule said once more, in other words: some line may speak of the class."""
    above = {"E": "BASE", "E2": "BASE", "E3": "BASE2"}
    later = {"E": ("E2", "E3"), "E2": ("E3",), "BASE": ("BASE2",)}
    for kind, (major, minor), region, edition in cells:
        if kind != one.kind or major not in ("*", "01") or minor not in ("*", one.minor_code):
            continue
        if region not in ("*", area):
            continue
        home = one.edition.code
        if home in (edition, above.get(edition)):
            return True
        names = {
            other.name_zh
            for row in Edition.objects.filter(code=edition)
            for other in standards.classes(row).filter(kind=one.kind, minor_code=one.minor_code)
        }
        if one.name_zh in names and {code, home} & set(later.get(edition, ())):
            return True
    return False


def _lines(city: World, cells: list) -> None:
    """Only these lines."""
    _clear()
    for kind, (major, minor), region, edition in cells:
        Responsibility.objects.create(
            class_kind=kind, edition_code=edition, major_code=major, minor_code=minor,
            region_code=region, lead=city.units["GAS"], valid_from=TODAY, source_document="x",
        )  # fmt: skip
    touch()


@pytest.mark.requirement("A26", "B02", "B03")
def test_the_page_speaks_of_the_city_s_own_editions_in_force_and_of_its_own_ground(
    city: World, client: Client, tmp_path: Path
) -> None:
    today = timezone.localdate()
    for code, kind, facts in (
        ("OWN", "local", {"family": "own", "valid_from": "2026-01-01"}),
        ("OWN-NEXT", "local", {"family": "own", "valid_from": f"{today.year + 1}-01-01"}),
        ("OWN-DRAFT", "local", {"family": "draft", "valid_from": "2026-02-01"}),
        ("NATION", "national", {"family": "nation", "valid_from": "2020-01-01"}),
        ("elsewhere", "foreign", {"family": "elsewhere", "valid_from": "2026-02-01"}),
    ):
        Files(code, kind=kind, **facts).load(tmp_path, publish=code != "OWN-DRAFT")
    far = MultiPolygon(Polygon.from_bbox((114, 22, 115, 23)))
    Region.objects.create(code="440310", level="district", name="坪山区", geom=far,
                          valid_from=TODAY, label_point=far.centroid)  # fmt: skip
    operations.create_organisation(
        code="elsewhere", name_zh="别处平台", kind="district_platform", region_code="440310",
        actor=city.root, now=NOW,
    )  # fmt: skip
    client.force_login(
        city.holder("PLAT", "administrator"), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get(reverse("office-gaps"), headers={"accept-language": "en"}).content.decode()
    assert "8 cells of edition OWN have no unit" in page
    assert re.findall(r'<option value="([A-Za-z-]+)"', page)[:1] == ["OWN"]
    for code in ("OWN-NEXT", "OWN-DRAFT", "NATION", "elsewhere", "坪山区"):
        assert code not in page
    asked = client.get(reverse("office-gaps"), {"edition": "OWN-DRAFT"}).content.decode()
    assert 'value="OWN-DRAFT"' not in asked and "OWN-DRAFT/" not in asked
    # Who plans names a draft over the API; the ground is the city's own there, too.
    assert {one.area_code for one in queries.coverage_gaps("OWN-DRAFT", TODAY)} == {
        "330102", "330106",
    }  # fmt: skip


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM people_responsibility")
        cursor.execute("SET LOCAL session_replication_role = origin")


def _write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


ORGANISATIONS = "code,name_zh,name_en,kind,parent_code,region_code,phone,level"


@pytest.mark.requirement("A24")
def test_organisations_come_in_any_order_and_any_depth(world: World, tmp_path: Path) -> None:
    path = _write(
        tmp_path, ORGANISATIONS, "N3,三,,contractor,N2,,,", "N2,二,,department,N1,330102,,",
        "N1,一,,department,CITY,330100,,", "GAS,燃气新名,,utility,CITY,330100,,",
        encoding="gb18030",
    )  # fmt: skip
    report = operations.import_organisations(path, actor=world.root, now=NOW)
    assert (report.imported, report.joined, report.rejected) == (3, 1, [])
    assert Organisation.objects.get(code="N3").depth == 3
    assert Organisation.objects.get(code="GAS").name_zh == "燃气新名"
    again = operations.import_organisations(path, actor=world.root, now=NOW)
    assert (again.imported, again.joined) == (0, 4)


@pytest.mark.requirement("A24")
def test_one_bad_organisation_and_none_comes_in(world: World, tmp_path: Path) -> None:
    path = _write(
        tmp_path, ORGANISATIONS, "N1,一,,department,CITY,330100,,", "N1,又,,department,,,,",
        "N2,二,,department,NONE,,,", "N3,三,,club,CITY,,,", "N4,四,,department,CITY,33x,,",
        "A,甲,,department,B,,,", "B,乙,,department,A,,,",
    )  # fmt: skip
    report = operations.import_organisations(path, actor=world.root, now=NOW)
    assert report.imported == 0
    assert sorted(one.key for one in report.rejected) == ["A", "B", "N1", "N2", "N3", "N4"]
    assert all(one.reason and one.row > 1 for one in report.rejected)
    assert not Organisation.objects.filter(code="N1").exists()


@pytest.mark.requirement("A24")
def test_a_file_moves_what_it_hangs_elsewhere_and_a_refused_parent_is_named(
    world: World, tmp_path: Path
) -> None:
    rows = ("GAS,燃气,,utility,DA,330100,,", "DA,区,,department,NEW,330102,,",
            "NEW,新,,department,,330100,,")  # fmt: skip
    path = _write(tmp_path, ORGANISATIONS, *rows)
    report = operations.import_organisations(path, actor=world.root, now=NOW)
    assert (report.imported, report.joined, report.rejected) == (1, 2, [])
    new, gas = (Organisation.objects.get(code=code) for code in ("NEW", "GAS"))
    assert gas.path.startswith(new.path) and gas.depth == 2
    bad = _write(
        tmp_path, ORGANISATIONS, "X,甲,,department,NONE,,,", "Y,乙,,department,X,,,",
        f"Z,丙,,department,,,{'1' * 41},", "NEW,新,,department,GAS,,,", "GAS,气,,utility,NEW,,,",
    )  # fmt: skip
    report = operations.import_organisations(bad, actor=world.root, now=NOW)
    why = {one.key: one.reason for one in report.rejected}
    assert "parent X is refused" in why["Y"] and "at most 40" in why["Z"]
    assert "circle" in why["NEW"] and "circle" in why["GAS"]


HEAD = (
    "class_kind,major_code,minor_code,classes_hint,region_code,owner_code,lead_code,assist,"
    "valid_from,source_document"
)


@pytest.mark.requirement("E13", "B13")
def test_lines_are_imported_all_or_none(city: World, tmp_path: Path) -> None:
    good = (
        HEAD,
        "event,01,01,,330100,,GAS,rectify:POWER;supervise:DA,2026-01-01,文1",
        "component,01,*,,*,POWER,POWER,,,文1",
    )
    report = operations.import_responsibilities(
        _write(tmp_path, *good), actor=city.root, now=NOW, edition_code="E"
    )
    assert (report.imported, report.rejected) == (2, [])
    line = Responsibility.objects.get(class_kind="event")
    assert (line.region_code, line.valid_from, line.edition_code) == ("3301", date(2026, 1, 1), "E")
    assert [one["role"] for one in line.assists] == ["rectify", "supervise"]
    again = operations.import_responsibilities(
        _write(tmp_path, *good), actor=city.root, now=NOW, edition_code="E"
    )
    assert (again.imported, again.joined) == (0, 2)
    bad = operations.import_responsibilities(
        _write(
            tmp_path, HEAD, "event,01,02,,330106,,GAS,,,文1", "event,01,02,,330106,,GAS,,,文1",
            "event,01,77,,*,,GAS,,,文1", "event,01,02,,*,,NOBODY,,,文1",
            "event,01,02,,*,,GAS,cook:DA,,文1", "event,01,02,,33x,,GAS,,,文1",
            "event,01,02,,3301,,GAS,,2026-13-01,文1", "thing,01,02,,3301,,GAS,,,",
        ),
        actor=city.root, now=NOW, edition_code="E",
    )  # fmt: skip
    assert bad.imported == 0
    assert sorted(one.row for one in bad.rejected) == [3, 4, 5, 6, 7, 8, 9]
    assert Responsibility.objects.count() == 2


def test_a_file_that_is_no_table(world: World, tmp_path: Path) -> None:
    for content in (b"\xff\xfe\x00bad\x80", b"", "编码,名称\n1,2".encode()):
        path = tmp_path / "bad.csv"
        path.write_bytes(content)
        with pytest.raises(BadTable):
            operations.import_organisations(path, actor=world.root, now=NOW)
    with pytest.raises(NotAllowed):
        operations.import_organisations(path, actor=world.actor("GAS", "unit_desk"), now=NOW)
    assert issubclass(BadTable, Invalid)


@pytest.mark.requirement("E13", "A24", "A26")
def test_the_tables_of_the_demo_city_come_in_whole(db) -> None:
    root = Actor.system()
    units = operations.import_organisations(TABLES / "organisations.csv", actor=root, now=NOW)
    assert units.rejected == []
    assert units.imported >= 40
    lines = operations.import_responsibilities(TABLES / "hangzhou.csv", actor=root, now=NOW)
    assert lines.rejected == []
    assert lines.imported > 500
    assert lines.seconds < 5


@pytest.mark.requirement("A26", "O10")
def test_gaps_are_told_of_the_areas_asked_for(city: World) -> None:
    seen = queries.coverage_gaps("E", TODAY, areas=["330106"])
    assert {gap.area_code for gap in seen} == {"330106"} and len(seen) == 3
    assert queries.coverage_gaps("E", TODAY, areas=[]) == []


@pytest.mark.requirement("E13")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"region_code": "330199"}, "there is no region 330199"),
        ({"major_code": "77"}, "no edition has a event class 77"),
        ({"valid_from": date(1, 1, 1)}, "lies before every matrix"),
    ],
)
def test_a_line_speaks_of_ground_classes_and_days_that_exist(city: World, changes, why) -> None:
    values = {"kind": "event", "lead": city.units["GAS"], "source_document": "文"}
    with pytest.raises(Invalid, match=why):
        operations.set_responsibility(**{**values, **changes}, actor=Actor.system(), now=NOW)
