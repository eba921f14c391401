"""A fingerprint of every row that stays, so that one changed past its lock is found.

Triggers refuse to change what was decided, paid, answered or drawn (append_only.py). Who owns the
tables can take a trigger off, change a row and put the trigger back: nothing of that is left. So
what a trigger keeps is digested once it is kept, under a chain whose last link is noted outside the
database (witness.py), and the proof digests it again. What other triggers keep, which ask more than
one row, the manifests name (`Subsystem.keeps`). Cases and reports have proofs of their own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.apps import apps
from django.db import DatabaseError, connection, transaction

from cityloop.kernel import triggers, witness
from cityloop.kernel.faults import Broken, Tally
from cityloop.kernel.manifest import Kept, keeps
from cityloop.kernel.models import Fingerprint
from cityloop.kernel.reports import Progress
from cityloop.kernel.turns import take_turn

AT_ONCE = 2_000  # rows
NOTED_WITHIN = timedelta(hours=1)
WITNESSED = "print"  # what a link of the chain is called where it is noted outside the database
# Proven by their own chain or tally, made again from what is there, or too many for what they tell.
NOT_HERE = ("cases_", "assets_component_change", "intake_report", "intake_tally",
            "evidence_finding", "notify_message", "notify_receipt",
            "kernel_fingerprint")  # fmt: skip
# What another version of PostGIS or of a dictionary would tell in another way.
TOLD_OTHERWISE = ("geometry", "tsvector")


class NotTaken(RuntimeError):
    """The database did not keep the fingerprints that it was given."""


def take(*, now: datetime) -> int:
    """Digest the rows that are kept by now and were not digested yet; returns how many.

    Where one table cannot be digested the others are; then what was wrong is raised.
    """
    count, wrong = 0, None
    for rule in rules():
        try:
            while some := _take_some(rule, now):
                count += some
        except (DatabaseError, NotTaken) as error:
            wrong = wrong or error
    if wrong is not None:
        raise wrong
    return count


def rules() -> list[Kept]:
    """What the triggers of the migrations keep, but for what is proven elsewhere, and what the
    manifests name; of the tables that there are. Of rows that may still go only the latter."""
    there = _columns()
    found = [one for one in triggers.kept() if one.stays and not one.table.startswith(NOT_HERE)]
    found += keeps()
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
                    WHERE f.of = %s AND f.rule = %s AND f.row = t.id AND f.columns = %s)
                 ORDER BY t.id LIMIT {AT_ONCE}""",  # noqa: S608 (of our own migrations)
            [rule.table, rule.name, " ".join(columns)],
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
    dropped = NotTaken(f"{rule.table}: something drops the fingerprints of its rows")
    try:
        Fingerprint.objects.bulk_create(found)
    except TypeError as error:  # Django looks for the numbers of rows that are not there
        raise dropped from error
    if any(one.pk is None for one in found):
        raise dropped
    last = found[-1]
    witness.note(WITNESSED, [(str(last.pk), last.link)])
    return len(found)


def note_again() -> int:
    """Note the last link outside the database where the notes were lost; returns how many."""
    last = Fingerprint.objects.order_by("-pk").first()
    if last is None or str(last.pk) in dict(witness.told(WITNESSED)):
        return 0
    with transaction.atomic():
        witness.note(WITNESSED, [(str(last.pk), last.link)])
    return 1


def unnoted(now: datetime) -> list[Broken]:
    """Fingerprints of more than an hour ago that no note outside the database follows."""
    noted = max((int(pk) for pk, _link in witness.told(WITNESSED)), default=0)
    rows = Fingerprint.objects.filter(pk__gt=noted, taken_at__lt=now - NOTED_WITHIN)
    if not (count := rows.count()):
        return []
    what = "not noted outside the database: the notes were lost, or could not be written"
    return [Broken("the fingerprints", f"{count} of them are {what}")]


