"""What people do in each status, how often, and after how long: tables, and how they are read."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from cityloop.cases.flow import from_public
from cityloop.cases.models import Case
from cityloop.demo.town import Matter, Town


@dataclass(frozen=True, slots=True)
class Habit:
    """In this status, so often (weight), this role does this; with a photo of this stage."""

    weight: float
    action: str
    role: str
    photo: str = ""
    words: str = ""
    reason: str = ""


# What a shift leader finds wanting after a check.
DOUBTS = (
    Habit(2, "check_again", "shift_leader", words="核查照片看不清全貌。", reason="weak_proof"),
    Habit(1, "demand_rework", "shift_leader", words="未达到结案条件。", reason="condition_not_met"),
)
ADDED = "来电人补充：情况已持续数日"
HABITS: dict[str, tuple[Habit, ...]] = {
    "reported": (
        Habit(93, "accept", "acceptor"),
        Habit(3, "reject", "acceptor", words="地点不清，请来电补充。", reason="too_vague"),
        Habit(2, "reject", "acceptor", words="属小区内部事务。", reason="not_a_problem"),
        Habit(2, "correct", "acceptor", words="与来电人核对后补充。"),
    ),
    "to verify": (Habit(1, "send_verify", "acceptor", words="请到现场核实。"),),
    "not found": (
        Habit(1, "reject", "acceptor", words="现场核实未发现所反映的问题。", reason="not_found"),
    ),
    "verifying": (
        Habit(87, "verified", "inspector", "verify", "现场情况属实。"),
        Habit(12, "not_found", "inspector", "", "到现场查看，未发现问题。"),
        Habit(1, "recall_verify", "acceptor", words="来电人补充了位置，重新派核实。"),
    ),
    "accepted": (
        Habit(96, "file", "shift_leader"),
        Habit(3, "request_void", "acceptor", words="与在办案件重复。", reason="duplicate"),
        Habit(1, "refuse_filing", "shift_leader", words="请补充具体点位后再报。"),
    ),
    "voiding": (
        Habit(75, "approve_void", "shift_leader", words="同意作废。", reason="duplicate"),
        Habit(25, "refuse_void", "shift_leader", words="两处位置不同，继续办理。"),
    ),
    "filed": (
        Habit(99, "dispatch", "dispatcher", words="按责任清单改派。"),
        Habit(1, "return_to_acceptance", "dispatcher", words="类别有误，请核对。",
              reason="wrong_class"),
    ),
    "third dispatch": (
        Habit(1, "dispatch_by_order", "supervisor", words="经协调，由该单位牵头处置。"),
    ),
    "circling": (Habit(1, "freeze", "dispatcher", words="两家单位互相推诿，提请协调。"),),
    "coordinating": (
        Habit(1, "decide", "supervisor", words="经现场会商，由该单位负责处置。"),
    ),
    "dispatched": (
        Habit(94, "receive", "unit_desk"),
        Habit(6, "return", "unit_desk", words="该处不在本单位管养范围。", reason="not_ours"),
    ),
    "wrong unit": (
        Habit(90, "return", "unit_desk", words="应由其他单位处置。", reason="not_ours"),
        Habit(10, "receive", "unit_desk"),
    ),
    "handling": (
        Habit(52, "finish", "unit_desk", "after"),
        Habit(48, "assign", "unit_desk", words="请尽快到场处置。"),
    ),
    "assigned": (Habit(1, "hand_in", "worker", "after"),),
    "handed_in": (
        Habit(94, "finish", "unit_desk", words="核对无误，予以反馈。"),
        Habit(6, "hand_back", "unit_desk", words="照片未拍全，请补拍。"),
    ),
    "handled": (
        Habit(95, "send_check", "acceptor", words="请到现场核查。"),
        Habit(4.6, "ask_better_proof", "dispatcher", words="处置后照片模糊，请重拍。",
              reason="unclear_photo"),
        Habit(0.4, "force_close", "shift_leader", words="经领导同意，按特殊情况结案。",
              reason="leader_decision"),
    ),
    "checking": (
        Habit(92, "check_passed", "inspector", "check", "现场已恢复。"),
        Habit(8, "check_failed", "inspector", "recheck", "仍有遗留，未处置到位。",
              reason="partly"),
    ),
    "check_failed": (Habit(1, "rework", "dispatcher", words="核查未通过，请返工。"),),
    "to review": (
        Habit(97, "review_case", "shift_leader", words="前后照片一致，可以结案。"), *DOUBTS,
    ),
    "checked": (Habit(97, "close", "shift_leader"), *DOUBTS),
}  # fmt: skip
# Beside the flow, while a case waits for its unit.
URGE = Habit(1, "urge", "supervisor", words="临近时限，请加快处置。")
REPLY = Habit(1, "reply", "unit_desk", words="已安排人员到场，今日内完成。")
URGED = 0.05
WITH_LEAD = ("dispatched", "handling", "handed_in", "handled", "checking", "checked")
DISPUTED = 0.15  # share of returned cases that the next unit returns too
# A sampled self-handled record is looked at afterwards.
REVIEWS = (
    Habit(92, "review_passed", "acceptor", words="前后照片一致，属实。"),
    Habit(8, "review_failed", "acceptor", words="前后照片不在同一位置，转正常流程。"),
)
# Minutes from one step to the next: shortest, usual, longest.
PAUSES = {
    "reported": (1, 4, 14), "to verify": (1, 3, 7), "not found": (1, 5, 14),
    "verifying": (6, 15, 36), "accepted": (1, 6, 40), "voiding": (5, 20, 60),
    "filed": (1, 6, 40), "third dispatch": (20, 60, 240),
    "circling": (10, 40, 180), "dispatched": (3, 20, 120),
    "coordinating": (120, 600, 1500),
    "wrong unit": (10, 40, 200), "handed_in": (5, 15, 60), "handled": (2, 12, 60),
    "checking": (7, 16, 38), "check_failed": (2, 10, 40), "checked": (2, 15, 90),
    "to review": (2, 10, 60),
    "review": (60, 240, 900), "owed": (8, 30, 200),
}  # fmt: skip
OVERDUE_SEEN = (20, 300, 90)  # minutes until a supervisor notices: shortest, longest, usual
# When a role works, by local time; what falls outside waits for the morning.
HOURS = {
    "unit_desk": (time(7, 30), time(19, 30)),
    "worker": (time(6), time(21)), "supervisor": (time(8, 30), time(17, 30)),
}  # fmt: skip
# Steps whose words are a remark.
WITH_OPINION = frozenset({
    "verified", "check_passed", "reply", "send_verify", "send_check", "assign", "review_passed",
    "review_case", "freeze", "pass_extension", "advise_extension", "approve_extension",
    "approve_long_limit", "approve_suspension", "support_deferral", "approve_deferral",
    "accept_reply", "support_appeal", "approve_appeal", "recheck_confirmed",
    "settle_by_reminder", "pass_down",
})  # fmt: skip
IN_TIME = (0.03, 0.95, 0.25)  # of what is left: shortest, longest, usual
LATE, LATE_SLOW = 0.04, 0.36  # share of cases that a unit, or a slow one, finishes too late


def stage_of(case: Case, proposed: int | None) -> str:
    """The row of HABITS that fits: the status, and what makes a difference in it."""
    status = str(case.status)
    if status == "reported" and case.verified in ("wanted", "not_found"):
        return "to verify" if case.verified == "wanted" else "not found"
    if status == "filed" and len(set(case.returned_by)) > 1:
        return "circling"
    if status == "filed" and case.dispatches >= 2:
        return "third dispatch"
    if status == "dispatched" and proposed is not None and case.lead_id != proposed:
        return "wrong unit"
    if status == "checked" and from_public(case) and case.reviewed_at is None:
        return "to review"
    if status == "handling" and case.worker_id:
        return "assigned"
    return status


def choose(
    chance: random.Random, case: Case, without: Collection[str] = frozenset()
) -> Habit | None:
    """What happens next with the case; None when nothing does. `without`: refused as it stands."""
    if case.answer_owed and case.status in WITH_LEAD and "reply" not in without:
        return REPLY
    urged = case.status == "handling" and case.urges == 0 and chance.random() < URGED
    if urged and "urge" not in without:
        return URGE
    return pick(chance, _rows(chance, case), without)


def pick(
    chance: random.Random, rows: Sequence[Habit], without: Collection[str] = frozenset()
) -> Habit | None:
    """One of the rows by weight; None where none is left."""
    rows = [row for row in rows if row.action not in without]
    return chance.choices(rows, weights=[row.weight for row in rows])[0] if rows else None


def _rows(chance: random.Random, case: Case) -> Sequence[Habit]:
    """Who has been told by a decision keeps the case; who gets it after a return mostly does."""
    rows = HABITS.get(stage_of(case, case.proposal.get("unit")), ())
    if case.status == "dispatched" and (case.returns or case.substituted or case.liable_id):
        told = case.returns > 1 or case.substituted or case.liable_id or case.dispatches > 2
        wanted = "receive" if told or chance.random() > DISPUTED else "return"
        return [row for row in HABITS["dispatched"] if row.action == wanted]
    if case.status == "filed" and case.returns:
        return [row for row in rows if row.action != "return_to_acceptance"]
    return rows


def when(
    town: Town,
    case: Case,
    habit: Habit,
    now: datetime,
    pause: tuple[float, float, float] | None = None,
) -> datetime:
    """When it is done; `pause`: minutes until then where the tables do not say."""
    chance = town.chance
    if habit.action in ("finish", "hand_in") and case.handling_due_at and habit.photo:
        left = max((case.handling_due_at - now).total_seconds(), 900.0)
        late = chance.random() < (LATE_SLOW if town.slow(case.lead_id) else LATE)
        share = chance.uniform(1.1, 2.2) if late else chance.triangular(*IN_TIME)
        done = now + timedelta(seconds=left * share)
        awake = in_hours(town, habit.role, done)
        # Whoever means to be in time does not let the morning pass the deadline.
        return awake if late or awake <= case.handling_due_at else done
    if habit.action == "give_notice" and case.handling_due_at:  # when the limit has passed
        seen = timedelta(minutes=chance.triangular(*OVERDUE_SEEN))
        return in_hours(town, habit.role, max(now, case.handling_due_at) + seen)
    key = "review" if habit in REVIEWS else "owed" if habit is REPLY else ""
    low, usual, high = pause or PAUSES.get(
        key or stage_of(case, case.proposal.get("unit")), (10, 40, 180)
    )  # fmt: skip
    after = now + timedelta(minutes=chance.triangular(low, high, usual))
    return in_hours(town, habit.role, after)


def in_hours(town: Town, role: str, at: datetime) -> datetime:
    """The moment itself, or some time in the first hour of the role's next working day."""
    if role not in HOURS or not town.sleeps:
        return at
    begins, ends = HOURS[role]
    local = timezone.localtime(at)
    if begins <= local.time() < ends:
        return at
    day = local if local.time() < begins else local + timedelta(days=1)
    start = day.replace(hour=begins.hour, minute=begins.minute, second=0)
    return start + timedelta(minutes=town.chance.uniform(1, 60))


