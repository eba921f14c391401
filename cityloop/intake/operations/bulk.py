"""Many reports at once, for imports: located by one statement, written by one, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import lifecycle
from cityloop.cases import operations as cases
from cityloop.cases.change import Change
from cityloop.geo import queries as geo
from cityloop.intake.models import Report
from cityloop.intake.operations import writing
from cityloop.intake.operations.incoming import Draft, Incoming, prepare
from cityloop.intake.operations.opening import new_case
from cityloop.intake.operations.receiving import PERMISSION
from cityloop.intake.queries.asking import Context, Place
from cityloop.intake.reference import KnownClass
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport, Rejection
from cityloop.kernel.rows import Rows

BATCH = 1000
Further = Callable[[Change, Incoming], None]


@dataclass(frozen=True, slots=True)
class Past:
    """A report that was received at another time, perhaps elsewhere.

    `known` is its class where that is in no edition of this city.
    """

    given: Incoming
    at: datetime
    known: KnownClass | None = None
    imported: bool = True


@dataclass(slots=True)
class Batch:
    """Some rows on their way: what is to be written, and what cannot be."""

    first_row: int
    drafts: list[tuple[int, Past, Draft]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    known: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def reject(self, row: int, past: Past, error: Exception) -> None:
        """Note why a row is not taken."""
        self.rejected.append(Rejection(row, past.given.source_key, str(error)))


def receive_many(
    items: Iterable[Past],
    *,
    actor: Actor,
    now: datetime,
    then: Further | None = None,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Take many reports, each as the opening of a case; constant memory.

    `then(change, given)` may take further steps of the same case (cases.take) before it is
    written. A key that is known already is counted as joined. A row that cannot be taken is
    rejected with its reason and stops no other. Photos go through `receive`.
    """
    actor.require(PERMISSION)
    began, report = time.monotonic(), ImportReport()
    row, source = 1, iter(items)
    while some := list(islice(source, BATCH)):
        batch = _batch(some, row, actor=actor, now=now, then=then)
        if batch.changes:
            writing.write(batch.changes, batch.rows)
        report.imported += len(batch.changes)
        report.joined += batch.known
        report.rejected += batch.rejected
        row += len(some)
        if progress:
            progress(row - 1)
    report.seconds = time.monotonic() - began
    return report


def _batch(
    some: Sequence[Past], row: int, *, actor: Actor, now: datetime, then: Further | None
) -> Batch:
    batch = Batch(row)
    for number, past in enumerate(some, row):
        try:
            batch.drafts.append((number, past, _draft(past, actor)))
        except errors.Problem as error:
            batch.reject(number, past, error)
    _leave_out_known(batch)
    points = [(draft.lon, draft.lat) for _row, _past, draft in batch.drafts]
    places = geo.locate_many(_numbers(points), on=timezone.localdate(now))
    ids = cases.next_case_ids(len(batch.drafts))
    for (number, past, draft), place, case_id in zip(batch.drafts, places, ids, strict=True):
        found = Context(draft.question(), case_id, None, _place(place), None, None)
        try:
            _take(batch, past, draft, found, now, then)
        except errors.Problem as error:
            batch.reject(number, past, error)
    return batch


def _draft(past: Past, actor: Actor) -> Draft:
    if past.given.photos:
        raise errors.Invalid(_("photos do not travel with many reports at once"))
    draft = prepare(past.given, actor=actor, now=past.at)
    draft.known = past.known or draft.known
    return draft


def _numbers(points: Iterable[tuple[float | None, float | None]]) -> Iterator[tuple[float, float]]:
    nowhere = float("nan")
    for lon, lat in points:
        yield (nowhere, nowhere) if lon is None or lat is None else (lon, lat)


def _place(found: geo.Place | None) -> Place:
    return Place(found.grid_code, found.community_code, found.in_service) if found else Place()


def _leave_out_known(batch: Batch) -> None:
    """Drop what came before under the same key, in the database or in this batch."""
    wanted = Q(pk__in=())
    keyed = sorted((d.channel.code, d.key) for _row, _past, d in batch.drafts if d.key)
    for channel, group in groupby(keyed, key=lambda one: one[0]):
        wanted |= Q(channel=channel, source_key__in=[key for _channel, key in group])
    seen = set(Report.objects.filter(wanted).values_list("channel", "source_key"))
    kept = []
    for one in batch.drafts:
        key = (one[2].channel.code, one[2].key)
        if key[1] and key in seen:
            batch.known += 1
            continue
        seen.add(key)
        kept.append(one)
    batch.drafts = kept


def _take(
    batch: Batch, past: Past, draft: Draft, found: Context, now: datetime, then: Further | None
) -> None:
    step = lifecycle.BY_ACTION[past.given.kind]
    new = new_case(draft, found, imported=past.imported)
    change = cases.begin(new, step=step, actor=draft.actor, now=past.at, case_id=found.case_id)
    change.recorded_at = now
    cases.take(change, step)
    if then:
        then(change, past.given)
    batch.changes.append(change)
    batch.rows += writing.rows_of(draft, case_id=found.case_id, ordinal=1, reporter_id=None)
