"""When a case goes round, for any order in which units return it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases import guards
from cityloop.cases.effects.dispute import watch_circle
from cityloop.cases.flow import Parameters

UNITS = st.integers(1, 3)


def change(returned, unit=None, *, after=3):
    """A step over a case that these units have returned; the last of them has it now."""
    return SimpleNamespace(
        case=SimpleNamespace(returned_by=list(returned), lead_id=unit, substituted=False),
        inputs={"unit": SimpleNamespace(pk=unit, name="U")} if unit else {},
        flow=Parameters(freeze_from_returns=after), imported=False, follow_up=None,
    )  # fmt: skip


@pytest.mark.requirement("E04")
@given(st.lists(UNITS, max_size=6), UNITS)
def test_an_ordinary_dispatch_never_closes_a_circle(returned, unit):
    refused = guards.not_circling(change(returned, unit)) is not None
    trail = [*returned, unit]
    closes = any(
        trail[i] == unit and any(one != unit for one in trail[i + 1 : -1])
        for i in range(len(trail) - 1)
    )
    assert refused == (closes and returned[-1] != unit)
    assert not (refused and guards.circles(change(returned)) is not None), "refused: may be frozen"


@pytest.mark.requirement("E04")
@given(st.lists(UNITS, max_size=6), UNITS, st.integers(0, 4))
def test_the_system_freezes_what_two_units_returned_too_often(returned, unit, after):
    step = change(returned, unit, after=after)
    watch_circle(step)
    assert step.case.returned_by == [*returned, unit]
    often = after > 0 and len(returned) + 1 >= after
    assert (step.follow_up is not None) == (often and len({*returned, unit}) > 1)
