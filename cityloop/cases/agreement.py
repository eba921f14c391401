# ruff: noqa: E501, S608 (a table of statements; nothing but constants is put into them)
"""Does a case say of itself what its history says? Unit, deadlines, lateness, the end.

The chain proves the history; figures are counted from the columns of cases and clocks. Each check
is one statement that finds, among some thousand cases, the first whose column is another than its
lines make it. Never all cases at once, and never by nested loops: right after a bulk load the database
knows no statistics yet, and would join everything with everything in square time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from cityloop.cases import effects, lifecycle
from cityloop.cases.models import FINAL, RecordType

# Lines that name a unit without giving it the case.
NAMED_ONLY = ("ask_assist", "give_notice")
AT_ONCE = 1_000  # cases
HANDLED = tuple(s.action for s in lifecycle.STEPS if effects.stop_handling_clock in s.effects)

_NOTES = """
WITH notes AS (
  SELECT e.case_id, e.version, e.action, n.place, n.note->>'clock' AS clock, n.note->>'what' AS what,
         (n.note->>'due')::timestamptz AS due
    FROM cases_event e
   CROSS JOIN LATERAL jsonb_array_elements(e.facts->'clocks') WITH ORDINALITY AS n(note, place)
   WHERE e.facts ? 'clocks' AND e.case_id BETWEEN %(first)s AND %(last)s)"""
_OF_THESE = " AND c.id BETWEEN %(first)s AND %(last)s ORDER BY c.number LIMIT 1"

CHECKS = (
    # (what does not agree, statement that gives the number of the first such case)
    ("the moment of its end", """
WITH ends AS (
  SELECT DISTINCT ON (case_id) case_id, at FROM cases_event
   WHERE case_id BETWEEN %(first)s AND %(last)s AND target = ANY(%(final)s) AND source <> target ORDER BY case_id, version DESC)
SELECT c.number FROM cases_case c LEFT JOIN ends ON ends.case_id = c.id
 WHERE c.closed_at IS DISTINCT FROM CASE WHEN c.status = ANY(%(final)s) THEN ends.at END"""),
    ("its unit", """
WITH units AS (
  SELECT DISTINCT ON (case_id) case_id, (facts->>'unit')::bigint AS unit FROM cases_event
   WHERE case_id BETWEEN %(first)s AND %(last)s AND facts ? 'unit' AND action <> ALL(%(named_only)s) ORDER BY case_id, version DESC)
SELECT c.number FROM cases_case c LEFT JOIN units ON units.case_id = c.id
 WHERE c.record_type <> %(reminder)s AND c.lead_id IS DISTINCT FROM units.unit"""),
    ("its deadline of handling", _NOTES + """, last AS (
  SELECT DISTINCT ON (case_id) case_id, due FROM notes
   WHERE clock = 'handling' AND due IS NOT NULL ORDER BY case_id, version DESC, place DESC)
SELECT c.number FROM cases_case c LEFT JOIN last ON last.case_id = c.id
 WHERE c.handling_due_at IS DISTINCT FROM last.due"""),
    ("whether it was handled late", _NOTES + """, late AS (
  SELECT case_id, bool_or(what = 'late') AS late FROM notes
   WHERE clock = 'handling' AND what IN ('met', 'late') AND action = ANY(%(handled)s)
   GROUP BY case_id)
SELECT c.number FROM cases_case c LEFT JOIN late ON late.case_id = c.id
 WHERE c.handled_late IS DISTINCT FROM late.late"""),
    ("the deadline of a clock", _NOTES + """, last AS (
  SELECT DISTINCT ON (case_id, clock) case_id, clock, due FROM notes
   WHERE due IS NOT NULL ORDER BY case_id, clock, version DESC, place DESC),
newest AS (
  SELECT DISTINCT ON (case_id, kind) case_id, kind, due_at FROM cases_timer
   WHERE case_id BETWEEN %(first)s AND %(last)s
   ORDER BY case_id, kind, id DESC)
SELECT c.number FROM newest JOIN cases_case c ON c.id = newest.case_id
  LEFT JOIN last ON last.case_id = newest.case_id AND last.clock = newest.kind
 WHERE newest.due_at IS DISTINCT FROM last.due"""),
    ("whether a clock was met", _NOTES + """, last AS (
  SELECT DISTINCT ON (case_id, clock) case_id, clock, what FROM notes
   WHERE what IN ('met', 'late', 'ended', 'started')
   ORDER BY case_id, clock, version DESC, place DESC),
newest AS (
  SELECT DISTINCT ON (case_id, kind) case_id, kind, late FROM cases_timer
   WHERE case_id BETWEEN %(first)s AND %(last)s
   ORDER BY case_id, kind, id DESC)
SELECT c.number FROM newest JOIN cases_case c ON c.id = newest.case_id
  LEFT JOIN last ON last.case_id = newest.case_id AND last.clock = newest.kind
 WHERE newest.late IS DISTINCT FROM CASE last.what WHEN 'late' THEN true WHEN 'met' THEN false END"""),
)  # fmt: skip


def first_disagreement() -> tuple[str, str] | None:
    """(number of the case, what its history says otherwise); None where all agree."""
    values: dict[str, Any] = {
        "final": [str(status) for status in FINAL], "named_only": list(NAMED_ONLY),
        "handled": list(HANDLED), "reminder": str(RecordType.REMINDER),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor, _hashing(cursor):
        for first, last in _stretches(cursor):
            of_these = {**values, "first": first, "last": last}
            for what, statement in CHECKS:
                cursor.execute(f"{statement}{_OF_THESE}", of_these)
                if row := cursor.fetchone():
                    return row[0], what
    return None


@contextmanager
def _hashing(cursor: Any) -> Iterator[None]:
    """Joins by hashing only; only here, for what comes later in the transaction plans as ever."""
    cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
    yield
    cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")


def _stretches(cursor: Any) -> Iterator[tuple[int, int]]:
    """First and last id of every so many cases."""
    last = 0
    while True:
        cursor.execute(
            """SELECT min(id), max(id) FROM (
                 SELECT id FROM cases_case WHERE id > %s ORDER BY id LIMIT %s) AS these""",
            [last, AT_ONCE],
        )
        first, upto = cursor.fetchone()
        if first is None:
            return
        yield first, upto
        last = upto
