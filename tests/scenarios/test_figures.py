"""One set of cases, counted on every level; rework by unit and reason; who judged whom."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.cases import audit, figures
from cityloop.cases.models import Case, Flow
from cityloop.cli import check
from cityloop.cli.output import RejectedError
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, Refused
from cityloop.people import operations as people
from cityloop.people.models import Holding
from tests.browser import Browse
from tests.scenarios.test_posts import body, page, staff
from tests.town import DISTRICT, SINCE, SYSTEM, Town, forget

pytestmark = pytest.mark.slow

LEVELS = ("city", "district", "street", "community")


def spread(town: Town) -> list[Case]:
    """Nine cases all over the district: closed, late, returned, reworked twice."""
    cases = [town.case("closed") for _n in range(3)]
    late = town.case("handling")
    town.wait(days=9)
    town.sweep()
    town.step(late.number, "finish", "water", result="已修", photos=("after",))
    cases.append(town.carry(late.number, "closed"))
    back = town.case("dispatched")
    cases.append(
        town.step(back.number, "return", "water", reason_code="not_ours", reason="非本单位")
    )
    cases.append(reworked(town, "poor_work", "undone"))
    cases.append(reworked(town, "back_again"))
    cases += [town.case("filed"), town.case("handling")]
    return cases


def reworked(town: Town, *reasons: str) -> Case:
    """A case whose check failed for these reasons."""
    case = town.case("checking")
    for reason in reasons:
        town.step(case.number, "check_failed", "inspector2", reason_code=reason,
                  reason="现场仍有积水", photos=("check",))  # fmt: skip
        town.step(case.number, "rework", "dispatcher", reason="返工")
        case = town.carry(case.number, "checking")
    return town.carry(case.number, "closed")


def counted(town: Town, by: str, who: str = "leader", area: str = "") -> list[figures.Count]:
    since, until = town.now.replace(month=1), town.now.replace(month=12)
    return figures.counts(town.actor(who), by=by, since=since, until=until, area=area)


def numbers(row: figures.Count) -> list[int]:
    return [getattr(row, name) for name in figures.FIGURES]


@pytest.mark.requirement("A13")
def test_every_level_reports_the_same_cases(town: Town, browse: Browse) -> None:
    cases = spread(town)
    rows = {by: counted(town, by) for by in LEVELS}
    city = rows["city"][0]
    assert (len(rows["city"]), city.key, city.filed) == (1, DISTRICT[:4], len(cases))
    assert (city.closed, city.overdue, city.reworked, city.reworks, city.returned) == (
        6,
        1,
        2,
        3,
        1,
    )
    assert len(rows["community"]) > 1
    for by in LEVELS[1:]:
        assert numbers(figures.total(rows[by])) == numbers(city), by
    for above, below in (("district", "street"), ("street", "community")):
        for row in rows[above]:
            parts = counted(town, below, area=row.key)
            assert numbers(figures.total(parts)) == numbers(row)
    units = counted(town, "unit")
    assert figures.total(units).filed == len(cases) - 1, "one was never given to a unit"

    # What a level sees is what its scope holds; a unit sees its own work only.
    assert [row.key for row in counted(town, "district", "district")] == [DISTRICT]
    assert [row.name for row in counted(town, "unit", "water")] == ["WATER单位"]
    assert counted(town, "unit", "green") == []
    with CaptureQueriesContext(
        connection,
    ) as asked:
        counted(town, "street")
    assert len([q for q in asked if "cases_case" in q["sql"]]) == 1
    with pytest.raises(Invalid, match="a level below the area"):
        counted(town, "district", area=rows["street"][0].key)

    # On the page one clicks down from the city to the units of a community; the API says the same.
    leader = browse("leader")
    period = f"since={SINCE}&until=2026-12-31"
    shown = page(leader.get(f"/figures/?{period}"))
    assert f"area={DISTRICT}" in shown
    street = rows["street"][0].key
    assert f"area={street}" in page(leader.get(f"/figures/?{period}&area={DISTRICT}"))
    assert "WATER单位" in page(leader.get(f"/figures/?{period}&area={rows['community'][0].key}"))
    assert "ends before it begins" in page(
        leader.get("/figures/?since=2026-12-31&until=2026-01-01")
    )
    told = leader.get(f"/api/v1/cases/figures?{period}&by=street").json()
    assert sum(row["filed"] for row in told) == len(cases)
    assert leader.get(f"/api/v1/cases/figures?{period}&area={street}").status_code == 422


@pytest.mark.requirement("F13")
def test_rework_is_counted_by_unit_and_by_reason(town: Town, browse: Browse) -> None:
    spread(town)
    since, until = town.now.replace(month=1), town.now.replace(month=12)
    found = figures.reworks(town.actor("supervisor"), since=since, until=until)
    assert sorted((one.unit.code, one.reason, one.times) for one in found) == [
        ("WATER", "back_again", 1), ("WATER", "poor_work", 1), ("WATER", "undone", 1),
    ]  # fmt: skip
    again = reworked(town, "undone")
    found = figures.reworks(town.actor("supervisor"), since=since, until=until)
    assert (found[0].reason, found[0].times) == ("undone", 2)
    assert sum(one.times for one in found) == figures.total(counted(town, "unit")).reworks

    period = f"since={SINCE}&until=2026-12-31"
    shown = page(browse("supervisor").get(f"/figures/?{period}"))
    assert "nothing was done" in shown
    assert "the problem is there again" in shown
    told = browse("water").get(f"/api/v1/cases/reworks?{period}").json()
    assert {one["unit"]["code"] for one in told} == {"WATER"}
    assert browse("green").get(f"/api/v1/cases/reworks?{period}").json() == []
    assert "nothing was done" in page(browse("shift_leader").get(f"/cases/{again.number}/"))


@pytest.mark.requirement("A22")
def test_one_person_who_judged_what_they_handled_is_found_whatever_was_merged(
    town: Town, capsys: Any
) -> None:
    """Two posts of one person, held since before the city kept units' desks apart for good."""
    Flow.objects.create(code="merged", parameters={"merge_posts": True}, published_at=clock.now())
    forget()
    clerk, leads = town.members["water"], town.members["shift_leader"].holdings.get().post
    Holding.objects.create(member=clerk, post=leads, valid_from=SINCE)
    number = town.case("checked").number
    town.step(number, "close", "water", closing_condition=True)
    found = audited(capsys)
    assert not found["well"]
    assert f"{number}: WATER did" in found["words"]


