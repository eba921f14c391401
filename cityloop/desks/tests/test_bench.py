"""The bench over HTTP: list and case at one address, its parts, and the next case after a step."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.cases.models import Case
from cityloop.cases.tests import world as worlds
from cityloop.desks import bench, boxes

LIST, PANE, CASE, BOXES = "div#cases", "div#pane", "div#case", "div#boxes"


def numbers(html: str) -> list[str]:
    """The case numbers of the rows, in order."""
    return re.findall(r'class="row-link mono" href="[^"]*case=(\d+)', html)


def chosen(html: str) -> str:
    """The number of the case that stands open; '' where none does."""
    found = re.search(r'id="case"[^>]*data-live-number="(\d+)"', html)
    return found[1] if found else ""


def part(client, address: str, target: str) -> str:
    """The part that htmx asks for."""
    headers = {"HX-Request": "true", "HX-Target": target}
    return client.get(address, headers=headers).content.decode()


def step(client, case: Case, action: str, at: str, **more):
    """Send the form of a step from the bench."""
    data = {"version": case.version, "bench": at, **more}
    return client.post(f"/cases/{case.number}/steps/{action}/", data)


@pytest.mark.requirement("D01")
def test_one_address_shows_list_boxes_and_case(world, as_) -> None:
    first, second = world.report(), world.report()
    html = as_("acceptor").get(f"/desk/to_accept/?case={second.number}").content.decode()
    assert numbers(html) == [first.number, second.number]
    assert chosen(html) == second.number
    assert re.search(rf'case={second.number}"[^>]* aria-current="true"', html)
    assert re.search(r'href="/desk/to_accept/" aria-current="page".*?count[^>]*>2<', html)
    assert 'name="bench" value="/desk/to_accept/"' in html


def test_htmx_gets_the_part_that_it_asks_for(world, as_) -> None:
    case = world.report()
    client, address = as_("acceptor"), f"/desk/to_accept/?case={case.number}"
    assert part(client, address, LIST).startswith('<div id="cases"')
    assert part(client, address, BOXES).lstrip().startswith('<div class="side-group" id="boxes"')
    for target in (PANE, CASE):
        html = part(client, address, target)
        assert chosen(html) == case.number and "bench-list" not in html
        assert f'hx-get="{address}"' in html, "it refreshes itself with the forms of the bench"
    assert "bench-list" in client.get(address).content.decode()
    assert "HX-Target" in client.get(address)["Vary"]


def test_what_is_no_list_or_out_of_sight_is_said(world, as_) -> None:
    case = world.to("dispatched")  # with water
    assert as_("water").get("/desk/nonsense/").status_code == 404
    answer = as_("roads").get(f"/desk/to_receive/?case={case.number}")
    assert answer.status_code == 404
    html = answer.content.decode()
    assert "bench-list" in html and case.number not in chosen(html)
    assert "there is no case" in html
    assert as_("roads").get("/desk/to_receive/?cursor=rubbish").status_code == 422


@pytest.mark.requirement("D01")
def test_after_a_step_the_next_of_the_list_opens(world, as_) -> None:
    cases = []
    for _one in range(3):
        cases.append(world.report())
        world.wait(minutes=1)
    client, at = as_("acceptor"), "/desk/to_accept/"
    answer = step(client, cases[1], "accept", at)
    assert (answer.status_code, answer["Location"]) == (303, f"{at}?case={cases[2].number}")
    html = client.get(answer["Location"]).content.decode()
    assert f'href="{at}?case={cases[1].number}">{cases[1].number}</a>' in html, "the way back"
    assert "Done: Accept" in html
    assert numbers(html)[-2:] == [cases[0].number, cases[2].number]
    answer = step(client, cases[2], "accept", at)
    assert answer["Location"] == f"{at}?case={cases[0].number}", "round to the first"
    assert step(client, cases[0], "accept", at)["Location"] == at, "nothing is left"
    assert "No case is here" in client.get(at).content.decode()


def test_the_next_stays_within_what_is_searched(world, as_) -> None:
    first = world.report(description="路灯不亮")
    world.report(description="井盖破损")
    last = world.report(description="路灯倾斜")
    at = bench.place("to_accept", {"q": "路灯", "order": "latest", "x": "1"}).at()
    answer = step(as_("acceptor"), last, "accept", at)
    assert answer["Location"] == f"{at}&case={first.number}"


@pytest.mark.parametrize(
    "at", ["https://elsewhere.example/desk/to_accept/", "//elsewhere.example/desk/to_accept/",
           "/desk/nonsense/", "/cases/", "x" * 2000],
)  # fmt: skip
def test_an_address_that_is_no_bench_of_ours_is_left_out(world, as_, at) -> None:
    case = world.report()
    answer = step(as_("acceptor"), case, "accept", at)
    assert answer["Location"] == f"/cases/{case.number}/"


def test_a_script_is_told_where_to_go_on_and_a_kept_step_nowhere(world, as_) -> None:
    first, second, third = world.report(), world.report(), world.report()
    client, at = as_("acceptor"), "/desk/to_accept/"
    data = {"version": first.version, "bench": at}
    accept = {"headers": {"Accept": "application/json"}}
    told = client.post(f"/cases/{first.number}/steps/accept/", data, **accept).json()
    assert told["address"] == f"{at}?case={second.number}"
    data = {"version": third.version, "bench": at, "kept_at": world.now.isoformat()}
    told = client.post(f"/cases/{third.number}/steps/accept/", data, **accept).json()
    assert told["address"] == f"/cases/{third.number}/"


@pytest.mark.requirement("D01")
def test_a_refusal_stays_at_the_bench_with_what_was_typed(world, as_) -> None:
    case, other = world.report(), world.report()
    client, at = as_("acceptor"), "/desk/to_accept/"
    step(client, case, "accept", "")
    answer = step(client, case, "accept", at, description="another text")
    assert answer.status_code == 409
    html = answer.content.decode()
    assert chosen(html) == case.number and numbers(html) == [other.number]
    assert "The case changed while you were reading it" in html


@pytest.mark.requirement("D01")
def test_as_many_queries_for_two_and_for_fifty_rows(world, as_) -> None:
    counts = []
    for wanted in (2, 48):
        made = [world.report(description=f"case {wanted}") for _one in range(wanted)]
        client, address = as_("acceptor"), f"/desk/to_accept/?case={made[0].number}"
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_lists_to_look_things_up_in_hold_ended_cases(world, as_) -> None:
    case = world.step(
        world.report(), "reject", "acceptor", reason_code="too_vague", reason="no place"
    )
    client = as_("acceptor")
    for box in ("rejected", "mine"):
        assert numbers(client.get(f"/desk/{box}/").content.decode()) == [case.number], box
    assert numbers(as_("dispatcher").get("/desk/mine/").content.decode()) == []
    world.wait(days=31)
    for box in ("rejected", "mine"):
        assert numbers(client.get(f"/desk/{box}/").content.decode()) == [], box


def test_reports_without_a_picture_are_a_list_of_their_own(world, as_) -> None:
    bare, shown = world.report(), world.report(papers=(world.photo(),))
    client = as_("acceptor")
    assert numbers(client.get("/desk/no_photo/").content.decode()) == [bare.number]
    assert shown.number in numbers(client.get("/desk/to_accept/").content.decode())


def test_what_the_public_had_opened_again(world, as_) -> None:
    world.flow = worlds.flow(reviewed_channels=["inspector"])
    case = world.to("checked")
    case = world.step(case, "review_case", "shift_leader")
    case = world.step(case, "close", "shift_leader", closing_condition=True)
    client = as_("shift_leader")
    assert numbers(client.get("/desk/reopened/").content.decode()) == []
    world.step(case, "reopen", "supervisor", reason="the caller is not content")
    assert numbers(client.get("/desk/reopened/").content.decode()) == [case.number]


@pytest.mark.requirement("H07")
def test_late_by_the_limit_again(world, as_) -> None:
    case = world.report()
    condition = boxes.BY_KEY["overdue_twice"].condition
    actor = world.actors["acceptor"]

    def held() -> bool:
        return Case.objects.filter(condition(actor, world.now), pk=case.pk).exists()

    row = Case.objects.get(pk=case.pk)
    assert row.due_at and row.yellow_at
    world.wait(minutes=(row.due_at - world.now).total_seconds() / 60 + 1)
    assert not held()
    world.wait(minutes=4 * (row.due_at - row.yellow_at).total_seconds() / 60)
    assert held()


@pytest.mark.parametrize(("sent", "kept"), [({"keys": "on"}, "on"), ({}, "off")])
def test_single_keys_are_switched_off_for_every_page(world, as_, sent, kept) -> None:
    client = as_("acceptor")
    answer = client.post("/keys/", {**sent, "next": "/cases/"})
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")
    assert client.cookies["keys"].value == kept
    assert (' data-keys="off"' in client.get("/cases/").content.decode()) is (kept == "off")
