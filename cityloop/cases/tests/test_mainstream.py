"""The stories of a case, told with perform."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from cityloop.cases import chain, figures, operations, queries
from cityloop.cases.models import Attachment, Case, CaseEvent, Task, Timer
from cityloop.cases.tests import world as worlds
from cityloop.kernel.errors import Invalid


def actions(case: Case) -> list[str]:
    return list(
        CaseEvent.objects.filter(case=case).order_by("version").values_list("action", flat=True)
    )


@pytest.mark.requirement("A04", "E01", "F01", "F02", "F04", "F06")
def test_an_inspectors_case_goes_from_report_to_close(world):
    case = world.to("closed")
    case = Case.objects.get(pk=case.pk)
    assert case.version == 9
    assert actions(case) == [
        "report", "accept", "file", "dispatch", "receive", "finish", "send_check", "check_passed",
        "close",
    ]  # fmt: skip
    assert (case.closing_kind, case.handled_late, case.checked_late) == ("normal", False, False)
    assert not Timer.objects.filter(case=case).exclude(state="ended").exists()
    assert not Task.objects.filter(case=case, closed_at=None).exists()
    assert [a.stage for a in Attachment.objects.filter(case=case).order_by("id")] == [
        "after", "check"]  # fmt: skip
    assert case.due_at is None


@pytest.mark.requirement("D06", "F05", "F12", "E03")
def test_a_hotline_case_is_verified_returned_once_and_reworked_once(world):
    case = world.report(by="acceptor", channel="hotline12319", verify=True)
    with pytest.raises(operations.Refused, match="verified on site"):
        world.step(case, "accept", "acceptor")
    inspector = world.actors["inspector"].member_id
    case = world.step(case, "send_verify", "acceptor", inspector=inspector)
    with pytest.raises(operations.Refused, match="not yours"):
        world.step(case, "verified", "second_inspector", photos=("verify",))
    case = world.step(case, "verified", "inspector", photos=("verify",))
    case = world.step(case, "accept", "acceptor")
    case = world.step(case, "file", "shift_leader", filing_rule=world.rule.pk)
    case = world.step(case, "dispatch", "dispatcher", unit="roads")
    case = world.step(case, "return", "roads", reason_code="not_ours", reason="a water cover")
    with pytest.raises(operations.Refused, match="give the reason"):
        world.step(case, "dispatch", "dispatcher", unit="water")
    case = world.step(case, "dispatch", "dispatcher", unit="water", reason="returned by roads")
    for action, by, inputs, photos in world.mainstream()[3:6]:
        case = world.step(case, action, by, photos=photos, **inputs)
    failed = {"reason_code": "poor_work", "reason": "loose"}
    case = world.step(case, "check_failed", "second_inspector", photos=("check",), **failed)
    case = world.step(case, "rework", "dispatcher", reason="fix it for good")
    for action, by, inputs, photos in world.mainstream()[3:]:
        if action == "close":
            with pytest.raises(operations.Refused, match="review this case first"):
                world.step(case, action, by, photos=photos, **inputs)
            case = world.step(case, "review_case", "shift_leader")
        case = world.step(case, action, by, photos=photos, **inputs)
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.dispatches, case.returns, case.reworks) == ("closed", 2, 1, 1)
    assert case.verified == "found"


@pytest.mark.requirement("E03")
def test_the_third_dispatch_goes_to_a_supervisor(world):
    case = world.to("filed")
    for unit, reason in (("water", ""), ("roads", "other unit")):
        case = world.step(case, "dispatch", "dispatcher", unit=unit, reason=reason)
        case = world.step(case, "return", unit, reason_code="not_ours", reason="no")
    with pytest.raises(operations.Refused, match="supervisor decides"):
        world.step(case, "dispatch", "dispatcher", unit="water", reason="again")
    with pytest.raises(operations.Refused, match="freeze it for coordination"):
        world.step(case, "dispatch_by_order", "supervisor", unit="water", reason="decided")
    case = world.step(case, "dispatch_by_order", "supervisor", unit="roads", reason="decided")
    assert (case.status, case.dispatches, case.lead_id) == (
        "dispatched", 3, world.units["roads"].pk)  # fmt: skip


@pytest.mark.requirement("F01", "F02", "A33")
def test_the_worker_hands_in_and_the_unit_confirms(world):
    case = world.to("handling")
    worker = world.actors["water_worker"].member_id
    with pytest.raises(operations.Refused, match="does not belong"):
        world.step(case, "assign", "water", worker=world.actors["roads_worker"].member_id)
    case = world.step(case, "assign", "water", worker=worker)
    with pytest.raises(operations.Refused, match="photo"):
        world.step(case, "hand_in", "water_worker", result="done")
    case = world.step(case, "hand_in", "water_worker", result="done", photos=("after",))
    case = world.step(case, "hand_back", "water", reason="show the rim")
    case = world.step(case, "hand_in", "water_worker", result="done", photos=("after",))
    case = world.step(case, "finish", "water", result="confirmed")
    assert case.status == "handled"


@pytest.mark.requirement("F03", "F07")
def test_better_proof_is_no_rework_and_the_clock_goes_on(world):
    case = world.to("handling")
    with pytest.raises(operations.Refused, match="photo"):
        world.step(case, "finish", "water", result="done")
    world.wait(hours=2)
    case = world.step(case, "finish", "water", result="done", photos=("after",))
    case = world.step(
        case, "ask_better_proof", "dispatcher", reason_code="unclear_photo", reason="blurred"
    )
    assert (case.status, case.reworks, case.proofs_refused) == ("handling", 0, 1)
    running = Timer.objects.get(case=case, kind="handling", state="running")
    assert running.limit_amount < 6.1


@pytest.mark.requirement("C30")
def test_which_self_handled_case_is_reviewed_hangs_on_the_moment_and_can_be_drawn_again(world):
    world.flow = worlds.flow(review_share=0.5)
    drawn = set()
    for _n in range(12):
        papers = [world.photo("before"), world.photo("after")]
        case = world.report(action="self_handle", level=1, papers=papers)
        at = CaseEvent.objects.get(case=case, version=1).at
        digest = hashlib.sha256(f"{case.number} {chain.instant(at)}".encode()).digest()
        reviewed = Task.objects.filter(case=case, kind="review").exists()
        assert reviewed == (int.from_bytes(digest[:4]) / 2**32 < 0.5)
        drawn.add(reviewed)
        world.now += timedelta(microseconds=7)
    assert drawn == {True, False}


@pytest.mark.requirement("C30", "B09")
def test_self_handled_needs_both_photos_and_level_one(world):
    world.flow = worlds.flow(review_share=1.0)
    with pytest.raises(operations.Refused, match="before and one after"):
        world.report(action="self_handle", level=1, papers=[world.photo("before")])
    both = [world.photo("before"), world.photo("after")]
    with pytest.raises(operations.Refused, match="level 1"):
        world.report(action="self_handle", level=2, papers=both)
    case = world.report(action="self_handle", level=1, papers=both)
    assert (case.status, case.record_type, case.closing_kind) == (
        "closed", "self_handled", "self_handled")  # fmt: skip
    assert Task.objects.filter(case=case, kind="review", closed_at=None).exists()
    again = world.step(case, "review_failed", "acceptor", reason="photos of two places")
    assert again.status == "reported"

    # It goes the whole way now: a review that is done does not open it once more.
    for action, by, inputs, photos in world.mainstream():
        again = world.step(again, action, by, photos=photos, **inputs)
    for action, given in (("review_failed", {"reason": "x"}), ("review_passed", {})):
        with pytest.raises(operations.Refused, match="no sampled review waits"):
            world.step(again, action, "acceptor", **given)


@pytest.mark.requirement("C29")
def test_quick_reports_and_reminders_are_records_of_their_own(world):
    quick = world.report(action="quick_report", problem_class_id=None, papers=[world.photo()])
    assert (quick.record_type, quick.status) == ("quick", "reported")
    reminder = world.report(action="remind", by="acceptor")
    assert (reminder.record_type, reminder.status) == ("reminder", "closed")


@pytest.mark.requirement("C29", "F13")
def test_a_quick_report_that_is_filed_is_a_case(world):
    quick = world.report(action="quick_report", papers=[world.photo()])
    case = world.step(quick, "accept", "acceptor")
    assert case.record_type == "quick"
    before = filed_now(world)
    case = world.step(case, "file", "shift_leader", filing_rule=world.rule.pk)
    assert case.record_type == "case"
    assert case.events.get(action="file").facts["made_case"] is True
    assert filed_now(world) == before + 1


def filed_now(world):
    """How many cases the figures of these days count."""
    since, until = world.now - timedelta(days=2), world.now + timedelta(days=2)
    return figures.filed(world.actors["supervisor"], since=since, until=until).count()


@pytest.mark.requirement("D09")
def test_rejection_needs_code_and_words(world):
    case = world.report()
    with pytest.raises(Invalid) as caught:
        world.step(case, "reject", "acceptor")
    assert set(caught.value.fields) == {"reason_code", "reason"}
    with pytest.raises(Invalid):
        world.step(case, "reject", "acceptor", reason_code="whatever", reason="x")
    case = world.step(case, "reject", "acceptor", reason_code="too_vague", reason="no place")
    assert (case.status, case.reason_code) == ("rejected", "too_vague")
    with pytest.raises(operations.Refused):
        world.step(case, "accept", "acceptor")


@pytest.mark.requirement("A04")
def test_a_void_is_approved_by_another_and_a_refused_one_goes_back(world):
    case = world.to("filed")
    void = {"reason_code": "duplicate", "reason": "see the other"}
    case = world.step(case, "request_void", "dispatcher", **void)
    case = world.step(case, "refuse_void", "shift_leader", reason="they differ")
    assert case.status == "filed"
    case = world.step(case, "request_void", "dispatcher", **void)
    case = world.step(case, "approve_void", "shift_leader", **void)
    assert case.status == "voided"


@pytest.mark.requirement("F06")
def test_closing_needs_the_condition_and_force_stays_visible(world):
    case = world.to("checked")
    with pytest.raises(Invalid, match="closing_condition"):
        world.step(case, "close", "shift_leader")
    with pytest.raises(operations.Refused, match="closing condition"):
        world.step(case, "close", "shift_leader", closing_condition="no")
    forced = world.step(
        case, "force_close", "shift_leader", reason_code="leader_decision", reason="ordered"
    )
    assert forced.closing_kind == "forced"
    again = world.step(forced, "reopen", "supervisor", reason="not fixed")
    assert (again.status, again.closed_at) == ("filed", None)


@pytest.mark.requirement("H07")
def test_urge_asks_for_an_answer(world):
    case = world.to("handling")
    with pytest.raises(operations.Refused, match="nobody waits"):
        world.step(case, "reply", "water", opinion="soon")
    case = world.step(case, "urge", "supervisor", reason="children play there")
    assert (case.urges, case.answer_owed) == (1, True)
    case = world.step(case, "reply", "water", opinion="today")
    assert not case.answer_owed
    assert Timer.objects.get(case=case, kind="reply").state == "ended"


@pytest.mark.requirement("O10")
@pytest.mark.parametrize("merged", [False, True])
def test_sides_are_kept_apart_within_a_case(world, merged):
    world.flow = worlds.flow(merge_posts=merged)
    both = replace(world.actors["acceptor"], roles=frozenset({"acceptor", "dispatcher"}))
    world.actors["both"] = both
    case = world.step(world.report(), "accept", "both")
    case = world.step(case, "file", "shift_leader", filing_rule=world.rule.pk)
    if merged:
        case = world.step(case, "dispatch", "both", unit="water")
        line = CaseEvent.objects.get(case=case, version=case.version)
        assert line.facts["merged_posts"] is True
        return
    with pytest.raises(operations.Refused, match="other side"):
        world.step(case, "dispatch", "both", unit="water")


@pytest.mark.requirement("O10", "A22")
def test_merged_posts_of_a_centre_open_no_unit_s_own_case_to_it(world):
    """Two posts from before, one at the unit: what the unit has is judged by others."""
    clerk = world.actors["water"]
    world.actors["both"] = replace(clerk, roles=clerk.roles | {"shift_leader"}, merged=True)
    case = world.to("checked")
    with pytest.raises(operations.Refused, match=r"your own unit's to handle|other side"):
        world.step(case, "close", "both", closing_condition=True)


@pytest.mark.requirement("O10", "O01")
def test_another_unit_neither_sees_nor_handles_the_case(world):
    case = world.to("dispatched")
    assert queries.visible(world.actors["water"]).filter(pk=case.pk).exists()
    assert not queries.visible(world.actors["roads"]).filter(pk=case.pk).exists()
    with pytest.raises(operations.Refused, match="not with your unit"):
        world.step(case, "receive", "roads")


def test_objections_come_all_at_once(world):
    case = world.to("checking")
    with pytest.raises(operations.Refused) as caught:
        world.step(case, "check_passed", "inspector")
    assert len(caught.value.reasons) == 2


@pytest.mark.requirement("B13")
def test_assisting_units_get_a_task_beside_the_lead(world):
    case = world.to("filed")
    case = world.step(case, "dispatch", "dispatcher", unit="water",
                      assists=[{"organisation": "roads", "role": "assist"}])  # fmt: skip
    kinds = set(Task.objects.filter(case=case).values_list("kind", "organisation__code"))
    assert kinds == {("handle", "water"), ("assist", "roads")}


@pytest.mark.requirement("H01", "H05", "B04")
def test_the_limit_is_frozen_from_the_rule_and_every_deadline_change_is_a_fact(world):
    case = world.to("dispatched")
    assert (case.limit_amount, case.limit_unit) == (8, "work_hour")
    timer = Timer.objects.get(case=case, kind="handling")
    # 09:03 on Monday + 8 working hours of an 8-hour day: 09:03 on Tuesday.
    assert timer.due_at == world.now + timedelta(days=1)
    facts = CaseEvent.objects.get(case=case, version=case.version).facts
    started = next(c for c in facts["clocks"] if c["clock"] == "handling")
    assert started["what"] == "started" and started["due"] == chain.instant(timer.due_at)


@pytest.mark.requirement("C30", "H05")
def test_a_voided_case_meets_no_clock_and_owes_no_answer(world):
    case = world.to("filed")
    case = world.step(case, "urge", "supervisor", reason="快办")
    case = world.step(case, "request_void", "acceptor", reason_code="duplicate", reason="twice")
    case = world.step(case, "approve_void", "shift_leader", reason_code="duplicate", reason="yes")
    timers = Timer.objects.filter(case=case).order_by("id")
    ended = {one.kind: (one.state, one.late) for one in timers}
    assert ended["dispatch"] == ended["whole"] == ended["reply"] == ("ended", None)
    told = {one["clock"]: one["what"] for one in CaseEvent.objects.get(
        case=case, action="approve_void").facts["clocks"]}  # fmt: skip
    assert told == {"dispatch": "ended", "whole": "ended", "reply": "ended"}
    assert not case.answer_owed


@pytest.mark.requirement("H05")
def test_what_was_late_when_a_case_is_voided_stays_late(world):
    case = world.to("filed")
    world.wait(hours=3)  # the dispatch clock has run out
    case = world.step(case, "request_void", "acceptor", reason_code="duplicate", reason="twice")
    world.step(case, "approve_void", "shift_leader", reason_code="duplicate", reason="yes")
    late = dict(Timer.objects.filter(case=case).values_list("kind", "late"))
    assert late["dispatch"] is True and late["whole"] is None


@pytest.mark.requirement("E01")
def test_a_unit_assists_once_and_never_itself(world):
    case = world.to("filed")
    with pytest.raises(Invalid, match="named twice"):
        world.step(case, "dispatch", "dispatcher", unit="water", assists=["roads", "roads"])
    with pytest.raises(operations.Refused, match="does not assist as well"):
        world.step(case, "dispatch", "dispatcher", unit="water", assists=["water"])
    assert world.step(case, "dispatch", "dispatcher", unit="water", assists=["roads"]).assisting


@pytest.mark.requirement("O06")
@pytest.mark.parametrize("inputs", [
    {"reason": "\ud800x"}, {"\udfff": "x"}, {"reason": {"a": [1]}}, {"reason": ["x"]},
    {"reason": float("nan")}, {"reason": True, "address": {"\ud800": 1}},
])  # fmt: skip
def test_what_is_no_text_is_refused_and_nothing_kept(world, inputs):
    case = world.report()
    with pytest.raises(Invalid):
        world.step(case, "correct", "acceptor", **{"description": "井盖", **inputs})
    assert Case.objects.get(pk=case.pk).version == case.version


@pytest.mark.requirement("F07")
def test_a_photo_of_one_stage_proves_no_other(world):
    inspector = world.actors["second_inspector"].member_id
    case = world.step(world.report(verify=True), "send_verify", "acceptor", inspector=inspector)
    with pytest.raises(operations.Refused, match="stage check do not belong"):
        world.step(case, "verified", "second_inspector", photos=("verify", "check"))
    assert world.step(case, "verified", "second_inspector", photos=("verify", "paper"))


@pytest.mark.requirement("D01")
def test_what_is_not_possible_now_is_said_before_what_is_missing(world):
    case = world.to("accepted")
    with pytest.raises(operations.Refused, match="Dispatch is not possible now"):
        world.step(case, "dispatch", "dispatcher")  # names no unit, and it is not filed yet
    with pytest.raises(operations.WrongPost):
        world.step(case, "file", "dispatcher")
    with pytest.raises(Invalid):
        world.step(case, "file", "shift_leader", filing_rule="none")
    assert Case.objects.get(pk=case.pk).status == "accepted"