def verify(progress: Progress | None = None) -> tuple[int, list[Broken]]:
    """How many rows were digested, and those that are gone or another thing than they were; links
    of the chain that are broken, or gone though they were noted outside the database."""
    total, done, link, tally = Fingerprint.objects.count(), 0, "", Tally()
    there, links, go = _columns(told=True), {}, _that_may_go()
    known = _known()
    noted = dict(witness.told(WITNESSED))
    for some in _in_order():
        for one in some:
            if one.link != _linked(link, one):
                tally.add(f"fingerprint {one.pk}", "it does not follow the one before", kind="link")
            link = one.link
            if str(one.pk) in noted:
                links[str(one.pk)] = link
        _compare(some, there, known, go, tally)
        done += len(some)
        if progress:
            progress(done, total)
    for pk, digest in noted.items():
        if links.get(pk) != digest:
            what = "it is gone or another one: it was noted outside the database"
            tally.add(f"fingerprint {pk}", what, kind="noted")
    return total, tally.found()


def _that_may_go() -> set[tuple[str, str]]:
    """Table and rule of rows that somebody may take away, digested before that was known."""
    return {(one.table, one.name) for one in triggers.kept() if not one.stays}


def _compare(
    some: Sequence[Fingerprint],
    there: dict[str, list[str]],
    known: dict[str, set[str]],
    go: set[tuple[str, str]],
    tally: Tally,
) -> None:
    groups: dict[tuple[str, str, str], list[Fingerprint]] = defaultdict(list)
    for one in some:
        groups[one.of, one.rule, one.columns].append(one)
    unless = {(one.table, one.name): one.unless for one in rules() if one.unless}
    for (table, rule, columns), prints in groups.items():
        names = columns.split()
        if lost := set(names) - set(there.get(table, ())):
            if still := lost & known.get(table, set()):  # else a later version has them no more
                what = f"not to be read: {', '.join(sorted(still))}"
                tally.add(f"{table} {prints[0].row}", what, kind=f"{table} unread")
            continue
        now, excused = _as_they_are(table, names, unless.get((table, rule), ""), prints)
        for one in prints:
            if one.row not in excused and (what := _otherwise(one, now, go)):
                kind = table if one.row in now else f"{table} gone"
                tally.add(f"{table} {one.row}", what, kind=kind)


def _as_they_are(
    table: str, names: Sequence[str], unless: str, prints: Sequence[Fingerprint]
) -> tuple[dict[int, str], set[int]]:
    """The rows as they are told now, and those that may have become another."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, {_told(names)}, {unless or 'FALSE'}"  # noqa: S608
            f" FROM {table} t WHERE t.id = ANY(%s)",
            [[one.row for one in prints]],
        )
        rows = cursor.fetchall()
    return {row: text for row, text, _may in rows}, {row for row, _text, may in rows if may}


def _otherwise(one: Fingerprint, now: dict[int, str], go: set[tuple[str, str]]) -> str:
    """What is wrong with the row, '' where nothing is. `now`: rows as they are told now."""
    if one.row not in now:
        return "" if (one.of, one.rule) in go else "the row is gone"
    return "" if _sha256(now[one.row]) == one.digest else "the row is another than it was"


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


def _known() -> dict[str, set[str]]:
    """The columns of each table that this version works with."""
    return {model._meta.db_table: {str(field.column) for field in model._meta.concrete_fields}
            for model in apps.get_models(include_auto_created=True)}  # fmt: skip


def _columns(*, told: bool = False) -> dict[str, list[str]]:
    """The columns of each table that can be told, in their order. `told`: of whatever stands under
    its name, and computed ones too, as the program would read them."""
    found: dict[str, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname::text, a.attname::text FROM pg_attribute a
                 JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
                WHERE c.relnamespace = 'public'::regnamespace
                  AND a.attnum > 0 AND NOT a.attisdropped AND y.typname <> ALL(%s)
                  AND (%s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                       OR c.relkind = 'r' AND a.attgenerated = '') ORDER BY 1, a.attnum""",
            [list(TOLD_OTHERWISE), told],
        )
        for table, column in cursor.fetchall():
            found[table].append(column)
    return found
