"""What a case is behind a step: digests of its row, its clocks and its tasks.

The last history line of every change carries them, under the line's own hash. So the history proves
not only what was done, but also every column that lists and figures are read from: one that was
changed past the life cycle no longer fits its line.

A mark is "edition:row:clocks:open tasks:closed tasks". The edition says which columns were there;
one that comes later is left out for the lines before it (SINCE), so old lines stay provable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

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

from cityloop.cases.models import Case, CaseEvent, Task, Timer
from cityloop.kernel.rows import columns_of, plain

AT_ONCE = 1_000  # cases
EDITION = 2
# (table, column): the edition that brought it, for columns that came after the first.
SINCE: Mapping[tuple[str, str], int] = {
    ("cases_timer", "organisation_id"): 2,
    ("cases_timer", "appeal"): 2,
    ("cases_case", "joined_public"): 2,
    ("cases_case", "reported_again_at"): 2,
}
PARTS = ("its own columns", "its clocks", "its open tasks", "its closed tasks")
ALTERED = ("case", "clocks", "tasks")  # the first three of them, as a history line names them
NEW = "new"  # the mark of a case before its first line
UNKNOWN = "-"  # closed tasks of a case that is older than marks
# Told by the line itself (version), or made of the others.
ROW_WITHOUT = ("version", "head", "search")
PART_WITHOUT = ("id", "case_id")

Value = Callable[[Any], Any]


class Reading(NamedTuple):
    """The columns of a table, their values at once; which are told in UTC, and which in another
    way, by place."""

    names: tuple[str, ...]
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    moments: tuple[int, ...]
    told: tuple[tuple[int, Value], ...]


def mark(case: Case, timers: Iterable[Timer], tasks: Sequence[Task], before: str) -> str:
    """The mark of a case as it stands in memory, about to be written; clocks and tasks by age.

    `before`: the mark it was read with; of closed tasks only those closed since are at hand.
    """
    return _mark(
        EDITION,
        vars(case),
        [vars(timer) for timer in timers],
        [vars(task) for task in tasks],
        closed=_closed_before(before),
    )


def edition_of(kept: str) -> int | None:
    """The edition of a line's mark; None of a line without one. Raises ValueError on no mark."""
    if not kept:
        return None
    edition, *parts = kept.split(":")
    if len(parts) != len(PARTS) or not 1 <= int(edition) <= EDITION:
        raise ValueError(kept[:80])
    return int(edition)


def unmarked(case_id: int) -> bool:
    """Whether earlier lines of a case carry a mark: then its last one without has lost it."""
    return CaseEvent.objects.filter(case=case_id).exclude(state="").exists()


def altered(kept: str, case: Case, timers: Iterable[Timer], tasks: Iterable[Task]) -> list[str]:
    """The parts (of ALTERED) of a case, read to be changed, that are not what its last line left.

    `kept`: the mark of that line; '' of lines from before there were marks, which tell nothing.
    Closed tasks are not at hand here; their sum goes on from line to line, so the proof finds them.
    """
    if not kept:
        return [ALTERED[0]] if unmarked(case.pk) else []
    try:
        edition = edition_of(kept) or EDITION
    except ValueError:
        return [ALTERED[0]]
    clocks, open_tasks = [vars(one) for one in timers], [vars(one) for one in tasks]
    now = _mark(edition, vars(case), clocks, open_tasks)
    pairs = zip(ALTERED, kept.split(":")[1:], now.split(":")[1:], strict=False)
    return [part for part, old, new in pairs if old not in (new, UNKNOWN)]


def _closed_before(before: str) -> int | None:
    """The sum over the tasks closed earlier; None where nobody kept it."""
    if before == NEW:
        return 0
    kept = before.split(":")
    return int(kept[4], 16) if len(kept) > 4 and kept[4] != UNKNOWN else None


def all_unlike() -> Iterator[tuple[str, str]]:
    """(number, which part) of the cases that are not what their last line left, by age.

    Writers go on meanwhile: what seems unlike is read again with the case locked.
    """
    ids = Case.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ids["first"] is None:
        return
    for first in range(ids["first"], ids["last"] + 1, AT_ONCE):
        for pk, number, part in _unlike(range(first, first + AT_ONCE)):
            if part is not None and (still := _still_unlike(pk)) is not None:
                yield number, still


def unlike(case: Case) -> bool:
    """Whether a case, its clocks or its tasks are another thing than its last line left."""
    ((_pk, _number, part),) = _unlike(range(case.pk, case.pk + 1))
    return part is not None and _still_unlike(case.pk) is not None


