"""A fingerprint of every row that stays, so that one changed past its lock is found.

Triggers refuse to change what was decided, paid, answered or drawn (append_only.py). Who owns the
tables can take a trigger off, change a row and put the trigger back: nothing of that is left. So
what a trigger keeps is digested once it is kept, under a chain whose last link is noted outside the
database (witness.py), and the proof digests it again. Cases and reports have proofs of their own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction

from cityloop.kernel import triggers, witness
from cityloop.kernel.faults import Broken, Tally
from cityloop.kernel.models import Fingerprint
from cityloop.kernel.reports import Progress
from cityloop.kernel.triggers import Kept
from cityloop.kernel.turns import take_turn

AT_ONCE = 2_000  # rows
WITNESSED = "print"  # what a link of the chain is called where it is noted outside the database
# Proven by their own chain or tally, made again from what is there, or too many for what they tell.
NOT_HERE = ("cases_", "assets_component_change", "intake_report", "intake_tally",
            "evidence_finding", "notify_message", "notify_receipt",
            "kernel_fingerprint")  # fmt: skip
# What another version of PostGIS or of a dictionary would tell in another way.
TOLD_OTHERWISE = ("geometry", "tsvector")


def take(*, now: datetime) -> int:
    """Digest the rows that are kept by now and were not digested yet; returns how many."""
    count = 0
    for rule in rules():
        while some := _take_some(rule, now):
            count += some
    return count


def rules() -> list[Kept]:
    """What the triggers of the migrations keep, but for what is proven elsewhere, of the tables
    that there are."""
    there = _columns()
    found = [one for one in triggers.kept() if not one.table.startswith(NOT_HERE)]
    return [one for one in found if {"id", *one.columns} <= set(there.get(one.table, ()))]


@transaction.atomic
def _take_some(rule: Kept, now: datetime) -> int:
    take_turn("cityloop.fingerprints")
    columns = rule.columns or tuple(_columns()[rule.table])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT t.id, {_told(columns)} FROM {rule.table} t
                 WHERE ({rule.when}) AND NOT EXISTS (
                   SELECT FROM kernel_fingerprint f
                    WHERE f.of = %s AND f.rule = %s AND f.row = t.id)
                 ORDER BY t.id LIMIT {AT_ONCE}""",  # noqa: S608 (of our own migrations)
            [rule.table, rule.name],
        )
        rows = cursor.fetchall()
    if not rows:
        return 0
    last = Fingerprint.objects.order_by("-pk").first()
    link, found = last.link if last else "", []
    for row, text in rows:
        one = Fingerprint(of=rule.table, rule=rule.name, row=row, columns=" ".join(columns),
                          digest=_sha256(text), taken_at=now)  # fmt: skip
        one.link = link = _linked(link, one)
        found.append(one)
    last = Fingerprint.objects.bulk_create(found)[-1]
    witness.note(WITNESSED, [(str(last.pk), last.link)])
    return len(found)


def verify(progress: Progress | None = None) -> tuple[int, list[Broken]]:
    """How many rows were digested, and those that are gone or another thing than they were; links
    of the chain that are broken, or gone though they were noted outside the database."""
    total, done, link, tally = Fingerprint.objects.count(), 0, "", Tally()
    there, links = _columns(), {}
    noted = dict(witness.told(WITNESSED))
    for some in _in_order():
        for one in some:
            if one.link != _linked(link, one):
                tally.add(f"fingerprint {one.pk}", "it does not follow the one before", kind="link")
            link = one.link
            if str(one.pk) in noted:
                links[str(one.pk)] = link
        _compare(some, there, tally)
        done += len(some)
        if progress:
            progress(done, total)
    for pk, digest in noted.items():
        if links.get(pk) != digest:
            what = "it is gone or another one: it was noted outside the database"
            tally.add(f"fingerprint {pk}", what, kind="noted")
    return total, tally.found()


def _compare(some: Sequence[Fingerprint], there: dict[str, list[str]], tally: Tally) -> None:
    groups: dict[tuple[str, str], list[Fingerprint]] = defaultdict(list)
    for one in some:
        groups[one.of, one.columns].append(one)
    for (table, columns), prints in groups.items():
        names = columns.split()
        if not set(names) <= set(there.get(table, ())):
            continue  # a later version has them no more
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT t.id, {_told(names)} FROM {table} t WHERE t.id = ANY(%s)",  # noqa: S608
                [[one.row for one in prints]],
            )
            now = dict(cursor.fetchall())
        for one in prints:
            if one.row not in now:
                tally.add(f"{table} {one.row}", "the row is gone", kind=f"{table} gone")
            elif _sha256(now[one.row]) != one.digest:
                tally.add(f"{table} {one.row}", "the row is another than it was", kind=table)


def _in_order() -> Iterator[list[Fingerprint]]:
    after = 0
    while some := list(Fingerprint.objects.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        yield some
        after = some[-1].pk


def _linked(before: str, one: Fingerprint) -> str:
    return _sha256("\n".join((before, one.of, one.rule, str(one.row), one.columns, one.digest)))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(columns: Sequence[str]) -> str:
    """The columns of a row `t` as one text, which the database writes alike each time."""
    return f"(SELECT to_jsonb(x)::text FROM (SELECT {', '.join(f't.{one}' for one in columns)}) x)"  # noqa: S608 (columns of ours)


def _columns() -> dict[str, list[str]]:
    """The columns of each table that can be told, in their order."""
    found: dict[str, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname::text, a.attname::text FROM pg_attribute a
                 JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                  AND y.typname <> ALL(%s) ORDER BY 1, a.attnum""",
            [list(TOLD_OTHERWISE)],
        )
        for table, column in cursor.fetchall():
            found[table].append(column)
    return found
