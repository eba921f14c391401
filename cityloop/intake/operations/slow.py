"""Engineering and overdue cases owe a progress reply, and two replies before they are closed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from cityloop.cases.models import OPEN, Case, CaseEvent
from cityloop.intake.models import NoticeState, ReporterNotice
from cityloop.intake.operations import answers, progress
from cityloop.intake.operations.progress import BLOCKING, PROGRESS

SLOW_CLOCKS = ("handling", "whole")
OPENED_AGAIN = ("reopen", "recheck_false", "review_failed")


def owe_progress(*, number: str, version: int, now: datetime) -> int:
    """A progress reply is owed to everybody who reported an engineering or overdue case, once.

    The case is told which replies it owes; returns how many answers are owed anew.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(number=number, status__in=OPEN).first()
        if case is None or not _slow(case, version) or _owed_before(case):
            return 0
        count = answers.owe_all(number=number, version=version, topic=PROGRESS, now=now)
        if count:
            rows = ReporterNotice.objects.filter(report__case=case, state=NoticeState.OWED)
            owed = rows.filter(topic__in=BLOCKING).values_list("topic", flat=True).distinct()
            progress.owe_on_case(case.pk, sorted(owed), now=now)
    return count


def _slow(case: Case, version: int) -> bool:
    """The step was a clock of handling that ran out, or a late result, or the case has the longer
    limit for engineering work."""
    rows = CaseEvent.objects.filter(case=case, version__lte=version)
    line = rows.filter(version=version).first()
    if line is not None and line.facts.get("on_time") is False:
        return True
    if line is not None and line.action == "overdue":
        return line.facts.get("clock") in SLOW_CLOCKS
    if case.long_limit:
        return True
    filing = rows.filter(action="file").order_by("-version").first()
    return filing is not None and bool(filing.facts.get("engineering"))


def _owed_before(case: Case) -> bool:
    """Since the case was opened, or opened again."""
    rows = CaseEvent.objects.filter(case=case, action__in=OPENED_AGAIN)
    since = rows.aggregate(last=Max("version"))["last"] or 0
    known = ReporterNotice.objects.filter(report__case=case, topic=PROGRESS, version__gt=since)
    return known.exists()
