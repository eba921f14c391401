"""A collection company's own inspectors, in numbers of the last thirty days: what became of their
reports, how punctual they were on site, what others found when they looked again.

Nobody of another company is among them, and of their work only what the manager sees. Each number
is counted by the condition of the list that it opens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cityloop.cases import fields
from cityloop.cases import queries as cases
from cityloop.cases.models import Case, CaseEvent, Status
from cityloop.desks.fieldwork import MEASURES, SPAN, Measure
from cityloop.kernel.actor import Actor
from cityloop.people.models import Holding, Member, Organisation

MANAGER = "company_manager"
INSPECTING = ("inspector", "team_inspector")
# Measure of a column, and which part of it stands below.
COLUMNS = (("reported", ""), ("valid", ""), ("refused", ""), ("verified", "vlate"),
           ("checked", "clate"), ("rechecked", "refuted"), ("sampled", "objected"))  # fmt: skip
REASONS = {"rejected": "reject", "voided": "approve_void"}  # status -> the step that names it


@dataclass(frozen=True, slots=True)
class Row:
    """One inspector: measure -> how many cases; why reports were not accepted, most often first."""

    member: Member
    counts: dict[str, int]
    why: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Company:
    """The people of the reader's companies, who reported most first."""

    names: list[str]
    rows: list[Row]
    since: datetime
    columns: tuple[tuple[str, str], ...] = COLUMNS

    @property
    def main(self) -> list[str]:
        """The measures that head a column."""
        return [key for key, _part in self.columns]


def of(actor: Actor, *, now: datetime) -> Company | None:
    """The reader's own companies; None for who manages none. A fixed number of statements, over the
    work of these people in thirty days by the index of members."""
    companies = companies_of(actor)
    if not companies:
        return None
    people = list(_people(companies, on=timezone.localdate(now)).order_by("name", "pk"))
    seen = cases.visible(actor)
    counts: dict[int, dict[str, int]] = {one.pk: dict.fromkeys(MEASURES, 0) for one in people}
    for source in dict.fromkeys(one.rows for one in MEASURES.values()):
        group = {key: one for key, one in MEASURES.items() if one.rows is source}
        for row in _counted(source(list(counts), now), group, seen):
            counts[row.pop("member")].update(row)
    why = _why(list(counts), seen, now)
    people.sort(key=lambda one: -counts[one.pk]["reported"])
    rows = [Row(one, counts[one.pk], why.get(one.pk, Counter()).most_common()) for one in people]
    return Company([one.name for one in companies], rows, now - SPAN)


def companies_of(actor: Actor) -> list[Organisation]:
    """The companies that the reader manages; without a statement for who manages none."""
    bodies = [body for body, roles, _label in actor.stands if MANAGER in roles]
    if not bodies:
        return []
    return list(Organisation.objects.filter(pk__in=bodies).defer("search").order_by("path"))


def managed(actor: Actor, member_id: int, *, now: datetime) -> Member | None:
    """Somebody who inspects for a company of the reader; None for all others."""
    companies = companies_of(actor)
    if not companies:
        return None
    return _people(companies, on=timezone.localdate(now)).filter(pk=member_id).first()


def _people(companies: Iterable[Organisation], *, on: date) -> QuerySet[Member]:
    """Who inspects today in a post of these companies, or of what lies below them."""
    below = Q(pk__in=())
    for one in companies:
        below |= Q(post__organisation__path__startswith=one.path)
    held = Holding.objects.filter(
        below, Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, post__active=True,
        post__roles__code__in=INSPECTING, member__active=True,
    )  # fmt: skip
    return Member.objects.filter(pk__in=held.values("member")).defer("search")


def _counted(
    rows: QuerySet[Any], group: dict[str, Measure], seen: QuerySet[Case]
) -> Iterable[dict[str, Any]]:
    """Member -> how many cases, for each measure that is counted from these rows."""
    whose = next(iter(group.values())).whose
    counted = rows.filter(case__in=seen).order_by().values(whose).annotate(
        **{f"n_{key}": Count("case", distinct=True, filter=one.condition)
           for key, one in group.items()}
    )  # fmt: skip
    for row in counted:
        yield {"member": row[whose], **{key: row[f"n_{key}"] for key in group}}


def _why(ids: list[int], seen: QuerySet[Case], now: datetime) -> dict[int, Counter[str]]:
    """Member -> reason in the reader's words -> how many of their reports. One statement."""
    rows: QuerySet[CaseEvent] = MEASURES["reported"].rows(ids, now)
    ended = rows.filter(case__in=seen, case__status__in=(Status.REJECTED, Status.VOIDED))
    counted = ended.order_by().values("member", "case__status", "case__reason_code").annotate(
        n=Count("case", distinct=True)
    )  # fmt: skip
    found: dict[int, Counter[str]] = {}
    for row in counted:
        labels = dict(fields.reasons(REASONS[row["case__status"]]))
        words = str(labels.get(row["case__reason_code"], row["case__reason_code"] or "–"))
        found.setdefault(row["member"] or 0, Counter())[words] += row["n"]
    return found
