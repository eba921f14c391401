"""One step for several cases: asked once, taken one by one, and a report a row."""

from __future__ import annotations

import re

import pytest

from cityloop.cases.models import Case, CaseEvent
from cityloop.desks import choices

AT = "/desk/to_accept/"


def sent(client, cases: list[Case], action: str, at: str = AT, **more):
    """Post the form for these cases as they were read."""
    versions = {f"version-{case.number}": case.version for case in cases}
    data = {"action": action, "case": [case.number for case in cases], "bench": at,
            "repeat_key": "0123456789abcdef", **versions, **more}  # fmt: skip
    return client.post(f"{at}bulk/", data)


def outcomes(answer) -> dict[str, str]:
    """What the report says of each number."""
    rows = re.findall(r"<tr class=\"linked\">.*?</tr>", answer.content.decode(), re.DOTALL)
    plain = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in rows]
    return dict(row.split(" ", 1) for row in plain)


def statuses(cases: list[Case]) -> list[str]:
    """Where they stand now."""
    now = Case.objects.in_bulk([case.pk for case in cases])
    return [now[case.pk].status for case in cases]


@pytest.mark.requirement("D01")
def test_the_list_offers_what_its_rows_allow(world, as_) -> None:
    case = world.report()
    html = as_("acceptor").get(AT).content.decode()
    assert f'value="{case.number}" form="bulk"' in html
    assert re.findall(r'name="action" value="(\w+)"', html) == ["accept", "send_verify"]
    assert 'id="bulk"' not in as_("second_inspector").get("/desk/to_check/").content.decode()
    page = as_("acceptor").get(f"{AT}bulk/?action=accept&case={case.number}").content.decode()
    assert f'name="version-{case.number}" value="{case.version}"' in page
    assert 'name="description"' not in page, "what belongs to one case is not asked for all"


@pytest.mark.requirement("D01")
def test_each_is_done_or_says_why_not(world, as_) -> None:
    cases = [world.report() for _one in range(3)]
    gone = cases[1]
    world.step(gone, "reject", "acceptor", reason_code="duplicate", reason="the same hole")
    answer = sent(as_("acceptor"), cases, "accept")
    assert answer.status_code == 200
    said = outcomes(answer)
    assert "done" in said[cases[0].number] and "done" in said[cases[2].number]
    assert "changed meanwhile" in said[gone.number] and "you read version" in said[gone.number]
    assert statuses(cases) == ["accepted", "rejected", "accepted"]
    assert "2 cases done" in answer.content.decode() and "1 not" in answer.content.decode()


def test_sent_twice_it_is_done_once(world, as_) -> None:
    cases = [world.report(), world.report()]
    client = as_("acceptor")
    sent(client, cases, "accept")
    again = outcomes(sent(client, cases, "accept"))
    assert all("when it was first sent" in words for words in again.values())
    assert CaseEvent.objects.filter(case__in=cases, action="accept").count() == 2


@pytest.mark.requirement("L10")
def test_what_a_case_alone_knows_is_taken_as_proposed(world, as_, monkeypatch) -> None:
    cases = [world.to("filed") for _one in range(3)]
    water, roads = world.units["water"].pk, world.units["roads"].pk
    kept = {cases[0].pk: {"unit": water}}  # this world has no matrix that would propose
    monkeypatch.setattr(choices, "proposed", lambda asked, wanted: kept.get(asked.case.pk, {}))
    client, at = as_("dispatcher"), "/desk/to_dispatch/"
    said = outcomes(sent(client, cases[:2], "dispatch", at))
    assert "done" in said[cases[0].number]
    assert "refused unit: fill this in" in said[cases[1].number]
    said = outcomes(sent(client, cases[1:], "dispatch", at, unit=roads, repeat_key="another-form"))
    assert all("done" in words for words in said.values()), said
    now = Case.objects.in_bulk([case.pk for case in cases])
    assert [now[case.pk].lead_id for case in cases] == [water, roads, roads]


def test_what_must_be_said_is_asked_once_for_all(world, as_) -> None:
    cases = [world.to("checked"), world.to("checked")]
    client, at = as_("shift_leader"), "/desk/to_close/"
    answer = sent(client, cases, "close", at)
    assert answer.status_code == 422
    assert statuses(cases) == ["checked", "checked"]
    said = outcomes(sent(client, cases, "close", at, closing_condition="on"))
    assert all("done" in words for words in said.values()), said
    assert statuses(cases) == ["closed", "closed"]


def test_nobody_takes_in_bulk_what_their_desk_does_not(world, as_) -> None:
    case, other = world.report(), world.to("dispatched")
    assert sent(as_("acceptor"), [case], "reject").status_code == 404
    assert sent(as_("dispatcher"), [case], "accept").status_code == 404
    assert statuses([case]) == ["reported"]
    # A unit that sees nothing of a case is back at its list, and nothing was done.
    answer = sent(as_("roads"), [other], "receive", "/desk/to_receive/")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/to_receive/")
    assert statuses([other]) == ["dispatched"]
