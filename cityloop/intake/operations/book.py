"""The book of numbers: each channel's reports numbered without a gap (O02).

Numbers are given in runs, some seconds after the reports came: a counter in every write would let
all reports of a channel queue for one row.
"""

from __future__ import annotations

from datetime import datetime

from django.db import OperationalError, connection, transaction

from cityloop.intake.models import Tally
from cityloop.intake.queries.book import EDITION, WITNESSED, Line, lines_by_channel, run_digest
from cityloop.kernel import witness
from cityloop.kernel.turns import take_turn

BATCH = 20_000


def write_up(*, now: datetime) -> int:
    """Number every report that came since the last time; returns how many.

    A short lock lets every running writer finish first, so that no report with a smaller id can
    come later; while a long import holds the table, the book waits for the next round.
    """
    try:
        upto = _highest_report()
    except OperationalError:
        return 0
    counted = 0
    with transaction.atomic():
        take_turn("cityloop.intake.book")
        last = Tally.objects.order_by("-last_report").first()
        first = (last.last_report if last else 0) + 1
        while first <= upto:
            end = min(upto, first + BATCH - 1)
            counted += _count_run(first, end, now)
            first = end + 1
    return counted


def _highest_report() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        cursor.execute("LOCK TABLE intake_report IN SHARE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM intake_report")
        return int(cursor.fetchone()[0])


def _count_run(first: int, end: int, now: datetime) -> int:
    runs = lines_by_channel(first, end)
    for channel, run in runs.items():
        _tally(channel, run, now)
    return sum(len(run) for run in runs.values())


def _tally(channel: str, run: list[Line], now: datetime) -> None:
    last = Tally.objects.filter(channel=channel).order_by("-last_number").first()
    first_number = (last.last_number if last else 0) + 1
    previous = last.digest if last else ""
    one = Tally.objects.create(
        channel=channel, first_report=run[0][0], last_report=run[-1][0],
        first_number=first_number, last_number=first_number + len(run) - 1,
        joined=sum(1 for _pk, _digest, ordinal in run if ordinal > 1),
        digest=run_digest(previous, run), previous=previous, counted_at=now,
        edition=EDITION,
    )  # fmt: skip
    witness.note(WITNESSED, [(f"{channel}/{one.last_number}", one.digest)])
