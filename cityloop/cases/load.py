"""Reading a case to change it: the row locked, its clocks and open tasks, without the ORM's cost.

A step is read and written hundreds of times a second; building these three queries anew each time
costs more than the database's work on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from cityloop.cases import flow as flows
from cityloop.cases.models import Case, Task, Timer
from cityloop.kernel.rows import columns_of

UNREAD = frozenset({"search"})
COLUMNS = tuple(name for name in columns_of(Case) if name not in UNREAD)
JSON = tuple(
    str(f.column) for f in Case._meta.concrete_fields if f.get_internal_type() == "JSONField"
)
TIMER, TASK = columns_of(Timer), (*columns_of(Task, without=("asked",)), "asked")

# Whoever waited for the lock sees the case as it is now, but all that is joined to it as it was
# before they waited: so only the flow, which a case keeps, is read along.
CASE_SQL = f"""SELECT {", ".join(f'c."{name}"' for name in COLUMNS)}, f.parameters
FROM cases_case c JOIN cases_flow f ON f.id = c.flow_id
WHERE c.number = %s FOR UPDATE OF c"""  # noqa: S608 (column names of the model)
# The last line and the class, and with them a row for each clock; one row without clocks.
TIMER_SQL = f"""SELECT {", ".join(f"t.{name}" for name in TIMER)}, k.second_eye, e.state, e.at
FROM cases_case c LEFT JOIN cases_timer t ON t.case_id = c.id
LEFT JOIN standards_problemclass k ON k.id = c.problem_class_id
LEFT JOIN cases_event e ON e.case_id = c.id AND e.version = c.version
WHERE c.id = %s ORDER BY t.id"""  # noqa: S608 (the same)
TASK_SQL = f"""SELECT {", ".join(TASK)} FROM cases_task
WHERE case_id = %s AND closed_at IS NULL ORDER BY id"""  # noqa: S608 (the same)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case as a step finds it; `second_eye` is what its class asks for, `mark` what its last
    line says of it (cases/state.py)."""

    case: Case
    timers: list[Timer]
    tasks: list[Task]
    parameters: flows.Parameters
    second_eye: bool
    mark: str = ""
    told: datetime | None = None  # when its last line was; None: it has none of its version


def locked(number: str) -> Dossier | None:
    """The case with this number, locked until the transaction ends; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(CASE_SQL, [number])
        row = cursor.fetchone()
        if row is None:
            return None
        values = dict(zip(COLUMNS, row, strict=False))
        values |= {name: _parsed(values[name]) for name in JSON}
        case = Case.from_db("default", COLUMNS, list(values.values()))
        cursor.execute(TIMER_SQL, [case.pk])
        rows = cursor.fetchall()
        timers = [Timer.from_db("default", TIMER, one[:-3]) for one in rows if one[0] is not None]
        cursor.execute(TASK_SQL, [case.pk])
        tasks = [Task.from_db("default", TASK, (*one[:-1], _parsed(one[-1])))
                 for one in cursor.fetchall()]  # fmt: skip
    parameters = flows.parameters(_parsed(row[-1]), case.area_code)
    second_eye, mark, told = rows[0][-3:]
    return Dossier(case, timers, tasks, parameters, second_eye is not False, mark or "", told)


def _parsed(stored: Any) -> Any:
    """Django's connection hands jsonb over as text."""
    return orjson.loads(stored) if isinstance(stored, str | bytes) else stored
