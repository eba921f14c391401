"""A district platform sees what the city gave it, what is its own, and how much time was used."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cityloop.cases import command, modes, queries
from cityloop.cases import operations as cases
from tests.browser import Browse
from tests.scenarios.test_modes import filed, staff
from tests.town import ROOT, SYSTEM, Town, forget

PAGER = re.compile(r'href="/cases/(\d+)/"')


def _page(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


def _two_levels() -> None:
    """City and district dispatch; published now, behind the flow of the town."""
    read = modes.read_mode(ROOT / "data/modes/hz-core.toml")
    wanted = modes.applied(queries.current_flow().parameters, read.parameters, "")
    cases.publish_flow(code=read.code, parameters=wanted, actor=SYSTEM, now=timezone.now())


def _list(browse: Browse, box: str, by: str = "district") -> set[str]:
    return set(PAGER.findall(_page(browse(by).get(f"/cases/?box={box}"))))


@pytest.mark.requirement("A08", "E01")
def test_given_by_the_city_or_its_own_with_the_share_that_was_used(
    town: Town, browse: Browse
) -> None:
    _two_levels()
    staff(town, "sender", "PLAT", "dispatcher")
    forget()
    given, kept = filed(town), filed(town)
    assert _list(browse, "given") == _list(browse, "our_own") == set()
    town.wait(minutes=5)
    given = town.step(given.number, "pass_down", "sender", opinion="属地处置")
    assert [level for level, _used in command.came_from(given.platforms, given.holder_id)] == [
        "city"
    ]
    assert _list(browse, "given") == {given.number} and _list(browse, "our_own") == set()
    assert _list(browse, "our_own", "sender") == {kept.number}
    assert _list(browse, "given", "sender") == set()
    listed = _page(browse("district").get("/cases/?box=given"))
    assert "City, after 5 min" in listed
    html = _page(browse("district").get(reverse("case", args=[given.number])))
    assert "given by: City, after 5 of its 20 minutes (25 % of its share)" in html
    html = _page(browse("sender").get(reverse("case", args=[kept.number])))
    assert "its own from the beginning" in html


@pytest.mark.requirement("A08")
def test_a_city_with_one_hall_tells_nothing_of_it(town: Town, browse: Browse) -> None:
    case = town.case("filed")
    html = _page(browse("dispatcher").get(reverse("case", args=[case.number])))
    assert "its own from the beginning" not in html and "given by" not in html
    assert _list(browse, "our_own", "district") == set()
