"""How many decisions were wrong, and how many dispatches came back: by operator and by hall."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from cityloop.discipline.models import Decision, Ruling, Sample
from cityloop.discipline.queries.decisions import Wanted, decisions, hall, returned
from cityloop.discipline.queries.samples import samples
from cityloop.kernel.actor import Actor
from cityloop.people.models import Member, Organisation

OPERATOR, HALL = "operator", "hall"  # what figures are counted by


@dataclass(slots=True)
class Figure:
    """What somebody, or a hall, decided of a kind: how many were drawn, judged, found wrong.

    `returned`: of the dispatches, how many the unit gave back; None for other kinds.
    """

    key: int
    name: str
    kind: str
    decided: int = 0
    sampled: int = 0
    judged: int = 0
    wrong: int = 0
    returned: int | None = None

    @property
    def rate(self) -> float | None:
        """The share of wrong ones among those judged; None without any."""
        return self.wrong / self.judged if self.judged else None

    @property
    def return_rate(self) -> float | None:
        """The share of dispatches given back; None without any, and for other kinds."""
        return None if self.returned is None or not self.decided else self.returned / self.decided


@dataclass(slots=True)
class _Table:
    """The figures while they are put together: (key, kind) -> figure."""

    rows: dict[tuple[int, str], Figure] = field(default_factory=dict)

    def at(self, key: int | None, kind: str) -> Figure:
        """The figure of this place, begun where there is none."""
        place = key or 0
        return self.rows.setdefault((place, kind), Figure(place, "", kind))


def figures(actor: Actor, *, by: str, wanted: Wanted) -> list[Figure]:
    """What was decided in a period by operator or by hall, and of each kind; worst first.

    Counted in the cases of the actor's scope; `key` is the member or the organisation, 0 where it
    is not known. Raises NotAllowed.
    """
    table, wanted = _Table(), replace(wanted, state="", returned=False)
    key = "member" if by == OPERATOR else "hall_id"
    rows: QuerySet[Any] = decisions(actor, wanted).select_related(None).order_by()
    if by == HALL and wanted.hall is None:
        rows = rows.annotate(hall_id=hall())
    for one in rows.values(key, "kind").annotate(n=Count("pk")):
        table.at(one[key], one["kind"]).decided = one["n"]
    for one in returned(rows).values(key).annotate(n=Count("pk")):
        table.at(one[key], Decision.DISPATCH).returned = one["n"]
    _drawn(table, samples(actor, wanted), by)
    _name(table, by)
    for figure in table.rows.values():
        if figure.kind == Decision.DISPATCH and figure.returned is None:
            figure.returned = 0
    return sorted(
        table.rows.values(),
        key=lambda one: (-(one.rate or 0), -one.wrong, -one.judged, one.name, one.kind, one.key),
    )


def _drawn(table: _Table, rows: QuerySet[Sample], by: str) -> None:
    counted = rows.select_related(None).order_by().values("kind", key=F(f"{by}_id"))
    for one in counted.annotate(
        sampled=Count("pk"), judged=Count("pk", filter=~Q(ruling=Ruling.OPEN)),
        wrong=Count("pk", filter=Q(ruling=Ruling.WRONG)),
    ):  # fmt: skip
        figure = table.at(one["key"], one["kind"])
        figure.sampled, figure.judged, figure.wrong = one["sampled"], one["judged"], one["wrong"]


def _name(table: _Table, by: str) -> None:
    keys = {key for key, _kind in table.rows}
    found = (
        dict(Member.objects.filter(pk__in=keys).values_list("pk", "name"))
        if by == OPERATOR
        else {one.pk: one.name for one in Organisation.objects.filter(pk__in=keys).defer("search")}
    )
    for figure in table.rows.values():
        figure.name = found.get(figure.key, "–")
