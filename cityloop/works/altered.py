"""Orders and budget lines that are not what their records and their cases say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from cityloop.cases.models import CaseEvent
from cityloop.works.models import BudgetLine, Order, WorksRecord
from cityloop.works.queries import standing


@dataclass(frozen=True, slots=True)
class Altered:
    """An order or a budget line that is not what its records and its case say: `parts` of it."""

    name: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self.parts)}"


def altered_orders() -> tuple[int, list[Altered]]:
    """How many orders there are, and those that are not what their last record left, whose lines do
    not make their total, or whose liable unit no step of their case names."""
    kept = WorksRecord.objects.filter(subject="order", facts__has_key="order")
    last = kept.order_by("subject_id", "-pk").distinct("subject_id")
    said = dict(last.values_list("subject_id", "facts__order"))
    named: dict[int, set[tuple[int, int]]] = {}
    steps = CaseEvent.objects.filter(action__in=("substitute", "name_liable"))
    for case, version, unit in steps.filter(case__in=Order.objects.values("case")).values_list(
        "case", "version", "facts__liable"
    ):
        named.setdefault(case, set()).add((version, unit))
    rows = Order.objects.annotate(lines=Sum("items__amount")).order_by("pk")
    every = [
        Altered(
            f"order {one.number}", _altered(one, said.get(one.pk), named.get(one.case_id, set()))
        )
        for one in rows
    ]
    return len(every), [one for one in every if one.parts]


def _altered(
    order: Any, said: dict[str, Any] | None, named: set[tuple[int, int]]
) -> tuple[str, ...]:
    is_now = standing(order)
    parts = ["it has no record"]
    if said is not None:
        parts = [f"another {name}" for name in is_now if is_now[name] != said.get(name)]
    if order.total is not None and order.total != order.lines:
        parts.append("its lines do not make its total")
    units = {unit for version, unit in named if version >= order.version}
    if order.liable_id is not None and order.liable_id not in units:
        parts.append("nobody named its liable unit")
    return tuple(parts)


def altered_budgets() -> list[Altered]:
    """Budget lines whose amount is not the one that their last record set."""
    kept = WorksRecord.objects.filter(subject="budgetline", action="budgeted")
    last = kept.order_by("subject_id", "-pk").distinct("subject_id")
    said = dict(last.values_list("subject_id", "facts__amount"))
    rows = BudgetLine.objects.order_by("pk")
    differ = [one for one in rows if one.pk not in said or Decimal(said[one.pk]) != one.amount]
    return [Altered(f"budget line {one.year} {one.code}", ("another amount",)) for one in differ]
