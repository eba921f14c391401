"""What speaks for a unit: the line of the matrix, and what became of earlier cases at the place.

How sure a proposal is counts like this: the matrix stands for MATRIX_WEIGHT cases, of which the
share BASE was right; each earlier case of the same class nearby is one more. So the words on the
page can say where the figure comes from, and anybody can compute it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, F, Q, When
from django.db.models import Case as Choice
from django.db.models.functions import Coalesce

from cityloop.cases.models import ClosingKind
from cityloop.people.lines import Proposal

MATRIX_WEIGHT = 8
# How often a line is right by how exactly it names the class: any class, the major, the minor.
BASE = (0.7, 0.85, 0.95)
IN_DOUBT = 0.4  # a fact is missing that could change the answer
ENOUGH = 5  # cases of the street; with fewer, those of the whole district speak


@dataclass(frozen=True, slots=True)
class Earlier:
    """Closed cases of the class in an area: unit whose duty they were -> (how many, of them
    returned by some unit before)."""

    area: str
    days: int
    units: Mapping[int, tuple[int, int]]

    @property
    def cases(self) -> int:
        """How many in all."""
        return sum(count for count, _returned in self.units.values())

    @property
    def usual(self) -> int | None:
        """The unit whose duty most of them were."""
        return max(self.units, key=lambda unit: (self.units[unit], -unit), default=None)


def earlier_cases(
    *, problem_class_id: int | None, area_code: str, now: datetime, days: int
) -> Earlier:
    """What became of the class's cases in the street, or in the district. One statement."""
    street, district = area_code[:9], area_code[:6]
    with connection.cursor() as cursor:
        cursor.execute(
            _EARLIER,
            [street, problem_class_id, f"{district}%", now - timedelta(days=days), now,
             ClosingKind.NORMAL],
        )  # fmt: skip
        rows = cursor.fetchall()
    near = {unit: (n, back) for unit, here, n, back in rows if here}
    if len(area_code) >= 9 and sum(n for n, _back in near.values()) >= ENOUGH:
        return Earlier(street, days, near)
    every: dict[int, tuple[int, int]] = {}
    for unit, _here, n, back in rows:
        known = every.get(unit, (0, 0))
        every[unit] = (known[0] + n, known[1] + back)
    return Earlier(district, days, every)


# Whose duty a closed case was: the unit that is liable, or that had it where nobody else is named.
# Nobody's while that is disputed, or where a substitute fixed it and nobody is liable: who was
# ordered to act instead proves nothing about the rule (E02, E07). Once for the ORM, once as SQL.
WHOSE_DUTY = Choice(
    When(~Q(dispute_level=""), then=None),
    When(substituted=True, then=F("liable_id")),
    default=Coalesce("liable_id", "lead_id"),
    output_field=BigIntegerField(),
)
_WHOSE = """CASE WHEN dispute_level <> '' THEN NULL WHEN substituted THEN liable_id
 ELSE coalesce(liable_id, lead_id) END"""

_EARLIER = f"""
SELECT {_WHOSE}, left(area_code, 9) = %s, count(*), count(*) FILTER (WHERE returns > 0)
FROM cases_case
WHERE problem_class_id = %s AND area_code LIKE %s AND reported_at >= %s AND closed_at <= %s
  AND closing_kind = %s AND {_WHOSE} IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 (a fixed part of a statement)


def how_sure(by_matrix: Proposal | None, unit: int | None, earlier: Earlier | None) -> float:
    """Between 0 and 1, two decimals."""
    return sure_of(0.0 if by_matrix is None else base_of(by_matrix), unit, earlier)


def base_of(by_matrix: Proposal) -> float:
    """How often a line like the one that won is right."""
    return BASE[by_matrix.exactness] if by_matrix.unambiguous else IN_DOUBT


def sure_of(base: float, unit: int | None, earlier: Earlier | None) -> float:
    """As how_sure, from how often such a rule is right."""
    count, same = 0, 0
    if earlier is not None and unit is not None:
        count, same = earlier.cases, earlier.units.get(unit, (0, 0))[0]
    return round((base * MATRIX_WEIGHT + same) / (MATRIX_WEIGHT + count), 2)


def proposal_of(
    by_matrix: Proposal | None, earlier: Earlier | None, *, owner_id: int | None
) -> dict[str, Any]:
    """The proposal as a case keeps it; {} when nothing speaks for any unit.

    Facts only; words are made of them when somebody reads it.
    """
    if by_matrix is not None:
        found: dict[str, Any] = {
            "unit": by_matrix.lead_id,
            "assists": [dict(assist) for assist in by_matrix.assists],
            "rows": list(by_matrix.row_ids),
            "why": [dict(reason) for reason in by_matrix.explanation],
            "unambiguous": by_matrix.unambiguous,
            "order": list(by_matrix.order),
        }
    elif earlier is not None and earlier.usual is not None:
        found = {"unit": earlier.usual, "assists": [], "rows": [], "why": [], "unambiguous": False}
    else:
        return {}
    found["sure"] = how_sure(by_matrix, found["unit"], earlier)
    if owner_id is not None:
        found["owner"] = owner_id
    return found | told(earlier, found["unit"])


def told(earlier: Earlier | None, unit: int) -> dict[str, Any]:
    """What earlier cases say of a unit, as a proposal keeps it; {} when they were not asked."""
    if earlier is None:
        return {}
    same, returned = earlier.units.get(unit, (0, 0))
    facts = {"area": earlier.area, "days": earlier.days, "cases": earlier.cases, "same": same,
             "returned": returned}  # fmt: skip
    return {"earlier": facts}


def threshold(limits: Sequence[tuple[str, float]], class_code: str) -> float | None:
    """How sure a class must be to go out by itself; the most exact code counts, '*' is any.

    Codes as C0101, C01 (its major), C (components) or E (events); None: a person dispatches.
    """
    known = dict(limits)
    for code in (class_code, class_code[:3], class_code[:1], "*"):
        if code in known:
            return known[code]
    return None
