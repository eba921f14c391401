"""The responsibility matrix as a grid: what its cells say, and many of them set at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.geo.models import Region
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, Refused
from cityloop.people import operations, queries
from cityloop.people.models import PeopleChange, Responsibility
from cityloop.people.operations.record import touch
from cityloop.people.operations.responsibilities import Cell
from cityloop.people.tests.test_gaps import _clear
from cityloop.people.tests.world import NOW, TODAY, World
from cityloop.standards.models import Edition, ProblemClass

pytestmark = [pytest.mark.requirement("L16"), pytest.mark.requirement("A26")]
A, B = "330102", "330106"
ROOT = Actor.system("setup")


def _region(code: str, level: str) -> None:
    square = MultiPolygon(Polygon.from_bbox((120, 30, 121, 31)))
    Region.objects.create(
        code=code, level=level, name=f"区{code}", geom=square, valid_from=date(2026, 1, 1),
        label_point=square.centroid,
    )  # fmt: skip


def _class(edition: Edition, kind: str, code: str) -> None:
    ProblemClass.objects.create(
        edition=edition, kind=kind, major_code=code[:2], major_zh=f"大类{code[:2]}",
        minor_code=code[2:], name_zh=f"类{code}", code=f"{edition.code}/{kind[0].upper()}{code}",
    )  # fmt: skip


def _edition(name: str, **kinds: Sequence[str]) -> None:
    edition = Edition.objects.create(
        code=name, name_zh="版", kind="local", family=name, valid_from=date(2020, 1, 1),
        loaded_at=NOW, loaded_by="test",
    )  # fmt: skip
    for kind, codes in kinds.items():
        for code in codes:
            _class(edition, kind, code)
    edition.status, edition.published_at = "published", NOW
    edition.save()


@pytest.fixture
def city(world: World, monkeypatch) -> World:
    """Two districts with a street each, an edition of four classes; today is the world's day."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for code, level in ((A, "district"), (B, "district"), (f"{A}001", "street")):
        _region(code, level)
    _edition("E", event=("0101", "0102", "0201"), component=("0101",))
    return world


def _grid(actor: Actor = ROOT, kind: str = "event", **where: str) -> dict[tuple[str, str], object]:
    edition = Edition.objects.get(code="E")
    found = queries.responsibility_grid(actor, edition, kind=kind, on=TODAY, **where)
    return {
        (row.asked.minor, area.code): answer for row in found.rows for area, answer in row.answers
    }


def _states(**asked: str) -> dict[tuple[str, str], str]:
    return {key: answer.state for key, answer in _grid(**asked).items()}


def test_a_cell_tells_its_own_line_from_a_wider_one_and_from_none(city: World) -> None:
    city.line("GAS", major_code="01", minor_code="01", region_code=A)
    city.line("POWER", major_code="01", region_code="3301")
    city.line("DA-ROADS", major_code="01", minor_code="02", owner="GAS")
    assert _states() == {
        ("*", "*"): "nothing", ("*", A): "inherited", ("*", B): "inherited",
        ("01", "*"): "hole", ("01", A): "own", ("01", B): "inherited",
        ("02", "*"): "owners", ("02", A): "inherited", ("02", B): "inherited",
    }  # fmt: skip
    answers = _grid()
    assert answers["01", A].unit == city.units["GAS"].pk
    assert answers["02", B].unit == city.units["POWER"].pk
    assert _states(major="02") == {
        (minor, area): "nothing" if minor == "*" else "hole"
        for minor in ("*", "01") for area in ("*", A, B)
    }  # fmt: skip


