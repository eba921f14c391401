"""Many rows of several tables in one statement and one round trip.

The ORM spends more time on one INSERT than the database does on all rows of a step. Here the rows
travel as JSON, the database turns them into typed rows, and one statement writes them all: with one
case or with five thousand.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from django.contrib.gis.geos import GEOSGeometry
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState
from psycopg import RawCursor

_NUMBERED = re.compile(r"\$\d+")
Row = dict[str, Any]
Model = TypeVar("Model", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for one table.

    `columns` are written from the rows' keys of the same name; others take their defaults.
    With `match` the rows update those that agree in these columns, else they are inserted.
    `skip_conflicts` leaves out rows that a unique constraint refuses. With `base` a row may leave
    out what is that model's default (`own_values`): of a new case that is most of it.
    """

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    match: tuple[str, ...] = ()
    skip_conflicts: bool = False
    base: type[models.Model] | None = None


@dataclass(frozen=True, slots=True)
class First:
    """A function that the statement calls before it writes: it raises where nothing may be written.

    `call`: the function with %s for each of the `values`.
    """

    call: str
    values: tuple[str, ...]


def write(parts: Iterable[Rows], *, first: First | None = None) -> list[int]:
    """Write all parts in one statement; returns how many rows each part wrote.

    All or nothing, also outside a transaction. Table and column names come from code, never from
    input. Raises django.db.DatabaseError when a constraint refuses.
    """
    filled = [part for part in parts if part.rows]
    if not filled:
        return []
    shape = tuple((p.table, p.columns, p.match, p.skip_conflicts, p.base) for p in filled)
    values = [orjson.dumps(part.rows, default=plain).decode() for part in filled]
    if first is None:
        return list(all_rows(_statement(shape), values)[0])
    return list(all_rows(_statement(shape, first.call), [*values, *first.values])[0][1:])


def all_rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement, in which $1, $2 ... stand for the values in order, and return its rows.

    A raw cursor has no placeholders to look for, which in long statements takes longer than to
    send them. Past Django's cursor, whose layers cost as much as the driver; not when somebody
    listens to the statements (tests that count them). Errors are Django's own.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.execute_wrappers or wrapper.queries_logged:
        with wrapper.cursor() as cursor:
            cursor.execute(_NUMBERED.sub("%s", sql.replace("%", "%%")), values)
            return list(cursor.fetchall())
    wrapper.validate_no_broken_transaction()
    wrapper.ensure_connection()
    with wrapper.wrap_database_errors:
        return RawCursor(wrapper.connection).execute(sql, values, prepare=True).fetchall()


def columns_of(model: type[models.Model], *, without: Iterable[str] = ()) -> tuple[str, ...]:
    """The concrete, writable columns of a model, generated ones left out."""
    left_out = set(without)
    return tuple(
        field.column
        for field in model._meta.concrete_fields
        if field.column and field.column not in left_out and not field.generated
    )


def fresh(model: type[Model], **values: Any) -> Model:
    """A new instance with the model's defaults, `values` by column name.

    Django's constructor takes ten times as long, and a step makes several instances.
    """
    constants, makers = _defaults(model)
    instance = model.__new__(model)
    instance.__dict__ = held = {"_state": ModelState(), **constants, **values}
    for column, make in makers:
        if column not in held:
            held[column] = make()
    return instance


@lru_cache(maxsize=64)
def _defaults(
    model: type[models.Model],
) -> tuple[Row, tuple[tuple[str, Callable[[], Any]], ...]]:
    """The columns' default values, and the makers of those that are made anew (lists)."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    made = {f.attname: f.default for f in fields if f.has_default() and callable(f.default)}
    constants = {f.attname: f.get_default() for f in fields if f.attname not in made}
    return constants, tuple(made.items())


def row_of(instance: models.Model, columns: Sequence[str]) -> Row:
    """An instance as a row."""
    values = instance.__dict__
    return {column: values.get(column) for column in columns}


def own_values(instance: models.Model, columns: Sequence[str]) -> Row:
    """An instance as a row without what is its model's default."""
    usual, values = _usual(type(instance)), instance.__dict__
    return {
        column: value
        for column in columns
        if (value := values.get(column)) is not usual[column] and value != usual[column]
    }


@lru_cache(maxsize=64)
def _usual(model: type[models.Model]) -> Row:
    constants, makers = _defaults(model)
    return {**constants, **{column: make() for column, make in makers}}


@lru_cache(maxsize=128)
def _statement(
    shape: tuple[
        tuple[str, tuple[str, ...], tuple[str, ...], bool, type[models.Model] | None], ...
    ],
    first: str = "",
) -> str:
    parts, counts = [], []
    if first:  # the first column is computed first, and the parts are run when they are counted
        marks = (f"${len(shape) + n + 1}" for n in range(first.count("%s")))
        counts.append(f"(SELECT {first % tuple(marks)})")
    for index, (table, columns, match, skip, base) in enumerate(shape):
        first = _first_row(table, base) if base else f"NULL::{table}"
        source = f"jsonb_populate_recordset({first}, ${index + 1}::jsonb) AS r"
        write_one = (
            _update(table, columns, match, source)
            if match
            else _insert(table, columns, source, skip)
        )
        parts.append(f"w{index} AS ({write_one} RETURNING 1)")
        counts.append(f"(SELECT count(*) FROM w{index})")  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"


def _first_row(table: str, base: type[models.Model]) -> str:
    """The defaults as a row; a constant, so it is read when the statement is planned."""
    text = orjson.dumps(_usual(base), default=plain).decode().replace("'", "''")
    return f"jsonb_populate_record(NULL::{table}, '{text}'::jsonb)"


# Below, as above, tables and columns come from our models, values only as parameters (S608).
def _insert(table: str, columns: tuple[str, ...], source: str, skip: bool) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'r."{name}"' for name in columns)
    tail = " ON CONFLICT DO NOTHING" if skip else ""
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}{tail}"  # noqa: S608


def _update(table: str, columns: tuple[str, ...], match: tuple[str, ...], source: str) -> str:
    sets = ", ".join(f'"{name}" = r."{name}"' for name in columns if name not in match)
    where = " AND ".join(f't."{name}" = r."{name}"' for name in match)
    return f"UPDATE {table} t SET {sets} FROM {source} WHERE {where}"  # noqa: S608


def plain(value: Any) -> Any:
    """A value that JSON does not know, as the database reads it."""
    if isinstance(value, GEOSGeometry):
        return value.hexewkb.decode()
    if isinstance(value, models.Model):
        return value.pk
    return str(value)  # Decimal and lazy texts


def ewkb(lon: float, lat: float) -> str:
    """A point in WGS 84 as the database takes it; becomes a GEOS point when somebody reads it."""
    return struct.pack("<BIIdd", 1, 0x20000001, 4326, lon, lat).hex()
