"""The engineering limit, and what holds for any order of extensions and suspensions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.cases import clocks, operations
from cityloop.cases.change import Change
from cityloop.cases.flow import Parameters
from cityloop.cases.models import Case, Timer
from cityloop.cases.tests import world as worlds
from cityloop.kernel.actor import Actor
from cityloop.standards import worktime
from cityloop.standards.tests.test_worktime import PLAIN as CALENDAR

WHY = {"reason": "digging"}


def handling(case: Case) -> Timer:
    return Timer.objects.get(case=case, kind="handling", ended_at=None)


def engineered(world: worlds.World, amount: str, unit: str) -> Case:
    world.rule = worlds.rule(
        world.problem_class, engineering_amount=Decimal(amount), engineering_unit=unit
    )
    return world.to("handling")


@pytest.mark.requirement("H02", "H05")
def test_the_engineering_limit_replaces_the_usual_one_with_approval(world):
    case = engineered(world, "5", "work_day")
    before = handling(case)
    world.wait(hours=1)
    case = world.step(case, "ask_long_limit", "water", **WHY)
    with pytest.raises(operations.Refused, match="Shift leader"):
        world.step(case, "approve_long_limit", "dispatcher")
    case = world.step(case, "approve_long_limit", "shift_leader")
    after = handling(case)
    assert (after.limit_amount, after.limit_unit) == (5, "work_day")
    days = (timezone.localdate(after.due_at) - timezone.localdate(before.started_at)).days
    assert days == 7, "five working days from the first start, over one weekend"
    assert case.long_limit and (case.limit_amount, case.limit_unit) == (5, "work_day")
    with pytest.raises(operations.Refused, match="holds already"):
        world.step(case, "ask_long_limit", "water", **WHY)


@pytest.mark.requirement("H02")
def test_what_has_run_before_a_pause_counts_in_the_new_unit(world):
    case = engineered(world, "5", "work_day")
    world.wait(hours=2)
    back = {"reason_code": "needs_other_unit", "reason": "x"}
    case = world.step(case, "return", "water", **back)
    world.wait(days=2)
    case = world.step(case, "dispatch", "dispatcher", unit="water", reason="again")
    assert handling(case).spent > 2
    case = world.step(case, "ask_long_limit", "water", **WHY)
    case = world.step(case, "approve_long_limit", "shift_leader")
    assert Decimal("0.25") < handling(case).spent < Decimal("0.26"), "of a day of eight hours"


@pytest.mark.requirement("H02")
def test_a_rule_without_an_engineering_limit_offers_none(world):
    case = world.to("handling")
    with pytest.raises(operations.Refused, match="no engineering limit"):
        world.step(case, "ask_long_limit", "water", **WHY)


UNITS = st.sampled_from(["work_hour", "work_day", "urgent_hour", "natural_day"])
# Ten seconds, in each unit (a working day of the test's calendar has eight hours).
ROUNDING = {
    "work_hour": Decimal(10) / 3600,
    "urgent_hour": Decimal(10) / 3600,
    "work_day": Decimal(10) / (8 * 3600),
    "natural_day": Decimal(10) / (24 * 3600),
}
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["extend", "pause", "resume", "wait"]),
        st.integers(min_value=1, max_value=5 * 24 * 60),
    ),
    max_size=12,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(unit=UNITS, limit=st.integers(min_value=1, max_value=10), margin=st.booleans(), acts=ACTS)
@pytest.mark.requirement("H05")
def test_clocks_stay_true_whatever_is_granted(unit, limit, margin, acts):
    """Time spent never falls and stands still while paused; a deadline is what is left from now."""
    actor = Actor.system()
    change = Change(Case(pk=1), actor, worlds.MONDAY, "", "", Parameters(), working_time=CALENDAR)
    timer = clocks.start(change, "handling", limit, unit, margin_hours=8 if margin else 0)
    before = Decimal(0)
    for act, minutes in acts:
        was, state, limit_was = timer.due_at, timer.state, timer.limit_amount
        if act == "extend":
            clocks.extend(change, "handling", Decimal(1))
            assert timer.due_at >= was
        elif act == "pause":
            clocks.pause(change, "handling")
        elif act == "resume":
            clocks.resume(change, "handling")
        change.now += timedelta(minutes=minutes)
        ran = clocks.spent(change, timer)
        assert ran >= (min(before, limit_was) if margin else before)
        if timer.state == "paused" and state == "paused":
            assert ran == before
        if timer.state == "running":
            _left_from_now(change, timer)
        before = ran


def _left_from_now(change: Change, timer: Timer) -> None:
    """Never due before what is left now would end (but for the rounding of each pause).

    Measured in counted time: the end of a morning and the start of its afternoon are one moment.
    """
    calendar = change.calendar(timer.limit_unit)
    left = max(timer.limit_amount - clocks.spent(change, timer), Decimal(0))
    if timer.margin_hours or not left:
        return
    ends = worktime.due_at(change.now, left, timer.limit_unit, calendar)
    early = worktime.elapsed(timer.due_at, ends, timer.limit_unit, calendar)
    assert early <= ROUNDING[timer.limit_unit]
