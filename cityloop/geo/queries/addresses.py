"""Addresses: found by words, by number, by nearness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cityloop.geo.coordinates import checked
from cityloop.geo.models import Region
from cityloop.geo.spoken import readings, without_city
from cityloop.kernel import text as bigrams

LONGEST = 100  # characters that somebody says of a place
CORNER, CROSSING = "路口", " 交叉口"  # what people say, and the end of a crossing's name


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """An address with its point; `metres` from where the search was asked, when it was."""

    id: int
    kind: str
    name: str
    full_name: str
    lon: float
    lat: float
    grid_code: str | None
    metres: float | None


_COLUMNS = """
a.id, a.kind, a.name, a.full_name, ST_X(a.point), ST_Y(a.point),
(SELECT g.code FROM geo_unitgrid g WHERE g.id = a.grid_id)
"""

# A frequent word matches half the table: enough rows to sort the best of are taken, not all. Those
# that have it in their name come first: a district's word is in every address of the district.
_SEARCH = f"""
SELECT {_COLUMNS}, a.metres
  FROM (SELECT *, CASE WHEN %(lon)s::float8 IS NOT NULL THEN ST_DistanceSphere(point,
                  ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326)) END AS metres
          FROM geo_address WHERE id IN (
                (SELECT id FROM geo_address
                  WHERE cityloop_bigrams(name) @@ %(query)s::text::tsquery LIMIT 3000)
                UNION
                (SELECT id FROM geo_address
                  WHERE search @@ %(query)s::text::tsquery LIMIT 3000))) a
 ORDER BY a.name = %(text)s::text DESC,
          (SELECT bool_and(strpos(lower(a.name), word) > 0)
             FROM unnest(%(words)s::text[]) AS word) DESC,
          (SELECT bool_and(strpos(lower(a.full_name), word) > 0)
             FROM unnest(%(words)s::text[]) AS word) DESC,
          a.metres NULLS LAST,
          array_position('{{road,neighbourhood,poi,landmark,crossing,doorplate}}'::text[],
                         a.kind::text),
          length(a.name), a.number, a.full_name
 LIMIT %(limit)s::int
"""  # noqa: S608 (constants only)

# The house that is missing: its neighbours on the same side of the road.
_NUMBERS = f"""
SELECT {_COLUMNS}, NULL::float8
  FROM geo_address a
 WHERE a.search @@ %(query)s::text::tsquery AND a.number IS NOT NULL
 ORDER BY strpos(a.full_name, %(text)s::text) > 0 DESC,
          a.number %% 2 <> %(number)s::int %% 2, abs(a.number - %(number)s::int), a.full_name
 LIMIT %(limit)s::int
"""  # noqa: S608 (constants only)


def search_address(
    text: str, *, near: tuple[float, float] | None = None, limit: int = 10
) -> list[FoundAddress]:
    """Addresses that hold every word of a text (two Chinese characters are enough), best first.

    Two roads ("A路 B路", in either order and as people say it: spoken.py) find their crossing, and
    "A路口" those of the road; the city's name may stand in front. For a house number that does not
    exist the nearest numbers of that road are found. `near` (lon, lat) puts nearer ones first.
    """
    text = text.replace("\0", " ").strip()
    lon, lat = checked(*near) if near else (None, None)
    most = {"lon": lon, "lat": lat, "limit": max(1, min(limit, 100))}
    if found := _search(text, most):
        return found
    for reading in (text.replace(CORNER, CROSSING), *readings(text[:LONGEST], _cities())):
        if reading != text and (found := _search(reading, most)):
            return found
    return _neighbours(without_city(text, _cities()), limit)


def _search(text: str, most: Mapping[str, Any]) -> list[FoundAddress]:
    """What holds every word of the text."""
    query = bigrams.query(text)
    if not query:
        return []
    return _found(_SEARCH, {**most, "query": query, "text": text, "words": text.lower().split()})


def _neighbours(text: str, limit: int) -> list[FoundAddress]:
    """The numbers next to one that does not exist."""
    house = re.fullmatch(r"(.*\D)(\d{1,5})\s*号?", text)
    if house is None:
        return []
    road, number = house.group(1).strip(), int(house.group(2))
    if not (query := bigrams.query(road)):
        return []
    return _found(_NUMBERS, {"query": query, "text": road, "number": number, "limit": limit})


def _cities() -> list[str]:
    """Names of the provinces and cities."""
    rows = Region.objects.filter(level__in=(Region.Level.PROVINCE, Region.Level.CITY))
    return list(rows.order_by("code").values_list("name", flat=True))


def nearest_address(lon: float, lat: float, *, within_m: float = 500.0) -> FoundAddress | None:
    """The nearest address to a WGS 84 point, roads as such left out. Raises NoCoordinate."""
    lon, lat = checked(lon, lat)
    found = _found(
        f"""SELECT {_COLUMNS}, ST_DistanceSphere(a.point, here.point) AS metres
              FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326)
                           AS point) here,
                   LATERAL (SELECT * FROM geo_address WHERE kind <> 'road'
                             ORDER BY point <-> here.point LIMIT 12) a
             ORDER BY metres LIMIT 1""",  # noqa: S608 (constants only)
        {"lon": lon, "lat": lat},
    )
    return found[0] if found and (found[0].metres or 0.0) <= within_m else None


def _found(sql: str, values: dict[str, Any]) -> list[FoundAddress]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [FoundAddress(*row) for row in cursor.fetchall()]
