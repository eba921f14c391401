"""Reads of reports and of the answers that are owed for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.intake.models import NoticeState, Report, Reporter, ReporterNotice
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.phones import masked, plain_phone
from cityloop.people.scope import sees_all

SEE_REPORTER = "intake.reporter"


class NoSuchReport(NotFound):
    """No report has this number, or its case lies outside the actor's scope."""

    code, title = "no-such-report", "There is no such report"


def report_number(case_number: str, ordinal: int) -> str:
    """The public number of a report: its case and its place among the case's reports."""
    return f"{case_number}-{ordinal}"


def report(actor: Actor, number: str) -> Report:
    """One report of a case that the actor sees, with case, class and reporter."""
    case_number, dash, ordinal = number.rpartition("-")
    numbered = ordinal.isascii() and ordinal.isdigit() and len(ordinal) < 10
    if not dash or not numbered or not case_number.isprintable():
        raise NoSuchReport(_("there is no report %(number)s") % {"number": number[:40]})
    rows = _whole(Report.objects.filter(case__in=cases.visible(actor)))
    found = rows.filter(case__number=case_number, ordinal=int(ordinal)).first()
    if found is None:
        raise NoSuchReport(_("there is no report %(number)s") % {"number": number[:40]})
    return readable(actor, found)


def reports_of(actor: Actor, case_number: str) -> list[Report]:
    """Every report of a case that the actor sees, the first one first; raises NotFound."""
    case = cases.get(actor, case_number)
    found = _whole(Report.objects.filter(case=case)).order_by("ordinal")
    return [readable(actor, one) for one in found]


def readable(actor: Actor, one: Report) -> Report:
    """A report as this reader may know it; the row itself never changes. Who may not see reporters
    reads the first one's text and address as the acceptor corrected them, and no telephone number
    in any."""
    if not actor.may(SEE_REPORTER):
        one.text = masked(one.text if one.joined else one.case.description)
        one.address = masked(one.address if one.joined else one.case.address)
    return one


def _whole(rows: QuerySet[Report]) -> QuerySet[Report]:
    """With everything that is shown of a report."""
    return rows.select_related("case", "problem_class", "reporter", "member").prefetch_related(
        "notices"
    )


def reporter_of(actor: Actor, one: Report) -> Reporter | None:
    """Who reported, for those who may know; None also when it has been forgotten."""
    if not actor.may(SEE_REPORTER) or one.reporter is None or one.reporter.forgotten_at:
        return None
    return one.reporter


def notices_of(one: Report) -> list[ReporterNotice]:
    """What the reporter was told or is to be told, oldest first."""
    return sorted(one.notices.all(), key=lambda notice: notice.pk)


def notices_owed(actor: Actor, *, topic: str = "") -> QuerySet[ReporterNotice]:
    """Answers that are owed for cases in the actor's scope."""
    rows = ReporterNotice.objects.filter(
        state=NoticeState.OWED, report__case__in=cases.visible(actor)
    )
    if topic:
        rows = rows.filter(topic=topic)
    return rows.select_related("report__case", "report__reporter")


def earlier_reports(actor: Actor, phone: str, *, limit: int = 20) -> list[Report]:
    """The latest reports of a caller by phone, in the actor's scope; needs the permission."""
    actor.require(SEE_REPORTER)
    rows = Report.objects.filter(reporter__phone=plain_phone(phone), case__in=cases.visible(actor))
    return list(rows.exclude(reporter__phone="").select_related("case").order_by("-id")[:limit])


def numbers_in_channel(found: Sequence[Report]) -> dict[int, int]:
    """Report id -> its number in its channel (O02); absent until the book has been written up."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [[one.pk for one in found]])
        return {int(pk): int(number) for pk, number in cursor.fetchall()}


_NUMBERS = """
SELECT r.id, t.first_number + (
  SELECT count(*) FROM intake_report b
  WHERE b.channel = r.channel AND b.id >= t.first_report AND b.id < r.id)
FROM intake_report r
JOIN LATERAL (SELECT first_number, first_report FROM intake_tally t
              WHERE t.channel = r.channel AND r.id BETWEEN t.first_report AND t.last_report
              ORDER BY t.id DESC LIMIT 1) t ON TRUE
WHERE r.id = ANY(%s)
"""


def counts_of_day(actor: Actor, start: datetime, end: datetime) -> dict[str, dict[str, int]]:
    """Channel -> received, opened, joined, flagged, by the time of receipt in [start, end), of the
    cases that the actor sees."""
    reports = Report.objects.filter(received_at__gte=start, received_at__lt=end)
    if not sees_all(actor):
        reports = reports.filter(case__in=cases.visible(actor))
    rows = (
        reports.values("channel")
        .annotate(
            received=Count("pk"),
            opened=Count("pk", filter=Q(ordinal=1)),
            flagged=Count("pk", filter=~Q(checks=[])),
        )
        .order_by("channel")
    )
    return {
        row["channel"]: {
            "received": row["received"],
            "opened": row["opened"],
            "joined": row["received"] - row["opened"],
            "flagged": row["flagged"],
        }
        for row in rows
    }
