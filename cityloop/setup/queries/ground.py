"""The ground as it stands, and what the worker does to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from cityloop.setup.models import GroundWork


@dataclass(frozen=True, slots=True)
class District:
    """A district in force: how many streets, communities and unit grids it has."""

    code: str
    name: str
    streets: int
    communities: int
    grids: int


def ground() -> list[District]:
    """Every district with its counts, by code. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.code, d.name,
                 (SELECT count(*) FROM geo_region s WHERE s.level = 'street'
                   AND s.valid_to IS NULL AND left(s.code, 6) = d.code),
                 (SELECT count(*) FROM geo_region c WHERE c.level = 'community'
                   AND c.valid_to IS NULL AND left(c.code, 6) = d.code),
                 (SELECT count(*) FROM geo_unitgrid g
                   WHERE g.district_code = d.code AND g.valid_to IS NULL)
               FROM geo_region d WHERE d.level = 'district' AND d.valid_to IS NULL
               ORDER BY d.code"""
        )
        return [District(*row) for row in cursor.fetchall()]


def ground_works() -> QuerySet[GroundWork]:
    """Imports of the ground, latest first, without the files."""
    return GroundWork.objects.defer("content").order_by("-id")
