"""Overdue by step and multiples of the limit, and what stands still by age: each with its list."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.cases.models import Case
from cityloop.desks import boxes, narrowing, supervision
from tests.browser import Browse
from tests.town import Town

PAGER = re.compile(r'href="/cases/(\d+)/"')


def _page(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


def _listed(browse: Browse, path: str) -> int:
    return len(set(PAGER.findall(_page(browse("supervisor").get(unescape(path))))))


def _late(town: Town) -> None:
    """A case to file whose limit is used up once, one twice, and one many times."""
    for spent in (3.2, 1.2, 0.2):
        case = town.case("accepted")
        assert case.due_at is not None and case.yellow_at is not None
        limit = (case.due_at - case.yellow_at) * 4
        town.now = case.due_at + limit * spent


def _held(town: Town) -> None:
    """A case suspended ten days ago and one a moment ago."""
    for days in (10, 0):
        case = town.case("handling")
        town.step(case.number, "ask_suspension", "water", reason_code="season", reason="雨季",
                  until="2026-11-01")  # fmt: skip
        town.step(case.number, "approve_suspension", "supervisor")
        town.wait(days=days)


@pytest.mark.requirement("H07")
def test_each_cell_opens_the_cases_that_it_counts(town: Town, browse: Browse) -> None:
    number = town.case("accepted")
    limit = (number.due_at - number.yellow_at) * 4  # type: ignore[operator]
    town.now = number.due_at + limit * 0.5  # type: ignore[operator,assignment]
    once = supervision.of(town.actor("supervisor"), now=town.now)
    assert [row.cells for row in once.rows] == [[(1, 1), (2, 0), (3, 0)]]
    town.now = number.due_at + limit * 1.5  # type: ignore[operator,assignment]
    assert supervision.of(town.actor("supervisor"), now=town.now).sums == [(1, 0), (2, 1), (3, 0)]
    town.now = number.due_at + limit * 2  # type: ignore[operator,assignment]
    assert supervision.of(town.actor("supervisor"), now=town.now).sums == [(1, 0), (2, 0), (3, 1)]
    # Twice and more is what another list calls overdue by the limit again.
    again = boxes.overdue_twice(town.actor("supervisor"), town.now)
    assert Case.objects.filter(again).count() == 1

    _late(town)
    town.case("dispatched")
    town.wait(days=20)
    html = _page(browse("supervisor").get("/"))
    told = html[html.index('aria-label="Overdue by step"') :]
    links = re.findall(r'href="(/cases/\?[^"]*(?:times-\d|overdue=on)[^"]*)">(\d+)<', told)
    assert len(links) > 5
    for path, shown in links:
        assert _listed(browse, path) == int(shown), (path, shown)
    whole = supervision.of(town.actor("supervisor"), now=town.now)
    assert whole.every == Case.objects.filter(due_at__lt=town.now).count() == 5


@pytest.mark.requirement("H07")
def test_what_stands_still_by_age(town: Town, browse: Browse) -> None:
    _held(town)
    html = _page(browse("supervisor").get("/"))
    links = dict(re.findall(r'href="(/cases/\?also=held-\d+)">.*?class="count[^"]*">(\d+)<', html))
    assert list(links.values()) == ["1", "1", "0"]
    for path, shown in links.items():
        assert _listed(browse, path) == int(shown), path
    assert "suspended or deferred for a week to a month" in _page(
        browse("supervisor").get("/cases/?also=held-7")
    )
    assert set(narrowing.AGES) == {0, 7, 30}
    for unknown in ("held-999999999999", "held-8", "times-0", "times-999999999999"):
        assert _listed(browse, f"/cases/?also={unknown}") == 0


@pytest.mark.requirement("D05", "O10")
def test_it_is_the_supervisors_and_costs_the_same_for_many_cases(
    town: Town, browse: Browse
) -> None:
    assert 'aria-label="Overdue by step"' not in _page(browse("dispatcher").get("/"))
    assert "Nothing is overdue" in _page(browse("supervisor").get("/"))

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            supervision.of(town.actor("supervisor"), now=town.now)
        return len(seen)

    few = statements()
    _late(town)
    assert statements() == few
