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
from cityloop.cases.models import FINAL

AT_ONCE = 1_000  # cases


def _with(*names: str) -> list[str]:
    """The actions of the life cycle that have one of these effects."""
    wanted = {getattr(effects, name) for name in names}
    return [step.action for step in lifecycle.STEPS if wanted & set(step.effects)]


HANDLED = _with("stop_handling_clock")
GIVEN = _with("note_dispatch", "note_substitution")
REMINDED = _with("name_reminded_unit")

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
   WHERE case_id BETWEEN %(first)s AND %(last)s AND target = ANY(%(final)s) AND source <> target
   ORDER BY case_id, version DESC)
SELECT c.number FROM cases_case c LEFT JOIN ends ON ends.case_id = c.id
 WHERE c.closed_at IS DISTINCT FROM CASE WHEN c.status = ANY(%(final)s) THEN ends.at END"""),
    ("its unit", """
WITH units AS (
  SELECT DISTINCT ON (case_id) case_id,
         (facts->>CASE WHEN action = ANY(%(reminded)s) THEN 'addressee' ELSE 'unit' END)::bigint
           AS unit
    FROM cases_event
   WHERE case_id BETWEEN %(first)s AND %(last)s
     AND (facts ? 'unit' AND action = ANY(%(given)s)
          OR facts ? 'addressee' AND action = ANY(%(reminded)s))
   ORDER BY case_id, version DESC)
SELECT c.number FROM cases_case c LEFT JOIN units ON units.case_id = c.id
 WHERE c.lead_id IS DISTINCT FROM units.unit"""),
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
SELECT c.number FROM newest
  FULL JOIN last ON last.case_id = newest.case_id AND last.clock = newest.kind
  JOIN cases_case c ON c.id = coalesce(newest.case_id, last.case_id)
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


# Columns that steps with certain effects set to their moment, and those that they count.
MOMENTS = {
    "accepted_at": _with("note_acceptance"),
    "filed_at": _with("freeze_limit"),
    "dispatched_at": _with("note_dispatch", "note_substitution"),
    "handled_at": _with("stop_handling_clock", "note_fixed_meanwhile"),
    "checked_at": _with("start_closing_clock"),
}
COUNTED = {
    "dispatches": _with("note_dispatch"), "returns": _with("note_return"),
    "urges": _with("give_order"),
    "escalations": _with("raise_level"), "extensions": _with("extend_limit"),
    "suspensions": _with("count_suspension"), "deferrals": _with("count_deferral"),
}  # fmt: skip
# What kind of record it is and how it was closed follow from the steps that say so.
KINDS = {
    "reports": _with("count_report"), "quick": _with("as_quick_report"),
    "self_handled": _with("as_self_handled"), "reminder": _with("as_reminder"),
    "normal": _with("close_normally"), "forced": _with("close_by_force"),
    "ends": _with("as_self_handled", "as_reminder", "close_normally", "close_by_force",
                  "reopen_case"),
}  # fmt: skip


def _of_lines() -> str:
    """The statement that compares these columns with what the lines of the case add up to."""
    last = "(array_agg(action ORDER BY version DESC) FILTER (WHERE action = ANY(%(ends)s)))[1]"
    told = {
        "reports": "1 + count(*) FILTER (WHERE action = ANY(%(reports)s))",
        "reported_at": "(array_agg(at ORDER BY version))[1]",
        "closing_kind": f"""CASE WHEN {last} = ANY(%(normal)s) THEN 'normal'
            WHEN {last} = ANY(%(forced)s) THEN 'forced'
            WHEN {last} = ANY(%(self_handled)s) THEN 'self_handled'
            WHEN {last} = ANY(%(reminder)s) THEN 'reminder' ELSE '' END""",
        "record_type": """CASE WHEN bool_or(action = ANY(%(reminder)s)) THEN 'reminder'
            WHEN bool_or(action = ANY(%(self_handled)s)) THEN 'self_handled'
            WHEN bool_or(action = ANY(%(quick)s)) THEN 'quick' ELSE 'case' END""",
        "reworks": "count(*) FILTER (WHERE facts ? 'rework')",  # a leader may send back further
    }
    told |= {name: f"count(*) FILTER (WHERE action = ANY(%({name})s))" for name in COUNTED}
    told |= {
        name: f"(array_agg(at ORDER BY version DESC) FILTER (WHERE action = ANY(%({name})s)))[1]"
        for name in MOMENTS
    }
    sums = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
    which = " ".join(f"WHEN c.{name} IS DISTINCT FROM told.{name} THEN '{name}'" for name in told)
    differs = " OR ".join(f"c.{name} IS DISTINCT FROM told.{name}" for name in told)
    return f"""
WITH told AS (
  SELECT case_id, {sums} FROM cases_event
   WHERE case_id BETWEEN %(first)s AND %(last)s GROUP BY case_id)
SELECT c.number, CASE {which} END FROM cases_case c JOIN told ON told.case_id = c.id
 WHERE ({differs})"""


def first_disagreement() -> tuple[str, str] | None:
    """(number of the case, what its history says otherwise); None where all agree."""
    values: dict[str, Any] = {
        "final": [str(status) for status in FINAL], "given": GIVEN,
        "reminded": REMINDED,
        "handled": HANDLED, **MOMENTS, **COUNTED, **KINDS,
    }  # fmt: skip
    sums = f"{_of_lines()}{_OF_THESE}"
    with transaction.atomic(), connection.cursor() as cursor, _hashing(cursor):
        for first, last in _stretches(cursor):
            of_these = {**values, "first": first, "last": last}
            cursor.execute(sums, of_these)
            if row := cursor.fetchone():
                return row[0], row[1]
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
