"""Effects on what is known of a case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cityloop.cases import chain, rework
from cityloop.cases.change import Change
from cityloop.cases.effects.tasks import united
from cityloop.cases.guards.filing import corrections, same_case
from cityloop.cases.guards.joint import roles_of
from cityloop.cases.models import Case, ClosingKind, RecordType, Status
from cityloop.standards import worktime
from cityloop.standards.models import FilingRule


def as_quick_report(change: Change) -> None:
    """A record of its own kind: statistics keep quick reports apart (C29)."""
    change.case.record_type = RecordType.QUICK


def as_case(change: Change) -> None:
    """What is filed is a case, with every figure of one, however short its report was."""
    if change.case.record_type == RecordType.QUICK:
        change.case.record_type = RecordType.CASE
        change.facts["made_case"] = True


def as_self_handled(change: Change) -> None:
    """Settled on the spot by its finder (C30)."""
    change.case.record_type = RecordType.SELF_HANDLED
    change.case.closing_kind = ClosingKind.SELF_HANDLED
    change.case.closed_at = change.now


def as_reminder(change: Change) -> None:
    """Settled by a reminder: below a case, neither filed nor scored; counted apart (B10)."""
    change.case.record_type = RecordType.REMINDER
    change.case.closing_kind = ClosingKind.REMINDER
    change.case.closed_at = change.now


def count_report(change: Change) -> None:
    """Another report of the same problem joins the case."""
    case, channel = change.case, change.inputs.get("channel", "")
    case.reports += 1
    change.facts |= {"reports": case.reports, "channel": channel}
    if channel in change.flow.reviewed_channels:
        case.joined_public = True
    if change.source == Status.CHECKED:  # the check has passed, and somebody still sees it
        case.reported_again_at = change.now


def note_acceptance(change: Change) -> None:
    """Class, level and text as the acceptor registers them."""
    case = change.case
    correct_case(change)
    case.accepted_at, case.accepted_by_id = change.now, change.actor.member_id


def correct_case(change: Change) -> None:
    """What the acceptor corrects is written with its old value."""
    for name, (was, now) in corrections(change).items():
        change.facts["class" if name == "problem_class" else name] = {"was": was, "is": now}
        setattr(change.case, "problem_class_id" if name == "problem_class" else name, now)


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
    before = (case.limit_amount, case.limit_unit)
    engineering = bool(change.inputs.get("engineering")) and rule.engineering_amount
    case.filing_rule_id = rule.pk
    case.limit_amount, case.limit_unit = (
        (rule.engineering_amount, rule.engineering_unit) if engineering else _limit(change, rule)
    )
    case.long_limit = bool(engineering)
    case.place_level = change.inputs.get("place_level") or rule.place_level
    case.filed_at = change.now
    change.facts["rule"], change.facts["rule_digest"] = rule.pk, chain.rule_digest(rule)
    change.facts["class_digest"] = chain.class_digest(rule.problem_class)
    change.facts["limit"] = [str(case.limit_amount), case.limit_unit]
    if before[0] is not None and (case.limit_amount, case.limit_unit) != before:
        change.facts["limit_before"] = [str(before[0]), before[1]]


def _limit(change: Change, rule: FilingRule) -> tuple[Decimal, str]:
    """The rule's limit, or that of the protection period in which the case is filed (H10).

    Of several periods the one whose limit ends first: none lengthens what another shortened.
    """
    usual = (Decimal(rule.limit_amount), rule.limit_unit)
    calendar = change.calendar("work_hour")
    holding = calendar.protected(change.now.astimezone(calendar.tz).date())
    if not holding or change.imported:
        return usual
    code = rule.problem_class.short_code
    limits = [(one, *one.limit(code, *usual)) for one in reversed(holding)]
    protection, amount, unit = min(  # of equals the one made last
        limits,
        key=lambda one: worktime.due_at(change.now, one[1], one[2], change.calendar(one[2])),
    )
    change.facts["protection"] = {
        "name": protection.name, "duty": protection.duty, "was": [str(usual[0]), usual[1]],
        "until": str(protection.last),
    }  # fmt: skip
    return amount, unit


def note_dispatch(change: Change) -> None:
    """The units are named, the dispatch and what is rework by it are counted (E03, F05)."""
    case, unit = change.case, change.inputs["unit"]
    change.facts["unit_before"] = case.lead_id
    case.lead_id, case.worker_id = unit.pk, None
    case.liable_id, case.substituted = None, False  # an ordinary dispatch ends a substitution
    case.assisting = _assists(case, change.inputs.get("assists") or [])
    case.units = united(case.units, [unit.pk, *(a["organisation"] for a in case.assisting)])
    case.dispatches += 1
    case.dispatched_at = change.now
    change.facts |= {"unit": unit.pk, "assisting": case.assisting, "dispatch": case.dispatches}
    count_rework(change)
    if proposed := case.proposal.get("unit"):
        change.facts["as_proposed"] = proposed == unit.pk


def note_rework(change: Change) -> None:
    """The unit that has the case handles again: a rework, if it was its own work (F05)."""
    change.case.worker_id = None
    change.facts["unit"] = change.case.lead_id
    count_rework(change)


def count_rework(change: Change) -> None:
    """Work of the unit's own that did not hold, and that it does again, is counted with the reason
    of the judgement; the rule is in cases/rework.py."""
    why = rework.reason(change, change.facts["unit"])
    if why:
        change.case.reworks += 1
        change.facts |= {"rework": change.case.reworks, "rework_for": why}


def note_return(change: Change) -> None:
    """The unit returns the case: counted, never lost."""
    change.case.returns += 1
    change.case.worker_id = None
    change.facts["unit"] = change.case.lead_id


def note_proof_refused(change: Change) -> None:
    """Better proof is wanted: a counter of its own, not a rework."""
    change.case.proofs_refused += 1


def note_worker(change: Change) -> None:
    """The person responsible inside the unit (A33)."""
    change.case.worker_id = change.inputs["worker"].pk
    for task in change.open_tasks("handle"):  # not any more with whom the duty roster called
        task.member_id = change.case.worker_id
    change.case.members = united(change.case.members, [change.case.worker_id])
    change.facts["worker"] = change.case.worker_id


def note_reason_code(change: Change) -> None:
    """Why the case ended without being handled."""
    change.case.reason_code = str(change.inputs.get("reason_code") or "")


def note_same_case(change: Change) -> None:
    """Which case it is the same as: intake moves its reports there."""
    if number := same_case(change):
        change.facts["same_as"] = number


def remember_stage(change: Change) -> None:
    """A refused request goes back to the stage it came from."""
    change.case.resume_status = change.source
    change.case.asked_by = change.actor.member_id


def forget_stage(change: Change) -> None:
    """The request is decided."""
    change.case.resume_status = ""
    member = change.actor.member_id
    if member is not None and member == change.case.asked_by:
        change.facts["same_hands"] = True  # merged posts: nobody else has looked at it (D05)
    change.case.asked_by = None


def close_normally(change: Change) -> None:
    """Closed under the closing condition of the rule."""
    change.case.closing_kind, change.case.closed_at = ClosingKind.NORMAL, change.now


def close_by_force(change: Change) -> None:
    """Closed without handling or check; stays visible as such."""
    change.case.closing_kind, change.case.closed_at = ClosingKind.FORCED, change.now


def end_without_closing(change: Change) -> None:
    """Rejected or voided: the moment is kept, and nobody owes an answer any more."""
    change.case.closed_at, change.case.answer_owed = change.now, False


def reopen_case(change: Change) -> None:
    """The case lives again; that it had been closed stays in the history."""
    change.facts["was_closed"] = [change.case.closing_kind, str(change.case.closed_at)]
    change.case.closing_kind, change.case.closed_at, change.case.reason_code = "", None, ""


def _assists(case: Case, named: list[Any]) -> list[dict[str, Any]]:
    """Assisting units as plain facts: organisation id, role, and the sub-task that a unit named
    again still owes from the dispatch before."""
    owed = {one["organisation"]: {"what": one["what"]} for one in case.assisting if one.get("what")}
    return [
        {"organisation": unit, "role": role, **owed.get(unit, {})}
        for unit, role in roles_of(case, named).items()
    ]
