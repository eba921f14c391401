"""A shift leader's start page: every number is that of the list which it opens."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.cases.models import Case
from cityloop.desks import shift as shifts
from cityloop.duty import operations as duty
from tests.browser import Browse
from tests.duty import DAY
from tests.town import SINCE, Town

LINK = re.compile(r'<a(?: class="[^"]*")? href="(/[^"]*)"[^>]*>(.*?)</a>')
PAGER = re.compile(r'href="/cases/(\d+)/"')


def _page(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


def _section(html: str) -> str:
    """The part of the page that tells of the shift."""
    assert 'id="shift-title"' in html
    told = html[html.index('id="shift-title"') : html.index("</main>")]
    return told.split('aria-label="Next', maxsplit=1)[0]


def _listed(browse: Browse, path: str) -> int:
    return len(set(PAGER.findall(_page(browse("shift_leader").get(unescape(path))))))


def _many(town: Town) -> None:
    """Cases at several steps, some of them late, some about to be."""
    for status in ("accepted", "filed", "handling", "checking"):
        town.case(status)
    town.wait(days=9)
    for status in ("accepted", "filed", "dispatched", "checking", "checked", "reported"):
        town.case(status)


@pytest.mark.requirement("H07")
def test_every_number_is_that_of_the_list_behind_it(town: Town, browse: Browse) -> None:
    _many(town)
    html = _section(_page(browse("shift_leader").get("/")))
    seen = 0
    for path, inside in LINK.findall(html):
        words = re.sub(r"<svg.*?</svg>|<span class=\"(?:small|stat-name|stat-note).*?</span>", "",
                       inside)  # fmt: skip
        number = re.sub(r"<[^>]*>", "", words).strip().split(" ")[-1]
        if path.startswith("/cases/") and number.isdigit():
            assert _listed(browse, path) == int(number), (path, number)
            seen += 1
    assert seen > 12
    found = shifts.of(town.actor("shift_leader"), now=town.now)
    by_step = {one.status: one for one in found.stages}
    assert (by_step["filed"].waiting, by_step["filed"].late) == (2, 1)
    assert by_step["reported"].late == 0 and by_step["reported"].due == 1
    assert found.late >= 3 and found.due >= 2
    every = sum(one.waiting for one in found.stages)
    assert found.on_time == round(100 * (every - found.late - found.due) / every)
    # The oldest stands first in the list that the step opens.
    first = PAGER.search(_page(browse("shift_leader").get("/cases/?status=filed&order=oldest")))
    oldest = Case.objects.filter(status="filed").order_by("reported_at")[0]
    assert first is not None and first[1] == oldest.number
    assert by_step["filed"].oldest == oldest.reported_at


@pytest.mark.requirement("M03", "E15")
def test_the_shift_ends_by_the_roster_else_by_the_hours_else_with_the_day(town: Town) -> None:
    leader = town.actor("shift_leader")
    ends = shifts.end_of(leader, town.now)
    assert ends.why == "end of the working hours" and ends.at > town.now
    night = town.now + timedelta(hours=13)
    assert shifts.end_of(leader, night).why == "end of the day"
    _roster(town)
    ends = shifts.end_of(leader, town.now)
    assert ends.why == "白班" and ends.at == town.now.replace(hour=12)  # 20:00 in Shanghai
    people = shifts.of(leader, now=town.now).people
    assert [(one.member.username, one.on_duty, one.post) for one in people] == [
        ("shift_leader", True, "抢修")
    ]


def _roster(town: Town) -> None:
    """The shift leader works the day shift of the hall."""
    row = duty.set_shift(
        unit=town.units["PLAT"], name="白班", starts=DAY[0], ends=DAY[1], post="抢修",
        special=False, actor=town.actor("shift_leader"), now=town.now,
    )  # fmt: skip
    new = duty.NewTurn(town.members["shift_leader"], (1, 2, 3, 4, 5, 6, 7), SINCE, None, 1)
    duty.put_on_duty(shift_id=row.pk, new=new, actor=town.actor("shift_leader"), now=town.now)


@pytest.mark.requirement("D05", "O10")
def test_nobody_elses_page_has_it_and_words_that_mean_nothing_narrow_nothing(
    town: Town, browse: Browse
) -> None:
    town.case("checking")
    assert 'id="shift-title"' not in _page(browse("dispatcher").get("/"))
    on_site = town.members["inspector2"].pk
    assert _listed(browse, f"/cases/?also=task-{on_site}") == 1
    assert "on site with inspector2" in _page(
        browse("shift_leader").get(f"/cases/?also=task-{on_site}")
    )
    assert _listed(browse, "/cases/?also=task-999999") == 0
    for wrong in ("task-x", "nothing-1", "task-", "task-1234567890123"):
        assert _listed(browse, f"/cases/?also={wrong}") == 1
    # A list that is taken away as a file is narrowed alike.
    csv = b"".join(
        browse("shift_leader").get("/cases/files/cases.csv?also=task-999999").streaming_content
    ).decode()  # fmt: skip
    assert len(csv.strip().splitlines()) == 1


@pytest.mark.requirement("O10")
def test_as_many_statements_for_many_cases_as_for_few(town: Town) -> None:
    leader = town.actor("shift_leader")

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            shifts.of(leader, now=town.now)
        return len(seen)

    town.case("checking")
    few = statements()
    _many(town)
    assert statements() == few
