"""The tables of habits agree with the life cycle."""

from __future__ import annotations

import pytest

from cityloop.cases import fields, lifecycle
from cityloop.demo import beside, habits
from cityloop.demo.reports import CHANNELS
from cityloop.intake.channels import BY_CODE

# Rows of HABITS that are no status by themselves.
WITHIN = {
    "to verify": "reported", "not found": "reported", "third dispatch": "filed",
    "wrong unit": "dispatched", "to review": "checked", "assigned": "handling",
    "circling": "filed", "closed late": "closed", "small": "reported",
}  # fmt: skip
EVERY = [(stage, row) for stage, rows in habits.HABITS.items() for row in rows]
EVERY += [("closed", row) for row in habits.REVIEWS]
EVERY += [(stage, row) for stage, rows in beside.BEGUN.items() for row in rows]
EVERY += [("handling", habits.URGE), ("dispatched", habits.REPLY)]


@pytest.mark.parametrize(("stage", "row"), EVERY, ids=lambda one: getattr(one, "action", one))
def test_every_habit_is_a_step_of_the_life_cycle(stage, row):
    step = lifecycle.BY_ACTION[row.action]
    assert WITHIN.get(stage, stage) in step.source
    assert row.role in step.roles
    asked = dict(step.fields)
    if row.reason:
        assert row.reason in {code for code, _label in fields.reasons(row.action)}
    if row.words:
        assert habits._words_field(row.action) in asked
    needed = {name for name, must in step.fields if must} - {"photos", "reason_code"}
    given = {habits._words_field(row.action)} if row.words else set()
    more = row.action in habits.MORE or row.action in beside.MORE
    assert needed <= given or more
    assert bool(row.reason) == (asked.get("reason_code") is True)


@pytest.mark.parametrize("stage", beside.WAITING)
def test_who_is_asked_may_decide_and_something_leads_there(stage):
    for row in beside.WAITING[stage]:
        step = lifecycle.BY_ACTION[row.action]
        assert row.role in step.roles
        given = {habits._words_field(row.action)} if row.words else set()
        needed = {name for name, must in step.fields if must} - {"photos"}
        assert needed <= given or row.action in beside.MORE
    drawn = {"recheck", "doubtful recheck"}  # the lot gives a re-inspection
    assert stage in {*beside.LEADS_TO.values(), *drawn}
    begun = {row.action for rows in (*beside.BEGUN.values(), *beside.WAITING.values())
             for row in rows}  # fmt: skip
    assert set(beside.LEADS_TO) <= begun | {"reply"}


def test_every_status_is_somebodys_turn():
    """Held cases go on by themselves."""
    covered = {WITHIN.get(stage, stage) for stage in habits.HABITS}
    assert covered == set(lifecycle.GOING)


def test_channels_are_those_of_intake():
    assert set(CHANNELS) <= set(BY_CODE)
    for code, (_day, _night, role) in CHANNELS.items():
        assert role in BY_CODE[code].brought_by