def _still_unlike(pk: int) -> str | None:
    with transaction.atomic():
        Case.objects.select_for_update().only("pk").get(pk=pk)
        return next((part for _pk, _number, part in _unlike(range(pk, pk + 1))), None)


def _unlike(ids: range) -> Iterator[tuple[int, str, str | None]]:
    """(id, number, the part that does not fit its mark) of the cases with these ids."""
    clocks, tasks = _by_case(Timer, ids), _by_case(Task, ids)
    names = _reading(Case, EDITION).names
    last = CaseEvent.objects.filter(case=OuterRef("pk"), version=OuterRef("version"))
    rows = Case.objects.filter(pk__range=(ids.start, ids.stop - 1)).order_by("pk")
    rows = rows.annotate(mark=Subquery(last.values("state")[:1]))
    for row in rows.values("pk", "mark", *names):
        pk, kept = row["pk"], row["mark"]
        if kept:
            yield pk, row["number"], _differs(kept, row, clocks.get(pk, ()), tasks.get(pk, ()))
        else:
            yield pk, row["number"], PARTS[0] if unmarked(pk) else None


def _differs(
    kept: str, row: Mapping[str, Any], clocks: Sequence[Any], tasks: Sequence[Any]
) -> str | None:
    """Which part of a stored case is another than its mark says; None where all fits."""
    try:
        now = _mark(edition_of(kept) or EDITION, row, clocks, tasks)
    except ValueError:
        return PARTS[0]
    pairs = zip(kept.split(":")[1:], now.split(":")[1:], PARTS, strict=True)
    return next((part for old, new, part in pairs if old not in (new, UNKNOWN)), None)


def columns(model: type[Model], edition: int = EDITION) -> tuple[str, ...]:
    """The columns of a table that a mark of this edition covers."""
    without = ROW_WITHOUT if model is Case else PART_WITHOUT
    table = model._meta.db_table
    return tuple(
        name
        for name in columns_of(model, without=without)
        if SINCE.get((table, name), 1) <= edition
    )


def _by_case(model: type[Timer] | type[Task], ids: range) -> dict[int, list[Any]]:
    names = _reading(model, EDITION).names
    rows = model.objects.filter(case_id__gte=ids.start, case_id__lt=ids.stop)
    found: dict[int, list[Any]] = {}
    for row in rows.values("case_id", *names).order_by("id"):  # the order in which they were made
        found.setdefault(row["case_id"], []).append(row)
    return found


def _mark(
    edition: int,
    row: Mapping[str, Any],
    clocks: Sequence[Any],
    tasks: Sequence[Any],
    *,
    closed: int | None = 0,
) -> str:
    reading = _reading(Task, edition)
    parts = (
        _told(row, _reading(Case, edition)),
        [_told(one, _reading(Timer, edition)) for one in clocks],
        [_told(one, reading) for one in tasks if one["closed_at"] is None],
    )
    done = [_told(one, reading) for one in tasks if one["closed_at"] is not None]
    digests = [_digest(part) for part in parts]
    return f"{edition}:{digests[0]}:{digests[1]}:{digests[2]}:{_sum(closed, done)}"


def _sum(closed: int | None, done: list[list[Any]]) -> str:
    """Of closed tasks, a sum: one more is added without reading those that were there."""
    if closed is None:
        return UNKNOWN
    return f"{(closed + sum(int(_digest(one), 16) for one in done)) % 2**128:x}"


def _digest(part: list[Any]) -> str:
    if not part:
        return ""
    text = orjson.dumps(part, default=plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _told(row: Mapping[str, Any], reading: Reading) -> list[Any]:
    values = list(reading.values(row))
    for place in reading.moments:
        value = values[place]
        if value is not None and value.tzinfo is not UTC:
            values[place] = value.astimezone(UTC)
    for place, read in reading.told:
        value = values[place]
        if value is not None:
            values[place] = read(value)
    return values


@lru_cache(maxsize=32)
def _reading(model: type[Model], edition: int) -> Reading:
    """How the columns are told, so that memory and database say them alike."""
    names = columns(model, edition)
    by_column = {field.column: field for field in model._meta.concrete_fields}
    fields = [(place, by_column[name]) for place, name in enumerate(names)]
    told = ((place, _value(field)) for place, field in fields)
    return Reading(
        names,
        itemgetter(*names),
        tuple(place for place, field in fields if isinstance(field, DateTimeField)),
        tuple((place, read) for place, read in told if read is not None),
    )


def _value(field: Field[Any, Any]) -> Value | None:
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
