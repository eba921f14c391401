"""Beside the form that assigns a case: what each worker has in hand."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cityloop.desks import workers
from tests.browser import Browse
from tests.duty import person
from tests.town import Town

PAGER = re.compile(r'href="/cases/(\d+)/"')


def _page(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.requirement("F01")
def test_the_emptiest_hands_stand_first_and_each_number_opens_its_list(
    town: Town, browse: Browse
) -> None:
    person(town, "idle")
    busy, client = town.members["water_worker"], browse("water")
    done = town.case("handling")
    town.step(done.number, "assign", "water", worker=busy.pk)
    town.step(done.number, "finish", "water", result="更换井盖", photos=("after",))
    for days in (30, 0):
        case = town.case("handling")
        town.step(case.number, "assign", "water", worker=busy.pk)
        town.wait(days=days)
    case = town.case("handling")
    address = reverse("case", args=[case.number])
    html = _page(client.get(address))
    part = html[html.index('class="load-list"') :]
    assert part.index("idle") < part.index("water_worker")
    links = re.findall(r'href="(/cases/\?also=worker-[^"]*)">(\d+) ', part)
    assert [number for _path, number in links] == ["2", "1"]
    for path, number in links:
        listed = _page(client.get(unescape(path)))
        assert len(set(PAGER.findall(listed))) == int(number)
        assert "assigned to water_worker" in listed
    assert "not recalled" not in part
    # Without a script the link makes the choice in the form; somebody of another unit is none.
    html = _page(client.get(address, {"worker": busy.pk}))
    form = html[html.index('id="step-assign"') :]
    assert re.search(r'<option value="(\d+)"[^>]* selected', form)[1] == str(busy.pk)  # type: ignore[index]
    html = _page(client.get(address, {"worker": town.members["inspector"].pk}))
    assert '<option value="" selected>' in html[html.index('id="assign-worker"') :]
    town.step(case.number, "assign", "water", worker=busy.pk)
    html = _page(client.get(address))
    assert "has it now" in html and "An assignment is not recalled" in html


@pytest.mark.requirement("O10")
def test_one_statement_for_many_workers_as_for_one(town: Town) -> None:
    desk = town.actor("water")

    def statements(n: int) -> int:
        offered = [(str(town.members["water_worker"].pk + one), "x") for one in range(n)]
        with CaptureQueriesContext(connection) as seen:
            assert len(workers.loads(desk, offered, chosen=None, now=town.now)) == n
        return len(seen)

    assert statements(1) == statements(50) == 1
