"""Beside the dispatch form: the work of the unit, who is on duty, what was before and near."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cityloop.cases.models import Case
from cityloop.desks import unit_facts
from cityloop.people.models import Member
from tests.browser import Browse
from tests.duty import DAY, on_duty, person, shift, work
from tests.town import Town


def _page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return re.sub(r"\s+", " ", text)


def _beside(browse: Browse, case: Case, unit: int | str, by: str = "dispatcher") -> str:
    return _page(browse(by).get(reverse("case-unit", args=[case.number]), {"unit": unit}))


def _listed(browse: Browse, path: str, by: str = "dispatcher") -> int:
    """How many cases the list at this address holds."""
    return len(set(re.findall(r'href="/cases/(\d+)/"', _page(browse(by).get(path)))))


def _near(town: Town, case: Case, status: str, metres: float) -> Case:
    """A case of the same class some metres north."""
    assert case.point is not None
    return town.case(status, x=case.point.x, y=case.point.y + metres / 111_320)


def _settled_by(town: Town, case: Case, unit: str) -> Case:
    """Filed to closed, by this unit."""
    town.step(case.number, "dispatch", "dispatcher", unit=unit, reason="就近")
    town.step(case.number, "receive", unit.lower())
    town.step(case.number, "finish", unit.lower(), result="已修复", photos=("after",))
    return town.carry(case.number, "closed")


@pytest.mark.requirement("E15", "E02")
def test_the_numbers_are_those_of_the_lists_behind_them(town: Town, browse: Browse) -> None:
    water = town.units["WATER"].pk
    waiting = town.case("filed")
    held = [town.case("dispatched"), town.case("handling")]
    town.case("handled")  # is with the centre again
    town.wait(days=30)
    held.append(town.case("handling"))
    html = _beside(browse, waiting, water)
    links = {
        name: re.search(rf'href="([^"]+)"[^>]*>{name}<', html)
        for name in ("3 cases", "2 of them overdue")
    }
    for name, link in links.items():
        assert link is not None, (name, html)
        assert _listed(browse, link[1].replace("&amp;", "&")) == int(name.split()[0])
    assert "2 of them overdue" not in _beside(browse, waiting, town.units["ROADS"].pk)
    assert ">0 cases<" in _beside(browse, waiting, town.units["ROADS"].pk)


@pytest.mark.requirement("E15")
def test_who_is_on_duty_with_post_and_telephone(town: Town, browse: Browse) -> None:
    li = person(town, "li")
    Member.objects.filter(pk=li.pk).update(phone="0571-8000")
    on_duty(town, shift(town, "白班", DAY), "li")
    case, water = town.case("filed"), town.units["WATER"].pk
    html = _beside(browse, case, water)  # Monday, nine o'clock
    assert "On duty now" in html and "li · 抢修" in html and 'href="tel:0571-8000"' in html
    assert "open now" in html and "open until" in html

    town.wait(hours=13)
    html = _beside(browse, case, water)
    assert "li" not in re.findall(r"<li>(\w+)", html) and "At its desk" in html
    assert "Nobody is on duty now" in html and "closed now" in html and "opens 03-03" in html
    assert "keeps no roster" in _beside(browse, case, town.units["ROADS"].pk)


@pytest.mark.requirement("E03")
def test_to_whom_it_was_dispatched_before_and_why_it_came_back(town: Town, browse: Browse) -> None:
    case = town.case("filed")
    html = _page(browse("dispatcher").get(reverse("case", args=[case.number])))
    assert "Dispatched before</dt><dd>not yet" in html
    town.step(case.number, "dispatch", "dispatcher", unit="WATER")
    town.step(case.number, "return", "water", reason_code="not_ours", reason="不是自来水井")
    html = _page(browse("dispatcher").get(reverse("case", args=[case.number])))
    assert "1 time, last to WATER单位" in html
    assert re.search(r"WATER单位 · <span[^>]*>03-02 \d\d:\d\d</span><br><span[^>]*>came back: "
                     r"[^<]+ · 不是自来水井", html)  # fmt: skip


@pytest.mark.requirement("E02")
def test_the_unit_of_the_nearest_like_case_is_chosen_by_one_press(
    town: Town, browse: Browse
) -> None:
    case = town.case("filed")
    far = _settled_by(town, _near(town, case, "filed", 700), "WATER")
    near = _settled_by(town, _near(town, case, "filed", 150), "GREEN")
    _near(town, case, "handled", 100)  # not closed yet
    address = reverse("case", args=[case.number])
    html = _page(browse("dispatcher").get(address))
    assert near.number in html and f">{far.number}<" not in html and "150 m" in html
    assert "handled in time" in html
    green = town.units["GREEN"].pk
    assert f'href="?unit={green}" data-choose="dispatch-unit" data-value="{green}"' in html
    # Without a script the link makes the choice: in the form and in what stands beside it.
    html = _page(browse("dispatcher").get(address, {"unit": green}))
    form = html[html.index('id="step-dispatch"') :]
    assert re.search(r'<option value="(\d+)"[^>]* selected', form)[1] == str(green)  # type: ignore[index]
    assert '<p class="strong">GREEN单位' in form
    # A unit that the form does not offer is not chosen by an address either.
    html = _page(browse("dispatcher").get(address, {"unit": town.units["PLAT"].pk}))
    assert '<p class="strong">WATER单位' in html
    # Farther than a kilometre, nobody is like it.
    lonely = town.case("accepted", class_code="E0101")
    assert unit_facts.like(town.actor("dispatcher"), lonely, now=town.now) is None


@pytest.mark.requirement("O10")
def test_a_district_sees_the_work_of_its_own_units_only(town: Town, browse: Browse) -> None:
    case = town.case("filed")
    seen = unit_facts.of_unit(town.actor("district"), town.units["WATER"], now=town.now)
    assert (seen.seen, seen.rostered, seen.people) == (False, None, [])
    roads = unit_facts.of_unit(town.actor("district"), town.units["ROADS"], now=town.now)
    assert roads.seen and roads.rostered is False
    address = reverse("case-unit", args=[case.number])
    assert browse("acceptor").get(address, {"unit": town.units["WATER"].pk}).status_code == 403
    assert browse("dispatcher").get(address, {"unit": town.units["PLAT"].pk}).status_code == 404
    assert "Choose a unit" in _beside(browse, case, "")


@pytest.mark.requirement("O10")
def test_as_many_statements_for_many_cases_as_for_few(town: Town, browse: Browse) -> None:
    case, client = town.case("filed"), browse("dispatcher")
    address = reverse("case-unit", args=[case.number])

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            _page(client.get(address, {"unit": town.units["WATER"].pk}))
        return len(seen)

    statements()
    few = statements()
    for _n in range(5):
        town.case("dispatched")
    work(town)
    statements()  # who reads it is remembered for some seconds
    assert statements() == few