def test_the_street_answers_for_a_component_without_an_owner_and_the_cell_is_open(
    city: World,
) -> None:
    city.line("GAS", "component", major_code="01", owner="GAS")
    answers = _grid(kind="component", within=A)
    street = answers["01", f"{A}001"]
    assert (street.state, street.unit) == ("ground", city.units["DA-S1"].pk)
    assert answers["01", "*"].state == "owners"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["event", "component"]),
            st.sampled_from([("*", "*"), ("01", "*"), ("01", "01"), ("01", "02"), ("02", "*")]),
            st.sampled_from(["*", A, "3301", f"{A}001"]),
            st.sampled_from(["*", "E"]),
            st.sampled_from([None, "GAS"]),
        ),
        max_size=6,
        unique=True,
    )
)
def test_open_cells_are_the_cells_without_a_unit(city: World, cells) -> None:
    _clear()
    for kind, (major, minor), region, edition, owner in cells:
        Responsibility.objects.create(
            class_kind=kind, major_code=major, minor_code=minor, region_code=region,
            edition_code=edition, owner=city.units[owner] if owner else None,
            lead=city.units["POWER"], valid_from=TODAY, source_document="x",
        )  # fmt: skip
    touch()
    gaps = {(gap.class_code, gap.area_code) for gap in queries.coverage_gaps("E", TODAY)}
    edition, found, counted = Edition.objects.get(code="E"), set(), 0
    for kind in ("event", "component"):
        for major in ("01", "02"):
            grid = queries.responsibility_grid(ROOT, edition, kind=kind, major=major, on=TODAY)
            if grid.major == major:
                counted += next(one.open for one in grid.majors if one.code == major)
                found |= {
                    (f"E/{kind[0].upper()}{row.asked.major}{row.asked.minor}", area.code)
                    for row in grid.rows for area, answer in row.answers
                    if answer.state in ("hole", "owners", "ground")
                    and row.asked.minor != "*" and area.code != "*"
                }  # fmt: skip
    assert found == gaps
    assert counted == len(gaps)


def _cell(minor: str, region: str, edition: str = "*", major: str = "01") -> Cell:
    return Cell("event", edition, major, minor, region, None)


def _said(city: World, unit: str = "GAS", **facts: object) -> operations.Said:
    return operations.Said(city.units[unit], source_document="杭城管 2 号", **facts)


def test_many_cells_are_set_together_and_each_is_recorded(city: World) -> None:
    old = city.line("POWER", major_code="01", minor_code="01", region_code=A)
    later, before = TODAY + timedelta(days=7), PeopleChange.objects.count()
    rows = operations.set_cells(
        [_cell("01", A), _cell("02", B), _cell("02", B)], _said(city), actor=ROOT, now=NOW,
        valid_from=later,
    )  # fmt: skip
    assert {(row.minor_code, row.region_code, row.valid_from) for row in rows} == {
        ("01", A, later), ("02", B, later),
    }  # fmt: skip
    old.refresh_from_db()
    assert old.valid_to == later
    assert PeopleChange.objects.count() == before + 3
    with pytest.raises(Refused):
        operations.set_cells(
            [_cell("01", A)], _said(city), actor=ROOT, now=NOW, valid_from=later
        )  # fmt: skip


def test_one_bad_cell_keeps_all_back_and_each_has_its_reason(city: World) -> None:
    city.line("POWER", major_code="01", minor_code="02", region_code=A,
              valid_from=TODAY + timedelta(days=30))  # fmt: skip
    cells = [_cell("01", A), _cell("02", A), _cell("77", B)]
    with pytest.raises(operations.CellsRefused) as caught:
        operations.set_cells(cells, _said(city), actor=ROOT, now=NOW)
    assert set(caught.value.cells) == {cells[1], cells[2]}
    assert "starts later" in caught.value.cells[cells[1]][0]
    assert Responsibility.objects.count() == 1
    with pytest.raises(Invalid):
        operations.set_cells([], _said(city), actor=ROOT, now=NOW)


def test_a_line_of_the_cell_ends_and_a_wider_one_answers(city: World) -> None:
    city.line("POWER", major_code="01")
    city.line("GAS", major_code="01", minor_code="01", region_code=A,
              valid_from=TODAY - timedelta(days=9))  # fmt: skip
    with pytest.raises(operations.CellsRefused) as caught:
        operations.end_cells([_cell("01", A), _cell("02", A)], actor=ROOT, now=NOW)
    assert set(caught.value.cells) == {_cell("02", A)}
    assert _states()["01", A] == "own"
    operations.end_cells([_cell("01", A)], actor=ROOT, now=NOW)
    assert _states()["01", A] == "inherited"


