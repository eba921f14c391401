"""The tables agree with each other: what one names, the other knows."""

from __future__ import annotations

import pytest

from cityloop.cases import fields, lifecycle
from cityloop.cases.clocks import STAGE_CLOCK
from cityloop.cases.flow import CHANNELS, PUBLIC, Parameters
from cityloop.cases.models import FINAL, Status
from cityloop.intake import channels
from cityloop.kernel.actor import HANDLING, JUDGING, ROLES
from cityloop.kernel.manifest import subsystems
from cityloop.people.roles import SEEDS

ACTIONS = {step.action for step in lifecycle.STEPS}


def test_roles_are_the_same_everywhere() -> None:
    assert [seed.code for seed in SEEDS] == list(ROLES)
    assert set(ROLES) >= JUDGING | HANDLING
    assert {role for step in lifecycle.STEPS for role in step.roles} <= set(ROLES)
    assert {role for one in channels.TABLE for role in one.brought_by} <= set(ROLES)


def test_who_may_bring_a_report_may_open_its_case() -> None:
    opening = set(lifecycle.BY_ACTION["report"].roles)
    for channel in channels.TABLE:
        assert channel.brought_by <= opening, channel.code
    may = {seed.code for seed in SEEDS if {"intake.receive", "*"} & set(seed.permissions)}
    assert may == opening


def test_every_action_finds_its_fields_and_reasons() -> None:
    for step in lifecycle.STEPS:
        assert {name for name, _required in step.fields} <= set(fields.BY_NAME)
        if "reason_code" in dict(step.fields):
            assert fields.reasons(step.action), step.action


def test_every_open_status_is_timed() -> None:
    """By a clock of its own, or by that of the whole case."""
    whole = {Status.VOIDING, Status.HANDLED, Status.COORDINATING}
    assert set(STAGE_CLOCK) | whole == set(Status) - set(FINAL)


def test_subscriptions_listen_to_something_that_happens() -> None:
    own_topics = {
        "case.before_closing",
        "case.disputed",
        "case.handled_late",
        "case.left_open",
        "case.papers",
        "intake.unambiguous",
        "notify.deliver",
        "notify.tell",
        "notify.tell_case",
        "calendar.changed",
        "grids.began",
        "grids.changed",
        "token.asked",
        "channel.asked",
        "member.invited",
        "setup.ground",
    }
    for app in subsystems():
        for topic in app.subscriptions:
            assert topic in own_topics or topic.removeprefix("case.") in ACTIONS, topic


@pytest.mark.requirement("G09")
def test_every_channel_of_the_public_is_reviewed_unless_the_city_says_otherwise() -> None:
    public = {one.code for one in channels.TABLE if one.group == "public"}
    assert set(PUBLIC) == public
    assert tuple(sorted(channels.BY_CODE)) == CHANNELS
    assert Parameters().reviewed_channels == PUBLIC == tuple(sorted(PUBLIC))