def audited(capsys: Any) -> dict[str, Any]:
    """`cityloop check --workflow --json`: what it says of the two sides."""
    with suppress(RejectedError):
        check.check(workflow=True, as_json=True)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    found: dict[str, Any] = next(one for one in told["findings"] if one["name"] == "sides")
    return found


@pytest.mark.slow
@pytest.mark.requirement("A22")
def test_an_audit_proves_that_no_unit_judges_itself(town: Town, capsys: Any) -> None:
    """指挥员、监督员、裁判员: the report is clean, until one body begins to play two parts."""
    spread(town)
    found = audited(capsys)
    assert found["well"], found["words"]
    assert "nobody judged what their own organisation handled" in found["words"]
    assert found["report"]["examined"] > 60

    # No unit's post has a button of judgement, and every such step is refused to it.
    case = town.case("checked")
    for action, more in (
        ("file", {"filing_rule": town.rule().pk}),
        ("close", {"closing_condition": True}),
        ("check_passed", {}),
    ):
        with pytest.raises(Refused, match=r"is for|not possible now"):
            town.step(case.number, action, "water", **more)

    # A small centre merges posts, and WATER's own inspector checks what WATER handled: found.
    Flow.objects.create(code="merged", parameters={"merge_posts": True}, published_at=clock.now())
    forget()
    staff(town, "own_judge", "WATER", "inspector", region_codes=[DISTRICT])
    found = audited(capsys)
    assert [one["organisation"] for one in found["report"]["bodies"]] == ["WATER"]
    number = town.case("handled").number
    town.step(number, "send_check", "acceptor", inspector="own_judge", opinion="离得近")
    town.step(number, "check_passed", "own_judge", photos=("check",))
    found = audited(capsys)
    assert not found["well"]
    assert [one["number"] for one in found["report"]["cases"]] == [number]
    assert f"{number}: WATER did finish, receive and check_passed" in found["words"]

    # The post ends; what happened stays in the report.
    holding = town.members["own_judge"].holdings.get()
    people.end_holding(
        holding_id=holding.pk, ends_on=town.wait(days=1).date(), reason="独立", actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    report = audit.sides({}, on=town.wait(days=1).date())
    assert (report.bodies, report.count) == ((), 1)


@pytest.mark.requirement("A22")
def test_a_flow_that_opens_judgement_to_a_unit_is_named(town: Town) -> None:
    """Such a flow cannot be published; one that an import wrote is found."""
    body(town, "NEW", "department", "CITY", "330100")
    report = audit.sides(
        {"roles": {"close": ["unit_desk"]}, "districts": {DISTRICT: {}}}, on=town.now.date()
    )
    assert report.steps == (("unit_desk", "close"),)
    assert report.lines() == ["the flow lets unit_desk close"]
