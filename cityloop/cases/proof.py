"""Proof that the history is whole: recompute every chain and every seal; name what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from cityloop.cases import chain, locks, newest, papers, retold, state
from cityloop.cases import seals as seals_of
from cityloop.cases.models import CaseEvent, Seal
from cityloop.kernel import files, witness
from cityloop.kernel.faults import Broken, Tally
from cityloop.kernel.models import Marker, StoredFile
from cityloop.kernel.reports import Progress
from cityloop.kernel.turns import take_turn

TOLD_EVERY = 1000  # lines
SHORT = timedelta(milliseconds=500)  # while somebody waits for the lock, writers wait too


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked, and the first broken row of each kind, with how many of it there are."""

    cases: int
    lines: int
    seals: int
    noted: int  # seals that stand outside the database too
    again: int  # of these, noted anew after notes were lost
    set_right: int  # how often a clock that was wrong was put back, as somebody said
    invented: bool  # a demo city: times of its story are not proven
    broken: tuple[Broken, ...]

    @property
    def whole(self) -> bool:
        """True when nothing is broken."""
        return not self.broken


def seal(*, now: datetime, patience: timedelta = SHORT) -> int:
    """Append a seal over all lines since the last one; returns how many lines it covers.

    A short lock lets every running writer finish first, so that no line with a smaller id can come
    later. While a long import holds the table, or the database tidies it up, the seal waits for the
    next round; with more `patience` for that.
    """
    try:
        upto = _highest_event(patience)
    except OperationalError:
        return 0
    with transaction.atomic():
        take_turn("cityloop.seal")
        last = Seal.objects.order_by("-id").first()
        first = (last.last_event if last else 0) + 1
        if upto < first:
            return 0
        count, digest = seals_of.digest(first, upto, last.digest if last else "", now)
        if count:
            one = Seal.objects.create(
                first_event=first, last_event=upto, events=count, digest=digest,
                previous=last.digest if last else "", sealed_at=now,
            )  # fmt: skip
            witness.note(seals_of.WITNESSED, [(f"{one.pk}", digest)])
    return count


def end_of(day: date) -> datetime:
    """The moment at which a local day ends."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def seal_after(day: date) -> Seal | None:
    """The first seal made after a day: its digest is the seed of that day's draws."""
    return Seal.objects.filter(sealed_at__gte=end_of(day)).order_by("pk").first()


def _highest_event(patience: timedelta) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        milliseconds = patience // timedelta(milliseconds=1)
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
        cursor.execute("LOCK TABLE cases_event IN SHARE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM cases_event")
        return int(cursor.fetchone()[0])


def invent(*, now: datetime) -> None:
    """Say of all lines until now that their times are a story's: of a demo city, which was lived
    through within minutes. A proof tells how many, and believes their order only."""
    last = CaseEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    Marker.objects.update_or_create(
        pk=seals_of.INVENTED, defaults={"value": last or 0, "set_at": now}
    )


def verify(*, now: datetime, progress: Progress | None = None) -> Verdict:
    """Recompute every chain and every seal; look for what should be sealed, papers, locks, and for
    cases that are not what their last line left.

    Reads all history once, in constant memory; `progress` tells of lines.
    """
    total = CaseEvent.objects.count() if progress else 0
    cases, lines, version, head, edition = 0, 0, 0, "", 0
    tally, unsound = Tally(), set[str]()  # numbers of cases whose own history is not whole
    last: tuple[Any, ...] | None = None  # the line before
    with transaction.atomic():
        for row in _all_lines():
            if last is None or row[0] != last[0]:
                _cut_short(last, edition, tally, unsound)
                cases, version, head, edition = cases + 1, 0, "", 0
            lines += row[5] is not None
            if problem := _problem(row, version, head, edition) or _out_of_turn(row, last):
                tally.add(f"case {row[1]} version {version + 1}", problem)
                unsound.add(row[1])
            version, head, last, edition = row[6] or 0, row[19] or "", row, _edition(row) or edition
            if progress and lines % TOLD_EVERY == 0:
                progress(lines, total)
    _cut_short(last, edition, tally, unsound)
    broken = tally.found()
    tally = Tally()
    seals, (noted, again) = seals_of.verify_seals(tally), seals_of.as_noted(now, tally)
    seals_of.unsealed(now, tally)
    _without_case(tally)
    newest.count_missing(tally)
    broken += tally.found() + papers.otherwise()
    return Verdict(
        cases,
        lines,
        seals,
        noted,
        again,
        len(dict(witness.told(seals_of.SET_RIGHT))),
        seals_of.invented() > 0,
        (*broken, *locks.taken_off(), *_otherwise(unsound)),
    )


