"""What a rework is, said once (F05, F12, F13).

A unit handed over a result, a judgement followed that it does not hold, and the same unit gets the
case again: that is one rework of this unit, whatever road leads there, and also where another unit
had the case in between. A case that a unit gave back before it had finished anything is no rework
when it comes again, and one judgement makes one rework at most. The line of the step that gives the
case says it: `rework` (the case's how-manieth), `unit` (whose), `rework_for` (why). Whoever counts
reworks counts these lines; `Case.reworks` is their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from cityloop.cases.change import Change
from cityloop.cases.models import CaseEvent

# Steps that give a unit the case; sent back to the handling, it gets it by the judgement itself.
GIVING = ("dispatch", "dispatch_by_order", "dispatch_across", "decide", "substitute", "rework",
          "send_back")  # fmt: skip
# Judgements that a result does not hold.
FAILING = ("check_failed", "demand_rework", "send_back", "recheck_false", "reopen")
# After these no unit's result waits to be judged: nobody's was fixed, or the same work goes on.
NO_RESULT = ("fixed_meanwhile", "ask_better_proof")
TOLD = ("finish", *NO_RESULT, *FAILING, *GIVING)
# The lines that count one; `rework_for` is younger than `rework`.
LINES = Q(action__in=GIVING, facts__has_key="rework")
# Why, where the judgement has no reason code of its own.
WITHOUT_CODE = (
    ("recheck_false", lazy("found falsely closed when it was inspected again")),
    ("reopen", lazy("reopened after it was closed")),
)


def reason(change: Change, unit_id: int | None) -> str:
    """Why the unit does its own work again by the step that gives it the case now: the reason code
    of the last judgement, or its action; '' where this is no rework. One statement at most."""
    if change.case.handled_at is None:  # nobody has finished anything
        return ""
    failed: dict[int, str] = {}
    holder = author = None  # who has the case, and whose result waits to be judged
    for action, facts in _told(change):
        if action == "finish":
            author = holder
        elif action in NO_RESULT:
            author = None
        if author is not None and action in FAILING and facts.get("stage") != "check":
            failed[author] = str(facts.get("reason_code") or action)
        if action in GIVING and facts.get("unit"):
            holder, author = int(facts["unit"]), None
            failed.pop(holder, None)
    return failed.get(unit_id or 0, "")


def _told(change: Change) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The lines that tell of results and judgements, those not written yet too, then this step."""
    pending = change.lines.lines if change.lines else []
    written = change.lines.first_version if change.lines else change.case.version
    if written:
        lines = CaseEvent.objects.filter(case=change.case.pk, action__in=TOLD)
        yield from lines.order_by("version").values_list("action", "facts")
    for line in pending:
        yield line["action"], line["facts"]
    if change.action in FAILING:
        yield change.action, {name: change.inputs.get(name) for name in ("stage", "reason_code")}
