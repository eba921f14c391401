"""The book of numbers read again: is it whole, does the day agree with the history (O01, O02)?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from cityloop.cases import queries as cases
from cityloop.cases.models import CaseEvent
from cityloop.intake.models import Kind, Tally
from cityloop.intake.queries.reports import counts_of_day
from cityloop.kernel import witness
from cityloop.kernel.actor import Actor
from cityloop.people.scope import sees_all

OPENING = (*Kind.values, "join_report")
Line = tuple[int, str, int]  # report id, digest, ordinal
# What a run's digest says of a report, by the edition of its entry: first what was sent, which
# nobody can recompute once the person is forgotten; then all that is kept of it, by columns.
SAID = {
    1: "r.digest",
    2: """encode(sha256(convert_to(jsonb_build_array(r.digest, r.case_id, r.kind, r.source_key,
      extract(epoch FROM r.received_at), extract(epoch FROM r.occurred_at), r.member_id,
      r.reporter_id, r.answer_wanted, r.priority, r.text, encode(ST_AsEWKB(r.point), 'hex'),
      r.raw_x, r.raw_y, r.raw_system, r.address, r.source, r.link, r.problem_class_id,
      r.component_code, r.suggestions, r.checks, r.files, r.phashes)::text, 'UTF8')), 'hex')""",
}
EDITION = 2
WITNESSED = "tally"  # what a run is called where it is noted outside the database


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the book that does not agree with the reports."""

    channel: str
    what: str


@dataclass(frozen=True, slots=True)
class DayAccount:
    """A day's reports by channel against the lines of history that say a report came.

    `missing`: lines of history without a report (a case opened past intake, or a report that is
    gone); negative for reports without a line.
    """

    day: date
    channels: dict[str, dict[str, int]]
    received: int
    history: int

    @property
    def missing(self) -> int:
        """0 when every report has its line."""
        return self.history - self.received


def lines_by_channel(first: int, last: int, edition: int = EDITION) -> dict[str, list[Line]]:
    """The reports with these ids in order, each as an entry of this edition tells it."""
    found: dict[str, list[Line]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.channel, r.id, {SAID[edition]}, r.ordinal FROM intake_report r
                 WHERE r.id BETWEEN %s AND %s ORDER BY r.id""",  # noqa: S608 (constants)
            [first, last],
        )
        for channel, *line in cursor.fetchall():
            found.setdefault(channel, []).append((line[0], line[1], line[2]))
    return found


def run_digest(previous: str, run: Iterable[Line]) -> str:
    """SHA-256 over the run and the digest of the run before."""
    total = hashlib.sha256(previous.encode())
    for pk, digest, ordinal in run:
        total.update(f"{pk} {digest} {ordinal}\n".encode())
    return total.hexdigest()


def check_book() -> list[Flaw]:
    """Recompute every run; what is missing, added or changed shows. Reads each report once."""
    flaws: list[Flaw] = []
    expected: dict[str, tuple[int, str]] = {}
    for one in Tally.objects.order_by("channel", "first_number").iterator():
        number, previous = expected.get(one.channel, (1, ""))
        if one.first_number != number or one.previous != previous:
            flaws.append(Flaw(one.channel, f"a run is missing before number {one.first_number}"))
        if problem := _problem(one):
            where = f"numbers {one.first_number}-{one.last_number}"
            flaws.append(Flaw(one.channel, f"{where}: {problem}"))
        expected[one.channel] = (one.last_number + 1, one.digest)
    return flaws + _unlike_noted() + _unreported()


def _unreported() -> list[Flaw]:
    """Cases that are not imported and count other reports than there are, the first of each
    channel: whoever invents a case, or takes a report away, has no number in the book for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.channel, min(c.number), count(*) FROM cases_case c
                WHERE NOT c.imported
                  AND c.reports <> (SELECT count(*) FROM intake_report r WHERE r.case_id = c.id)
                GROUP BY 1 ORDER BY 1"""
        )
        rows = cursor.fetchall()
    return [
        Flaw(channel, f"case {number} counts other reports than there are"
             + (f" (the first of {n})" if n > 1 else ""))
        for channel, number, n in rows
    ]  # fmt: skip


def _unlike_noted() -> list[Flaw]:
    """Runs that were noted outside the database and are not there any more, or are others: the
    first of each channel."""
    there = {
        (channel, number): digest
        for channel, number, digest in Tally.objects.values_list(
            "channel", "last_number", "digest"
        ).iterator()
    }
    first: dict[str, Flaw] = {}
    for name, digest in witness.told(WITNESSED):
        channel, _slash, number = name.rpartition("/")
        if there.get((channel, int(number))) != digest:
            what = f"the run up to number {number} is gone, or another than was noted outside the"
            first.setdefault(channel, Flaw(channel, f"{what} database"))
    return list(first.values())


def _problem(one: Tally) -> str:
    between = lines_by_channel(one.first_report, one.last_report, one.edition)
    run = between.get(one.channel, [])
    if len(run) != one.last_number - one.first_number + 1:
        return f"{len(run)} reports are there"
    return "" if run_digest(one.previous, run) == one.digest else "a report was changed"


def account(actor: Actor, day: date) -> DayAccount:
    """The day's reports by channel, held against the history of cases, of those that the actor
    sees. Days are local."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    end = start + timedelta(days=1)
    counts = counts_of_day(actor, start, end)
    lines = CaseEvent.objects.filter(at__gte=start, at__lt=end, action__in=OPENING, imported=False)
    came = lines if sees_all(actor) else lines.filter(case__in=cases.visible(actor))
    return DayAccount(
        day=day,
        channels=counts,
        received=sum(one["received"] for one in counts.values()),
        history=came.count(),
    )
