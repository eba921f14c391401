"""A unit hears what becomes of its requests and of its case by the word of others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cityloop.notify.models import Message
from tests.scenarios.test_coordination import frozen
from tests.scenarios.test_whose_level import decide, district
from tests.town import Town

pytestmark = pytest.mark.slow


def told(town: Town, topic: str) -> list[str]:
    """Who hears of a topic, once what waits is delivered."""
    town.deliver()
    rows = Message.objects.filter(topic=topic, member__isnull=False).order_by("pk")
    return [row.member.username for row in rows if row.member]


@pytest.mark.requirement("E15", "H04", "H05")
def test_a_unit_hears_what_was_granted_refused_and_ended_early(town: Town) -> None:
    number = town.case("handling").number
    until = (town.now + timedelta(days=9)).date().isoformat()
    asked = {"until": until, "reason_code": "season", "reason": "雨季"}
    town.step(number, "ask_suspension", "water", **asked)
    town.step(number, "refuse_suspension", "supervisor", reason="可先围挡")
    assert told(town, "not_granted") == ["water"]
    town.step(number, "ask_suspension", "water", **asked)
    town.step(number, "approve_suspension", "supervisor")
    assert told(town, "granted") == ["water"]
    town.step(number, "resume_early", "supervisor", reason="条件已具备")
    assert told(town, "goes_on") == ["water"]
    text = Message.objects.get(topic="goes_on").text
    assert number in text and "恢复计时" in text


@pytest.mark.requirement("E05", "E07")
def test_a_unit_hears_that_its_case_was_taken_or_decided(town: Town) -> None:
    number = town.case("handling").number
    town.step(number, "substitute", "supervisor", unit="GREEN", reason="逾期未处置")
    assert told(town, "taken") == ["water"]
    district(town)
    decide(town, frozen(town), "supervisor")
    assert set(told(town, "settled")) == {"roads", "green"}
