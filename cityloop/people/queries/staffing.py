"""Which desks are staffed: roles held today, and the platform at which each post stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from cityloop.kernel.actor import HANDLING, JUDGING
from cityloop.people.models import Holding, Member, Organisation, Role
from cityloop.people.models.columns import PERIOD_IS_ONE
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


def roles_that_may(permission: str) -> frozenset[str]:
    """The roles to which the city gives this permission, whether or not somebody holds them."""
    found = Role.objects.filter(permissions__overlap=[permission, "*"])
    return frozenset(found.values_list("code", flat=True))


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


def members_on_both_sides(today: date) -> list[str]:
    """Names of those who hold posts of the judging and of the handling side today or later."""
    held = Holding.objects.filter(PERIOD_IS_ONE).exclude(valid_to__lte=today)
    judging = held.filter(post__roles__code__in=JUDGING).values("member")
    handling = held.filter(post__roles__code__in=HANDLING).values("member")
    found = Member.objects.filter(pk__in=judging).filter(pk__in=handling)
    return list(found.order_by("username").values_list("name", flat=True))


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


def without_desk(
    units: Collection[int] | None, *, area_code: str, on: date, roles: Sequence[str]
) -> set[int]:
    """Ids of those units (None: of all that are active) at which nobody has such a role on a day.

    Somebody has it with a post in the unit or in a body above it, also one that looks after it
    beside the one above, as `Actor.organisation_ids` has it; a post whose view is limited to other
    ground than `area_code` does not count. One statement.
    """
    named = {f"unit{n}": pk for n, pk in enumerate(units or ())}
    which = "u.active"
    if units is not None:  # one by one: of an array the planner would plan anew each time
        which = f"u.id = ANY(ARRAY[{', '.join(f'%({name})s' for name in named)}]::bigint[])"
    with connection.cursor() as cursor:
        cursor.execute(
            _WITHOUT_DESK.format(which=which),
            {"day": on, "area": area_code, "roles": list(roles), **named},
        )
        return {pk for (pk,) in cursor.fetchall()}


# Arrays of subqueries and not one join of seven tables: planning that takes longer than running it.
_WITHOUT_DESK = """
SELECT u.id FROM people_organisation u
CROSS JOIN LATERAL (SELECT string_to_array(trim('/' FROM u.path), '/')::bigint[] AS ids) line
WHERE {which} AND NOT EXISTS (
  SELECT 1 FROM people_holding h JOIN people_member m ON m.id = h.member_id AND m.active
  WHERE h.valid_from <= %(day)s AND (h.valid_to IS NULL OR h.valid_to > %(day)s)
    AND h.post_id = ANY(ARRAY(
      SELECT p.id FROM people_post p JOIN people_post_role pr ON pr.post_id = p.id
      WHERE p.active AND (p.region_codes IS NULL OR EXISTS (
          SELECT 1 FROM unnest(p.region_codes) code WHERE starts_with(%(area)s, code)))
        AND pr.role_id = ANY(ARRAY(SELECT id FROM people_role WHERE code = ANY(%(roles)s)))
        AND p.organisation_id = ANY(ARRAY(
          SELECT o.id FROM people_organisation o
          WHERE o.active AND o.id = ANY(line.ids || ARRAY(
            SELECT unnest(string_to_array(trim('/' FROM g.path), '/')::bigint[])
            FROM people_organisation d JOIN people_organisation g ON g.id = d.also_under_id
            WHERE d.id = ANY(line.ids))))))))
"""
