"""The audit of configuration: every part in one list, by whom, when, why, turned by keyset."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cityloop.cases import operations as cases
from cityloop.discipline import operations as discipline
from cityloop.discipline.operations.rules import Terms
from cityloop.intake import operations as intake
from cityloop.kernel import changes as record
from cityloop.kernel import clock
from cityloop.kernel.changes import Asked
from cityloop.notify import operations as notify
from cityloop.people import operations as people
from tests.browser import Browse
from tests.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("L16")]


def page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


def configure(town: Town) -> None:
    """One change of each of five parts, a minute apart."""
    boss = town.actor("administrator")
    town.now = datetime.now(UTC) + timedelta(minutes=1)
    for metres in (60, 70):
        intake.set_channel("web", {"metres": metres}, reason="order", actor=boss, now=town.now)
    town.wait(minutes=1)
    notify.set_wording("filed", language="en", text="It is filed.", actor=boss, now=town.now)
    town.wait(minutes=1)
    cases.publish_flow(
        code="x", parameters={"filing_minutes": 20}, reason="order 3", actor=boss, now=town.now
    )
    town.wait(minutes=1)
    people.change_role(code="leader", label_zh="局领导", actor=boss, now=town.now)
    town.wait(minutes=1)
    terms = Terms("fraud", 3, 30, Decimal(1), Decimal(2), 7, 30, "document 9")
    discipline.set_rule(
        terms, valid_from=clock.local_day(town.now), actor=town.actor("leader"), now=town.now
    )


def test_every_part_stands_in_one_list_newest_first(town: Town, browse: Browse) -> None:
    configure(town)
    found = record.changes(Asked(limit=6))
    assert [one.part for one in found[:6]] == [
        "cards", "people", "flow", "wordings", "channels", "channels",
    ]  # fmt: skip
    assert found[2].lines == ("Minutes of each stage · To file: – → 20",)
    assert found[2].reason == "order 3"
    assert found[4].lines == ("metres: 60 → 70",)
    assert all(one.actor for one in found[:6])
    office = browse("administrator")
    shown = page(office.get("/office/audit/"))
    assert "metres: 60 → 70" in shown and "document 9" in shown
    assert "metres: 60 → 70" not in page(office.get("/office/audit/?part=flow"))
    assert "document 9" not in page(office.get("/office/audit/?person=administrator"))
    day = clock.local_day(town.now - timedelta(days=3000))
    assert "Nothing to show" in page(office.get(f"/office/audit/?day={day}"))
    assert "配置审计" in page(browse("administrator", "zh-hans").get("/office/audit/"))
    page(browse("acceptor").get("/office/audit/"), 403)
    page(office.get("/office/audit/?after=x"), 422)


def test_turning_the_pages_shows_each_change_once(town: Town) -> None:
    configure(town)
    whole = record.changes(Asked(limit=10_000))
    assert len({(one.part, one.key) for one in whole}) == len(whole) > 20
    seen, after = [], None
    while True:
        found = record.changes(Asked(limit=7, after=after))
        seen += found[:7]
        if len(found) <= 7:
            break
        after = (found[6].at, found[6].part, found[6].key)
    assert [(one.part, one.key) for one in seen] == [(one.part, one.key) for one in whole]


def test_who_manages_a_part_of_the_city_sees_their_own_changes(town: Town) -> None:
    configure(town)
    member = town.members["leader"].pk
    assert {one.part for one in record.changes(replace(Asked(), member=member))} == {"cards"}
