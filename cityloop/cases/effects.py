"""Effects: what else a step writes, in the same transaction. No network, no mail: jobs do that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cityloop.cases import clocks
from cityloop.cases.change import Change
from cityloop.cases.models import ClosingKind, RecordType, Task, TimerKind
from cityloop.kernel.rows import fresh
from cityloop.people import queries as people

Effect = Callable[[Change], None]
MINUTE = "minute"


# --- clocks -----------------------------------------------------------------------------------


def start_acceptance_clock(change: Change) -> None:
    """The acceptance clock starts: 15 minutes unless the city says otherwise."""
    clocks.start(change, TimerKind.ACCEPTANCE, change.flow.acceptance_minutes, MINUTE)


def pause_acceptance_clock(change: Change) -> None:
    """The acceptance clock pauses while the inspector verifies."""
    clocks.pause(change, TimerKind.ACCEPTANCE)


def resume_acceptance_clock(change: Change) -> None:
    """The acceptance clock goes on with what was left."""
    clocks.resume(change, TimerKind.ACCEPTANCE)


def start_verify_clock(change: Change) -> None:
    """The verification clock starts."""
    clocks.start(change, TimerKind.VERIFY, change.flow.verify_minutes, MINUTE)


def stop_verify_clock(change: Change) -> None:
    """The verification clock stops; late or not is a fact of the inspector's."""
    clocks.stop(change, TimerKind.VERIFY)


def start_filing_clock(change: Change) -> None:
    """Acceptance is over, the filing clock starts."""
    clocks.stop(change, TimerKind.ACCEPTANCE)
    clocks.start(change, TimerKind.FILING, change.flow.filing_minutes, MINUTE)


def start_dispatch_clock(change: Change) -> None:
    """The filing clock stops, the dispatch clock starts."""
    clocks.stop(change, TimerKind.FILING)
    clocks.start(change, TimerKind.DISPATCH, change.flow.dispatch_minutes, MINUTE)


def start_whole_clock(change: Change) -> None:
    """The clock of the whole case starts: handling limit plus the margin of the other stages."""
    if change.timer(TimerKind.WHOLE) is None:
        amount, unit = _limit(change)
        clocks.start(
            change, TimerKind.WHOLE, amount, unit, margin_hours=change.flow.whole_margin_hours
        )


def start_handling_clock(change: Change) -> None:
    """The handling clock starts with the frozen limit.

    The same unit that gets its case back goes on with what was left, unless the city restarts.
    """
    clocks.stop(change, TimerKind.DISPATCH)
    paused = change.timer(TimerKind.HANDLING)
    again = paused is not None and change.facts.get("unit") == change.facts.get("unit_before")
    if again and change.flow.redispatch_clock == "continue":
        clocks.resume(change, TimerKind.HANDLING)
        return
    clocks.start(change, TimerKind.HANDLING, *_limit(change))
    change.case.handling_overdue = False


def restart_handling_clock(change: Change) -> None:
    """A rework is handled under a new clock of its own."""
    clocks.stop(change, TimerKind.DISPATCH)
    clocks.start(change, TimerKind.HANDLING, *_limit(change))
    change.case.handling_overdue = False


def pause_handling_clock(change: Change) -> None:
    """The handling clock pauses: the case is not with a unit."""
    clocks.pause(change, TimerKind.HANDLING)


def stop_handling_clock(change: Change) -> None:
    """The handling clock stops when the unit confirms and sends back; late is never undone."""
    timer = clocks.stop(change, TimerKind.HANDLING)
    if timer is not None:
        change.case.handled_late = bool(timer.late) or bool(change.case.handled_late)
        change.facts["on_time"] = not timer.late
    change.case.handled_at = change.now


def reopen_handling_clock(change: Change) -> None:
    """Better proof is wanted: the unit's clock goes on with what was left, not from the start."""
    last = next((t for t in reversed(change.timers) if t.kind == TimerKind.HANDLING), None)
    left = Decimal(last.limit_amount) - Decimal(last.spent) if last else Decimal(0)
    amount = max(left, Decimal(0))
    clocks.start(change, TimerKind.HANDLING, amount, change.case.limit_unit)


