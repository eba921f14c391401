"""The palette finds what somebody may see, in one list, from every page."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cityloop.kernel import manifest, palette
from tests.browser import Browse
from tests.town import Town

pytestmark = pytest.mark.slow


def titles(town: Town, by: str, words: str) -> dict[str, list[str]]:
    found = palette.found(town.actor(by), words, now=town.now)
    return {group: [hit.title for hit in hits] for group, hits in found}


@pytest.mark.requirement("B06", "L16")
def test_one_line_finds_rules_cases_units_places_and_pages(town: Town) -> None:
    case = town.case("filed")
    by_tail = titles(town, "acceptor", case.number[-5:])
    assert by_tail["Cases"][0].startswith(case.number)
    assert titles(town, "acceptor", case.number)["Cases"] == by_tail["Cases"]
    found = titles(town, "acceptor", "井盖")
    assert any(title.startswith("C0101") for title in found["Command manual"])
    assert list(titles(town, "acceptor", "jg")) == ["Command manual"]
    assert titles(town, "acceptor", "WATER")["Units"] == ["WATER单位"]
    assert "Catalogue editions" in titles(town, "administrator", "editions")["Pages"]
    assert "Catalogue editions" in titles(town, "administrator", "目录版本")["Pages"]
    assert titles(town, "administrator", "water_worker")["Members"] == ["water_worker"]
    assert titles(town, "acceptor", "qqzzxx") == {}
    assert set(titles(town, "acceptor", "")) == {"Pages"}


@pytest.mark.requirement("B06", "O08")
def test_nobody_finds_what_they_may_not_see(town: Town) -> None:
    case = town.case("filed")  # no unit has it yet
    assert "Cases" not in titles(town, "roads", case.number)
    assert "Members" not in titles(town, "acceptor", "water_worker")
    assert titles(town, "water", "目录版本") == {}
    assert "Units" not in titles(town, "water", "ROADS")


@pytest.mark.requirement("B06")
def test_the_page_works_without_script_and_the_dialog_asks_for_the_list(browse: Browse) -> None:
    at = browse("acceptor")
    page = at.get("/palette/", {"q": "井盖"}).content.decode()
    assert "<h2" in page and "/manual/?q=C0101" in page
    part = at.get("/palette/", {"q": "井盖"}, headers={"HX-Request": "true"}).content.decode()
    assert 'role="option"' in part and "<html" not in part
    assert "Nothing found" in at.get("/palette/", {"q": "qqzzxx" * 40}).content.decode()
    assert Client().get("/palette/").status_code == 302


@pytest.mark.requirement("B06", "E01")
def test_the_manual_names_the_units_of_the_matrix(town: Town, browse: Browse) -> None:
    actor = town.actor("acceptor")
    classes = [town.chosen("C0101"), town.chosen("E0110")]
    found = manifest.answers(actor, classes, now=town.now)
    assert found == {"C0101": "WATER单位", "E0110": "ROADS单位"}
    page = browse("acceptor").get("/manual/", {"q": "C0101"}).content.decode()
    assert re.search(r"<td[^>]*Unit[^>]*>\s*<span class=\"strong\">WATER单位", page)


def test_the_manual_asks_as_often_for_many_classes_as_for_one(town: Town) -> None:
    actor, counts = town.actor("acceptor"), []
    many = [town.chosen(code) for code in ("C0101", "E0110", "E0102", "E0502")]
    for classes in (many[:1], many):
        manifest.answers(actor, classes, now=town.now)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            manifest.answers(actor, classes, now=town.now)
        counts.append(len(asked))
    assert counts[0] == counts[1]
