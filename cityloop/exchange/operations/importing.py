"""Cases of other systems, walked through the life cycle with their own times."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.cases import bulk, proof
from cityloop.exchange import reading
from cityloop.exchange.mappings import TABLE
from cityloop.exchange.operations import ground as grounds
from cityloop.exchange.operations.several import crew, taken
from cityloop.exchange.source import Source
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.reports import ImportReport, Progress

AHEAD = 2  # batches that wait for each process, so that none is idle and memory stays small
SHOWN = 10  # numbers that a note names
PERMISSION = "exchange.import"


class UnknownFormat(Invalid):
    """No mapping has this name."""

    code, title = "unknown-format", "The format is not known"


def import_cases(
    path: Path | str,
    *,
    format: str,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
    workers: int = 1,
) -> ImportReport:
    """Make cases of a file's rows: `joined` are those that came before, by the source's number.

    Constant memory; every batch is one transaction, so an import that was stopped is begun again.
    History lines are marked imported; what the source does not say is marked derived. Clocks of
    closed cases have ended; those of open ones run, and the sweep finds what is overdue. A row
    that no road leads through is rejected with its reason and stops no other. More than one
    worker: processes with connections of their own, so not inside a transaction.
    Raises UnknownFormat, reading.BadFile, NotAllowed.
    """
    actor.require(PERMISSION)
    source, file = source_of(format), Path(path)
    began, report = time.monotonic(), ImportReport()
    next(reading.rows(file, source.columns), None)  # a wrong file is refused before anything starts
    remarks, otherwise = Counter[str](), list[str]()
    with crew(workers) as pool:
        needs = grounds.survey(source, file)
        report.notes = grounds.prepare(source, needs, actor=actor, now=now)
        ground, done = grounds.load(source, now=now), 0
        for part in taken(pool, ground, _batches(source, file), ahead=AHEAD * workers):
            report.imported += part.imported
            report.joined += part.joined
            report.rejected += part.rejected
            remarks.update(part.remarks)
            otherwise += part.otherwise
            done += part.rows
            if progress:
                progress(done, needs.rows)
    proof.seal(now=now)  # as the worker does; where none runs the lines are sealed all the same
    report.notes += _notes(source, done, remarks) + _standing_otherwise(otherwise)
    report.seconds = time.monotonic() - began
    return report


def _notes(source: Source, rows: int, remarks: Counter[str]) -> list[str]:
    """What the whole file says: that it is empty, what had to be bent and how often."""
    bent = [_(source.notes[name]) % {"n": n} for name, n in sorted(remarks.items())]
    return bent if rows else [_("the file has a header and no rows")]


def _standing_otherwise(numbers: list[str]) -> list[str]:
    """A later file may tell more of a case than the one that made it: nothing is changed by that,
    since its history here went on by its own steps; but it is said."""
    if not numbers:
        return []
    named = ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
    return [
        ngettext(
            "%(n)s case stands otherwise in the file than here and stays as it is: %(numbers)s",
            "%(n)s cases stand otherwise in the file than here and stay as they are: %(numbers)s",
            len(numbers),
        )
        % {"n": len(numbers), "numbers": named}
    ]


def source_of(name: str) -> Source:
    """The mapping of a format; raises UnknownFormat."""
    if name not in TABLE:
        raise UnknownFormat(
            _("%(name)s is none of %(all)s") % {"name": name[:40], "all": ", ".join(TABLE)}
        )
    return TABLE[name]


def _batches(source: Source, file: Path) -> Iterator[list[reading.Line]]:
    lines = reading.rows(file, source.columns)
    while some := list(islice(lines, bulk.BATCH)):
        yield some