def start_check_clock(change: Change) -> None:
    """The check clock starts."""
    clocks.start(change, TimerKind.CHECK, change.flow.check_minutes, MINUTE)


def stop_check_clock(change: Change) -> None:
    """The check clock stops; a late check is marked."""
    timer = clocks.stop(change, TimerKind.CHECK)
    if timer is not None:
        change.case.checked_late = bool(timer.late) or bool(change.case.checked_late)
        change.facts["check_on_time"] = not timer.late


def start_closing_clock(change: Change) -> None:
    """The closing clock starts."""
    change.case.checked_at = change.now
    clocks.start(change, TimerKind.CLOSING, change.flow.closing_minutes, MINUTE)


def start_rework_dispatch_clock(change: Change) -> None:
    """The dispatcher's clock starts again: the rework must go out."""
    clocks.stop(change, TimerKind.CLOSING)
    clocks.start(change, TimerKind.DISPATCH, change.flow.dispatch_minutes, MINUTE)


def start_reply_clock(change: Change) -> None:
    """Who is urged must answer within a day."""
    change.case.urges += 1
    change.case.answer_owed = True
    clocks.start(change, TimerKind.REPLY, change.flow.reply_minutes, MINUTE)


def stop_reply_clock(change: Change) -> None:
    """The answer is given."""
    change.case.answer_owed = False
    clocks.stop(change, TimerKind.REPLY)


def stop_all_clocks(change: Change) -> None:
    """No clock runs on a case that has ended."""
    for timer in [t for t in change.timers if t.state != "ended"]:
        clocks.stop(change, timer.kind)


def fire_clock(change: Change) -> None:
    """The passed deadline is noted once, and the next moment of escalation set."""
    timer = change.timer(str(change.inputs["clock"]))
    if timer is None:
        return
    change.facts["clock"] = timer.kind
    clocks.fire(change, timer)
    if timer.kind == TimerKind.HANDLING:
        change.case.handling_overdue = True


def raise_level(change: Change) -> None:
    """The case goes one level up: a supervisor gets it on the list."""
    change.case.escalations += 1
    _open(change, "supervise", role="supervisor")


# --- tasks ------------------------------------------------------------------------------------


def open_verify_task(change: Change) -> None:
    """The inspector of the place gets the task to verify."""
    _open(change, "verify", **_inspector(change))


def open_check_task(change: Change) -> None:
    """The inspector of the place gets the task to check."""
    _open(change, "check", **_inspector(change))


def open_handling_tasks(change: Change) -> None:
    """The lead unit gets the case, assisting units a task beside it (B13)."""
    close_handling_tasks(change)
    case = change.case
    _open(change, "handle", organisation_id=case.lead_id)
    for assist in case.assisting:
        organisation = int(assist["organisation"])
        _open(change, "assist", organisation_id=organisation, role=str(assist.get("role", "")))


def close_handling_tasks(change: Change) -> None:
    """The units' tasks end."""
    _close(change, "handle", "assist", result=change.action)


def close_site_task(change: Change) -> None:
    """The inspector's task ends with this result."""
    _close(change, "verify", "check", result=change.action)


def close_review_task(change: Change) -> None:
    """The sampled review ends."""
    _close(change, "review", result=change.action)


def close_all_tasks(change: Change) -> None:
    """Nobody owes an ended case anything but its review."""
    kinds = {task.kind for task in change.tasks} - {"review"}
    _close(change, *kinds, result=change.action)


def sample_for_review(change: Change) -> None:
    """A share of self-handled cases is looked at afterwards; the number decides, nobody chooses."""
    digest = hashlib.sha256(change.case.number.encode()).digest()
    if int.from_bytes(digest[:4]) / 2**32 < change.flow.review_share:
        change.facts["sampled"] = True
        _open(change, "review", role="acceptor")


# --- facts of the case ------------------------------------------------------------------------


