"""Where nobody is responsible: cells of class x area without a unit, counted in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from cityloop.people.models import OrganisationKind
from cityloop.standards import queries as standards

CITY, DISTRICT = OrganisationKind.CITY_PLATFORM.value, OrganisationKind.DISTRICT_PLATFORM.value


@dataclass(frozen=True, slots=True)
class Gap:
    """A class x area cell without a unit. `owner_only`: certain owners have one, others none."""

    class_id: int
    class_code: str
    name_zh: str
    name_en: str
    area_code: str
    area_name: str
    owner_only: bool


def coverage_gaps(
    edition_code: str, on: date, *, level: str = "district", areas: Sequence[str] | None = None
) -> list[Gap]:
    """Cells of classes (in force under the edition) x areas of a level without a unit.

    One statement. A line covers a cell when it names the class, its major or any class, and the
    area, one above it or any area; its unit must exist on that day. Lines that name an edition hold
    as `people.editions` says. `areas`: only regions in these, by the beginnings of their codes
    (None: all); and only regions under the city's own platforms.
    """
    wanted = None if areas is None else [f"{area}%" for area in areas]
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, {"edition": edition_code, "day": on, "level": level, "areas": wanted})
        return [Gap(*row) for row in cursor.fetchall()]


# `own`: areas of the platforms. That of a city whose cases were imported has the code of its
# catalogue, which is foreign. Where no platform has an area every region is the city's.
_GAPS = f"""
WITH RECURSIVE {standards.KEPT}, spoken_of AS (
  SELECT b.code AS edition, c.id AS class_id
  FROM based b JOIN standards_problemclass c ON c.edition_id = b.base
  UNION SELECT edition, class_id FROM kept
), own AS (
  SELECT DISTINCT o.region_code || '%%' AS area FROM people_organisation o
  WHERE o.kind IN ('{CITY}', '{DISTRICT}') AND o.region_code <> '' AND o.active
    AND o.valid_from <= %(day)s AND (o.valid_to IS NULL OR o.valid_to > %(day)s)
    AND NOT EXISTS (SELECT 1 FROM standards_edition f
                    WHERE f.kind = 'foreign' AND f.code = o.code)
), lines AS (
  SELECT r.class_kind, r.major_code, r.minor_code, r.region_code, r.edition_code,
         r.owner_id IS NULL AS general
  FROM people_responsibility r
  JOIN people_organisation o ON o.id = r.lead_id AND o.active
   AND o.valid_from <= %(day)s AND (o.valid_to IS NULL OR o.valid_to > %(day)s)
  WHERE r.valid_from <= %(day)s AND (r.valid_to IS NULL OR r.valid_to > %(day)s)
)
SELECT c.id, c.code, c.name_zh, c.name_en, a.code, a.name,
       bool_or(l.class_kind IS NOT NULL) AS owner_only
FROM standards_problemclass c
JOIN in_force e ON e.class_id = c.id
JOIN standards_edition s ON s.id = e.edition AND s.code = %(edition)s
JOIN geo_region a ON a.level = %(level)s
 AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
 AND (%(areas)s::text[] IS NULL OR a.code LIKE ANY(%(areas)s::text[]))
 AND (NOT EXISTS (SELECT 1 FROM own) OR a.code LIKE ANY(SELECT area FROM own))
LEFT JOIN lines l ON l.class_kind = c.kind
 AND (l.edition_code = '*'
      OR (l.edition_code, c.id) IN (SELECT edition, class_id FROM spoken_of))
 AND (l.major_code = '*' OR l.major_code = c.major_code)
 AND (l.minor_code = '*' OR l.minor_code = c.minor_code)
 AND (l.region_code = '*' OR a.code LIKE l.region_code || '%%')
GROUP BY c.id, a.code, a.name
HAVING NOT coalesce(bool_or(l.general), FALSE)
ORDER BY c.kind, c.major_code, c.minor_code, a.code
"""  # noqa: S608 (constants)
