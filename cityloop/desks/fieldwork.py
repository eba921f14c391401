# ruff: noqa: E501 (a table: one row, one line)
"""What an inspector did, as a table: from which rows a measure is counted, and which of them count.
A list of cases is narrowed by the same row, so that a number and its list agree."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cityloop.cases.models import CaseEvent, ClosingKind, Status, Task
from cityloop.discipline.models import Recheck

SPAN = timedelta(days=30)
REPORTING = ("report", "quick_report", "self_handle", "remind")
VERIFYING, CHECKING = ("verified", "not_found"), ("check_passed", "check_failed")
NOT_TAKEN = (Status.REJECTED, Status.VOIDED)

Rows = Callable[[Collection[int], datetime], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Measure:
    """`whose`: the column of the rows that names the inspector."""

    title: str | Promise
    rows: Rows
    condition: Q
    whose: str = "member"


def reported(members: Collection[int], now: datetime) -> QuerySet[CaseEvent]:
    """The first reports of these people."""
    return _events(members, now).filter(action__in=REPORTING)


def on_site(members: Collection[int], now: datetime) -> QuerySet[CaseEvent]:
    """What they answered from the place; `tardy`: after the time that the task gave them."""
    over = Task.objects.filter(
        case=OuterRef("case"), member=OuterRef("member"), closed_at=OuterRef("at"),
        due_at__lt=F("closed_at"),
    )  # fmt: skip
    rows = _events(members, now).filter(action__in=VERIFYING + CHECKING)
    return rows.annotate(tardy=Exists(over))


def rechecked(members: Collection[int], now: datetime) -> QuerySet[Recheck]:
    """Drawn cases that they had checked, and that others looked at again since."""
    return Recheck.objects.filter(checker__in=members, decided_at__gte=now - SPAN)


def _events(members: Collection[int], now: datetime) -> QuerySet[CaseEvent]:
    return CaseEvent.objects.filter(
        member__in=members, at__gte=now - SPAN, at__lte=now, imported=False
    )


def _sampled(result: str) -> Q:
    """Handled on the spot, and looked at again by the lot."""
    judged = CaseEvent.objects.filter(case=OuterRef("case"), action=result)
    return Q(Exists(judged)) & Q(case__closing_kind__in=(ClosingKind.SELF_HANDLED, ""))


# fmt: off
MEASURES = {
    "reported":  Measure(pgettext_lazy("inspectors", "Reports"), reported, Q()),
    "valid":     Measure(pgettext_lazy("inspectors", "Valid"), reported, (Q(case__accepted_at__isnull=False) | Q(case__status=Status.CLOSED)) & ~Q(case__status__in=NOT_TAKEN)),
    "refused":   Measure(pgettext_lazy("inspectors", "Not accepted"), reported, Q(case__status__in=NOT_TAKEN)),
    "verified":  Measure(pgettext_lazy("inspectors", "Verified"), on_site, Q(action__in=VERIFYING)),
    "vlate":     Measure(pgettext_lazy("inspectors", "of these late"), on_site, Q(action__in=VERIFYING, tardy=True)),
    "checked":   Measure(pgettext_lazy("inspectors", "Checked"), on_site, Q(action__in=CHECKING)),
    "clate":     Measure(pgettext_lazy("inspectors", "of these late"), on_site, Q(action__in=CHECKING, tardy=True)),
    "rechecked": Measure(pgettext_lazy("inspectors", "Re-inspected"), rechecked, Q(), whose="checker"),
    "refuted":   Measure(pgettext_lazy("inspectors", "of these false"), rechecked, Q(result="false"), whose="checker"),
    "sampled":   Measure(pgettext_lazy("inspectors", "Sampled"), reported, _sampled("review_passed") | _sampled("review_failed")),
    "objected":  Measure(pgettext_lazy("inspectors", "of these objected to"), reported, _sampled("review_failed")),
}
# fmt: on


def of_member(measure: str, member_id: int, now: datetime) -> Q:
    """The cases that this measure counts for one person."""
    row = MEASURES[measure]
    return Q(pk__in=row.rows([member_id], now).filter(row.condition).values("case"))
