"""What a case knows of replies: it is not closed before those that it owes are sent (G03)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.intake.models import NoticeState, ReporterNotice
from cityloop.kernel.actor import Actor

PROGRESS: Final = "progress"
FILED: Final = "filed"
BLOCKING = (FILED, PROGRESS)


def owe_on_case(case_id: int, topics: Sequence[str], *, now: datetime) -> None:
    """The case may not be closed before these replies are sent; only for a case that owes two."""
    case = Case.objects.select_for_update().get(pk=case_id)
    two = ReporterNotice.objects.filter(report__case=case, topic=PROGRESS).exists()
    missing = [one for one in topics if one in BLOCKING and one not in case.replies_owed]
    if case.open and two and missing:
        _step(case, "owe_reply", missing, now)


def tell_case(case_id: int, topic: str, *, now: datetime) -> None:
    """A reply was given: the case hears of it when nobody waits for this one any more."""
    if topic not in BLOCKING:
        return
    case = Case.objects.select_for_update().get(pk=case_id)  # one settlement after another
    rows = ReporterNotice.objects.filter(report__case=case, topic=topic, state=NoticeState.OWED)
    if topic in case.replies_owed and not rows.exists():
        _step(case, "reply_sent", [topic], now)


def _step(case: Case, action: str, replies: list[str], now: datetime) -> None:
    actor = Actor.system("replies")
    cases.perform(case.number, action, actor=actor, now=now, inputs={"replies": replies})
