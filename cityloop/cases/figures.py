"""The counts report: one set of cases, counted by area on every level or by unit (A13, F13).

A level below sums up to the one above, because each row counts the same cases. By unit, a case
counts for each unit that had it, with what that unit did (cases/lateness.py). Scores are not made
here: these are the plain figures that they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Count as Number
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _

from cityloop.cases import lateness, rework
from cityloop.cases.models import NEVER_FILED, Case, CaseEvent, ClosingKind, Status
from cityloop.cases.queries import visible
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.people.models import Organisation

# What is counted by -> digits of the area code, from the city down; units are beside the levels.
DIGITS = {"city": 4, "district": 6, "street": 9, "community": 12}
UNIT = "unit"
BY = (*DIGITS, UNIT)


@dataclass(frozen=True, slots=True)
class Count:
    """The figures of one area or unit. `key`: region code or id of the unit, '' where unknown.

    `reworked` and `returned` are cases, `reworks` and `returns` how often in all.
    """

    key: str
    name: str
    filed: int
    closed: int
    on_time: int
    overdue: int
    reworked: int
    reworks: int
    returned: int
    returns: int
    deferred: int

    def rate(self, count: int) -> float:
        """The share of the cases filed."""
        return count / self.filed if self.filed else 0.0


FIGURES = tuple(field.name for field in fields(Count))[2:]
_DONE = {
    lateness.REWORKED: ("reworked", "reworks"),
    "return": ("returned", "returns"),
    "approve_deferral": ("deferred", "deferrals"),
}
_COUNTED = {
    "filed": Number("pk"),
    "closed": Number("pk", filter=Q(status=Status.CLOSED, closing_kind=ClosingKind.NORMAL)),
    "on_time": Number("pk", filter=Q(handled_late=False)),
    "overdue": Number("pk", filter=Q(handled_late=True) | Q(handling_overdue=True)),
    "reworked": Number("pk", filter=Q(reworks__gt=0)),
    "reworks_": Sum("reworks"),
    "returned": Number("pk", filter=Q(returns__gt=0)),
    "returns_": Sum("returns"),
    "deferred": Number("pk", filter=Q(deferrals__gt=0)),
}


def filed(actor: Actor, *, since: datetime, until: datetime, area: str = "") -> QuerySet[Case]:
    """The cases that every figure of a period counts: visible, and filed in it."""
    rows = visible(actor).filter(filed_at__gte=since, filed_at__lt=until)
    return rows.filter(area_code__startswith=area).exclude(record_type__in=NEVER_FILED)


def counts(
    actor: Actor, *, by: str, since: datetime, until: datetime, area: str = ""
) -> list[Count]:
    """The figures of a period by district, street, community or unit; one statement, and names.

    Raises Invalid for an unknown level and for one that does not lie below the area.
    """
    cases = filed(actor, since=since, until=until, area=area)
    counted = _by_unit(cases) if by == UNIT else _by_place(cases, _digits(by, area))
    names = _names(by, [row["key"] for row in counted])
    return [_count(row, str(row["key"]), names) for row in counted]


def _by_place(cases: QuerySet[Case], digits: int) -> list[dict[str, Any]]:
    rows: Any = cases.annotate(key=Left("area_code", digits)).values("key").order_by("key")
    return list(rows.annotate(**_COUNTED))


def _by_unit(cases: QuerySet[Case]) -> list[dict[str, Any]]:
    clocks: Any = lateness.handling_clocks(cases).values(key=F("organisation_id"))
    done = lateness.done_by_unit(cases, _DONE)
    rows = clocks.order_by("key").annotate(**lateness.COUNTED)
    return [row | done.get(int(row["key"]), {}) for row in rows]


def _digits(by: str, area: str) -> int:
    if by not in DIGITS or DIGITS[by] < len(area):
        raise Invalid(_("count by a level below the area, or by unit"), fields={"by": _("unknown")})
    return DIGITS[by]


def _names(by: str, keys: Sequence[Any]) -> dict[str, str]:
    if by == UNIT:
        rows = Organisation.objects.filter(pk__in=keys).defer("search")
        return {str(one.pk): one.name for one in rows}
    return geo.region_names([key for key in keys if key])


def _count(row: dict[str, Any], key: str, names: dict[str, str]) -> Count:
    numbers = (row.get(f"{name}_", row.get(name)) for name in FIGURES)
    return Count(key, names.get(key, key), *(int(number or 0) for number in numbers))


def total(rows: Sequence[Count], *, key: str = "", name: str = "") -> Count:
    """All rows together."""
    return Count(key, name, *(sum(getattr(row, figure) for row in rows) for figure in FIGURES))


@dataclass(frozen=True, slots=True)
class Rework:
    """How often a unit had to do its work again for a reason."""

    unit: Organisation
    reason: str
    times: int


def reworks(actor: Actor, *, since: datetime, until: datetime, area: str = "") -> list[Rework]:
    """Every rework of the cases filed in the period, by unit and by the reason of the judgement
    before it, most frequent first (F13). One statement, and the units."""
    cases = filed(actor, since=since, until=until, area=area).filter(reworks__gt=0)
    judged = CaseEvent.objects.filter(
        case_id=OuterRef("case_id"), version__lte=OuterRef("version"), action__in=rework.FAILING,
        facts__has_key="reason_code",
    ).order_by("-version")  # fmt: skip
    before = Subquery(judged.values_list(KT("facts__reason_code"))[:1])  # of lines without theirs
    why = Coalesce(KT("facts__rework_for"), before, Value(""), output_field=TextField())
    rows = (
        CaseEvent.objects.filter(rework.LINES, case__in=cases)
        .values(why=why, unit=F("facts__unit"))
        .order_by()
        .annotate(times=Number("pk"))
    )
    found = [(int(row["unit"]), str(row["why"]), int(row["times"])) for row in rows]
    units = Organisation.objects.in_bulk({unit for unit, _why, _times in found})
    ordered = sorted(found, key=lambda one: (-one[2], one[0], one[1]))
    return [Rework(units[unit], why, times) for unit, why, times in ordered]
