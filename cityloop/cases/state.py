"""What a case is behind a step: digests of its row, its clocks and its open tasks.

The last history line of every change carries them, under the line's own hash. So the history proves
not only what was done, but also every column that lists and figures are read from: one that was
changed past the life cycle no longer fits its line.

A mark is "edition:row:clocks:tasks". The edition says which columns were there; one that comes
later is left out for the lines before it (SINCE), so old lines stay provable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import orjson
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.db.models import (
    DateTimeField,
    DecimalField,
    Field,
    FloatField,
    Max,
    Min,
    Model,
    OuterRef,
    Subquery,
)

from cityloop.cases import chain
from cityloop.cases.models import Case, CaseEvent, Task, Timer
from cityloop.kernel.rows import columns_of, plain

AT_ONCE = 1_000  # cases
EDITION = 1
# (table, column): the edition that brought it, for columns that came after the first.
SINCE: Mapping[tuple[str, str], int] = {}
PARTS = ("its own columns", "its clocks", "its open tasks")
# Told by the line itself (version), or made of the others.
ROW_WITHOUT = ("version", "head", "search")
PART_WITHOUT = ("id", "case_id")

Value = Callable[[Any], Any]
Reading = tuple[tuple[str, Value | None], ...]


def mark(case: Case, timers: Iterable[Timer], tasks: Iterable[Task]) -> str:
    """The mark of a case as it stands in memory, about to be written."""
    return _mark(
        EDITION,
        vars(case),
        [vars(timer) for timer in timers],
        [vars(task) for task in tasks if task.closed_at is None],
    )


def first_unlike() -> tuple[str, str] | None:
    """(number, which part) of the first case that is not what its last line left; None: all are.

    Writers go on meanwhile: what seems unlike is read again with the case locked.
    """
    ids = Case.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ids["first"] is None:
        return None
    for first in range(ids["first"], ids["last"] + 1, AT_ONCE):
        for pk, _number, part in _unlike(range(first, first + AT_ONCE)):
            if part is None:
                continue
            with transaction.atomic():
                Case.objects.select_for_update().only("pk").get(pk=pk)
                for _pk, number, still in _unlike(range(pk, pk + 1)):
                    if still is not None:
                        return number, still
    return None


def _unlike(ids: range) -> Iterator[tuple[int, str, str | None]]:
    """(id, number, the part that does not fit its mark) of the cases with these ids."""
    clocks, tasks = _by_case(Timer, ids), _by_case(Task, ids, closed_at=None)
    names = tuple(name for name, _value in _reading(Case, EDITION))
    last = CaseEvent.objects.filter(case=OuterRef("pk"), version=OuterRef("version"))
    rows = Case.objects.filter(pk__range=(ids.start, ids.stop - 1)).order_by("pk")
    rows = rows.annotate(mark=Subquery(last.values("state")[:1]))
    for row in rows.values("pk", "mark", *names):
        pk, kept = row["pk"], row["mark"]
        part = kept and _differs(kept, row, clocks.get(pk, ()), tasks.get(pk, ()))
        yield pk, row["number"], part or None


def _differs(
    kept: str, row: Mapping[str, Any], clocks: Sequence[Any], tasks: Sequence[Any]
) -> str | None:
    """Which part of a stored case is another than its mark says; None where all fits."""
    now = _mark(int(kept.split(":", 1)[0]), row, clocks, tasks)
    pairs = zip(kept.split(":")[1:], now.split(":")[1:], PARTS, strict=True)
    return next((part for old, new, part in pairs if old != new), None)


def columns(model: type[Model], edition: int = EDITION) -> tuple[str, ...]:
    """The columns of a table that a mark of this edition covers."""
    without = ROW_WITHOUT if model is Case else PART_WITHOUT
    table = model._meta.db_table
    return tuple(
        name
        for name in columns_of(model, without=without)
        if SINCE.get((table, name), 1) <= edition
    )


def _by_case(model: type[Timer] | type[Task], ids: range, **only: Any) -> dict[int, list[Any]]:
    names = tuple(name for name, _value in _reading(model, EDITION))
    rows = model.objects.filter(case_id__gte=ids.start, case_id__lt=ids.stop, **only)
    found: dict[int, list[Any]] = {}
    for row in rows.values("case_id", *names):
        found.setdefault(row["case_id"], []).append(row)
    return found


def _mark(edition: int, row: Mapping[str, Any], clocks: Sequence[Any], tasks: Sequence[Any]) -> str:
    parts = (
        _text(row, _reading(Case, edition)),
        _texts(clocks, _reading(Timer, edition)),
        _texts(tasks, _reading(Task, edition)),
    )
    digests = (hashlib.blake2b(part, digest_size=16).hexdigest() for part in parts)
    return ":".join((str(edition), *digests))


def _text(row: Mapping[str, Any], reading: Reading) -> bytes:
    values = [
        value if read is None or value is None else read(value)
        for value, read in ((row.get(name), read) for name, read in reading)
    ]
    return orjson.dumps(values, default=plain, option=orjson.OPT_SORT_KEYS)


def _texts(rows: Sequence[Any], reading: Reading) -> bytes:
    """Of several rows, in no order: the database's is not that of memory."""
    return b"\n".join(sorted(_text(row, reading) for row in rows))


@lru_cache(maxsize=32)
def _reading(model: type[Model], edition: int) -> Reading:
    """How each column is told, so that memory and database say it alike."""
    by_column = {field.column: field for field in model._meta.concrete_fields}
    return tuple((name, _value(by_column[name])) for name in columns(model, edition))


def _value(field: Field[Any, Any]) -> Value | None:
    if isinstance(field, DateTimeField):
        return chain.instant
    if isinstance(field, DecimalField):
        step = Decimal(1).scaleb(-(field.decimal_places or 0))
        return lru_cache(maxsize=4096)(lambda value: _rounded(value, step))
    if isinstance(field, FloatField):
        return float
    return _shape if field.get_internal_type() == "PointField" else None


def _rounded(value: Any, step: Decimal) -> str:
    """As the database rounds what has more digits than the column."""
    return str(Decimal(str(value)).quantize(step, ROUND_HALF_UP))


def _shape(value: Any) -> str:
    text: str = value.hexewkb.decode() if isinstance(value, GEOSGeometry) else value
    return text.upper()
