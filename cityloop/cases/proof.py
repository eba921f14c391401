"""Proof that the history is whole: recompute every chain and every seal; name what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import orjson
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from cityloop.cases import chain, papers, queries, state
from cityloop.cases.faults import Broken, Tally
from cityloop.cases.models import Attachment, Case, CaseEvent, Seal, Timer
from cityloop.kernel import files, witness
from cityloop.kernel.models import StoredFile
from cityloop.kernel.reports import Progress

TOLD_EVERY = 1000  # lines
SHORT = timedelta(milliseconds=500)  # while somebody waits for the lock, writers wait too
SEALED_WITHIN = timedelta(hours=1)  # the worker seals every minute
WITNESSED = "seal"  # what a seal is called where it is noted outside the database
# Triggers that keep the history as it is. Who owns the tables can drop them: that must show.
APPEND_ONLY, GOES_UP = "cases_append_only", "cases_version_goes_up"
HAS_EVENT, STAYS = "cases_version_has_event", "kernel_file_stays"
ENDED_STAYS = "cases_ended_clock_stays"
CHANGED, EMPTIED, DELETED, WRITTEN, UPDATED = 27, 34, 11, 21, 19  # PostgreSQL's pg_trigger.tgtype
LOCKS = {
    # (table, trigger): what it calls, and at what
    ("cases_event", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_event", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_attachment", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_attachment", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_seal", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_seal", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_case", "no_delete"): (APPEND_ONLY, DELETED),
    ("cases_case", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_case", "version_has_event"): (HAS_EVENT, WRITTEN),
    ("cases_case", "version_goes_up"): (GOES_UP, UPDATED),
    ("cases_flow", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_flow", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_timer", "no_delete"): (APPEND_ONLY, DELETED),
    ("cases_timer", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_timer", "ended_stays"): (ENDED_STAYS, UPDATED),
    ("kernel_file", "stays"): (STAYS, CHANGED),
    ("kernel_file", "no_truncate"): (STAYS, EMPTIED),
}
PROVEN = ("cases_event", "cases_attachment", "cases_seal", "cases_case", "cases_timer",
          "cases_task", "kernel_file")  # fmt: skip
# SHA-256 of what they do: one replaced by a function that lets all through is no lock.
BODIES = {
    APPEND_ONLY: "b0483f54434ccee2d772b2a7d2a9a78728d7b69c3df437c5bb291ef44e3eb16f",
    GOES_UP: "b87799430f140ac68db041586bb0c5239533ceab63e152bd8782f56687325b13",
    HAS_EVENT: "f528dcfc19ff42d918a897e0aab30e673fa4feab4beee0de2bc888cbdbb674f6",
    ENDED_STAYS: "2c9efe41308fb9d744d8e6c81e6bc1f683218153f52a334db3c4f490569f41bb",
    STAYS: "c1fca065c747729d1e97126fd9c61c1cef15d6af0ee3ab53ad389c544692335c",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked, and the first broken row of each kind, with how many of it there are."""

    cases: int
    lines: int
    seals: int
    noted: int  # seals that stand outside the database too
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
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cityloop.seal'))")
        last = Seal.objects.order_by("-id").first()
        first = (last.last_event if last else 0) + 1
        if upto < first:
            return 0
        count, digest = _digest(first, upto, last.digest if last else "", now)
        if count:
            one = Seal.objects.create(
                first_event=first, last_event=upto, events=count, digest=digest,
                previous=last.digest if last else "", sealed_at=now,
            )  # fmt: skip
            witness.note(WITNESSED, [(f"{one.pk}", digest)])
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


def _digest(
    first: int, upto: int, previous: str, sealed_at: datetime | None = None
) -> tuple[int, str]:
    """How many lines, and the seal over them; without its moment, as seals once were."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), encode(sha256(convert_to(
                 %s::text || coalesce(string_agg(hash, ''), '') || %s, 'UTF8')), 'hex')
               FROM (SELECT hash FROM cases_event WHERE id BETWEEN %s AND %s ORDER BY id) AS e""",
            [previous, chain.instant(sealed_at) if sealed_at else "", first, upto],
        )
        count, digest = cursor.fetchone()
    return int(count), str(digest)


def verify(*, now: datetime, progress: Progress | None = None) -> Verdict:
    """Recompute every chain and every seal; look for what should be sealed, papers, locks, and for
    cases that are not what their last line left.

    Reads all history once, in constant memory; `progress` tells of lines.
    """
    total = CaseEvent.objects.count() if progress else 0
    cases, lines, version, head = 0, 0, 0, ""
    tally, unsound = Tally(), set[str]()  # numbers of cases whose own history is not whole
    last: tuple[Any, ...] | None = None  # the line before
    with transaction.atomic():
        for row in queries.lines_of_all_cases():
            if last is None or row[0] != last[0]:
                _cut_short(last, tally, unsound)
                cases, version, head = cases + 1, 0, ""
            lines += row[5] is not None
            if problem := _problem(row, version, head):
                tally.add(f"case {row[1]} version {version + 1}", problem)
                unsound.add(row[1])
            version, head, last = row[6] or 0, row[19] or "", row
            if progress and lines % TOLD_EVERY == 0:
                progress(lines, total)
    _cut_short(last, tally, unsound)
    broken = tally.found()
    tally = Tally()
    seals, noted = _verify_seals(tally), _as_noted(tally)
    _unsealed(now, tally)
    _without_case(tally)
    broken += tally.found() + papers.otherwise()
    return Verdict(cases, lines, seals, noted, (*broken, *_without_lock(), *_otherwise(unsound)))


def _otherwise(unsound: set[str]) -> list[Broken]:
    """Cases whose columns, clocks or open tasks are not what their last line left.

    Only a whole history says what a case should be.
    """
    tally = Tally()
    for number, part in state.all_unlike():
        if number not in unsound:
            tally.add(f"case {number}", f"{part} are not what its last line left")
    return tally.found()


