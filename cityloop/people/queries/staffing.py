"""Which desks are staffed: roles held today, and the platform at which each post stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from cityloop.people.models import Organisation
from cityloop.people.queries.organisations import PLATFORM_LEVELS


@dataclass(frozen=True, slots=True)
class Desk:
    """A role that somebody holds; kind, region and code of the platform, '' where there is none."""

    role: str
    kind: str
    region_code: str
    platform: str


def desks_staffed(on: date) -> list[Desk]:
    """Every role held on a day by an active member, once for each platform. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DESKS, {"day": on})
        return [Desk(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Platform:
    """A body that is the platform of its place, whether or not anybody works there."""

    code: str
    name: str
    kind: str
    region_code: str


def platforms(on: date) -> list[Platform]:
    """Every body that stands on a day and may be a platform, by code."""
    rows = Organisation.objects.filter(
        kind__in=[kind for kind, _digits in PLATFORM_LEVELS.values()], active=True,
        valid_from__lte=on,
    ).filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("code")  # fmt: skip
    return [Platform(one.code, one.name, one.kind, one.region_code) for one in rows]


_DESKS = """
SELECT DISTINCT r.code, coalesce(a.kind, ''), coalesce(a.region_code, ''), coalesce(a.code, '')
FROM people_holding h
JOIN people_member m ON m.id = h.member_id AND m.active
JOIN people_post p ON p.id = h.post_id AND p.active
JOIN people_organisation o ON o.id = p.organisation_id AND o.active
JOIN people_post_role pr ON pr.post_id = p.id
JOIN people_role r ON r.id = pr.role_id
LEFT JOIN LATERAL (
  SELECT b.kind, b.region_code, b.code FROM people_organisation b
  WHERE b.id = ANY(string_to_array(trim('/' FROM o.path), '/')::bigint[])
    AND b.kind IN ('city_platform', 'district_platform', 'street', 'community_office')
  ORDER BY length(b.path) DESC LIMIT 1
) a ON TRUE
WHERE h.valid_from <= %(day)s AND (h.valid_to IS NULL OR h.valid_to > %(day)s)
ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class TwoSides:
    """An organisation whose people judge and handle today, by the codes of their roles."""

    organisation: str
    judging: tuple[str, ...]
    handling: tuple[str, ...]


def bodies_on_both_sides(
    on: date, judging: Sequence[str], handling: Sequence[str]
) -> list[TwoSides]:
    """Organisations in which roles of both lists are held on a day. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BOTH, {"day": on, "judging": list(judging), "handling": list(handling)})
        return [TwoSides(unit, tuple(one), tuple(other)) for unit, one, other in cursor.fetchall()]


_BOTH = """
SELECT o.code, array_agg(DISTINCT r.code) FILTER (WHERE r.code = ANY(%(judging)s)),
       array_agg(DISTINCT r.code) FILTER (WHERE r.code = ANY(%(handling)s))
FROM people_holding h
JOIN people_member m ON m.id = h.member_id AND m.active
JOIN people_post p ON p.id = h.post_id AND p.active
JOIN people_organisation o ON o.id = p.organisation_id AND o.active
JOIN people_post_role pr ON pr.post_id = p.id
JOIN people_role r ON r.id = pr.role_id
WHERE h.valid_from <= %(day)s AND (h.valid_to IS NULL OR h.valid_to > %(day)s)
GROUP BY o.code
HAVING bool_or(r.code = ANY(%(judging)s)) AND bool_or(r.code = ANY(%(handling)s))
ORDER BY o.code
"""
