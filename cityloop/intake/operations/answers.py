"""Who reported is told what became of it, and is forgotten when the time has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cityloop.cases import flow as flows
from cityloop.cases import queries as cases
from cityloop.cases.models import FINAL, CaseEvent
from cityloop.intake import channels, reference
from cityloop.intake.models import NoticeState, Report, Reporter, ReporterNotice, Topic
from cityloop.intake.operations import progress, writing
from cityloop.intake.operations.incoming import Draft
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.models import StoredFile
from cityloop.kernel.phones import plain_phone

PERMISSION = "intake.reporter"
LONGEST_OPEN = timedelta(days=90)  # beyond retention, for a case that is still open
TRIAL = "console"  # the log, where a city tries messages out; nobody may say so by hand
MEDIA = ("phone", "sms", "letter", "mail", "web", "app", "platform")


class NoSuchNotice(errors.NotFound):
    """No such answer is owed."""

    code, title = "no-such-notice", "There is no such answer to give"


class AlreadySettled(errors.Refused):
    """The answer was given before."""

    code, title = "already-settled", "This answer has been given"


def keep_joined(draft: Draft, *, case_id: int, ordinal: int, reporter_id: int | None) -> Report:
    """Write a report that joins a case, inside the open transaction."""
    if reporter_id is not None:
        Reporter.objects.create(**writing.reporter_row(draft, reporter_id))
    row = writing.report_row(draft, case_id=case_id, ordinal=ordinal, reporter_id=reporter_id)
    return Report.objects.create(**row)


def remember(
    *, phone: str, channel: str, now: datetime, name: str = "", address: str = ""
) -> Reporter:
    """Keep who calls or writes, for as long as the channel says."""
    days = reference.channel(channel).retention_days
    return Reporter.objects.create(
        phone=plain_phone(phone), name=name.strip(), address=address.strip(),
        keep_until=now + timedelta(days=days),
    )  # fmt: skip


def owe(report: Report, *, topic: Topic, version: int, now: datetime) -> None:
    """Note that the reporter is to be told; once for a topic and version of the case."""
    if report.answer_wanted:
        ReporterNotice.objects.get_or_create(
            report=report,
            topic=topic,
            version=version,
            defaults={"owed_at": now, "due_at": _due(report, now)},
        )


def _due(report: Report, since: datetime) -> datetime:
    """When an answer owed since then is due: by the city's flow, or the channel's own time."""
    known = channels.BY_CODE.get(report.channel)
    minutes = dict(known.clock).get("reply_minutes") if known else None
    if minutes is None:
        minutes = flows.parameters(reference.flows()[0].parameters).reply_minutes
    return since + timedelta(minutes=minutes)


def owe_all(*, number: str, version: int, topic: Topic, now: datetime) -> int:
    """Every reporter of the case is to be told; returns how many answers are owed anew.

    A channel that owes a written report gets it at the end of the case, whoever reported. The reply
    clock begins with the step of this version, however late the worker comes to it. Whoever joined
    after the step was told so then, and hears of it only where its matter still goes on (progress).
    """
    written = _written()
    line = CaseEvent.objects.filter(case__number=number, version=version).only("at").first()
    taken = line.at if line is not None else now
    reports = Report.objects.filter(waits(), case__number=number).order_by("ordinal")
    if topic != progress.PROGRESS:
        reports = reports.filter(received_at__lte=taken)
    owed = [
        ReporterNotice(
            report=report, topic=topic, version=version, owed_at=since, due_at=_due(report, since),
            written=report.channel in written,
        )
        for report in reports
        for since in [max(taken, report.received_at)]
    ]  # fmt: skip
    known = ReporterNotice.objects.filter(report__case__number=number, topic=topic, version=version)
    missing = {one.report_id for one in owed} - set(known.values_list("report_id", flat=True))
    ReporterNotice.objects.bulk_create(owed, ignore_conflicts=True)
    return len(missing)


def waits() -> Q:
    """Reports whose sender waits for an answer, or whose channel owes a written one."""
    return Q(answer_wanted=True) | Q(channel__in=_written())


def _written() -> list[str]:
    return [one.code for one in reference.all_channels() if one.written_report]


def settle(
    notice_id: int,
    *,
    medium: str,
    actor: Actor,
    now: datetime,
    paper_sha256: str = "",
    note: str = "",
) -> ReporterNotice:
    """The reporter was told; a written answer is proven by its paper.

    Whatever the medium, its words are kept: a call leaves nothing behind but the note of what was
    said, and an answer without words would clear the way for closing (G03).

    Raises NotAllowed, NoSuchNotice, AlreadySettled, Invalid.
    """
    actor.require(PERMISSION)
    if medium not in MEDIA and not ("system" in actor.roles and medium == TRIAL):
        raise errors.Invalid(_("a medium is one of %(all)s") % {"all": ", ".join(MEDIA)})
    with transaction.atomic():
        seen = ReporterNotice.objects.filter(report__case__in=cases.visible(actor), pk=notice_id)
        row = seen.select_related("report").select_for_update(of=("self",)).first()
        if row is None:
            raise NoSuchNotice(_("there is no such answer to give"))
        if row.state != NoticeState.OWED:
            raise AlreadySettled(_given_at(row))
        row.paper = _paper(paper_sha256) if paper_sha256 else None
        if row.written and row.paper is None:
            raise errors.Invalid(_("a written answer is proven by its paper: store it first"))
        if not (says_something(note) or row.paper):
            why = _("say what was said or sent: its words as the note, or its paper")
            raise errors.Invalid(why, fields={"note": why})
        # Never before it was owed: a clock that was put back, or a story told of a past day.
        row.settled_at = max(now, row.owed_at)
        row.state, row.settled_by = NoticeState.TOLD, actor.post[:120]
        row.medium, row.note = medium, note[:200]
        row.save()
        progress.tell_case(row.report.case_id, row.topic, now=now)
    return row


def _given_at(row: ReporterNotice) -> str:
    """By the city's own time."""
    at = date_format(timezone.localtime(row.settled_at), "Y-m-d H:i")
    return _("this answer was given on %(day)s") % {"day": at}


