"""The tables of habits agree with the life cycle."""

from __future__ import annotations

import pytest

from cityloop.cases import fields, lifecycle
from cityloop.demo import habits
from cityloop.demo.reports import CHANNELS
from cityloop.intake.channels import BY_CODE

# Rows of HABITS that are no status by themselves.
WITHIN = {
    "to verify": "reported", "not found": "reported", "third dispatch": "filed",
    "wrong unit": "dispatched", "assigned": "handling",
}  # fmt: skip
EVERY = [(stage, row) for stage, rows in habits.HABITS.items() for row in rows]
EVERY += [("closed", row) for row in habits.REVIEWS]
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
    assert needed <= given or row.action in habits.MORE
    assert bool(row.reason) == (asked.get("reason_code") is True)


def test_every_status_is_somebodys_turn():
    """Held cases go on by themselves."""
    covered = {WITHIN.get(stage, stage) for stage in habits.HABITS}
    assert covered == set(lifecycle.GOING)


def test_channels_are_those_of_intake():
    assert set(CHANNELS) <= set(BY_CODE)
    for code, (_day, _night, role) in CHANNELS.items():
        assert role in BY_CODE[code].brought_by
