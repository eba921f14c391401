"""Keyset paging: constant cost on every page, stable while rows are added."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, IntegerField, Model, Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.kernel.errors import Invalid

T = TypeVar("T", bound=Model)
MAX_SIZE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page; `next` is the cursor of the following one, None at the end."""

    items: list[T]
    next: str | None


def page(
    rows: QuerySet[T], *, order: Sequence[str], cursor: str | None = None, size: int = 50
) -> Page[T]:
    """One page of rows in `order` (field names, '-' for descending; the last must be unique).

    NULLs sort last in either direction. Raises Invalid on a cursor that this list did not give.
    """
    size = max(1, min(size, MAX_SIZE))
    loose = {name for name in order if _may_be_null(rows.model, name.lstrip("-"))}
    if cursor:
        rows = rows.filter(_after(order, _decode(cursor, order, rows.model), loose))
    found = list(rows.order_by(*(_expression(name, loose) for name in order))[: size + 1])
    following = _encode(found[size - 1], order) if len(found) > size else None
    return Page(found[:size], following)


def _may_be_null(model: type[Model], name: str) -> bool:
    try:
        return bool(getattr(model._meta.get_field(name), "null", True))
    except FieldDoesNotExist:  # an annotation
        return True


def _expression(name: str, loose: Set[str]) -> Any:
    """The order of one field. NULLS LAST is said only where there may be NULLs (`loose`): an index
    on a falling column serves the plain order, but not that one."""
    field, last = F(name.lstrip("-")), True if name in loose else None
    return field.desc(nulls_last=last) if name.startswith("-") else field.asc(nulls_last=last)


def listed(
    rows: QuerySet[T],
    out: Callable[[T], dict[str, Any]],
    *,
    order: Sequence[str],
    cursor: str | None,
    size: int,
) -> dict[str, Any]:
    """A page as the API answers it: each row as `out` writes it, and the cursor of the next."""
    found = page(rows, order=order, cursor=cursor, size=size)
    return {"items": [out(row) for row in found.items], "next": found.next}


def _after(order: Sequence[str], values: Sequence[Any], loose: Set[str]) -> Q:
    """Rows behind the one with these values: (a > x) or (a = x and b > y) ...

    `a >= x` beside it changes nothing for people, but lets an index start there.
    """
    behind = Q(pk__in=[])
    same = Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        if value is None:
            same &= Q(**{f"{field}__isnull": True})
            continue
        further = "lt" if name.startswith("-") else "gt"
        beyond = Q(**{f"{field}__{further}": value})
        if name in loose:
            beyond |= Q(**{f"{field}__isnull": True})
        behind |= same & beyond
        same &= Q(**{field: value})
    first, value = order[0], values[0]
    if first in loose or value is None:
        return behind
    bound = "lte" if first.startswith("-") else "gte"
    return Q(**{f"{first.lstrip('-')}__{bound}": value}) & behind


def _encode(row: Model, order: Sequence[str]) -> str:
    values = [_plain(getattr(row, name.lstrip("-"))) for name in order]
    values.append(_mark(order))
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def cursor_of(row: Model, order: Sequence[str]) -> str:
    """The cursor of the page that begins behind this row, as `page` takes it."""
    return _encode(row, order)


def _mark(order: Sequence[str]) -> int:
    """What tells a cursor of this order from that of another."""
    return zlib.crc32(",".join(order).encode())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _decode(cursor: str, order: Sequence[str], model: type[Model]) -> list[Any]:
    """The values of the row behind which the page begins; each must be one of its column."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.urlsafe_b64decode(padded))
        if not isinstance(values, list) or values[len(order) :] != [_mark(order)]:
            raise ValueError
        values.pop()
        given = zip(order, values, strict=True)
        return [_value(model, name.lstrip("-"), value) for name, value in given]
    except (binascii.Error, ValueError, TypeError, ValidationError) as error:
        raise Invalid(_("the cursor is not one that this list gave"), code="bad-cursor") from error


def _value(model: type[Model], name: str, value: Any) -> Any:
    """Raises ValueError, TypeError or ValidationError for what the column cannot hold."""
    if value is not None and not isinstance(value, str | int | float):
        raise TypeError
    if isinstance(value, str) and "\x00" in value:
        raise ValueError
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:  # an annotation
        return value
    if isinstance(field, IntegerField) and value is not None and not -(2**63) <= int(value) < 2**63:
        raise ValueError
    return field.to_python(value) if isinstance(field, Field) else value
