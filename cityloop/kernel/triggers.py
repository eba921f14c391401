"""The triggers that migrations put on tables, and which of them stand no more.

Who owns the tables can take a trigger off, alter a row and put it back; what was left off, disabled
or weakened at least is found. The history of cases has stricter proofs of its own (cases/locks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

from cityloop.kernel.manifest import Kept

Lock = tuple[str, str]  # (table, name)
_MADE = re.compile(
    r"CREATE\s+(?:CONSTRAINT\s+)?TRIGGER\s+(\w+)\s(?:(?!;|\bTRIGGER\b).)*?\bON\s+(\w+)"
    r"(?:(?!;|\bTRIGGER\b).)*?EXECUTE\s+(?:FUNCTION|PROCEDURE)\s+(\w+)"
    r"|DROP\s+TRIGGER\s+(?:IF\s+EXISTS\s+)?(\w+)\s+ON\s+(\w+)",
    re.DOTALL,
)
# As append_only.py writes them: no row changes at all, or columns of some rows do not.
_KEEPS = re.compile(
    r"CREATE TRIGGER (\w+) BEFORE UPDATE (?:OR DELETE )?ON (\w+) FOR EACH ROW\s+"
    r"(?:(EXECUTE)|WHEN \(\((.*?)\) AND \(((?:NEW\.\w+ IS DISTINCT FROM OLD\.\w+(?: OR )?)+)\)\))"
    r"|DROP TRIGGER (\w+) ON (\w+)"
)
# Triggers of these names stand for every row and column of their table: none has a condition.
_WHOLE = frozenset({"append_only", "no_delete", "no_truncate"})
# What a function that `append_only.refusal` made does: only that.
_REFUSES = (
    "\nBEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME"
    " USING ERRCODE = 'restrict_violation'; END "
)


def kept() -> list[Kept]:
    """What the triggers of append_only.py keep, as the migrations leave them; a row stays where one
    of them forbids that it goes."""
    never_go = {table for table, name in made() if name in ("append_only", "no_delete")}
    found: dict[Lock, Kept] = {}
    for text in _statements():
        for name, table, every, when, columns, dropped, of in _KEEPS.findall(text):
            if dropped:
                found.pop((of, dropped), None)
                continue
            names = tuple(re.findall(r"NEW\.(\w+) IS", columns))
            condition = "TRUE" if every else re.sub(r"\bOLD\.", "t.", when)
            found[table, name] = Kept(table, name, names, condition, table in never_go)
    # What speaks of the row to be (NEW) refuses a way from one state to another, not the state.
    return [one for one in found.values() if "NEW." not in one.when]


def made() -> dict[Lock, str]:
    """Every trigger that the migrations leave behind, and the function that it calls."""
    found: dict[Lock, str] = {}
    for text in _statements():
        for name, table, function, dropped, of in _MADE.findall(text):
            if dropped:
                found.pop((of, dropped), None)
            else:
                found[table, name] = function
    return found


def _statements() -> Iterator[str]:
    """The SQL of all migrations, in the order in which they are applied."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    order = (key for leaf in sorted(graph.leaf_nodes()) for key in graph.forwards_plan(leaf))
    for key in dict.fromkeys(order):
        migration = graph.nodes[key]
        for one in migration.operations if migration.__module__.startswith("cityloop.") else ():
            if isinstance(one, RunSQL):
                yield from [one.sql] if isinstance(one.sql, str) else map(str, one.sql)


def taken_off() -> list[Lock]:
    """Triggers of the migrations that are gone, disabled or let through what they refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgrelid::regclass::text, t.tgname, p.proname, p.prosrc,
                      t.tgqual IS NULL AND t.tgattr = ''
                 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"""
        )
        there = {(table, name): does for table, name, *does in cursor.fetchall()}
    return sorted(lock for lock, calls in made().items() if not _stands(lock, calls, there))


def _stands(lock: Lock, calls: str, there: Mapping[Lock, Sequence[Any]]) -> bool:
    if lock not in there:
        return False
    function, does, whole = there[lock]
    refuses = not calls.endswith("_append_only") or does == _REFUSES
    return function == calls and refuses and (whole or lock[1] not in _WHOLE)
