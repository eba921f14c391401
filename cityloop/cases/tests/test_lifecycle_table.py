"""The table itself: sound, complete, and the only road."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import pytest

from cityloop.cases import fields, lifecycle, load, operations
from cityloop.cases.flow import Parameters
from cityloop.cases.lifecycle import BACK, NAMED, NEW, SAME, STEPS
from cityloop.cases.models import FINAL, Case, CaseEvent, Status
from cityloop.kernel.actor import HANDLING, JUDGING, ROLES


@pytest.mark.requirement("A04")
def test_every_status_is_reachable_and_every_open_one_has_a_way_out():
    reached, todo = set(), {NEW}
    while todo:
        status = todo.pop()
        reached.add(status)
        targets = {s.target for s in STEPS if status in s.source} - {SAME, BACK, NAMED}
        todo |= {str(t) for t in targets} - reached
    assert reached - {NEW} == set(Status.values)
    for status in set(Status) - set(FINAL):
        exits = [s for s in STEPS if status in s.source and s.target not in (SAME, status)]
        assert exits, status


@pytest.mark.requirement("A04")
def test_a_case_ends_only_by_closing_rejection_voiding_or_a_reminder():
    enders = {s.action for s in STEPS if s.target in FINAL and s.source != (NEW,)}
    assert enders == {
        "reject", "approve_void", "close", "force_close", "settle_by_reminder",
    }  # fmt: skip


def test_actions_are_unique_and_rows_name_known_roles_fields_and_explained_rules():
    assert len({s.action for s in STEPS}) == len(STEPS)
    for step in STEPS:
        assert set(step.roles) <= set(ROLES), step.action
        assert {name for name, _required in step.fields} <= set(fields.BY_NAME), step.action
        for rule in (*step.guards, *step.effects):
            assert rule.__doc__, rule
        if "reason_code" in dict(step.fields):
            assert fields.reasons(step.action), step.action


@pytest.mark.requirement("A04")
def test_no_role_stands_on_both_sides():
    for side, other in (("judging", HANDLING), ("handling", JUDGING - {"supervisor"})):
        # Anybody who comes across a problem may report it.
        rows = [s for s in STEPS if s.side == side and s.source != (NEW,)]
        roles = {role for s in rows for role in s.roles}
        assert not roles & other, side


@pytest.mark.django_db
@pytest.mark.parametrize("status", [s.value for s in Status])
def test_whoever_has_no_row_is_refused_and_nothing_is_written(world, status):
    """For every (status, role) pair: an action without a row for it writes nothing."""
    case = world.report()
    for role in ROLES:
        for step in STEPS:
            if status in step.source and role in step.roles:
                continue
            held = copy(case)
            held.status = status
            actor = _in_role(world, role)
            found = load.Dossier(held, [], [], Parameters(), True)
            change = operations._change(found, actor=actor, now=world.now)
            with pytest.raises(operations.Refused):
                operations.take(change, step)
    assert CaseEvent.objects.filter(case=case).count() == 1
    assert Case.objects.get(pk=case.pk).version == 1


def _in_role(world, role):
    return replace(world.actors["leader"], roles=frozenset({role}))


def test_the_documentation_of_the_table_names_every_action():
    text = lifecycle.as_markdown()
    assert all(f"| {step.action} |" in text for step in STEPS)