def test_a_district_sets_its_own_cells_only(city: World) -> None:
    local = city.actor("DA-PLAT", "administrator")
    assert {area for _minor, area in _grid(local)} == {"*", A}
    with pytest.raises(NotAllowed):
        operations.set_cells([_cell("01", B)], _said(city, "DA-ROADS"), actor=local, now=NOW)
    with pytest.raises(NotAllowed):
        operations.set_cells([_cell("01", "*")], _said(city, "DA-ROADS"), actor=local, now=NOW)
    with pytest.raises(NotAllowed):
        operations.end_cells([_cell("01", B)], actor=local, now=NOW)
    operations.set_cells([_cell("01", A)], _said(city, "DA-ROADS"), actor=local, now=NOW)
    with pytest.raises(NotAllowed):
        operations.set_cells([_cell("01", A)], _said(city), actor=city.actor("GAS", "worker"),
                             now=NOW)  # fmt: skip


def _browser(city: World, unit: str = "PLAT") -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(
        city.holder(unit, "administrator"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def _form(city: World, *cells: str, **facts: str) -> dict[str, object]:
    return {
        "cell": cells, "lead": city.units["GAS"].pk, "lead_role": "rectify", "edition_code": "*",
        "source_document": "杭城管 2 号", "valid_from": TODAY.isoformat(), **facts,
    }  # fmt: skip


def test_the_page_sets_what_was_chosen(city: World) -> None:
    browser, address = _browser(city), reverse("office-grid")
    page = browser.get(address).content.decode()
    assert 'value="01@330102"' in page
    assert "6 of 6 cells are open" in page
    city.line("POWER", major_code="01", minor_code="01", region_code=A, edition_code="E",
              valid_from=TODAY - timedelta(days=9))  # fmt: skip
    answer = browser.post(address, _form(city, f"01@{A}", "02@*", f"99@{A}"))
    assert answer.status_code == 302
    lines = Responsibility.objects.filter(lead=city.units["GAS"])
    assert set(lines.values_list("edition_code", "minor_code", "region_code")) == {
        ("E", "01", A), ("*", "02", "*"),
    }  # fmt: skip
    page = browser.get(answer["Location"]).content.decode()
    assert "2 lines are kept." in page
    assert len(re.findall(r'class="cell cell-own"', page)) == 2
    answer = browser.post(address, _form(city, f"01@{A}", do="end", valid_from="2026-04-01"))
    assert answer.status_code == 302
    assert lines.get(minor_code="01").valid_to == date(2026, 4, 1)


def test_the_page_says_beside_the_cell_why_not(city: World) -> None:
    city.line("POWER", major_code="01", minor_code="01", region_code=A,
              valid_from=TODAY + timedelta(days=30))  # fmt: skip
    browser = _browser(city)
    answer = browser.post(reverse("office-grid"), _form(city, f"01@{A}", f"02@{A}"))
    assert answer.status_code == 400
    page = answer.content.decode()
    cell = page[page.index(f'value="01@{A}"') :].partition("</td>")[0]
    assert "checked" in cell
    assert "starts later" in cell
    assert not Responsibility.objects.filter(lead=city.units["GAS"]).exists()
    for bad in (_form(city), _form(city, f"01@{A}", source_document=""),
                _form(city, f"02@{A}", do="end")):  # fmt: skip
        assert browser.post(reverse("office-grid"), bad).status_code == 400


def test_a_district_is_offered_no_cell_of_another(city: World) -> None:
    browser = _browser(city, "DA-PLAT")
    page = browser.get(reverse("office-grid")).content.decode()
    assert f"01@{A}" in page
    assert f"01@{B}" not in page
    assert "01@*" not in page
    answer = browser.post(reverse("office-grid"), _form(city, f"01@{B}"))
    assert answer.status_code == 400
    assert not Responsibility.objects.exists()


def test_a_page_of_900_cells_takes_as_many_queries_as_one_of_4(city: World) -> None:
    browser, address = _browser(city), reverse("office-grid")
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    _edition("F", event=[f"01{number:02}" for number in range(1, 33)])
    for number in range(1, 33):
        _region(f"3301{number + 40:02}", "district")
        city.line("POWER", major_code="01", minor_code=f"{number:02}", region_code=A)
    address += "?edition=F"
    browser.get(address)
    with CaptureQueriesContext(connection) as many:
        page = browser.get(address).content.decode()
    assert page.count('class="cell ') == 33 * 31
    assert "More areas" in page
    assert len(many) == len(few) + 1  # the names of the areas that lines name