def _all_lines(*, batch: int = 5000) -> Iterator[tuple[Any, ...]]:
    """Every history line in (case, version) order with the case's own number, version and head.

    A server-side cursor: constant memory for any number of lines. Every line is wanted, so the plan
    for the first few of them is no use: right after an import, before the statistics know of it,
    that plan took hours. Call it inside a transaction.
    """
    with connection.cursor() as plain:
        plain.execute("SET LOCAL enable_nestloop = off; SET LOCAL cursor_tuple_fraction = 1")
    raw = connection.connection
    with raw.cursor(name="cityloop_chain") as cursor:
        cursor.itersize = batch
        cursor.execute(
            """SELECT c.id, c.number, c.version, c.status, c.head, e.id, e.version, e.action,
                      e.source, e.target, e.role, e.member_id, e.actor, e.at, e.recorded_at,
                      e.facts, e.imported, e.state, e.previous, e.hash, c.imported
               FROM cases_case c LEFT JOIN cases_event e ON e.case_id = c.id
               ORDER BY c.id, e.version"""
        )
        with connection.cursor() as plain:  # the plan is made; others want their own
            plain.execute(
                "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL cursor_tuple_fraction TO DEFAULT"
            )
        yield from cursor


def _otherwise(unsound: set[str]) -> list[Broken]:
    """Cases whose columns, clocks or open tasks are not what their last line left, and those of
    which a figure is not what the lines tell, whatever the last one left.

    Only a whole history says what a case should be.
    """
    tally, named = Tally(), set[str]()
    for number, part in state.all_unlike():
        if number not in unsound:
            named.add(number)
            tally.add(f"case {number}", f"{part} are not what its last line left")
    for number, what in retold.all_otherwise():
        if number not in unsound and number not in named:
            tally.add(f"case {number}", f"{what} is not what its history tells")
    return tally.found()


def _cut_short(last: tuple[Any, ...] | None, edition: int, tally: Tally, unsound: set[str]) -> None:
    """The last line of a case is older than the case itself: lines behind it are gone. Or it says
    nothing of what the case was, though lines before it do: then nobody can prove its columns."""
    if last is None or last[6] is None:
        return
    if last[6] < last[2]:
        tally.add(f"case {last[1]} version {last[6] + 1}", "the lines from here on are missing")
    elif edition and not last[17]:
        tally.add(f"case {last[1]} version {last[6]}", "the line has no mark of what it left")
    else:
        return
    unsound.add(last[1])


def _edition(row: tuple[Any, ...]) -> int:
    """The edition of the mark that a line carries; 0 without one that can be read."""
    try:
        return state.edition_of(row[17] or "") or 0
    except ValueError:
        return 0


def _mark_of_old(row: tuple[Any, ...], edition: int) -> str | None:
    """A mark covers what that of an earlier line of the case covered."""
    if row[17] and _edition(row) < max(edition, 1):
        return "its mark covers less than those of earlier lines, or cannot be read"
    return None


def _problem(row: tuple[Any, ...], version: int, head: str, edition: int) -> str | None:
    """What is wrong with this line, given the version and hash of the one before, and the edition
    of the marks so far."""
    if row[5] is None:
        return "the case has no history"
    if row[6] != version + 1:
        return "this version is missing"
    if row[18] != head:
        return "the line does not follow the one before"
    if row[19] != _recomputed(row):
        return "the line was altered"
    if row[6] == row[2] and (row[3] != row[9] or row[4] != row[19]):
        return "the case does not agree with its last line"
    if row[6] > row[2]:
        return "the case is behind its history"
    if '"altered"' in row[15] and (parts := _facts(row[15]).get("altered")):
        return f"its {', '.join(parts)} had been changed past the life cycle before this step"
    return _mark_of_old(row, edition)


def _out_of_turn(row: tuple[Any, ...], last: tuple[Any, ...] | None) -> str | None:
    """Why the line cannot stand behind the one before it, if that is of the same case."""
    same = last is not None and last[0] == row[0]
    before = chain.Told(last[13], last[16]) if same and last is not None else None
    return chain.out_of_turn(chain.Told(row[13], row[16]), before, brought=row[20])


# Columns 6 to 18 of the reading.
LINE = ("version", "action", "source", "target", "role", "member_id", "actor", "at", "recorded_at",
        "facts", "imported", "state", "previous")  # fmt: skip


def _recomputed(row: tuple[Any, ...]) -> str:
    line = dict(zip(LINE, row[6:19], strict=True))
    return chain.line_hash(row[1], line | {"facts": _facts(line["facts"])})


def _facts(stored: Any) -> Any:
    """Django reads jsonb as text."""
    return orjson.loads(stored) if isinstance(stored, str) else stored


def _without_case(tally: Tally) -> None:
    """History without its case: the case is gone although every line stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT min(e.id), count(*) OVER () FROM cases_event e
                 LEFT JOIN cases_case c ON c.id = e.case_id WHERE c.id IS NULL
                GROUP BY e.case_id ORDER BY 1 LIMIT 1"""
        )
        gone = cursor.fetchone()
    if gone:
        tally.add(f"line {gone[0]}", "its case is missing", count=gone[1])


def verify_files(*, progress: Progress | None = None) -> tuple[int, list[Broken]]:
    """How many stored files were read again; those that are missing, were altered, or of which
    something else is kept than they say themselves: the first of each kind."""
    count, rows, tally = 0, StoredFile.objects.order_by("pk"), Tally()
    total = rows.count() if progress else 0
    for row in rows.iterator():
        count += 1
        if progress:
            progress(count, total)
        if files.is_altered(row.sha256):
            tally.add(f"file {row.sha256[:12]}", "it is missing or was altered")
        elif unlike := files.told_otherwise(row):
            tally.add(f"file {row.sha256[:12]}", f"its {unlike} is not what it says")
    return count, tally.found()