def _without_lock() -> list[Broken]:
    """Locks that somebody took off: what is whole today need not be so tomorrow."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgrelid::regclass::text, t.tgname, p.proname, t.tgtype,
                      encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex')
                 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
                  AND t.tgqual IS NULL AND t.tgattr = ''
                  AND p.proconfig IS NULL AND NOT p.prosecdef"""
        )
        there = {(table, name): tuple(does) for table, name, *does in cursor.fetchall()}
    wanted = {lock: (does, at, BODIES[does]) for lock, (does, at) in LOCKS.items()}
    missing = [lock for lock, does in wanted.items() if there.get(lock) != does]
    missing += _without_constraint()
    found = (
        ("missing, disabled or replaced", missing),
        ("not of CityLoop, may change what is written", _strangers()),
    )
    return [
        Broken("the locks", f"{what}: " + ", ".join(f"{name} of {table}" for table, name in locks))
        for what, locks in found
        if locks
    ]


def _without_constraint() -> list[tuple[str, str]]:
    """(table, name) of constraints of the proven tables that are not there or do not hold."""
    wanted = {
        (model._meta.db_table, str(one.name))
        for model in (Case, CaseEvent, Attachment, Seal, Timer, StoredFile)
        for one in model._meta.constraints
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT conrelid::regclass::text, conname::text FROM pg_constraint WHERE convalidated
                UNION ALL
               SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index
                WHERE indisunique AND indisvalid"""
        )
        return sorted(wanted - set(cursor.fetchall()))


def _strangers() -> list[tuple[str, str]]:
    """(table, name) of triggers, rules and policies on what is proven that no migration made."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgrelid::regclass::text, t.tgname::text FROM pg_trigger t
                WHERE NOT t.tgisinternal AND t.tgrelid::regclass::text = ANY(%(tables)s)
                UNION ALL
               SELECT r.ev_class::regclass::text, r.rulename FROM pg_rewrite r
                WHERE r.ev_class::regclass::text = ANY(%(tables)s)
                UNION ALL
               SELECT c.oid::regclass::text, 'row security' FROM pg_class c
                WHERE c.oid::regclass::text = ANY(%(tables)s) AND c.relrowsecurity
                UNION ALL  -- what a session of this database or role begins with
               SELECT 'the database', setting FROM pg_db_role_setting s, unnest(s.setconfig) setting
                WHERE setting ~ '^(session_replication_role|search_path|row_security)='
                ORDER BY 1, 2""",
            {"tables": list(PROVEN)},
        )
        return [lock for lock in cursor.fetchall() if lock not in LOCKS]


def _cut_short(last: tuple[Any, ...] | None, tally: Tally, unsound: set[str]) -> None:
    """The last line of a case is older than the case itself: lines behind it are gone."""
    if last is None or last[6] is None or last[6] >= last[2]:
        return
    tally.add(f"case {last[1]} version {last[6] + 1}", "the lines from here on are missing")
    unsound.add(last[1])


def _problem(row: tuple[Any, ...], version: int, head: str) -> str | None:
    """What is wrong with this line, given the version and hash of the one before."""
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
    return None


# Columns 6 to 18 of the reading.
LINE = ("version", "action", "source", "target", "role", "member_id", "actor", "at", "recorded_at",
        "facts", "imported", "state", "previous")  # fmt: skip


def _recomputed(row: tuple[Any, ...]) -> str:
    line = dict(zip(LINE, row[6:19], strict=True))
    return chain.line_hash(row[1], line | {"facts": _facts(line["facts"])})


def _facts(stored: Any) -> Any:
    """Django reads jsonb as text."""
    return orjson.loads(stored) if isinstance(stored, str) else stored


def _verify_seals(tally: Tally) -> int:
    previous, count = "", 0
    for one in _seals():
        count += 1
        span = (one.first_event, one.last_event, previous)
        lines, digest = _digest(*span, one.sealed_at)
        if digest != one.digest:  # of before seals told their moment?
            lines, digest = _digest(*span)
        if one.previous != previous or lines != one.events or digest != one.digest:
            what = (f"{one.events} lines were sealed, {lines} are there; they, or the seal's own "
                    f"columns, were altered")  # fmt: skip
            tally.add(f"seal {one.pk}", what, kind="seal")
        previous = one.digest
    return count


def _as_noted(tally: Tally) -> int:
    """Every seal that was noted outside the database is there, and is the same; returns how many
    were noted."""
    count, notes = 0, witness.told(WITNESSED)
    while some := list(islice(notes, TOLD_EVERY)):
        there = dict(
            Seal.objects.filter(pk__in=[pk for pk, _d in some]).values_list("pk", "digest")
        )
        for pk, digest in some:
            if there.get(int(pk)) != digest:
                what = "it is gone" if int(pk) not in there else "it is another one"
                tally.add(f"seal {pk}", f"{what}: it was noted outside the database", kind="noted")
        count += len(some)
    return count


def _unsealed(now: datetime, tally: Tally) -> None:
    """Lines are sealed within minutes: old ones behind the last seal mean that seals are gone."""
    last = Seal.objects.order_by("-id").values_list("last_event", flat=True).first() or 0
    rows = CaseEvent.objects.filter(pk__gt=last, recorded_at__lt=now - SEALED_WITHIN)
    oldest = rows.order_by("pk").first()
    if oldest is None:
        return
    what = f"no seal covers the lines from number {oldest.pk} on: no worker ran, or seals are gone"
    tally.add("the seals", what, count=rows.count())


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


def _seals() -> Iterator[Seal]:
    yield from Seal.objects.order_by("id").iterator()