def inputs(town: Town, case: Case, habit: Habit, matter: Matter, now: datetime) -> dict[str, Any]:
    """What the step asks for, as rows where it can: no query for what is at hand."""
    found: dict[str, Any] = {}
    if habit.reason:
        found["reason_code"] = habit.reason
    if habit.words:
        found[_words_field(habit.action)] = habit.words
    more = MORE.get(habit.action)
    return {**found, **more(town, case, matter, now)} if more else found


def _words_field(action: str) -> str:
    if action in ("hand_in", "finish", "assist_done", "fixed_meanwhile"):
        return "result"
    return "opinion" if action in WITH_OPINION else "reason"


def _class(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    """The acceptor chooses the class where none was given."""
    return {} if case.problem_class_id else {"problem_class": town.class_row(matter.code)}


def _correct(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    """What the caller added on the telephone, and the class where none was given."""
    return {
        **_class(town, case, matter, now),
        "description": f"{case.description}（{ADDED}）"[:2000],
    }


def _file(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    rule = town.rule(case.problem_class_id or 0, now)
    return {"filing_rule": rule} if rule else {}


def _dispatch(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    """The unit that the matrix proposes; a wrong one now and then, as in life."""
    proposed = case.proposal.get("unit")
    if proposed is None or (case.dispatches == 0 and town.chance.random() < 0.05):
        return {"unit": town.another_unit(proposed)}
    return town.proposed(case.proposal)


def _walker(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    return {"inspector": town.member(town.walker(case.grid_code))}


def _decide(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    document = f"会商纪要〔{now.year}〕{case.pk}号"
    return {**_dispatch(town, case, matter, now), "document": document}


def _assign(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    return {"worker": town.worker(case.lead_id or 0)}


def _result(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    return {"result": matter.done + "。"}


def _closing(town: Town, case: Case, matter: Matter, now: datetime) -> dict[str, Any]:
    return {"closing_condition": True}


MORE = {
    "accept": _class, "correct": _correct, "file": _file,
    "dispatch": _dispatch, "dispatch_by_order": _dispatch, "decide": _decide,
    "send_verify": _walker, "send_check": _walker,
    "assign": _assign, "hand_in": _result, "finish": _result, "close": _closing,
}  # fmt: skip
