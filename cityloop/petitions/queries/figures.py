"""How many came in a period, by kind: transferred, answered, in time, repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from cityloop.kernel.actor import Actor
from cityloop.petitions.models import Kind
from cityloop.petitions.queries.register import petitions


@dataclass(frozen=True, slots=True)
class KindCount:
    """Petitions received in the period; `kind` is empty in the line of all kinds together."""

    kind: str
    petitions: int = 0
    people: int = 0
    transferred: int = 0
    answered: int = 0
    in_time: int = 0
    repeated: int = 0

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(Kind(self.kind).label) if self.kind else ""

    @property
    def rate(self) -> float | None:
        """The transfer rate: the share that became cases; None where there is none to share."""
        return self.transferred / self.petitions if self.petitions else None


NAMES = ("petitions", "people", "transferred", "answered", "in_time", "repeated")


def figures(actor: Actor, *, since: date, until: date) -> list[KindCount]:
    """A line for each kind, then all together, of petitions received from `since` to `until`."""
    on_day = TruncDate("answered_at")
    rows = (
        petitions(actor)
        .filter(received_on__gte=since, received_on__lte=until)
        .alias(answered_on=on_day)
        .values("kind")
        .annotate(
            petitions=Count("pk"),
            people=Sum("head_count"),
            transferred=Count("pk", filter=Q(report__isnull=False)),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            in_time=Count("pk", filter=Q(answered_on__lte=F("due_on"))),
            repeated=Count("pk", filter=Q(first__isnull=False)),
        )
        .order_by("kind")
    )
    counted = {row["kind"]: KindCount(**row) for row in rows}
    lines = [counted.get(kind, KindCount(kind)) for kind in Kind.values]
    total = {name: sum(getattr(one, name) for one in lines) for name in NAMES}
    return [*lines, KindCount("", **total)]
