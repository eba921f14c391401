"""The bulk path against COPY of the same rows."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from bench.frame import Figure, note

if TYPE_CHECKING:
    from cityloop.cases.tests import world as worlds

TABLES = ("cases_case", "cases_event", "cases_timer", "cases_task")


def measure(world: worlds.World, *, count: int = 4000) -> None:
    """Cases of five lines through guards, effects, chain and writer; then their rows by COPY."""
    from cityloop.cases import bulk, operations
    from cityloop.standards import queries as standards

    calendar, now = standards.work_calendar(), datetime.now(UTC)
    first = _highest()
    began = time.perf_counter()
    for start in range(0, count, bulk.BATCH):
        ids = operations.next_case_ids(min(bulk.BATCH, count - start))
        bulk.write(
            bulk.walk(world.new(imported=True), _steps(world, now - timedelta(days=9, minutes=n)),
                      case_id=n, recorded_at=now, working_time=calendar)
            for n in ids
        )  # fmt: skip
    took = time.perf_counter() - began
    copied = _copy(first)
    note(Figure("bulk path, cases of five steps", count / took, "cases/s",
                "COPY of the same rows", count / copied))  # fmt: skip


def _steps(world, at):  # type: ignore[no-untyped-def]
    from cityloop.cases.bulk import PastStep

    minute = timedelta(minutes=1)
    return [
        PastStep("report", at),
        PastStep("accept", at + minute),
        PastStep("file", at + 2 * minute, inputs={"filing_rule": world.rule}),
        PastStep("dispatch", at + 3 * minute, inputs={"unit": world.units["water"]}),
        PastStep("receive", at + 4 * minute),
    ]


def _highest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM cases_case")
        return int(cursor.fetchone()[0])


def _copy(first: int) -> float:
    """Seconds that COPY takes for the same rows into tables of the same shape and indexes."""
    raw = connection.connection
    took = 0.0
    with raw.cursor() as cursor:
        for table in TABLES:
            key = "id" if table == "cases_case" else "case_id"
            cursor.execute(f"CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)")
            names = _columns(cursor, table)
            query = f"SELECT {names} FROM {table} WHERE {key} > {first}"
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as out:
                data = b"".join(bytes(part) for part in out)
            began = time.perf_counter()
            with cursor.copy(f"COPY copy_{table} ({names}) FROM STDIN (FORMAT binary)") as into:
                into.write(data)
            took += time.perf_counter() - began
            cursor.execute(f"DROP TABLE copy_{table}")
    return took


def _columns(cursor, table: str) -> str:  # type: ignore[no-untyped-def]
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    return str(cursor.fetchone()[0])
