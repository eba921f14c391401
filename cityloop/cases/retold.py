"""What a case counts and when it was filed and closed, told again from its history alone.

A mark (cases/state.py) proves that columns are what the last line left. Who owns the database can
write a last line of their own that leaves what they like; but it cannot take back what the lines
before it say was done, and every figure that people are judged by is a sum over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from cityloop.cases import effects, lifecycle
from cityloop.cases.models import Case

AT_ONCE = 2_000  # cases


def _steps(*wanted: Callable[..., None]) -> list[str]:
    """The actions that have one of these effects."""
    return [step.action for step in lifecycle.STEPS if {*wanted} & {*step.effects}]


# Counted: the column, and the lines that each add one to it. `%s` takes actions.
BY_FACT = {"dispatches": "dispatch", "reworks": "rework", "extensions": "extension",
           "escalations": "escalation"}  # fmt: skip
BY_ACTION = {
    "returns": _steps(effects.note_return),
    "suspensions": _steps(effects.count_suspension),
    "deferrals": _steps(effects.count_deferral),
    "urges": _steps(effects.give_order),
    "proofs_refused": _steps(effects.note_proof_refused),
}
FILES = _steps(effects.freeze_limit)
ENDS = _steps(
    effects.close_normally, effects.close_by_force, effects.end_without_closing,
    effects.as_self_handled, effects.as_reminder,
)  # fmt: skip
REOPENS = _steps(effects.reopen_case)
NAMES = {
    "dispatches": "its number of dispatches", "reworks": "its number of reworks",
    "extensions": "its number of extensions", "escalations": "its number of escalations",
    "returns": "its number of returns", "suspensions": "its number of suspensions",
    "deferrals": "its number of deferrals", "urges": "its number of urges",
    "proofs_refused": "its number of refused proofs", "filed_at": "when it was filed",
    "closed_at": "when it ended", "handled_late": "that it was handled late",
    "late_clocks": "how many of its clocks ran out",
}  # fmt: skip
_FACTS = ", ".join(
    f"count(*) FILTER (WHERE facts ? '{fact}') AS {name}" for name, fact in BY_FACT.items()
)
_ACTIONS = ", ".join(f"count(*) FILTER (WHERE action = ANY(%s)) AS {name}" for name in BY_ACTION)
_LATE = """jsonb_path_query_array(facts, '$.clocks[*] ? (@.what == "late")')"""
# One statement a chunk: the counts, and the last line that filed, ended and reopened.
HISTORY = f"""
SELECT case_id, {_FACTS}, {_ACTIONS},
       max(at) FILTER (WHERE action = ANY(%s)) AS filed_at,
       max(at) FILTER (WHERE action = ANY(%s)) AS ended_at,
       max(version) FILTER (WHERE action = ANY(%s)) AS ended,
       max(version) FILTER (WHERE action = ANY(%s)) AS reopened,
       bool_or(facts @> '{{"on_time": false}}') AS was_late,
       sum(jsonb_array_length({_LATE})) AS late_clocks
  FROM cases_event WHERE case_id BETWEEN %s AND %s GROUP BY case_id
"""  # noqa: S608 (names of our own)
CASES = f"""
SELECT c.id, c.number, {", ".join(f"c.{name}" for name in (*BY_FACT, *BY_ACTION))},
       c.filed_at, c.closed_at, c.handled_late,
       count(t.id) FILTER (WHERE t.late) AS late_clocks,
       coalesce(bool_or(t.late AND t.kind = 'handling'), FALSE) AS late_with_a_unit
  FROM cases_case c LEFT JOIN cases_timer t ON t.case_id = c.id
 WHERE c.id BETWEEN %s AND %s GROUP BY c.id ORDER BY c.id
"""  # noqa: S608 (names of our own)
_ARGUMENTS: tuple[Any, ...] = (*BY_ACTION.values(), FILES, ENDS, ENDS, REOPENS)


def all_otherwise() -> Iterator[tuple[str, str]]:
    """(number, what) of the cases of which a figure is not what their history tells, by age."""
    ids = Case.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ids["first"] is None:
        return
    for first in range(ids["first"], ids["last"] + 1, AT_ONCE):
        yield from _otherwise(first, first + AT_ONCE - 1)


def _otherwise(first: int, last: int) -> Iterator[tuple[str, str]]:
    told = {row["case_id"]: row for row in _rows(HISTORY, (*_ARGUMENTS, first, last))}
    for case in _rows(CASES, (first, last)):
        if (history := told.get(case["id"])) is None:
            continue
        for name in _differing(case, history):
            yield case["number"], NAMES[name]
            break


def _differing(case: Mapping[str, Any], told: Mapping[str, Any]) -> Iterable[str]:
    for name in (*BY_FACT, *BY_ACTION, "filed_at", "late_clocks"):
        if case[name] != told[name]:
            yield name
    if case["closed_at"] != _ended(told):
        yield "closed_at"
    # By the steps that ended a unit's clock, or by the clock itself: late is never undone.
    if (told["was_late"] or case["late_with_a_unit"]) and not case["handled_late"]:
        yield "handled_late"


def _ended(told: Mapping[str, Any]) -> datetime | None:
    """When the case ended, as it stands: a later reopening takes it back."""
    if told["ended"] is None or (told["reopened"] or 0) > told["ended"]:
        return None
    ended: datetime = told["ended_at"]
    return ended


def _rows(statement: str, arguments: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        names = [column.name for column in cursor.description or ()]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))
