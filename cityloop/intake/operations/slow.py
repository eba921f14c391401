"""Engineering and overdue cases owe a progress reply, and two replies before they are closed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from cityloop.cases.models import OPEN, Case, CaseEvent, Status
from cityloop.intake.models import NoticeState, Report, ReporterNotice
from cityloop.intake.operations import answers, progress
from cityloop.intake.operations.progress import BLOCKING, PROGRESS

SLOW_CLOCKS = ("handling", "whole")
# Steps after which a case with the longer limit owes the reply; other slow moments say it of
# themselves.
BEGUN = ("dispatch", "dispatch_by_order", "dispatch_across", "approve_long_limit")
OPENED_AGAIN = ("reopen", "recheck_false", "review_failed")


def owe_progress(*, number: str, version: int, now: datetime) -> int:
    """A progress reply is owed to everybody who reported an engineering or overdue case, once.

    The case is told which replies it owes; returns how many answers are owed anew.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(number=number, status__in=OPEN).first()
        if case is None or slow_moment(case) is None:
            return 0
        count = answers.owe_all(number=number, version=version, topic=PROGRESS, now=now)
        rows = ReporterNotice.objects.filter(report__case=case, state=NoticeState.OWED)
        owed = rows.filter(topic__in=BLOCKING).values_list("topic", flat=True).distinct()
        progress.owe_on_case(case.pk, sorted(owed), now=now)
    return count


def owe_missing(*, now: datetime) -> int:
    """The same for checked cases that were passed over, so that none waits for ever.

    Somebody joined one after it had become slow, or the worker gave the step up. Returns how many
    answers are owed anew.
    """
    waiting = Report.objects.filter(answers.waits(), case=OuterRef("pk"))
    checked = Case.objects.filter(Exists(waiting), status=Status.CHECKED).order_by("pk")
    slow = [(case.number, slow_moment(case)) for case in checked.defer("search")]
    return sum(
        owe_progress(number=number, version=version, now=now)  # its clock began then
        for number, version in slow
        if version is not None
    )


def slow_moment(case: Case) -> int | None:
    """The version at which a progress reply became owed that is not made out yet.

    None when nobody waits for an answer, or it has been made out since the case was opened.
    """
    waiting = Report.objects.filter(answers.waits(), case=case)
    if not waiting.exists() or _owed_before(case):
        return None
    rows = CaseEvent.objects.filter(case=case, version__gt=_opened_again(case))
    for line in rows.order_by("version").only("version", "action", "facts"):
        if _late(line) or (case.long_limit and line.action in BEGUN):
            return line.version
    return None


def before_closing(case: Case) -> list[str]:
    """What speaks against closing it: the worker has still to make out a reply (G03)."""
    if slow_moment(case) is None:
        return []
    return [_("the progress reply is just being made out: try again in a minute")]


def _late(line: CaseEvent) -> bool:
    if line.facts.get("on_time") is False:
        return True
    return line.action == "overdue" and line.facts.get("clock") in SLOW_CLOCKS


def _opened_again(case: Case) -> int:
    """The version at which it was opened again for the last time; 0 when it never was."""
    rows = CaseEvent.objects.filter(case=case, action__in=OPENED_AGAIN)
    return rows.aggregate(last=Max("version"))["last"] or 0


def _owed_before(case: Case) -> bool:
    """Since the case was opened, or opened again."""
    since = _opened_again(case)
    known = ReporterNotice.objects.filter(report__case=case, topic=PROGRESS, version__gt=since)
    return known.exists()
