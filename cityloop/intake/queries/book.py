"""The book of numbers read again: is it whole, does the day agree with the history (O01, O02)?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from cityloop.cases.models import CaseEvent
from cityloop.intake.models import Kind, Report, Tally
from cityloop.intake.queries.reports import counts_of_day

OPENING = (*Kind.values, "join_report")
Line = tuple[int, str, int]  # report id, digest, ordinal


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


def lines(first: int, last: int, channel: str) -> list[Line]:
    """The reports of a run, in order."""
    rows = Report.objects.filter(channel=channel, pk__range=(first, last)).order_by("pk")
    return list(rows.values_list("pk", "digest", "ordinal"))


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
    return flaws


def _problem(one: Tally) -> str:
    run = lines(one.first_report, one.last_report, one.channel)
    if len(run) != one.last_number - one.first_number + 1:
        return f"{len(run)} reports are there"
    return "" if run_digest(one.previous, run) == one.digest else "a report was changed"


def account(day: date) -> DayAccount:
    """The day's reports by channel, held against the history of cases. Days are local."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    end = start + timedelta(days=1)
    counts = counts_of_day(start, end)
    came = CaseEvent.objects.filter(at__gte=start, at__lt=end, action__in=OPENING, imported=False)
    return DayAccount(
        day=day,
        channels=counts,
        received=sum(one["received"] for one in counts.values()),
        history=came.count(),
    )
