"""Whoever is given something to do hears of it: with a roster or without, lead or assistant."""

from __future__ import annotations

import pytest

from cityloop.kernel import clock
from cityloop.notify.models import Message
from tests.duty import DAY, on_duty, person, shift, work
from tests.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("E14", "E15", "E16")]


@pytest.fixture(autouse=True)
def _now(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: town.now)


def told(number: str) -> set[tuple[str, str]]:
    """(topic, who) of every message about a case."""
    rows = Message.objects.filter(case__number=number)
    return set(rows.values_list("topic", "member__username"))


def _sent(town: Town, unit: str, **inputs: object) -> str:
    number = town.case("filed").number
    town.step(number, "dispatch", "dispatcher", unit=unit, **inputs)
    work(town)
    return number


def test_the_desk_of_a_unit_without_a_roster_hears_of_a_dispatch(town: Town) -> None:
    person(town, "second", "ROADS", "unit_desk")
    number = _sent(town, "ROADS")
    assert told(number) == {("to_receive", "roads"), ("to_receive", "second")}
    text = Message.objects.filter(case__number=number).values_list("text", flat=True)[0]
    assert number in text and f"/cases/{number}/dispatch/" in text
    town.step(number, "receive", "roads")
    town.step(number, "finish", "roads", result="已修", photos=("after",))
    town.wait(minutes=5)
    town.step(
        number, "ask_better_proof", "dispatcher", reason_code="unclear_photo", reason="看不清"
    )
    work(town)  # once more to do
    assert Message.objects.filter(topic="to_receive", member__username="roads").count() == 2


def test_who_assists_hears_of_it_with_or_without_a_part(town: Town) -> None:
    units = [town.units[one].pk for one in ("ROADS", "GREEN")]
    assists = [{"organisation": pk, "role": "assist"} for pk in units]
    number = _sent(town, "WATER", assists=assists, subtask="围挡并疏导交通")
    assert told(number) == {("to_receive", "water"), ("subtask", "roads"), ("subtask", "green")}
    text = Message.objects.get(topic="subtask", member=town.members["roads"]).text
    assert "围挡并疏导交通" in text and number in text
    number = _sent(town, "WATER", assists=assists[:1])
    assert ("assist", "roads") in told(number)
    town.wait(minutes=1)
    town.step(number, "ask_assist", "dispatcher", unit="GREEN", subtask="移走行道树箱")
    work(town)
    assert told(number) == {("to_receive", "water"), ("assist", "roads"), ("subtask", "green")}


def test_where_there_is_a_roster_it_decides(town: Town) -> None:
    person(town, "li")
    on_duty(town, shift(town, "白班", DAY), "li")
    assert told(_sent(town, "WATER")) == {("dispatched", "li")}
    number = _sent(town, "ROADS")
    town.wait(minutes=1)
    town.step(number, "ask_assist", "dispatcher", unit="WATER", subtask="关阀")
    work(town)
    assert told(number) == {("to_receive", "roads"), ("subtask", "li")}


@pytest.mark.requirement("F01")
def test_an_inspector_hears_that_a_visit_was_called_back(town: Town) -> None:
    number = town.case("checking").number
    work(town)
    town.wait(minutes=1)
    town.step(number, "recall_check", "acceptor", reason="重新派人")
    work(town)
    assert ("recalled", "inspector2") in told(number)
