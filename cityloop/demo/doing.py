"""How the simulated people do what is more than a step of the case: by the operations for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases import proof
from cityloop.cases.change import Paper
from cityloop.cases.models import Case, Status
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute
from cityloop.demo.papers import paper
from cityloop.demo.town import Town
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Recheck
from cityloop.duty import operations as duty
from cityloop.duty.models import Call, CallState
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile
from cityloop.works import operations as works

PATIENCE = timedelta(minutes=1)  # nobody waits for simulated days
FOLLOWED = ("fixed_meanwhile", "decide", "name_liable")
ORDERED = ("substitute", "finish", "close", "return", "name_liable")


def act(
    case: Case,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    inputs: Mapping[str, Any],
    papers: Sequence[Paper],
) -> Case:
    """Take a step, through the dispute where the case has one; then what follows from it at once.

    The worker does what follows too; whoever comes second changes nothing.
    """
    dispute = None
    if case.dispute_level and action in THROUGH_DISPUTE:
        dispute = Dispute.objects.filter(case=case, closed_at=None).first()
    if dispute is not None:
        THROUGH_DISPUTE[action](dispute.pk, inputs, actor, now)
        return Case.objects.defer("search").get(pk=case.pk)
    done = cases.perform(case.number, action, actor=actor, now=now, inputs=inputs, papers=papers)
    _follow(done, action, now)
    return done


def _decide(dispute: int, inputs: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    decision = coordination.Decision(
        unit=inputs["unit"], reason=inputs["reason"], document=inputs["document"]
    )
    coordination.decide_dispute(dispute_id=dispute, decision=decision, actor=actor, now=now)


def _raise(dispute: int, inputs: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    coordination.raise_dispute(
        dispute_id=dispute, level=Dispute.objects.get(pk=dispute).level, reason=inputs["reason"],
        actor=actor, now=now,
    )  # fmt: skip


THROUGH_DISPUTE: dict[str, Callable[[int, Mapping[str, Any], Actor, datetime], None]] = {
    "decide": _decide, "name_liable": _decide, "raise_dispute": _raise,
}  # fmt: skip


def _follow(case: Case, action: str, now: datetime) -> None:
    if case.status == Status.COORDINATING and action in ("freeze", "return"):
        coordination.open_dispute(number=case.number, version=case.version)
    elif action in FOLLOWED or case.dispute_level:
        coordination.follow_case(number=case.number, version=case.version)
    if case.substituted and action in ORDERED:
        works.follow_case(number=case.number, now=now)
    if action == "finish" and (case.handling_overdue or case.handled_late or case.long_limit):
        _owe_progress(case, now)


def _owe_progress(case: Case, now: datetime) -> None:
    """Who reported a slow case is told how it stands; no worker runs beside simulated days."""
    version = intake.slow_moment(case)
    if version and intake.owe_progress(number=case.number, version=version, now=now):
        case.refresh_from_db()


def called(case: Case) -> int | None:
    """Who was called to the dispatch and has not opened it."""
    waiting = Call.objects.filter(case=case, state=CallState.WAITING, member__isnull=False)
    return waiting.order_by("-pk").values_list("member_id", flat=True).first()


def open_called(case: Case, actor: Actor, now: datetime) -> Case:
    """Open a dispatch in a unit that keeps a roster: the call knows it, too."""
    if not duty.open_dispatch(number=case.number, actor=actor, now=now):
        return cases.perform(case.number, "open_dispatch", actor=actor, now=now)
    return Case.objects.defer("search").get(pk=case.pk)


def answer(town: Town, case: Case, now: datetime) -> None:
    """What the case owes before closing: the caller is rung up, the report is attached."""
    acceptor = town.person("acceptor", now=now, region=case.area_code)
    owed = ReporterNotice.objects.filter(
        report__case=case, topic__in=case.replies_owed, state="owed"
    )
    for notice in owed.select_related("report__case"):
        tell(notice, "已告知办理进展", acceptor, now)
    if "written_report" in case.replies_owed:
        paper = _paper(f"案件{case.number}处置情况报告", now)
        cases.perform(
            case.number, "attach_report", actor=acceptor, now=now,
            papers=[Paper(file=paper, stage="paper", filename="report.pdf")],
        )  # fmt: skip


def answer_joined(town: Town, number: str, now: datetime) -> None:
    """Who told of a known case is told so on the telephone, where they are owed it."""
    owed = ReporterNotice.objects.filter(report__case__number=number, topic="joined", state="owed")
    for notice in owed.select_related("report__case"):
        acceptor = town.person("acceptor", now=now, region=notice.report.case.area_code)
        tell(notice, "已电话告知：该问题已有案件，正在处理", acceptor, now)


def tell(notice: ReporterNotice, note: str, actor: Actor, now: datetime) -> None:
    """Whoever is owed this reply is rung up, or gets a letter where only that will do."""
    medium, sha256 = "phone", ""
    if notice.written:
        number = notice.report.case.number
        medium, sha256 = "letter", _paper(f"案件{number}答复函", now).sha256
    intake.settle(notice.pk, medium=medium, paper_sha256=sha256, note=note, actor=actor, now=now)


def _paper(words: str, now: datetime) -> StoredFile:
    day = f"{timezone.localdate(now):%Y-%m-%d}"
    return files.store(chunks=[paper(words, day)], filename="report.pdf", now=now)


def draw(now: datetime) -> list[str]:
    """Seal what has happened, then draw among yesterday's closed cases; the numbers to look at."""
    proof.seal(now=now, patience=PATIENCE)  # or chance would say whether there is a lot
    yesterday = timezone.localdate(now) - timedelta(days=1)
    made = discipline.draw(day=yesterday, now=now)
    rows = Recheck.objects.filter(draw=made) if made is not None else Recheck.objects.none()
    return list(rows.order_by("pk").values_list("case__number", flat=True))
