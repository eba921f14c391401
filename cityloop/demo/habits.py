"""What people do in each status, how often, and after how long: a table."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cityloop.cases.models import Case
from cityloop.demo.town import Town
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Member
from cityloop.standards import queries as standards


@dataclass(frozen=True, slots=True)
class Habit:
    """In this status, so often (weight), this role does this, with a photo of this stage."""

    weight: int
    action: str
    role: str
    photo: str = ""
    words: str = ""
    reason: str = ""


HABITS: dict[str, tuple[Habit, ...]] = {
    "reported": (
        Habit(94, "accept", "acceptor"),
        Habit(4, "reject", "acceptor", words="地点不明，请来电人补充。", reason="too_vague"),
        Habit(2, "reject", "acceptor", words="属于小区内部事务。", reason="not_a_problem"),
    ),
    "unverified": (Habit(100, "send_verify", "acceptor"),),
    "not_found": (
        Habit(100, "reject", "acceptor", words="现场核实未发现所反映的问题。", reason="not_found"),
    ),
    "verifying": (
        Habit(88, "verified", "inspector", "verify", "现场情况属实。"),
        Habit(12, "not_found", "inspector", "", "到现场查看，未发现问题。"),
    ),
    "accepted": (
        Habit(96, "file", "shift_leader"),
        Habit(4, "request_void", "acceptor", words="与在办案件重复。", reason="duplicate"),
    ),
    "voiding": (
        Habit(75, "approve_void", "shift_leader", words="同意作废。", reason="duplicate"),
        Habit(25, "refuse_void", "shift_leader", words="位置不同，继续办理。"),
    ),
    "filed": (Habit(100, "dispatch", "dispatcher", words="按责任清单改派。"),),
    "dispatched": (
        Habit(93, "receive", "unit_desk"),
        Habit(7, "return", "unit_desk", words="该处不在本单位管养范围。", reason="not_ours"),
    ),
    "handling": (Habit(100, "finish", "unit_desk", "after", "已安排人员到场处置完毕。"),),
    "handed_in": (Habit(100, "finish", "unit_desk", words="核对无误，予以反馈。"),),
    "handled": (
        Habit(95, "send_check", "acceptor"),
        Habit(5, "ask_better_proof", "dispatcher", words="照片模糊，请重拍。",
              reason="unclear_photo"),
    ),
    "checking": (
        Habit(92, "check_passed", "inspector", "check", "现场已恢复。"),
        Habit(8, "check_failed", "inspector", "check", "仍有遗留，未处置到位。"),
    ),
    "check_failed": (Habit(100, "rework", "dispatcher", words="核查未通过，请返工。"),),
    "checked": (Habit(100, "close", "shift_leader"),),
}  # fmt: skip
# Beside the flow, once in a while while a case waits for a unit.
URGE = Habit(1, "urge", "supervisor", words="临近时限，请加快处置。")
REPLY = Habit(1, "reply", "unit_desk", words="已到场，今日内完成。")
# Minutes from one step to the next: shortest, usual, longest.
PAUSES = {
    "reported": (1, 5, 22), "verifying": (6, 18, 45), "accepted": (1, 6, 40),
    "voiding": (5, 20, 60),
    "filed": (1, 6, 40), "dispatched": (3, 20, 120), "handed_in": (5, 15, 60),
    "handled": (2, 12, 60), "checking": (8, 20, 50), "check_failed": (2, 10, 40),
    "checked": (2, 15, 90),
}  # fmt: skip
SLOW_UNITS = 6  # every sixth unit is slow


def choose(chance: random.Random, case: Case) -> Habit | None:
    """What happens next with the case."""
    if case.answer_owed and case.lead_id and case.status in ("dispatched", "handling"):
        return REPLY
    if case.status == "handling" and case.urges == 0 and chance.random() < 0.04:
        return URGE
    status = str(case.status)
    if status == "reported" and case.verified in ("wanted", "not_found"):
        status = {"wanted": "unverified"}.get(case.verified, case.verified)
    rows = HABITS.get(status, ())
    if case.dispatches + 1 > 2 and status in ("dispatched",):
        rows = rows[:1]
    if not rows or (status == "reported" and not case.problem_class_id):
        return rows[-1] if rows else None
    return chance.choices(rows, weights=[row.weight for row in rows])[0]


def when(chance: random.Random, case: Case, now: datetime) -> datetime:
    """When somebody sees to the case."""
    if case.status == "handling" and case.handling_due_at:
        left = max((case.handling_due_at - now).total_seconds(), 600.0)
        slow = (case.lead_id or 0) % SLOW_UNITS == 0
        late = chance.random() < (0.4 if slow else 0.06)
        share = chance.uniform(1.05, 1.8) if late else chance.triangular(0.03, 0.95, 0.3)
        return now + timedelta(seconds=left * share)
    low, usual, high = PAUSES.get(str(case.status), (5, 20, 60))
    return now + timedelta(minutes=chance.triangular(low, high, usual))


def inputs(town: Town, case: Case, habit: Habit, *, now: datetime) -> dict[str, Any]:
    """What the step asks for."""
    found: dict[str, Any] = {}
    if habit.reason:
        found["reason_code"] = habit.reason
    if habit.words:
        found[_words_field(habit.action)] = habit.words
    if habit.action == "file":
        rules = standards.rules_for(case.problem_class_id or 0, on=now.date())
        if rules:
            found["filing_rule"] = town.chance.choice(rules[:4]).pk
    elif habit.action == "dispatch":
        found |= _dispatch(town, case)
    elif habit.action in ("send_verify", "send_check"):
        found["inspector"] = _inspector(town, case, now)
    elif habit.action == "close":
        found["closing_condition"] = True
    return found


def _words_field(action: str) -> str:
    if action in ("verified", "check_passed", "reply"):
        return "opinion"
    return "result" if action == "finish" else "reason"


def _dispatch(town: Town, case: Case) -> dict[str, Any]:
    """The unit that the matrix proposes; a wrong one now and then, as in life."""
    proposed = case.proposal.get("unit")
    desks = town.posts["unit_desk"]
    if proposed is None or (case.dispatches == 0 and town.chance.random() < 0.04):
        return {"unit": town.chance.choice(desks)[1], "assists": []}
    return {"unit": proposed, "assists": case.proposal.get("assists", [])}


def _inspector(town: Town, case: Case, now: datetime) -> int:
    """Whoever walks the grid of the case."""
    found = people.inspector_of(case.grid_code, now.date())
    return found or town.chance.choice(town.posts["inspector"])[0]


def actor_of(member_id: int, now: datetime) -> Actor:
    """A certain person; LookupError when there is none."""
    if not Member.objects.filter(pk=member_id, active=True).exists():
        raise LookupError(f"no member {member_id}")
    return people.actor_for(member_id, now)
