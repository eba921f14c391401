"""The pages of leaders: each number opens exactly its cases, says why it changed, and is seen by
those alone whose ground it is; the wall stays signed in; Monday's digest."""

from __future__ import annotations

import html
import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cityloop.command import measures, queries, spans
from cityloop.command import operations as command
from cityloop.command.models import DayFigure, HeatCell
from cityloop.kernel.errors import NotAllowed
from cityloop.notify.models import Message
from tests.browser import Browse
from tests.scenarios.test_figures import reworked
from tests.scenarios.test_posts import page, staff
from tests.town import DISTRICT, Town, forget

pytestmark = pytest.mark.slow

FIGURE = re.compile(
    r'<li class="figure figure-(\w+)">\s*<a class="figure-main" href="([^"]+)">'
    r'.*?</svg>(.*?)</span><span class="figure-value">(.*?)</span>',
    re.S,
)
WHY = re.compile(r'<p class="figure-why"><a href="([^"]+)">(.*?)</a>')


def at(town: Town, day: int, hour: int = 9, *, month: int = 6) -> None:
    """Go on to a moment of the city."""
    moment = datetime.combine(date(2026, month, day), time(hour))
    town.now = timezone.make_aware(moment)


def lived(town: Town, monkeypatch: Any) -> None:
    """Two months: in June one case was closed in time, in July one late and one reworked too."""
    monkeypatch.setattr("cityloop.kernel.clock.now", lambda: town.now)
    at(town, 3)
    town.case("closed")
    at(town, 2, month=7)
    late = town.case("handling")
    town.wait(days=9)
    town.sweep()
    town.step(late.number, "finish", "water", result="已修", photos=("after",))
    town.carry(late.number, "closed")
    reworked(town, "poor_work")
    for _n in range(3):
        town.case("closed")
    at(town, 20, 15, month=7)
    town.case("filed")
    town.case("handling")
    while command.count_days(now=town.now) > 1:
        pass
    forget()


def shown(text: str) -> dict[str, tuple[str, str]]:
    """Title of a number -> its value and the list it opens."""
    return {html.unescape(title): (value, html.unescape(href))
            for _tone, href, title, value in FIGURE.findall(text)}  # fmt: skip


def rows(browser: Client, address: str) -> int:
    """How many cases a list shows."""
    return page(browser.get(address)).count('class="linked"')


@pytest.mark.requirement("L24", "J14")
def test_every_number_opens_exactly_its_cases(town: Town, browse: Browse, monkeypatch: Any) -> None:
    lived(town, monkeypatch)
    leader = browse("leader")
    month = shown(page(leader.get("/month/")))
    assert {title: value for title, (value, _href) in month.items()} == {
        "Reported": "5", "Filed": "5", "Closed": "5", "Handled in time": "80.0 %",
        "Handled late": "1", "Reworked": "1",
    }  # fmt: skip
    for title in ("Reported", "Filed", "Closed", "Handled late", "Reworked"):
        assert rows(leader, month[title][1]) == int(month[title][0]), title
    assert rows(leader, month["Handled in time"][1]) == 4
    today = shown(page(leader.get("/today/")))
    for title in ("Reported", "Filed", "Open now"):
        assert today[title][0] == "2", title
        assert rows(leader, today[title][1]) == 2, title

    # The lines of the ranking too; and a day that is asked for twice is counted once.
    ranked = page(leader.get("/ranking/?day=2026-07-11"))
    assert "WATER单位" in ranked
    opened = re.findall(r'<td class="num[^"]*"><a href="([^"]+)">(\d+)</a>', ranked)
    assert opened
    for address, number in opened:
        assert rows(leader, html.unescape(address)) == int(number), address
    before = DayFigure.objects.count()
    command.count_days(now=town.now)
    assert DayFigure.objects.count() == before
    assert page(leader.get("/ranking/?day=nonsense")) and page(leader.get("/ranking/?day=2099-1-1"))


