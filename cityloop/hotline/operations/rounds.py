"""Rounds of an order: is it sent again after we refused it, or is the same file read once more?

It is sent again when the case of its newest round was refused (rejected or voided) and the row
- was never seen before under this number (the same row again is the same file again), and
- names a time of sending after the refusal; or names none, and differs from every row so far.

While the case is open or was closed properly, nothing is sent again: the round stays the same.
A first row of an order that came otherwise (typed in by hand, or taken before rows were remembered)
differs from nothing: without a time of sending it opens no round.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from cityloop.cases.models import Status
from cityloop.hotline import reading
from cityloop.hotline.models import Order
from cityloop.intake.models import Report

REFUSED = (Status.REJECTED, Status.VOIDED)
CHANNEL = "hotline12345"
MOVED, KEPT = "moved", "kept"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a row says of the order itself: its deadline, when it was sent, what it was made of."""

    due_at: datetime | None
    sent_at: datetime | None
    lon: float | None
    lat: float | None
    digest: str

    def late(self, now: datetime) -> bool:
        """The outer deadline has passed already."""
        return self.due_at is not None and self.due_at <= now


def sent(cells: dict[str, str]) -> Sent:
    """The row's own moments and place; raises ValueError with a sentence.

    The digest leaves out who called, so that nobody is to be guessed from it; a moment counts, not
    how a CSV or a workbook spells it.
    """
    due, at = _cell(cells, "due_at", reading.moment), _cell(cells, "sent_at", reading.moment)
    lon, lat = _cell(cells, "lon", reading.degrees), _cell(cells, "lat", reading.degrees)
    moments = [one.timestamp() if one else None for one in (due, at)]
    words = [cells.get(name, "") for name in ("text", "address", "class_code")]
    content = orjson.dumps([*moments, *words, lon, lat])
    return Sent(due, at, lon, lat, hashlib.blake2b(content, digest_size=16).hexdigest())


def _cell(cells: dict[str, str], name: str, parse: Callable[[str], Any]) -> Any:
    return parse(cells[name]) if cells.get(name) else None


def spellings(number: str) -> set[str]:
    """A number in capitals or not is one order; the index answers for each."""
    return {number, number.upper(), number.lower()}


# Of two deliveries that bring one order at the same moment, the second waits until the first one's
# order is committed; what is asked afterwards sees it.
_MINE = "SELECT pg_advisory_xact_lock(hashtextextended('hotline_order ' || %s, 0))"
_ANY = """
SELECT EXISTS (SELECT FROM hotline_order WHERE outer_number = ANY(%(spelt)s)),
       EXISTS (SELECT FROM intake_report
                WHERE channel = %(channel)s AND source_key = ANY(%(spelt)s))
"""


def take(number: str) -> tuple[list[Order], Report | None]:
    """The number is ours until the transaction ends: its rounds, or the report typed in with it.

    Most numbers are new, and a cheap question says so.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MINE, [number.lower()])
        cursor.execute(_ANY, {"spelt": sorted(spellings(number)), "channel": CHANNEL})
        ordered, reported = cursor.fetchone() or (False, False)
    known = rounds_of(number) if ordered else []
    return known, typed_in(number) if reported and not known else None


def rounds_of(number: str) -> list[Order]:
    """Every round of an order, the newest first, locked."""
    rows = Order.objects.filter(outer_number__in=spellings(number)).select_related(
        "report__case", "report__reporter"
    )
    return list(rows.select_for_update(of=("self",)).order_by("-round"))


def typed_in(number: str) -> Report | None:
    """The report that was typed in by hand with the order's number."""
    rows = Report.objects.filter(channel=CHANNEL, source_key__in=spellings(number))
    return (
        rows.exclude(pk__in=Order.objects.values("report"))
        .select_related("case", "reporter")
        .first()
    )


def sent_again(rounds: list[Order], row: Sent) -> bool:
    """The row asks for a new round (see above)."""
    newest = rounds[0]
    case = newest.report.case
    if case.status not in REFUSED or any(row.digest in one.seen for one in rounds):
        return False
    if row.sent_at is not None:
        return case.closed_at is not None and row.sent_at > case.closed_at
    return bool(newest.seen)


def take_over(rounds: list[Order], row: Sent, *, by: str, now: datetime) -> str:
    """A row of a known round: remember it and its deadline. MOVED where the deadline is another,
    with a line of what it was, KEPT where it comes after the case has ended and changes nothing.

    A row of an earlier round says nothing of the newest one.
    """
    newest, what = rounds[0], ""
    if any(row.digest in one.seen for one in rounds[1:]):
        return what
    if row.due_at is not None and row.due_at != newest.outer_due_at:
        what = MOVED if newest.outer_due_at is None or newest.report.case.open else KEPT
        if newest.outer_due_at is not None and not (what == KEPT and _noted(newest, row.due_at)):
            _note(newest, row.due_at, kept=what == KEPT, by=by, now=now)
    if what == MOVED:
        newest.outer_due_at = row.due_at
    if row.digest not in newest.seen:
        newest.seen = [*newest.seen, row.digest]
    newest.save(update_fields=["outer_due_at", "seen", "retold"])
    return what


def _noted(order: Order, due_at: datetime) -> bool:
    """The last word on the deadline said so already."""
    said = [one for one in order.retold if "due" in one]
    return bool(said) and datetime.fromisoformat(said[-1]["due"]) == due_at


def _note(order: Order, due_at: datetime, *, kept: bool, by: str, now: datetime) -> None:
    """A line of a deadline that came, and of the one before it; it stays."""
    was = order.outer_due_at.isoformat() if order.outer_due_at else ""
    line = {"at": now.isoformat(), "by": by, "due_was": was, "due": due_at.isoformat()}
    order.retold = [*order.retold, {**line, "kept": kept}]
