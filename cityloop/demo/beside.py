"""What happens beside the straight road: who asks for time or help, who decides, who answers.

No source says how often a unit asks for time or a case is frozen: the shares are our own, low
enough that a city's figures stay those of its straight road (time-rules 5.3, 5.4: deferral is
strictly controlled; a rate of deferral is published everywhere).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cityloop.cases import command
from cityloop.cases.flow import from_public
from cityloop.cases.guards.filing import USUAL_LEVEL
from cityloop.cases.models import Case, Task
from cityloop.demo.habits import Habit
from cityloop.demo.town import Town

EXTRA = 1  # in the unit of the limit
WORTH_ASKING = timedelta(hours=12)
HELD_DAYS = (2, 3, 5, 7, 10, 30, 90)  # how long a case is to be suspended or deferred
NOTICE_WITHIN = timedelta(days=2)  # what is due later is looked at later
NOTICE_DAYS = 2  # until the final day of an overdue notice
ACROSS = 0.0002  # degrees: the other side of a crossing


# Begun so often of a thousand times that the case comes to this status, each once in a case.
BEGUN: dict[str, tuple[Habit, ...]] = {
    "reported": (
        Habit(8, "locate", "acceptor", words="与来电人核对，问题在路口另一侧。"),
        Habit(6, "settle_by_reminder", "acceptor", words="情节轻微，提示责任单位清扫。"),
        Habit(6, "review_case", "shift_leader", words="属实，情节轻微，可以提示办结。"),
    ),
    "small": (
        Habit(1000, "settle_by_reminder", "acceptor", words="情节轻微，提示责任单位清扫。"),
    ),
    "filed": (
        Habit(90, "pass_up", "dispatcher", words="涉及市属单位，区级无法协调。",
              reason="beyond_us"),
        Habit(300, "pass_down", "dispatcher", words="属区管范围，请区级派遣。"),
        Habit(8, "dispatch_across", "dispatcher", words="位于两街道交界。"),
    ),
    "dispatched": (Habit(250, "open_dispatch", "unit_desk"),),
    "handling": (
        Habit(60, "ask_extension", "unit_desk", words="材料须定制，厂家排期。", reason="material"),
        Habit(8, "ask_suspension", "unit_desk", words="须待汛期结束后施工。", reason="season"),
        Habit(5, "ask_deferral", "unit_desk", words="资金须列入次年计划。", reason="budget"),
        Habit(400, "ask_long_limit", "unit_desk", words="须开挖施工，工程量大。"),
        Habit(15, "ask_assist", "dispatcher"),
        Habit(5, "substitute", "supervisor", words="权属单位无力处置，先行代整治。"),
        Habit(8, "give_notice", "supervisor"),
    ),
    "assigned": (
        Habit(40, "wish_extension", "worker", words="现场工程量大于预计。", reason="extent"),
    ),
    "checking": (
        Habit(6, "recall_check", "acceptor", words="核查员临时有任务，另派人核查。"),
    ),
    "handled": (
        Habit(6, "send_back", "shift_leader", words="处置单位有误，重新派遣。",
              reason="wrong_unit"),
        Habit(500, "name_liable", "supervisor", words="红线内由该单位负责。"),
    ),
    "checked": (
        Habit(12, "send_back", "shift_leader", words="核查照片看不清全貌，请重新核查。",
              reason="weak_proof"),
    ),
    "coordinating": (
        Habit(200, "raise_dispute", "supervisor", words="区级协调未达成一致。"),
        Habit(150, "fixed_meanwhile", "dispatcher", "after", "街道先行处置，权属另行裁定。"),
    ),
    "suspended": (Habit(150, "resume_early", "supervisor", words="条件已具备，恢复办理。"),),
    "deferred": (Habit(100, "resume_early", "supervisor", words="资金已落实，恢复办理。"),),
    "closed": (Habit(4, "reopen", "supervisor", words="市民再次反映同一问题。"),),
    "closed late": (
        Habit(150, "ask_appeal", "unit_desk", words="暴雨预警期间无法施工。", reason="weather"),
    ),
}  # fmt: skip
# Who has been asked decides or answers, one of these ways.
WAITING: dict[str, tuple[Habit, ...]] = {
    "extension": (
        Habit(72, "approve_extension", "dispatcher", words="情况属实，同意。"),
        Habit(20, "refuse_extension", "dispatcher", words="材料已到位，不予延期。"),
        Habit(8, "advise_extension", "dispatcher", words="工程量大，请领导审批。"),
    ),
    "extension wished": (
        Habit(85, "pass_extension", "unit_desk", words="情况属实。"),
        Habit(15, "refuse_extension", "unit_desk", words="请加派人手，按期完成。"),
    ),
    "extension advised": (
        Habit(80, "approve_extension", "leader", words="同意。"),
        Habit(20, "refuse_extension", "leader", words="事关市民出行，按期完成。"),
    ),
    "long_limit": (
        Habit(75, "approve_long_limit", "shift_leader", words="须开挖施工，同意。"),
        Habit(25, "refuse_long_limit", "shift_leader", words="可先行修补，不予同意。"),
    ),
    "suspension": (
        Habit(65, "approve_suspension", "supervisor", words="同意挂账，到期恢复。"),
        Habit(35, "refuse_suspension", "supervisor", words="可先行围挡，不予挂账。"),
    ),
    "deferral": (
        Habit(70, "support_deferral", "dispatcher", words="确需列入次年计划。"),
        Habit(30, "refuse_deferral", "dispatcher", words="年度经费可以支出。"),
    ),
    "deferral supported": (
        Habit(70, "approve_deferral", "leader", words="同意缓办。"),
        Habit(30, "refuse_deferral", "leader", words="严格控制缓办，不予同意。"),
    ),
    "assist": (
        Habit(85, "assist_done", "unit_desk", "after", "已围挡并疏导交通。"),
        Habit(15, "waive_assist", "dispatcher", words="现场已不需要协助。"),
    ),
    "answered": (
        Habit(90, "accept_reply", "supervisor", words="答复属实。"),
        Habit(10, "send_back_reply", "supervisor", words="请写明完成时间。"),
    ),
    "appeal": (
        Habit(60, "support_appeal", "dispatcher", words="预警期间，情况属实。"),
        Habit(40, "refuse_appeal", "dispatcher", words="理由不成立。"),
    ),
    "appeal supported": (
        Habit(75, "approve_appeal", "acceptor", words="同意。"),
        Habit(25, "refuse_appeal", "acceptor", words="预警前已超时。"),
    ),
    "recheck": (
        Habit(94, "recheck_confirmed", "inspector", "check", "现场整洁，结案属实。"),
        Habit(6, "recheck_false", "inspector", "recheck", "现场仍未处置。"),
    ),
    # What was reworked or done late was often closed in a hurry.
    "doubtful recheck": (
        Habit(60, "recheck_confirmed", "inspector", "check", "现场整洁，结案属实。"),
        Habit(40, "recheck_false", "inspector", "recheck", "现场仍未处置。"),
    ),
}
# The row of WAITING to which a step leads.
LEADS_TO = {
    "ask_extension": "extension", "wish_extension": "extension wished",
    "pass_extension": "extension", "advise_extension": "extension advised",
    "ask_long_limit": "long_limit", "ask_suspension": "suspension", "ask_deferral": "deferral",
    "support_deferral": "deferral supported", "ask_assist": "assist", "reply": "answered",
    "ask_appeal": "appeal", "support_appeal": "appeal supported", "dispatch_across": "assist",
}  # fmt: skip
# Of several units that help, each by itself: the case waits until none is left.
ONE_OF_SOME = ("assist_done", "waive_assist")
# The answer to an order is judged when the work is done; who asked for time waits at once.
ONLY_IN = {"answered": ("handled", "checked")}
# An open task of this kind, held by this role: what the case waits for.
BY_TASK = {
    ("extension", "unit_desk"): "extension wished", ("extension", "dispatcher"): "extension",
    ("extension", "leader"): "extension advised", ("long_limit", "shift_leader"): "long_limit",
    ("suspension", "supervisor"): "suspension", ("deferral", "dispatcher"): "deferral",
    ("deferral", "leader"): "deferral supported", ("appeal", "dispatcher"): "appeal",
    ("appeal", "acceptor"): "appeal supported",
}  # fmt: skip
# Steps of another unit than the lead's, and the task by which it owes them.
OWED = {"assist_done": "assist", "reply": "order"}
# Minutes until it is done: shortest, usual, longest.
PAUSES = {
    "closed": (600, 2400, 9000), "held": (600, 1500, 4000),
    "assist": (30, 120, 400), "answered": (10, 60, 240), "recheck": (500, 660, 1150),
    "appeal": (120, 600, 2000), "deferral supported": (60, 400, 1400),
    "extension advised": (30, 120, 600), "deferral": (30, 120, 600),
}  # fmt: skip
SOON = (5, 25, 120)


def stage_of(case: Case, stage: str) -> str:
    """The row of BEGUN that fits a case at this stage of the straight road."""
    if stage == "to review":
        return "checked"
    if stage == "reported" and case.reviewed_at is not None:
        return "small"
    return "closed late" if stage == "closed" and case.handled_late and not case.appeal else stage


def pause(habit: Habit, stage: str) -> tuple[float, float, float] | None:
    """Minutes until somebody does this; None where it is done as on the straight road."""
    if any(row.action == habit.action for row in WAITING.get(stage, ())):
        return PAUSES.get(stage, SOON)
    if habit.action in ("reopen", "ask_appeal"):
        return PAUSES["closed"]
    return PAUSES["held"] if habit.action == "resume_early" else None


def begin(
    chance: random.Random, case: Case, stage: str, known: set[str], now: datetime
) -> Habit | None:
    """The one thing begun now beside the straight road; mostly none, and nothing twice."""
    dice = chance.random() * 1000
    for row in BEGUN.get(stage, ()):
        if dice < row.weight:
            may = row.action not in known and POSSIBLE.get(row.action, _always)(case, now)
            return row if may else None
        dice -= row.weight
    return None


def waits_for(case: Case, stage: str) -> tuple[Habit, ...]:
    """Who has been asked, where the case is in a status in which they act."""
    if not stage or case.status not in ONLY_IN.get(stage, (case.status,)):
        return ()
    if stage == "recheck" and (case.reworks or case.handled_late):
        stage = "doubtful recheck"
    return WAITING[stage]


def begun_before(case: Case) -> str:
    """What a case waits for that somebody else has begun: by its open tasks; '' for nothing."""
    for task in Task.objects.filter(case=case, closed_at=None).order_by("id"):
        if task.kind == "assist" and task.what:
            return "assist"
        if task.kind == "recheck":
            return "recheck"
        if task.kind == "order" and task.result:
            return "answered"
        if stage := BY_TASK.get((task.kind, task.role)):
            return stage
    return ""


def after(action: str, before: str) -> str:
    """What the case waits for once the step is taken."""
    if action in LEADS_TO:
        return LEADS_TO[action]
    decided = any(row.action == action for row in WAITING.get(before, ()))
    return "" if decided else before


def another_owes(case: Case) -> str:
    """The row of WAITING for the others that were asked to help; '' where none is left."""
    return "assist" if owes(case, "assist") is not None else ""


def _always(case: Case, now: datetime) -> bool:
    return True


def _limit_for_works(case: Case, now: datetime) -> bool:
    rule = case.filing_rule
    known = rule is not None and rule.engineering_amount is not None and not case.long_limit
    return known and _in_time(case, now)


def _in_time(case: Case, now: datetime) -> bool:
    """Matters of a few hours are not extended (time-rules 5.3)."""
    return case.handling_due_at is not None and case.handling_due_at - now > WORTH_ASKING


def _extendable(case: Case, now: datetime) -> bool:
    return not case.extensions and _in_time(case, now)


def _beyond_them(case: Case, now: datetime) -> bool:
    return command.neighbour(case.platforms, case.holder_id, down=False) is not None


def _passed_up(case: Case, now: datetime) -> bool:
    return command.neighbour(case.platforms, case.holder_id, down=True) is not None


def _small(case: Case) -> bool:
    return case.filed_at is None and case.level <= USUAL_LEVEL


POSSIBLE: dict[str, Callable[[Case, datetime], bool]] = {
    "give_notice": lambda case, now: case.handling_due_at is not None
    and case.handling_due_at - now < NOTICE_WITHIN,
    "settle_by_reminder": lambda case, now: _small(case)
    and (case.reviewed_at is not None or not from_public(case)),
    "review_case": lambda case, now: _small(case) and from_public(case),
    "pass_up": _beyond_them, "pass_down": _passed_up,
    "dispatch_across": lambda case, now: not case.dispatches,
    "ask_long_limit": _limit_for_works, "ask_extension": _extendable,
    "wish_extension": _extendable,
    "name_liable": lambda case, now: bool(case.dispute_level),
    "reopen": lambda case, now: case.filing_rule_id is not None and case.closing_kind == "normal",
}  # fmt: skip


# ---------------------------------------------------------------- what these steps ask for


def _extra(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    return {"extra": EXTRA}


def _until(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    days = town.chance.choice(HELD_DAYS)
    return {"until": timezone.localdate(now + timedelta(days=days)).isoformat()}


def _helper(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    return {"unit": town.neighbour(case), "subtask": "请协助围挡并疏导交通。"}


def giver(case: Case) -> int:
    """Who gave the order that is answered; LookupError where there is none."""
    order = Task.objects.filter(case=case, closed_at=None, kind="order").first()
    if order is None or not order.asked.get("by"):
        raise LookupError(f"nobody gave an order for {case.number}")
    return int(order.asked["by"])


def owes(case: Case, kind: str) -> int | None:
    """The unit that owes an open task of this kind, with words of its own."""
    owed = Task.objects.filter(case=case, closed_at=None, kind=kind).exclude(what="")
    return owed.values_list("organisation_id", flat=True).first()


def _substitute(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    return {"unit": town.neighbour(case)}


def _waived(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    return {"unit": town.units[owes(case, "assist") or 0]}


def _liable(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    unit = case.proposal.get("unit") or case.returned_by[-1]
    return {"unit": town.units[unit], "document": f"会商纪要〔{now.year}〕{case.pk}号"}


def _stage(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    return {"stage": "dispatch" if case.status == "handled" else "check"}


def _other_side(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    where: Any = case.point
    return {"point": f"{where.x + ACROSS:.6f}, {where.y:.6f}"}


def _reminded(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    return {"addressee": town.neighbour(case)}


def _two_streets(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    return {"territories": town.border(case), "subtask": "清理本侧。"}


def _final_day(town: Town, case: Case, now: datetime) -> dict[str, Any]:
    day = timezone.localdate(now + timedelta(days=NOTICE_DAYS))
    return {"final_day": day.isoformat(), "consequence": "逾期未办，按办法扣分并代整治。"}


MORE: dict[str, Callable[[Town, Case, datetime], dict[str, Any]]] = {
    "dispatch_across": _two_streets, "locate": _other_side,
    "settle_by_reminder": _reminded, "give_notice": _final_day,
    "ask_extension": _extra, "wish_extension": _extra,
    "ask_suspension": _until, "ask_deferral": _until,
    "ask_assist": _helper, "waive_assist": _waived, "substitute": _substitute,
    "send_back": _stage, "name_liable": _liable,
}  # fmt: skip


def inputs(town: Town, case: Case, action: str, now: datetime) -> dict[str, Any]:
    """What the step asks for, apart from words and reason."""
    more = MORE.get(action)
    return more(town, case, now) if more else {}