def as_quick_report(change: Change) -> None:
    """A record of its own kind: statistics keep quick reports apart (C29)."""
    change.case.record_type = RecordType.QUICK


def as_self_handled(change: Change) -> None:
    """Settled on the spot by its finder (C30)."""
    change.case.record_type = RecordType.SELF_HANDLED
    change.case.closing_kind = ClosingKind.SELF_HANDLED
    change.case.closed_at = change.now


def as_reminder(change: Change) -> None:
    """Settled by a reminder on the spot; counted apart."""
    change.case.record_type = RecordType.REMINDER
    change.case.closing_kind = ClosingKind.REMINDER
    change.case.closed_at = change.now


def count_report(change: Change) -> None:
    """Another report of the same problem joins the case."""
    change.case.reports += 1
    change.facts["reports"] = change.case.reports


def note_acceptance(change: Change) -> None:
    """Class, level and text as the acceptor registers them."""
    case = change.case
    correct_case(change)
    case.accepted_at, case.accepted_by_id = change.now, change.actor.member_id


def correct_case(change: Change) -> None:
    """What the acceptor corrects is written with its old value."""
    case, inputs = change.case, change.inputs
    chosen = inputs.get("problem_class")
    if chosen is not None and chosen.pk != case.problem_class_id:
        change.facts["class"] = {"was": case.problem_class_id, "is": chosen.pk}
        case.problem_class_id = chosen.pk
    for name in ("level", "description", "address"):
        value = inputs.get(name)
        if value not in (None, "") and value != getattr(case, name):
            change.facts[name] = {"was": getattr(case, name), "is": value}
            setattr(case, name, value)


def want_verification(change: Change) -> None:
    """The problem is wanted to be seen on site."""
    change.case.verified = "wanted"


def note_verified(change: Change) -> None:
    """The inspector saw the problem."""
    change.case.verified = "found"


def note_not_found(change: Change) -> None:
    """The inspector did not find the problem."""
    change.case.verified = "not_found"


def freeze_limit(change: Change) -> None:
    """Copy the rule's limit onto the case: a later edition changes no open case (B04, H05)."""
    case, rule = change.case, change.inputs["filing_rule"]
    engineering = bool(change.inputs.get("engineering")) and rule.engineering_amount
    case.filing_rule_id = rule.pk
    case.limit_amount = rule.engineering_amount if engineering else rule.limit_amount
    case.limit_unit = rule.engineering_unit if engineering else rule.limit_unit
    case.place_level = change.inputs.get("place_level") or rule.place_level
    case.filed_at = change.now
    change.facts["rule"] = rule.pk
    change.facts["limit"] = [str(case.limit_amount), case.limit_unit]


def propose_unit(change: Change) -> None:
    """Who is responsible by the matrix, and why; an unambiguous one may go out by itself (D04)."""
    if change.imported:
        return
    case, chosen = change.case, change.inputs["filing_rule"].problem_class
    proposal = people.responsible_for(
        kind=chosen.kind,
        edition_code=chosen.edition.code,
        major_code=chosen.major_code,
        minor_code=chosen.minor_code,
        district_code=case.area_code[:6],
        street_code=case.area_code[:9],
        community_code=case.area_code,
        grid_code=case.grid_code,
        owner_id=case.component.owner_id if case.component else None,
        on=change.now.date(),
    )
    if proposal is None:
        case.proposal = {}
        return
    case.proposal = {
        "unit": proposal.lead_id,
        "assists": [dict(assist) for assist in proposal.assists],
        "rows": list(proposal.row_ids),
        "why": proposal.explanation,
        "unambiguous": proposal.unambiguous,
    }
    if proposal.unambiguous and change.flow.auto_dispatch:
        inputs = {"unit": proposal.lead_id, "assists": case.proposal["assists"]}
        change.follow_up = ("dispatch", inputs)


