"""Filings, and reports that joined as duplicates, are drawn and judged like other decisions."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape

from cityloop.cases.models import Case
from cityloop.discipline import queries
from cityloop.discipline.models import Sample
from cityloop.intake import operations as intake
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from tests.scenarios.test_sampled_decisions import (
    BACKEND,
    drawn,
    figures,
    hire,
    judge,
    of,
    share,
    the_towns_time,
)
from tests.town import COMPONENT, Town

__all__ = ["the_towns_time"]  # a fixture of every story here


def told_twice(town: Town, by: str = "acceptor") -> str:
    """The inspector tells of a hole, and somebody takes in a call about the same; its number."""
    town.reports += 1
    point = town.grid(town.reports * 7).geom.point_on_surface
    at = {"x": point.x, "y": point.y, "text": "路面井盖破损"}
    first = town.report(**at)
    second = town.report("hotline12319", by=by, reporter_phone="13900000001", **at)
    assert second.joined and second.case == first.case
    return first.case


@pytest.mark.requirement("D11")
def test_a_duplicate_is_judged_by_who_took_in_none_of_its_reports(town: Town) -> None:
    share(town, 1.0)
    hire(town, "acceptor2", "PLAT", "acceptor", "supervisor")
    number, other = told_twice(town), told_twice(town, by="acceptor2")
    day = drawn(town).day
    row = of(number, "join")
    assert (row.operator, row.hall) == (town.members["acceptor"], town.units["PLAT"])
    with pytest.raises(Refused, match="somebody else judges"):
        judge(town, of(other, "join"), "acceptor2", "right")
    for mistake in ("to_accept", "known"):
        with pytest.raises(Invalid, match="of this kind"):
            judge(town, row, "supervisor", "wrong", mistake, "两处不同的井盖")
    judge(town, row, "supervisor", "wrong", "apart", "两处不同的井盖，应另行受理")
    judge(town, of(other, "join"), "supervisor", "right")
    found = figures(town, "evaluator", day)
    mine, theirs = found[("acceptor", "join")], found[("acceptor2", "join")]
    assert (mine.decided, mine.judged, mine.wrong, mine.rate) == (1, 1, 1, 1.0)
    assert (theirs.judged, theirs.rate) == (1, 0.0)

    # Who had told of the case in the first place said that it is one.
    hire(town, "third", "PLAT", "acceptor", "supervisor")
    again = town.report("hotline12319", by="third", x=120.151, y=30.281, text="树枝折断").case
    assert queries.why_not(town.actor("third"), Sample(
        case=Case.objects.get(number=again), kind="join", operator=town.members["acceptor"]
    ))  # fmt: skip


@pytest.mark.requirement("D11")
def test_what_joins_without_a_person_is_nobodys_decision(town: Town) -> None:
    share(town, 1.0)
    point = town.grid(5).geom.point_on_surface
    at = {"x": point.x, "y": point.y, "text": "路面井盖破损"}
    town.report(**at)
    machine = intake.Incoming(
        channel="web", class_code=COMPONENT, reporter_phone="13900000002", **at
    )
    assert intake.receive(machine, actor=Actor.system("web"), now=town.now).joined
    drawn(town)
    assert not Sample.objects.exists()


@pytest.mark.requirement("D11")
def test_a_filing_is_judged_by_who_had_no_part_at_intake(town: Town) -> None:
    share(town, 1.0)
    number = town.case("filed").number
    day = drawn(town).day
    row = of(number, "file")
    assert row.operator == town.members["shift_leader"]
    for by in ("shift_leader", "acceptor"):
        assert queries.why_not(town.actor(by), row)
    with pytest.raises(Refused, match="somebody else judges"):
        judge(town, row, "shift_leader", "right")
    found = judge(town, row, "evaluator", "wrong", "rule", "应按井盖缺失立案，时限更短")
    assert found.get_mistake_display() == "wrong filing condition"
    figure = figures(town, "evaluator", day)[("shift_leader", "file")]
    assert (figure.sampled, figure.wrong, figure.rate) == (1, 1, 1.0)
    hall = figures(town, "evaluator", day, "hall")[("PLAT单位", "file")]
    assert (hall.decided, hall.wrong) == (1, 1)


@pytest.mark.requirement("D11")
@pytest.mark.parametrize(("language", "joined", "filed", "apart", "why"), [
    ("en", "joined as a duplicate", "filed", "is a problem of its own", "the same class in nearly"),
    ("zh-hans", "并入重复案件", "立案", "并非同一问题", "并案依据"),
])  # fmt: skip
def test_pages_show_the_report_that_joined_and_the_rule_of_a_filing(
    town: Town, language: str, joined: str, filed: str, apart: str, why: str
) -> None:
    share(town, 1.0)
    number, other = told_twice(town), town.case("filed").number
    day = drawn(town).day
    client = Client(headers={"Accept-Language": language})
    client.force_login(town.members["evaluator"], backend=BACKEND)
    page = client.get(f"/discipline/samples/{of(number, 'join').pk}/").content.decode()
    assert f"/intake/reports/{number}-2/" in page and "路面井盖破损" in page
    assert joined in page and apart in page and why in page and "13900000001" not in page
    page = client.get(f"/discipline/samples/{of(other, 'file').pk}/").content.decode()
    rule = town.rule()
    assert filed in page
    assert escape(rule.condition_en if language == "en" else rule.condition_zh) in page
    rows = client.get(f"/discipline/error-rates/?since={day}&until={day}").content.decode()
    assert joined in rows and filed in rows
    page = client.get("/discipline/samples/?state=&kind=join").content.decode()
    assert number in page and other not in page
    assert number in client.get("/discipline/decisions/?kind=join").content.decode()
