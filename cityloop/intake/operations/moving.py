"""Reports of a case that was ended as the same as another: answered with that one (D07)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Status
from cityloop.intake import checks
from cityloop.intake.models import Report
from cityloop.intake.operations import answers
from cityloop.intake.queries.reports import report_number
from cityloop.kernel.actor import Actor

ENDED, ENDS = (Status.REJECTED, Status.VOIDED), ("reject", "approve_void")
# What a report says, and from whom; keys of senders and files stay with the first one.
SAID = (
    "channel", "kind", "digest", "occurred_at", "member_id", "reporter_id", "answer_wanted",
    "priority", "text", "point", "raw_x", "raw_y", "raw_system", "address", "source", "link",
    "problem_class_id", "component_code", "suggestions",
)  # fmt: skip


def move_reports(*, number: str, version: int, now: datetime) -> bool:
    """Let the reports of a case join the one that its last line names, each once.

    A row of a report never changes: what joins is a new report that says from where it came.
    False where the line names none, or where that case ended meanwhile: then the reporters are to
    hear of the end of their own.
    """
    goal = _goal(number, version)
    if not goal:
        return False
    try:
        with transaction.atomic():
            rows = Report.objects.filter(case__number=number).select_related("case")
            for one in rows.order_by("ordinal"):
                _move(one, goal, now)
    except cases.Refused:
        return False
    return True


def _goal(number: str, version: int) -> str:
    """The case that a line names; where that was ended as the same as a third meanwhile, that."""
    line = CaseEvent.objects.filter(case__number=number, version=version).first()
    passed, goal = {number}, ""
    while line is not None and (further := str(line.facts.get("same_as") or "")):
        if further in passed:
            break
        passed.add(further)
        goal = further
        ended = CaseEvent.objects.filter(case__number=goal, case__status__in=ENDED, action__in=ENDS)
        line = ended.order_by("-version").first()
    return goal


def _move(one: Report, goal: str, now: datetime) -> None:
    note = checks.finding("moved_from", report=report_number(one.case.number, one.ordinal))
    if Report.objects.filter(case__number=goal, checks__contains=[note]).exists():
        return
    case: Case = cases.perform(
        goal, "join_report", actor=Actor.system("duplicates"), now=now,
        inputs={"channel": one.channel},
    )  # fmt: skip
    same = {name: getattr(one, name) for name in SAID}
    moved = Report.objects.create(
        **same, case=case, ordinal=case.reports, received_at=now, checks=[note]
    )
    answers.owe(moved, topic="joined", version=case.version, now=now)