def owe_again(notice_id: int, *, why: str, now: datetime) -> None:
    """What was sent did not arrive: the answer is owed as before."""
    with transaction.atomic():
        rows = ReporterNotice.objects.filter(pk=notice_id, state=NoticeState.TOLD)
        row = rows.select_related("report").select_for_update(of=("self",)).first()
        if row is not None:
            row.state, row.settled_at = NoticeState.OWED, None
            row.settled_by, row.medium, row.note = "", "", why[:200]
            row.save()
            progress.owe_on_case(row.report.case_id, [row.topic], now=now)


def _paper(sha256: str) -> StoredFile:
    file = StoredFile.objects.filter(sha256=sha256).first()
    if file is None:
        raise errors.Invalid(_("store the file first: %(sha)s") % {"sha": sha256[:12]})
    return file


def forget_reporters(*, now: datetime, limit: int = 1000) -> int:
    """Empty the rows of people whose time has come; returns how many.

    While a case is open its reporters can still be told, but no longer than LONGEST_OPEN beyond
    their retention. What cannot be told any more is dropped.
    """
    with transaction.atomic():
        due = Reporter.objects.filter(forgotten_at=None, keep_until__lte=now)
        waiting = Report.objects.exclude(case__status__in=FINAL).filter(
            reporter__keep_until__gt=now - LONGEST_OPEN, reporter__isnull=False
        )
        rows = due.exclude(pk__in=waiting.values("reporter_id")).order_by("keep_until")
        ids = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        Reporter.objects.filter(pk__in=ids).update(name="", phone="", address="", forgotten_at=now)
        lost = ReporterNotice.objects.filter(
            report__reporter_id__in=ids, state=NoticeState.OWED, written=False
        )
        cases_told = list(lost.values_list("report__case_id", "topic").distinct())
        lost.update(state=NoticeState.DROPPED, settled_at=now, settled_by="retention")
        for case_id, topic in cases_told:
            progress.tell_case(case_id, topic, now=now)
    return len(ids)