@pytest.mark.requirement("L24")
def test_a_number_says_how_it_changed_and_why(town: Town, browse: Browse, monkeypatch: Any) -> None:
    lived(town, monkeypatch)
    for _n in range(4):
        town.report(class_code="E0101", text="占道经营")
    leader = browse("leader")
    text = page(leader.get("/today/"))
    tones = {title: tone for tone, _href, title, _value in FIGURE.findall(text)}
    assert tones["Open now"] == "bad" and tones["Reported"] == "plain"
    reasons = [(html.unescape(href), html.unescape(words)) for href, words in WHY.findall(text)]
    href, words = reasons[0]
    assert "% of the rise" in words
    assert rows(leader, href) >= 2
    assert "major=" in href or "area=" in href or "unit_id=" in href

    cell = queries.Cell
    cube = queries.Cube([
        cell("330102", 1, "E01", {"late": 9, "on_time": 1}, {"late": 1, "on_time": 9}),
        cell("330106", 2, "C01", {"late": 3, "on_time": 7}, {"late": 1, "on_time": 9}),
    ])  # fmt: skip
    late, rate = measures.BY_KEY["late"], measures.BY_KEY["on_time"]
    assert queries.reason_of(late, cube) == queries.Reason("major", "E01", 0.8, True)
    found = queries.reason_of(rate, cube)
    assert found is not None and (found.key, found.rise) == ("E01", False)
    assert round(found.share, 6) == 0.8, "40 of the 50 points that were lost"
    better = queries.Cube([
        cell("330102", 1, "E01", {"late": 4, "on_time": 36}, {"late": 3, "on_time": 3}),
        cell("330102", 2, "C01", {"late": 1, "on_time": 1}, {"late": 1, "on_time": 1}),
    ])  # fmt: skip
    found = queries.reason_of(rate, better)
    assert found is not None and (found.key, found.rise) == ("E01", True), "late more, yet better"
    still = queries.Cube([cell("330102", 1, "E01", {"late": 2}, {"late": 1})])
    assert queries.reason_of(late, still) is None, "of one case nobody asks"
    assert queries.reason_of(rate, still) is None


@pytest.mark.requirement("L24")
def test_whoever_sees_less_gets_the_same_numbers_of_their_own(town: Town, monkeypatch: Any) -> None:
    """From the table of days or from the cases: the same; a unit's leader counts the unit's."""
    lived(town, monkeypatch)
    span, before = spans.month(town.now)
    leader = town.actor("leader")
    assert queries.from_days(leader)
    stored = queries.of_spans(leader, span, before)
    counted = queries.counted(leader, span, before, digits=queries.DISTRICT)
    assert stored.totals() == counted.totals()
    for dimension in ("area", "unit", "major"):
        assert stored.by(dimension) == counted.by(dimension)
    assert [day.counts for day in queries.by_day(leader, span)] == [
        day.counts for day in _from_cases(leader, span, monkeypatch)
    ]

    staff(town, "green_leader", "GREEN", "leader")
    staff(town, "water_leader", "WATER", "leader")
    forget()
    green, water = town.actor("green_leader"), town.actor("water_leader")
    assert not queries.from_days(green)
    assert queries.of_spans(green, span, before).cells == []
    assert queries.of_spans(water, span, before).totals()[0]["closed"] == 5
    district = town.actor("district")
    assert queries.digits_of(district) == 9
    assert queries.of_spans(district, span, before).totals()[0]["closed"] == 5


def _from_cases(actor: Any, span: spans.Span, monkeypatch: Any) -> list[queries.Day]:
    with monkeypatch.context() as patch:
        patch.setattr("cityloop.command.queries.trends.from_days", lambda actor: False)
        return queries.by_day(actor, span)


@pytest.mark.requirement("L24")
def test_red_matters_have_photos_and_lead_to_the_order(
    town: Town, browse: Browse, monkeypatch: Any
) -> None:
    lived(town, monkeypatch)
    case = town.case("handling")
    town.step(case.number, "urge", "supervisor", reason="请说明")
    leader, text = browse("leader"), page(browse("leader").get("/today/"))
    red = text[text.index("red-list") :]
    assert f"/cases/{case.number}/#step-urge" in red
    assert "answer owed" in red and re.search(r'class="red-photo" src="/files/\w{64}/480"', red)
    assert rows(leader, "/cases/?box=red") == 1
    form = page(leader.get(f"/cases/{case.number}/"))
    assert 'id="step-urge"' in form or "step-barred" in form
    assert "#step-urge" not in page(browse("evaluator").get("/today/")), "no step of theirs"


@pytest.mark.requirement("L24")
def test_the_heat_is_seen_by_those_whose_ground_it_is(
    town: Town, browse: Browse, monkeypatch: Any
) -> None:
    lived(town, monkeypatch)
    assert command.count_heat(now=town.now) == HeatCell.objects.count() > 3
    where = HeatCell.objects.first()
    assert where is not None
    z = 12
    x = int((where.point.x + 180) / 360 * 2**z)
    y = _row(where.point.y, z)
    staff(town, "green_leader", "GREEN", "leader")
    forget()
    for z_, divide in ((12, 1), (16, 0)):
        if not divide:
            z, x, y = z_, int((where.point.x + 180) / 360 * 2**z_), _row(where.point.y, z_)
        address = f"/tiles/case-heat/{z}/{x}/{y}.mvt"
        assert b"case-heat" in browse("leader").get(address).content
        assert browse("green_leader").get(address).content == b""
        assert browse("water").get(address).status_code == 403