def note_dispatch(change: Change) -> None:
    """The units are named and the dispatch counted (E03)."""
    case, unit = change.case, change.inputs["unit"]
    change.facts["unit_before"] = case.lead_id
    case.lead_id, case.worker_id = unit.pk, None
    case.assisting = _assists(change.inputs.get("assists") or [])
    case.units = _united(case.units, [unit.pk, *(a["organisation"] for a in case.assisting)])
    case.dispatches += 1
    case.dispatched_at = change.now
    change.facts |= {"unit": unit.pk, "assisting": case.assisting, "dispatch": case.dispatches}


def note_rework(change: Change) -> None:
    """The same unit handles again after a failed check: counted as rework (F05)."""
    case = change.case
    case.reworks += 1
    case.worker_id = None
    change.facts |= {"unit": case.lead_id, "rework": case.reworks}


def note_return(change: Change) -> None:
    """The unit returns the case: counted, never lost."""
    change.case.returns += 1
    change.case.worker_id = None


def note_proof_refused(change: Change) -> None:
    """Better proof is wanted: a counter of its own, not a rework."""
    change.case.proofs_refused += 1


def note_worker(change: Change) -> None:
    """The person responsible inside the unit (A33)."""
    change.case.worker_id = change.inputs["worker"].pk
    change.case.members = _united(change.case.members, [change.case.worker_id])
    change.facts["worker"] = change.case.worker_id


def note_reason_code(change: Change) -> None:
    """Why the case ended without being handled."""
    change.case.reason_code = str(change.inputs.get("reason_code") or "")


def remember_stage(change: Change) -> None:
    """A refused request goes back to the stage it came from."""
    change.case.resume_status = change.source
    change.case.asked_by = change.actor.member_id


def forget_stage(change: Change) -> None:
    """The request is decided."""
    change.case.resume_status = ""
    change.case.asked_by = None


def close_normally(change: Change) -> None:
    """Closed under the closing condition of the rule."""
    change.case.closing_kind, change.case.closed_at = ClosingKind.NORMAL, change.now


def close_by_force(change: Change) -> None:
    """Closed without handling or check; stays visible as such."""
    change.case.closing_kind, change.case.closed_at = ClosingKind.FORCED, change.now


def end_without_closing(change: Change) -> None:
    """Rejected or voided: the moment is kept."""
    change.case.closed_at = change.now


def reopen_case(change: Change) -> None:
    """The case lives again; that it had been closed stays in the history."""
    change.facts["was_closed"] = [change.case.closing_kind, str(change.case.closed_at)]
    change.case.closing_kind, change.case.closed_at = "", None


def _united(known: list[int], more: list[int]) -> list[int]:
    return [*known, *(one for one in dict.fromkeys(more) if one not in known)]


def _limit(change: Change) -> tuple[Decimal, str]:
    amount = change.case.limit_amount
    return (Decimal(amount) if amount is not None else Decimal(4)), (
        change.case.limit_unit or "work_hour"
    )


def _inspector(change: Change) -> dict[str, Any]:
    """Who goes on site; of an imported step the person is not known here."""
    inspector = change.inputs.get("inspector")
    return {"member_id": inspector.pk if inspector else None, "role": "inspector"}


def _open(change: Change, kind: str, **holder: Any) -> None:
    due = {"verify": TimerKind.VERIFY, "check": TimerKind.CHECK, "handle": TimerKind.HANDLING}
    timer = change.timer(due.get(kind, ""))
    task = fresh(
        Task,
        case_id=change.case.pk,
        kind=kind,
        opened_at=change.now,
        due_at=timer.due_at if timer else None,
        **holder,
    )
    change.tasks.append(task)
    if task.member_id is not None:
        change.case.members = _united(change.case.members, [task.member_id])


def _close(change: Change, *kinds: str, result: str) -> None:
    for task in change.open_tasks(*kinds):
        task.closed_at, task.result = change.now, result[:16]


def _assists(assists: list[Any]) -> list[dict[str, Any]]:
    """Assisting units as plain facts: organisation id and role."""
    return [
        {"organisation": int(a["organisation"]), "role": str(a.get("role", "assist"))}
        for a in assists
    ]
