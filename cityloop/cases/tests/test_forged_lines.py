"""What the owner of the database writes behind the history takes back nothing that was done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, models

from cityloop.cases import chain, proof, retold, state
from cityloop.cases.models import Case, CaseEvent


def with_a_past(world):
    """A closed case that was returned, handled late, found undone and handled again."""
    case = world.to("dispatched")
    why = {"reason_code": "not_ours", "reason": "x"}
    case = world.step(case, "return", "water", **why)
    case = world.step(case, "dispatch", "dispatcher", unit=world.units["water"].pk, reason="y")
    inspector = world.actors["second_inspector"].member_id
    for passed in (False, True):
        case = world.step(case, "receive", "water")
        world.wait(days=30)
        case = world.step(case, "finish", "water", photos=("after",), result="x")
        case = world.step(case, "send_check", "acceptor", inspector=inspector)
        if not passed:
            failed = {"reason_code": "undone", "reason": "z"}
            case = world.step(case, "check_failed", "second_inspector", photos=("check",), **failed)
            case = world.step(case, "rework", "dispatcher", reason="z")
    case = world.step(case, "check_passed", "second_inspector", photos=("check",))
    case = world.step(case, "review_case", "shift_leader")
    return world.step(case, "close", "shift_leader", closing_condition=True)


def forged_line(world, case, mark=None, line=None, **changed):
    """What nobody may do: a line of no step, and other columns of the case behind it."""
    said = line or {}
    for name, value in changed.items():
        setattr(case, name, value)
    last = CaseEvent.objects.get(case=case, version=case.version)
    case.version += 1
    if mark is None:
        clocks = list(case.timers.order_by("id"))
        mark = state.mark(case, clocks, list(case.tasks.order_by("id")), state.NEW)
    line = {
        "version": case.version, "action": "reply_sent", "source": last.target,
        "target": last.target, "role": "system", "member_id": None, "actor": "replies",
        "at": world.now, "recorded_at": world.now, "facts": {}, "imported": False, "state": mark,
        "previous": last.hash,
    } | said  # fmt: skip
    case.head = chain.line_hash(case.number, line)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CaseEvent.objects.create(case=case, hash=case.head, **line)
        plain = {"version": case.version, "head": case.head} | changed
        Case.objects.filter(pk=case.pk).update(**plain)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.requirement("O05")
@pytest.mark.parametrize(("mark", "what"), [
    ("", "the line has no mark of what it left"),
    ("1:a:b:c:0", "its mark covers less than those of earlier lines, or cannot be read"),
    ("x", "its mark covers less than those of earlier lines, or cannot be read"),
])  # fmt: skip
def test_a_line_forged_behind_the_history_hides_no_column(world, mark, what):
    """No hash is secret: who owns the database can write a line that fits, but none that says
    nothing of the case."""
    case = world.to("closed")
    proof.seal(now=world.now)
    forged_line(world, case, mark, handled_late=not case.handled_late)
    proof.seal(now=world.now)
    broken = proof.verify(now=world.now).broken
    assert (f"case {case.number} version {case.version}", what) in [
        (one.where, one.what) for one in broken
    ]
    case.refresh_from_db()
    assert state.unlike(case)


@pytest.mark.requirement("O05")
@pytest.mark.parametrize(("change", "what"), [
    ({"dispatches": 0}, "its number of dispatches"), ({"reworks": 0}, "its number of reworks"),
    ({"returns": 0}, "its number of returns"),
    ({"handled_late": False}, "that it was handled late"),
    ({"closed_at": timedelta(days=-2)}, "when it ended"),
    ({"filed_at": timedelta(hours=1)}, "when it was filed"),
])  # fmt: skip
def test_a_forged_line_with_a_mark_of_its_own_takes_back_nothing_that_was_done(world, change, what):
    """Whoever owns the database can write a last line that leaves what they like: the lines before
    it still tell what was done."""
    case = with_a_past(world)
    proof.seal(now=world.now)
    assert proof.verify(now=world.now).whole
    [(name, value)] = change.items()
    was = getattr(case, name)
    forged_line(world, case, **{name: was + value if isinstance(value, timedelta) else value})
    proof.seal(now=world.now)
    [broken] = proof.verify(now=world.now).broken
    assert broken.where == f"case {case.number}"
    assert broken.what == f"{what} is not what its history tells"


@pytest.mark.requirement("O05", "H05")
def test_a_forged_end_of_handling_does_not_make_it_done_in_time(world):
    """The steps after it are honest, and end the unit's clock where it is: late."""
    case = world.to("handling")
    world.wait(days=30)
    forged_line(
        world, case, line={"action": "finish", "target": "handled"}, status="handled",
        handled_late=False, handled_at=world.now,
    )  # fmt: skip
    case.refresh_from_db()
    inspector = world.actors["second_inspector"].member_id
    case = world.step(case, "send_check", "acceptor", inspector=inspector)
    case = world.step(case, "check_passed", "second_inspector", photos=("check",))
    case = world.step(case, "close", "shift_leader", closing_condition=True)
    proof.seal(now=world.now)
    whats = [one.what for one in proof.verify(now=world.now).broken]
    assert "that it was handled late is not what its history tells" in whats


@pytest.mark.requirement("O05")
def test_every_counter_of_a_case_is_told_again_from_its_history():
    """A counter that comes later is forgotten by nobody."""
    small = {
        field.name for field in Case._meta.concrete_fields
        if isinstance(field, models.PositiveSmallIntegerField)
    }  # fmt: skip
    assert small - {"level"} == {*retold.BY_FACT, *retold.BY_ACTION}
    assert all(retold.BY_ACTION.values())
    assert retold.FILES and retold.ENDS and retold.REOPENS
