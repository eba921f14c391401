"""How good the rules of dispatch are: each line of the matrix by what became of its proposals, and
a line that nobody has published yet by what it would have proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum, TextField, Value, When
from django.db.models import Case as Choice
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from cityloop.cases import evidence, queries
from cityloop.cases.models import Case, ClosingKind
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.people import queries as people
from cityloop.people.lines import Line, Question
from cityloop.people.matrix import Matrix, drafted
from cityloop.people.models import ANY, Organisation
from cityloop.people.operations.responsibilities import Cell, draft_objections, read_area

MOST_CASES = 5000  # that a draft is tried on, the latest first
SHOWN = 50
BY_HISTORY = 0  # in place of a line's id: proposed by earlier cases alone
_FIRST = Coalesce(Cast(KT("proposal__rows__0"), BigIntegerField()), BY_HISTORY)
# Where a register decided, the lines that it went before are neither right nor wrong.
_LINE = When(by="", then=_FIRST)
SETTLED = Q(closing_kind=ClosingKind.NORMAL, whose__isnull=False)


@dataclass(frozen=True, slots=True)
class Precision:
    """One line of the matrix: what it proposed, and whose duty it was in the end.

    `by`: not a line but a register that named the unit, as permits.excavation; then `rule` is 0.

    `settled`: closed under the closing condition, and it is known whose duty it was. `right`: of
    these, that of the unit that was proposed. `first_time`: of these, without a return.
    `returned`: how often units gave back.
    """

    rule: int
    by: str
    proposed: int
    settled: int
    right: int
    first_time: int
    auto: int
    auto_settled: int
    auto_right: int
    returned: int

    @property
    def share(self) -> float | None:
        """Right among settled; None while nothing is settled."""
        return round(self.right / self.settled, 3) if self.settled else None

    @property
    def auto_share(self) -> float | None:
        """The same, of those that went out without a dispatcher."""
        return round(self.auto_right / self.auto_settled, 3) if self.auto_settled else None


def by_rule(actor: Actor, *, since: datetime) -> list[Precision]:
    """Every line or register that proposed something since, the busiest first; of visible cases.
    One query."""
    rows = queries.visible(actor).filter(filed_at__gte=since, proposal__has_key="unit")
    right = SETTLED & Q(whose=F("unit"))
    auto = Q(proposal__auto=True)
    counted = (
        rows.annotate(
            by=Coalesce(KT("proposal__decided_by"), Value(""), output_field=TextField()),
            rule=Choice(_LINE, default=BY_HISTORY),
            unit=Cast(KT("proposal__unit"), BigIntegerField()),
            whose=evidence.WHOSE_DUTY,
        )
        .order_by()
        .values("rule", "by")
        .annotate(
            proposed=Count("pk"),
            settled=Count("pk", filter=SETTLED),
            right=Count("pk", filter=right),
            first_time=Count("pk", filter=right & Q(dispatches=1, returns=0)),
            auto=Count("pk", filter=auto),
            auto_settled=Count("pk", filter=auto & SETTLED),
            auto_right=Count("pk", filter=auto & right),
            returned=Sum("returns"),
        )
    )
    return sorted(
        (Precision(**row) for row in counted), key=lambda one: (-one.proposed, one.rule, one.by)
    )


def total(found: Sequence[Precision]) -> Precision:
    """All lines together."""
    names = ("proposed", "settled", "right", "first_time", "auto", "auto_settled", "auto_right",
             "returned")  # fmt: skip
    return Precision(
        rule=BY_HISTORY, by="", **{n: sum(getattr(one, n) for one in found) for n in names}
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A past case for which the draft names another unit. `verdict`: better, worse or other.

    `handled_by`: the unit whose duty it was; None where that is not known.
    """

    number: str
    before: int | None
    after: int | None
    handled_by: int | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A draft tried on past cases: how many, how many it changes, and whether for the better."""

    cases: int
    better: int
    worse: int
    other: int
    shown: tuple[Difference, ...]

    @property
    def changed(self) -> int:
        """Cases for which another unit would have been proposed."""
        return self.better + self.worse + self.other


def dry_run(actor: Actor, draft: Sequence[Line], *, on: date, since: datetime) -> Trial:
    """What the matrix of a day would have proposed for past cases with the draft and without; what
    registers said beside it counts for neither.

    The unit whose duty a case was in the end tells which of the two was right. Nothing is written.
    """
    before = people.matrix_on(on)
    after = drafted(before, draft)
    rows = _past(actor, since)
    found = [one for row in rows if (one := _difference(row, before, after))]
    count = {
        name: sum(one.verdict == name for one in found) for name in ("better", "worse", "other")
    }
    return Trial(cases=len(rows), shown=tuple(found[:SHOWN]), **count)


def draft_line(
    *,
    kind: str,
    lead_id: int,
    edition_code: str = ANY,
    major_code: str = ANY,
    minor_code: str = ANY,
    region_code: str = ANY,
    owner_id: int | None = None,
) -> Line:
    """A line that is only tried; raises Invalid when it could not be published: no such unit, class
    or area, or a unit that handles no cases."""
    named = {lead_id} if owner_id is None else {lead_id, owner_id}
    if Organisation.objects.filter(active=True, pk__in=named).count() != len(named):
        raise Invalid(_("there is no such unit any more"), fields={"lead": _("unknown unit")})
    cell = Cell(kind, edition_code or ANY, major_code or ANY, minor_code or ANY,
                read_area(region_code), owner_id)  # fmt: skip
    if wrong := draft_objections(cell, lead_id=lead_id):
        raise Invalid(*wrong)
    return Line(
        id=-1, kind=kind, edition=cell.edition, major=cell.major, minor=cell.minor,
        region=cell.region, owner_id=owner_id, lead_id=lead_id,
    )  # fmt: skip


FACTS = ("number", "problem_class__kind", "problem_class__edition__code",
         "problem_class__major_code", "problem_class__minor_code", "area_code", "grid_code",
         "component__owner_id", "whose", "closing_kind")  # fmt: skip


def _past(actor: Actor, since: datetime) -> list[tuple[Any, ...]]:
    rows: QuerySet[Case] = queries.visible(actor).filter(
        filed_at__gte=since, problem_class__isnull=False
    )
    rows = rows.annotate(whose=evidence.WHOSE_DUTY)
    return list(rows.order_by("-filed_at").values_list(*FACTS)[:MOST_CASES])


def _difference(row: tuple[Any, ...], before: Matrix, after: Matrix) -> Difference | None:
    number, kind, edition, major, minor, area, grid, owner, whose, closing = row
    codes = tuple(_codes(area, grid))
    asked = Question(kind, edition, major, minor, codes, owner)
    old, new = (matrix.find(asked) for matrix in (before, after))
    was, would = old.lead_id if old else None, new.lead_id if new else None
    if was == would:
        return None
    final = whose if closing == ClosingKind.NORMAL else None
    verdict = "other" if final not in (was, would) or final is None else "worse"
    return Difference(number, was, would, final, "better" if final and final == would else verdict)


def _codes(area: str, grid: str) -> Iterator[str]:
    yield from filter(None, (area[:6], area[:9], area, grid))
