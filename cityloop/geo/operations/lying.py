"""Unit grids that would lie over each other on some day, now or to come."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext

HAIR_M2 = 1.0  # what the precision of coordinates makes, not a person

_OVER = """
SELECT a.code, b.code, greatest(a.valid_from, b.valid_from)
  FROM geo_unitgrid a
  JOIN geo_unitgrid b ON b.community_code = a.community_code AND b.id <> a.id AND b.geom && a.geom
   AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)
 WHERE a.code = ANY(%(codes)s::text[])
   AND ST_Area(ST_Intersection(a.geom, b.geom)::geography) > %(hair)s
 ORDER BY 3, 1, 2 LIMIT 1
"""


def over_another(codes: Sequence[str]) -> str:
    """Which of these grids lies over another of its community, from which day on; '' for none."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER, {"codes": list(codes), "hair": HAIR_M2})
        row = cursor.fetchone()
    if row is None:
        return ""
    why = gettext("unit grid %(code)s would lie over %(other)s from %(day)s on")
    return why % {"code": row[0], "other": row[1], "day": row[2]}
