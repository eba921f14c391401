"""A deadline explains itself over every pause of its clock, and a clock that stands still, too."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.cases import clocks, deadline, views
from cityloop.cases.change import Change
from cityloop.cases.flow import Parameters
from cityloop.cases.models import Case, CaseEvent, Timer
from cityloop.cases.tests import world as worlds
from cityloop.cases.tests.test_time_granted import CALENDAR, UNITS
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound

pytestmark = [pytest.mark.requirement("H05")]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "wait", "extend"]), st.integers(1, 3 * 24 * 60)
    ),
    max_size=10,
)  # fmt: skip
NEAR = Decimal("0.001")  # of a unit: pauses keep five places
NEAR_HOURS = Decimal("0.1")  # a margin keeps two places at each pause


class Lived:
    """A clock to which things happened, and the history that tells them."""

    def __init__(self, kind: str, limit: int, unit: str, margin: int = 0) -> None:
        self.change = Change(
            Case(pk=1), Actor.system(), worlds.MONDAY, "", "", Parameters(), working_time=CALENDAR
        )
        self.lines: list[CaseEvent] = []
        self.kind = kind
        self.timer = clocks.start(self.change, kind, limit, unit, margin_hours=margin)
        self.tell("start")

    def tell(self, action: str) -> None:
        """The step that was taken, as the history keeps it."""
        facts, self.change.facts = self.change.facts, {}
        facts["reason"] = f"why {action}"
        line = CaseEvent(at=self.change.now, action=action, actor="somebody", facts=facts)
        self.lines.append(line)

    def live(self, acts: list[tuple[str, int]]) -> None:
        """Take these steps, and let so many minutes pass after each."""
        steps = {
            "pause": lambda: clocks.pause(self.change, self.kind),
            "resume": lambda: clocks.resume(self.change, self.kind),
            "extend": lambda: clocks.extend(self.change, self.kind, Decimal(1)),
        }
        for act, minutes in acts:
            if act in steps:
                steps[act]()
                self.tell(act)
            self.change.now += timedelta(minutes=minutes)

    def stretches(self) -> list[deadline.Stretch]:
        """What is told of it."""
        pauses = deadline.pauses_of(self.kind, self.lines)
        return deadline.stretches(self.timer, pauses, CALENDAR)


def counted(found: list[deadline.Stretch], *, margin: bool = False) -> Decimal:
    return sum((one.amount for one in found if one.margin is margin), Decimal(0))


def in_order(found: list[deadline.Stretch], timer: Timer) -> None:
    """Without a gap from the first start to the deadline, or to where it stands still, or goes on
    though its deadline has passed."""
    for one, other in pairwise(found):
        assert one.end == other.start
    if found:
        assert found[0].start == timer.first_started_at
        end = max(timer.due_at, timer.started_at)
        assert found[-1].end == (None if timer.state == "paused" else end)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(unit=UNITS, limit=st.integers(1, 10), acts=ACTS)
def test_what_counted_is_the_limit_and_used_and_left_are_the_limit(unit, limit, acts):
    lived = Lived("handling", limit, unit)
    lived.live(acts)
    timer, found = lived.timer, lived.stretches()
    in_order(found, timer)
    used = deadline.used_by(timer, CALENDAR, now=lived.change.now)
    if timer.state == "paused":
        assert abs(counted(found) - min(used, timer.limit_amount)) <= NEAR
        assert used == timer.spent
        left = max(timer.limit_amount - used, Decimal(0))
        assert used + left == max(timer.limit_amount, used)
    else:
        assert abs(counted(found) - timer.limit_amount) <= NEAR
    pauses = [one for one in found if one.pause]
    assert all(one.pause and one.pause.reason == "why pause" for one in pauses)
    assert all(not one.amount and not one.counted for one in pauses)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(limit=st.integers(1, 4), acts=ACTS)
def test_the_margin_of_the_whole_case_is_told_apart_over_pauses(limit, acts):
    lived = Lived("whole", limit, "work_day", margin=8)
    lived.live([one for one in acts if one[0] != "extend"])
    timer, found = lived.timer, lived.stretches()
    in_order(found, timer)
    if timer.spent > timer.limit_amount:  # it was late when it paused
        return
    if timer.state == "running":
        assert abs(counted(found) - limit) <= NEAR
        assert abs(counted(found, margin=True) - 8) <= NEAR_HOURS
    else:
        assert abs(counted(found) - timer.spent) <= NEAR
        ran = 8 - timer.margin_hours
        assert abs(counted(found, margin=True) - ran) <= NEAR_HOURS


def test_a_clock_ended_while_it_stood_still_goes_on_to_no_deadline():
    lived = Lived("handling", 2, "work_hour")
    lived.live([("wait", 30), ("pause", 60)])
    clocks.cancel(lived.change, lived.timer)
    lived.tell("take_away")
    worked, stood = lived.stretches()
    assert worked.amount == Decimal("0.5")
    assert (stood.reason, stood.end) == ("paused", lived.change.now)


def test_a_clock_of_its_own_after_another_is_told_alone():
    lived = Lived("handling", 2, "work_hour")
    lived.live([("wait", 30), ("pause", 60)])
    lived.timer = clocks.start(lived.change, "handling", 1, "work_hour")
    lived.tell("dispatch")
    found = lived.stretches()
    assert [one.counted for one in found] == [True]
    assert found[0].start == lived.timer.first_started_at


@pytest.mark.django_db
def test_verification_is_told_as_a_pause_of_the_acceptance_clock(world):
    case = world.report()
    world.wait(minutes=4)
    inspector = world.actors["inspector"].member_id
    case = world.step(case, "send_verify", "acceptor", inspector=inspector)
    world.wait(minutes=20)
    told = deadline.explained(case, "acceptance", now=world.now)
    assert (told["used"], told["left"], told["due_at"]) == (4, 11, None)
    assert told["stands_since"] == world.now - timedelta(minutes=20)
    worked, stood = told["stretches"]
    assert (worked["amount"], stood["reason"], stood["end"]) == (4, "paused", None)
    assert stood["action"] == "send_verify" and stood["actor"]

    case = world.step(case, "verified", "inspector", photos=("verify",))
    world.wait(minutes=1)
    told = deadline.explained(case, "acceptance", now=world.now)
    assert (told["used"], told["left"], told["stands_since"]) == (5, 10, None)
    amounts = [one["amount"] for one in told["stretches"]]
    assert amounts == [4, 0, 11]
    last = Timer.objects.get(case=case, kind="acceptance").due_at
    assert told["due_at"] == told["stretches"][-1]["end"] == last


@pytest.mark.django_db
@pytest.mark.requirement("H05")
def test_each_clock_of_a_kind_is_told_the_ended_ones_too(world):
    case = world.to("handling")
    first = Timer.objects.get(case=case, kind="handling")
    world.wait(minutes=30)
    case = world.step(case, "return", "water", reason_code="not_ours", reason="归道路")
    case = world.step(case, "dispatch", "dispatcher", unit="roads", reason="改派")
    former = deadline.explained(case, "handling", now=world.now, which=1)
    latest = deadline.explained(case, "handling", now=world.now)
    assert (former["which"], former["state"]) == (1, "ended")
    worked, stood = former["stretches"]
    assert (worked["start"], stood["reason"]) == (first.first_started_at, "paused")
    assert worked["end"] == stood["start"] == world.now
    assert (latest["which"], latest["state"]) == (2, "running")
    assert latest["stretches"][0]["start"] == world.now
    changes = views.clock_changes(case, "handling", which=1)
    assert [one["what"] for one in changes] == ["started", "paused", "ended"]
    assert len(views.clock_changes(case, "handling")) == 4
    for which in (0, 3):
        with pytest.raises(NotFound):
            deadline.explained(case, "handling", now=world.now, which=which)
