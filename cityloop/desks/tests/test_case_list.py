"""The list of cases and the start page: filters, pages, counters, constant number of queries."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.cases.models import Task
from cityloop.desks import boxes, queries


def numbers(html: str) -> list[str]:
    """The case numbers of the rows, in order."""
    return re.findall(r'class="row-link[^"]*" href="/cases/(\d+)/"', html)


def test_the_same_number_of_queries_for_two_and_for_fifty_rows(world, as_) -> None:
    counts = []
    for wanted in (2, 48):
        for _one in range(wanted):
            world.report(description=f"case {wanted}")
        client = as_("acceptor")
        client.get("/cases/")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/cases/")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


def test_pages_by_keyset_show_each_case_once(world, as_) -> None:
    made = {world.report(description=f"one of many {n}").number for n in range(60)}
    client = as_("acceptor")
    first = client.get("/cases/?order=latest").content.decode()
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).content.decode()
    seen = numbers(first) + numbers(second)
    assert len(seen) == 60
    assert set(seen) == made
    assert 'rel="next"' not in second


def test_sorts_by_time_left_and_lights_what_is_late(world, as_) -> None:
    old = world.report()
    world.wait(minutes=14)
    fresh = world.report()
    world.wait(minutes=2)
    html = as_("acceptor").get("/cases/").content.decode()
    assert numbers(html) == [old.number, fresh.number]
    assert re.search(r"ink-red.*overdue by 1 min", html, re.DOTALL)
    assert "13 min left" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=路灯", True), ("q=不亮", True), ("q=井盖", False), ("status=reported", True),
        ("status=closed", False), ("status=open", True), ("channel=inspector", True),
        ("channel=web", False), ("area=330106", True), ("record_type=quick", False),
        ("overdue=on", False), ("reported_from=2026-03-02&reported_to=2026-03-02", True),
        ("reported_from=2026-03-03", False), ("box=to_accept", True), ("box=to_file", False),
    ],
)  # fmt: skip
def test_filters(world, as_, query, found) -> None:
    case = world.report(description="路灯连续三盏不亮")
    html = as_("acceptor").get(f"/cases/?{query}").content.decode()
    # Areas are offered from the regions that exist; here there are none, so the filter is ignored.
    assert (case.number in numbers(html)) is found


def test_a_number_leads_straight_to_its_case(world, as_) -> None:
    case = world.report()
    answer = as_("acceptor").get(f"/cases/?q={case.number}")
    assert answer.status_code == 302
    assert answer["Location"] == f"/cases/{case.number}/"


def test_wrong_values_are_named_not_obeyed(world, as_) -> None:
    case = world.report()
    client = as_("acceptor")
    for query in (
        "status=nonsense",
        "unit_id=x",
        "reported_from=yesterday",
        "order=random",
        "box=no",
        "reported_from=2026-03-02&reported_to=2026-03-01",
    ):
        html = client.get(f"/cases/?{query}").content.decode()
        assert case.number in numbers(html), query
        assert "Left out, because the value cannot be:" in html, query
    assert "Left out" not in client.get("/cases/?status=open").content.decode()
    assert client.get("/cases/?cursor=rubbish").status_code == 422


def test_htmx_gets_the_list_alone(world, as_) -> None:
    world.report()
    answer = as_("acceptor").get("/cases/", headers={"HX-Request": "true"})
    assert answer.content.lstrip().startswith(b'<div id="cases"')
    assert "HX-Request" in answer["Vary"]


@pytest.mark.slow
@pytest.mark.requirement("H07")
def test_every_counter_equals_the_list_behind_it(world, as_) -> None:
    for status in ("reported", "accepted", "filed", "dispatched", "handling", "handled", "checked"):
        world.to(status)
    returned = world.to("dispatched")
    world.step(returned, "return", "water", reason_code="not_ours", reason="no")
    world.wait(hours=9)
    for who in ("acceptor", "dispatcher", "shift_leader", "water", "second_inspector", "leader"):
        actor = world.actors[who]
        counts = queries.counters(actor, now=world.now)
        for box in (one for one in boxes.BOXES if one.counted):
            html = as_(who).get(f"/cases/?box={box.key}").content.decode()
            assert len(numbers(html)) == counts[box.key], (who, box.key)
    assert queries.counters(world.actors["dispatcher"], now=world.now)["returned"] == 1


@pytest.mark.requirement("H07", "L10")
def test_only_what_was_given_to_an_inspector_is_overdue_for_them(world, as_) -> None:
    """The unit's late case is none of theirs, whoever found it; their own check is."""
    world.to("dispatched")
    checked = world.to("checking")
    world.wait(days=9)
    holder = Task.objects.get(case=checked, kind="check", closed_at=None).member_id
    for who in ("inspector", "second_inspector"):
        actor = world.actors[who]
        own = [checked.number] if actor.member_id == holder else []
        assert numbers(as_(who).get("/cases/?box=overdue").content.decode()) == own, who
        assert queries.counters(actor, now=world.now)["overdue"] == len(own)


def test_the_start_page_shows_each_role_its_own_work(world, as_) -> None:
    world.to("reported")
    world.to("filed")
    acceptor = as_("acceptor").get("/").content.decode()
    dispatcher = as_("dispatcher").get("/").content.decode()
    own = r'<div class="tiles">(.*?)</div>\s*</section>'
    assert "/desk/to_accept/" in re.search(own, acceptor, re.DOTALL)[1]
    assert "/desk/to_dispatch/" not in re.search(own, acceptor, re.DOTALL)[1]
    assert "/desk/to_dispatch/" in re.search(own, dispatcher, re.DOTALL)[1]


def test_units_see_only_their_own(world, as_) -> None:
    case = world.to("dispatched")
    assert numbers(as_("water").get("/cases/").content.decode()) == [case.number]
    assert numbers(as_("roads").get("/cases/").content.decode()) == []


def test_a_units_boxes_hold_what_it_leads_and_owes_not_what_it_had(world, as_) -> None:
    case = world.to("dispatched")  # with water

    def held(box: str) -> bool:
        return case.number in as_("water").get(f"/cases/?box={box}").content.decode()

    assert held("to_receive")
    world.wait(days=9)
    assert held("overdue")
    case = world.step(case, "return", "water", reason_code="not_ours", reason="not our pipe")
    case = world.step(
        case, "dispatch", "dispatcher", unit=world.units["roads"].pk, reason="of the road"
    )
    assert case.number in as_("water").get("/cases/").content.decode(), "still theirs to see"
    assert not held("to_receive") and not held("overdue")
    assert case.number in as_("roads").get("/cases/?box=to_receive").content.decode()
