"""Clocks: pause, resume, fire once, escalate; no deadline changes silently."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from cityloop.cases import operations, proof
from cityloop.cases.models import Case, CaseEvent, Task, Timer
from cityloop.cases.tests import world as worlds


def timer(case: Case, kind: str) -> Timer:
    return Timer.objects.filter(case=case, kind=kind).latest("id")


@pytest.mark.requirement("H01", "D06")
def test_verification_pauses_the_acceptance_clock(world):
    case = world.report()
    first = timer(case, "acceptance")
    assert first.due_at == world.now + timedelta(minutes=15)
    world.wait(minutes=5)
    inspector = world.actors["inspector"].member_id
    case = world.step(case, "send_verify", "acceptor", inspector=inspector)
    assert timer(case, "acceptance").state == "paused"
    assert timer(case, "verify").due_at == world.now + timedelta(minutes=30)
    assert Case.objects.get(pk=case.pk).due_at == timer(case, "verify").due_at
    world.wait(hours=3)
    case = world.step(case, "verified", "inspector", photos=("verify",))
    resumed = timer(case, "acceptance")
    assert (resumed.state, resumed.due_at) == ("running", world.now + timedelta(minutes=10))
    assert timer(case, "verify").late is True


@pytest.mark.requirement("H01", "H05")
def test_a_returned_case_resumes_with_the_same_unit_and_restarts_with_another(world):
    case = world.to("dispatched")
    world.wait(hours=2)
    reason = {"reason_code": "needs_other_unit", "reason": "wait for roads"}
    case = world.step(case, "return", "water", **reason)
    world.wait(hours=20)
    case = world.step(case, "dispatch", "dispatcher", unit="water", reason="roads are done")
    left = timer(case, "handling")
    assert abs(float(left.spent) - 2) < 0.01
    case = world.step(case, "return", "water", **reason)
    case = world.step(case, "urge", "leader", reason="hurry")
    with pytest.raises(operations.Refused, match="supervisor"):
        world.step(case, "dispatch", "dispatcher", unit="roads", reason="theirs")
    case = world.step(case, "dispatch_by_order", "supervisor", unit="roads", reason="theirs")
    fresh = timer(case, "handling")
    assert (fresh.spent, fresh.limit_amount) == (0, 8)


@pytest.mark.requirement("H07")
def test_a_deadline_fires_once_then_escalates_by_multiples(world):
    case = world.to("handling")
    due = timer(case, "handling").due_at
    assert operations.fire_due_timers(now=due - timedelta(seconds=1)) == 0
    assert operations.fire_due_timers(now=due) == 1
    assert operations.fire_due_timers(now=due) == 0
    late = Case.objects.get(pk=case.pk)
    assert late.handling_overdue and late.escalations == 0
    assert operations.fire_due_timers(now=due + timedelta(days=40)) >= 1
    late = Case.objects.get(pk=case.pk)
    assert late.escalations >= 1
    assert Task.objects.filter(case=case, kind="supervise").exists()
    line = CaseEvent.objects.get(case=case, action="overdue", facts__clock="handling")
    assert (line.role, line.facts["clock"]) == ("system", "handling")


@pytest.mark.requirement("H07")
def test_who_has_an_escalated_case_gets_no_second_task_for_it(world):
    case = world.to("handling")
    for days in (20, 60, 120):
        operations.fire_due_timers(now=world.now + timedelta(days=days))
    climbed = CaseEvent.objects.filter(case=case, action="escalate").order_by("version")
    numbers = [line.facts["escalation"] for line in climbed]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 2
    task = Task.objects.get(case=case, kind="supervise")
    assert (task.role, task.closed_at, task.opened_at) == ("supervisor", None, climbed[0].at)
    assert Case.objects.get(pk=case.pk).escalations == len(numbers)
    world.step(
        Case.objects.get(pk=case.pk), "force_close", "shift_leader",
        reason_code="no_longer_needed", reason="gone",
    )  # fmt: skip
    verdict = proof.verify(now=world.now)
    assert verdict.whole, verdict.broken


@pytest.mark.requirement("H07")
def test_a_clock_that_is_refused_holds_up_no_other(world, caplog):
    odd, case = world.to("handling"), world.to("handling")
    due = timer(case, "handling").due_at
    # A clock that no step starts in this status, as only a fault could leave it.
    Timer.objects.filter(case=odd, kind="handling").update(kind="hold")
    version = Case.objects.get(pk=odd.pk).version
    assert operations.fire_due_timers(now=due) == 1
    assert CaseEvent.objects.filter(case=case, action="overdue").exists()
    assert Case.objects.get(pk=odd.pk).version == version
    assert f"{odd.number}: the clock hold was refused" in caplog.text


@pytest.mark.requirement("H07", "F05")
def test_late_handling_stays_late_even_after_a_quick_rework(world):
    case = world.to("handling")
    world.wait(days=10)
    case = world.step(case, "finish", "water", result="late", photos=("after",))
    assert case.handled_late is True
    for action, by, inputs, photos in [
        ("send_check", "acceptor", {"inspector": world.actors["inspector"].member_id}, ()),
        (
            "check_failed",
            "inspector",
            {"reason_code": "undone", "reason": "open still"},
            ("check",),
        ),
        ("rework", "dispatcher", {"reason": "again"}, ()),
        ("receive", "water", {}, ()),
        ("finish", "water", {"result": "quick"}, ("after",)),
    ]:
        case = world.step(case, action, by, photos=photos, **inputs)
    assert case.handled_late is True


@pytest.mark.requirement("F04")
def test_a_late_check_is_marked(world):
    case = world.to("checking")
    world.wait(minutes=31)
    with pytest.raises(operations.Refused, match=r"check is late|核查已超时"):
        world.step(case, "check_passed", "second_inspector", photos=("check",))
    case = world.step(
        case, "check_passed", "second_inspector", photos=("check",), opinion="the cover is new"
    )
    assert case.checked_late is True


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("H07")
def test_many_sweepers_fire_each_deadline_exactly_once():
    world = worlds.build()
    cases = [world.report() for _ in range(60)]
    later = world.now + timedelta(minutes=16)
    fired: list[int] = []

    def sweep() -> None:
        while done := operations.fire_due_timers(now=later, limit=7):
            fired.append(done)
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    operations.fire_due_timers(now=later)
    assert CaseEvent.objects.filter(action="overdue").count() == len(cases)
    assert set(Case.objects.values_list("version", flat=True)) == {2}


@pytest.mark.requirement("H07")
def test_a_clock_that_goes_on_without_a_rest_does_not_climb_all_levels_at_once(world):
    """Proof sent back after the deadline: overdue again at once, one level up only in time."""
    case = world.to("handling")
    world.wait(days=10)
    case = world.step(case, "finish", "water", result="late", photos=("after",))
    case = world.step(
        case, "ask_better_proof", "dispatcher", reason_code="unclear_photo", reason="too dark"
    )
    world.wait(minutes=1)
    operations.fire_due_timers(now=world.now)
    fired = CaseEvent.objects.filter(case=case, version__gt=case.version)
    assert set(fired.values_list("action", flat=True)) == {"overdue"}
    world.wait(days=10)
    operations.fire_due_timers(now=world.now)
    assert set(fired.values_list("action", flat=True)) == {"overdue", "escalate"}
    climbed = fired.filter(action="escalate").order_by("version")
    numbers = [line.facts["escalation"] for line in climbed]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.requirement("H05", "F12")
@pytest.mark.parametrize(
    ("status", "action", "by", "inputs", "ended"),
    [
        ("accepted", "refuse_filing", "shift_leader", {"reason": "x"}, "filing"),
        ("filed", "return_to_acceptance", "dispatcher",
         {"reason_code": "wrong_class", "reason": "x"}, "dispatch"),
        ("checked", "check_again", "shift_leader",
         {"reason_code": "weak_proof", "reason": "x"}, "closing"),
    ],
)  # fmt: skip
def test_the_clock_of_a_stage_ends_with_the_stage(world, status, action, by, inputs, ended):
    case = world.step(world.to(status), action, by, **inputs)
    running = set(case.timers.exclude(state="ended").values_list("kind", flat=True))
    assert ended not in running


@pytest.mark.requirement("H05", "B04")
def test_filed_again_under_another_rule_the_clocks_run_by_that_rule(world):
    case = world.to("dispatched")
    world.wait(hours=2)
    code = {"reason_code": "wrong_class", "reason": "another class"}
    case = world.step(case, "return", "water", **code)
    case = world.step(case, "return_to_acceptance", "dispatcher", **code)
    longer = worlds.rule(world.problem_class, limit_amount=Decimal(15), limit_unit="work_day")
    case = world.step(case, "file", "shift_leader", filing_rule=longer.pk)
    unit = world.units["water"].pk
    case = world.step(case, "dispatch", "dispatcher", unit=unit, reason="again")
    clocks = {one.kind: one for one in case.timers.exclude(state="ended")}
    for kind in ("handling", "whole"):
        timer = clocks[kind]
        assert (timer.limit_amount, timer.limit_unit) == (15, "work_day"), kind
    # What had run counts: two working hours of eight-hour days.
    assert clocks["handling"].spent == Decimal("0.25")


@pytest.mark.requirement("H05")
def test_a_reopened_case_has_the_clock_of_the_whole_case_again(world):
    case = world.to("closed")
    case = world.step(case, "reopen", "supervisor", reason="again")
    assert case.timers.filter(kind="whole", state="running").exists() and case.reason_code == ""
