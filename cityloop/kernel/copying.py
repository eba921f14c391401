"""Many rows by COPY: a third of the database's work of a statement with JSON, for imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from django.db import connection, transaction

from cityloop.kernel.rows import Rows, plain

Cell = Callable[[Any], str]
NULL = "\\N"


def copy(parts: Iterable[Rows]) -> None:
    """Insert all parts, one COPY each in the order given; all of it or nothing.

    Parts that update or skip conflicts go another way: rows.write. Raises DatabaseError.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for part in filter(lambda one: one.rows, parts):
            if part.match or part.skip_conflicts:
                raise ValueError(f"COPY only inserts; {part.table} wants more")
            names = ", ".join(f'"{name}"' for name in part.columns)
            text = text_of(part, _cells(part.table, part.columns))
            command = f"COPY {part.table} ({names}) FROM STDIN"
            # Django does not look into copy() by itself.
            with connection.wrap_database_errors, cursor.copy(command) as stream:
                stream.write(text)


def text_of(part: Rows, cells: Sequence[Cell]) -> str:
    """The rows as COPY reads them, made column by column: most columns say one thing throughout."""
    columns = zip(*map(itemgetter(*part.columns), part.rows), strict=True)
    texts = [_column(values, cell) for values, cell in zip(columns, cells, strict=True)]
    return "\n".join(map("\t".join, zip(*texts, strict=True))) + "\n"


def _column(values: tuple[Any, ...], cell: Cell) -> Sequence[str]:
    first = values[0]
    # What is equal means the same, but inside JSON: there 1, 1.0 and true are three things.
    if (cell is not _json or first is None or first == {}) and values.count(first) == len(values):
        return [NULL if first is None else cell(first)] * len(values)
    if cell is _text and _plain_texts(values):
        return values
    if None not in values:
        return list(map(cell, values))
    return [NULL if value is None else cell(value) for value in values]


def _plain_texts(values: tuple[Any, ...]) -> bool:
    """True for a column of texts in which nothing is to be escaped: looked at all together."""
    try:
        text = "".join(values)
    except TypeError:  # something else than text among them
        return False
    return "\\" not in text and text.isprintable()


@lru_cache(maxsize=64)
def _cells(table: str, columns: tuple[str, ...]) -> tuple[Cell, ...]:
    """How each column is written, by its type in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT attname, atttypid::regtype::text FROM pg_attribute
               WHERE attrelid = %s::regclass AND attnum > 0""",
            [table],
        )
        kinds = dict(cursor.fetchall())
    return tuple(_cell(kinds[name]) for name in columns)


def _cell(kind: str) -> Cell:
    if kind.endswith("[]"):
        return _array
    return BY_TYPE.get(kind, str)


def _text(value: Any) -> str:
    return _escaped(value) if type(value) is str else _escaped(str(value))


@lru_cache(maxsize=16384)  # most are codes, which stand in thousands of rows
def _escaped(text: str) -> str:
    if "\\" in text or not text.isprintable():
        text = text.replace("\\", "\\\\").replace("\n", "\\n")
        text = text.replace("\t", "\\t").replace("\r", "\\r")
    return text


def _json(value: Any) -> str:
    return orjson.dumps(value, default=plain).decode().replace("\\", "\\\\")


def _array(values: Sequence[Any]) -> str:
    """An array of numbers or texts."""
    if not values:
        return "{}"
    quoted = ('"' + str(v).replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return _text("{" + ",".join(quoted) + "}")


@lru_cache(maxsize=4096)  # one moment stands in many cells
def _moment(value: datetime) -> str:
    return orjson.dumps(value.astimezone(UTC))[1:-1].decode()  # a third of isoformat()'s time


def _truth(value: Any) -> str:
    return "t" if value else "f"


BY_TYPE: dict[str, Cell] = {
    "text": _text,
    "character varying": _text,
    "jsonb": _json,
    "timestamp with time zone": _moment,
    "boolean": _truth,
    "geometry": plain,
}