def _row(lat: float, z: int) -> int:
    import math

    return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)


@pytest.mark.requirement("L24")
def test_the_wall_goes_round_and_only_its_own_account_stays_signed_in(
    town: Town, browse: Browse, monkeypatch: Any
) -> None:
    lived(town, monkeypatch)
    staff(town, "screen", "PLAT", "wall")
    forget()
    screen, leader = browse("screen"), browse("leader")
    first = page(screen.get("/wall/?pages=today,nonsense,map,today&every=3"))
    assert 'data-every="5"' in first, "no faster than one can read"
    assert 'data-next="/wall/?pages=today,heat&amp;every=5&amp;at=1"' in first
    assert "</nav>" in first and 'class="side"' not in first
    assert 'data-next="/wall/?pages=today,heat&amp;every=5&amp;at=0"' in page(
        screen.get("/wall/?pages=today,heat&every=5&at=3")
    )
    for at_ in range(4):
        page(screen.get(f"/wall/?pages=today,month,map,ranking&at={at_}"))
    town.wait(minutes=11)
    answer = screen.get("/wall/")
    assert answer.cookies["sessionid"]["max-age"] == 12 * 3600, "kept anew while the page runs"
    assert "sessionid" not in screen.get("/wall/").cookies, "not at every page"
    assert "sessionid" not in leader.get("/wall/").cookies, "theirs ends as ever"
    case = town.case("reported")
    refused = screen.post(f"/cases/{case.number}/steps/accept/", {"version": case.version})
    assert refused.status_code in (403, 404)
    assert page(screen.get(f"/cases/{case.number}/"))


@pytest.mark.requirement("L24")
def test_leaders_are_told_of_the_week_on_monday_unless_they_want_none(
    town: Town, browse: Browse, monkeypatch: Any
) -> None:
    lived(town, monkeypatch)
    at(town, 19, 9, month=7)  # a Sunday
    assert command.send_digests(now=town.now) == 0
    at(town, 20, 7, month=7)
    assert command.send_digests(now=town.now) == 0, "nobody is woken"
    at(town, 20, 8, month=7)
    assert command.send_digests(now=town.now) == 1
    assert command.send_digests(now=town.now) == 0, "once a week"
    town.deliver()
    told = Message.objects.get(topic="weekly_digest")
    assert told.member == town.members["leader"] and told.path == "/month/"
    assert "2026-07-13 – 2026-07-19" in told.text and "按时处置率" in told.text

    leader = browse("leader")
    assert "No weekly digest" in page(leader.get("/month/"))
    assert leader.post("/month/digest/", {"wanted": "0"}).status_code == 302
    assert "Weekly digest" in page(leader.get("/month/"))
    at(town, 27, 8, month=7)
    assert command.send_digests(now=town.now) == 0
    leader.post("/month/digest/", {"wanted": "1"})
    at(town, 27, 10, month=7)
    assert command.send_digests(now=town.now) == 0, "that week is done"
    with pytest.raises(NotAllowed):
        command.set_digest(wanted=True, actor=town.actor("evaluator"), now=town.now)


@pytest.mark.requirement("L24")
def test_more_cases_cost_no_more_statements(town: Town, browse: Browse, monkeypatch: Any) -> None:
    lived(town, monkeypatch)
    leader = browse("leader")

    def statements() -> list[int]:
        found = []
        for path in ("/today/", "/month/", "/ranking/", "/heat/"):
            leader.get(path)
            with CaptureQueriesContext(connection) as asked:
                page(leader.get(path))
            found.append(len(asked))
        return found

    def more(times: int) -> None:
        for _n in range(times):
            town.step(town.case("handling").number, "urge", "supervisor", reason="请说明")
            town.case("closed")

    more(1)
    few = statements()
    more(6)
    command.count_days(now=town.now)
    assert statements() == few


def test_the_month_is_of_whole_days_beside_as_many(town: Town) -> None:
    at(town, 20, month=7)
    this, before = spans.month(town.now)
    assert (this.days, before.days) == (19, 19)
    at(town, 1, month=7)
    this, before = spans.month(town.now)
    assert (f"{this.first}", f"{this.last}") == ("2026-06-01", "2026-06-30")
    assert (f"{before.first}", f"{before.last}") == ("2026-05-01", "2026-05-31")
    at(town, 31, month=3)
    this, before = spans.month(town.now)
    assert (f"{this.last}", f"{before.last}") == ("2026-03-30", "2026-02-28")
    assert before.until - before.since == timedelta(days=28)
    assert DISTRICT
