"""Which order the matrix compares by on a day."""

from __future__ import annotations

from datetime import date

from cityloop.people.matrix import COMMON, Orders, order_of
from cityloop.people.models import Precedence


def orders_on(day: date) -> Orders:
    """For each kind what is compared first and second on a day."""
    rows = Precedence.objects.filter(valid_from__lte=day).order_by("valid_from")
    return {**COMMON, **{row.kind: order_of(row.first) for row in rows}}


def precedences() -> list[Precedence]:
    """Everything the city decided about it, the latest day first."""
    return list(Precedence.objects.order_by("-valid_from", "kind"))
