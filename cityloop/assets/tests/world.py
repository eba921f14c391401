"""A strip of two districts with unit grids of about 100 m, three classes, some units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.contrib.gis.geos import MultiPolygon, Polygon

from cityloop.geo.models import Region, UnitGrid
from cityloop.kernel.actor import Actor
from cityloop.people.models import Organisation
from cityloop.standards.models import Edition, ProblemClass

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SINCE = date(2020, 1, 1)
WEST, SOUTH, CELL = 120.17, 30.24, 0.001
# district: (first column, last column) of its grids
DISTRICTS = {"330102": (0, 4), "330106": (5, 9)}


@dataclass
class World:
    """Classes by code, units by code."""

    classes: dict[str, ProblemClass]
    units: dict[str, Organisation]
    root: Actor

    def desk(self, *codes: str) -> Actor:
        """Somebody who manages components of these units only."""
        return Actor(
            member_id=None, name="x", post="desk",
            permissions=frozenset({"components.view", "components.manage"}),
            organisation_ids=frozenset(self.units[code].pk for code in codes),
        )  # fmt: skip

    def district(self, code: str, *, manage: bool = True) -> Actor:
        """Somebody who sees a district."""
        may = {"components.view", "map.view"} | ({"components.manage"} if manage else set())
        return Actor(
            member_id=None, name="x", post="district", permissions=frozenset(may),
            organisation_ids=None, region_codes=(code,),
        )  # fmt: skip


def at(column: float, row: float = 0.5) -> tuple[float, float]:
    """Longitude and latitude inside a column of the strip."""
    return WEST + column * CELL, SOUTH + row * CELL


def build() -> World:
    """A fresh world."""
    for district, (first, last) in DISTRICTS.items():
        make_district(district, first, last)
    edition = Edition.objects.create(
        code="E", name_zh="版", kind="national", family="e", valid_from=SINCE,
        loaded_at=NOW, loaded_by="test",
    )  # fmt: skip
    classes = {
        minor: ProblemClass.objects.create(
            edition=edition, kind="component", major_code="01", major_zh="公用设施",
            minor_code=minor, name_zh=name, name_en=english, code=f"E/C01{minor}",
        )
        for minor, name, english in (
            ("01", "上水井盖", ""), ("02", "污水井盖", ""), ("37", "路灯", "Street lamp"),
        )
    }  # fmt: skip
    Edition.objects.filter(pk=edition.pk).update(status="published", published_at=NOW)
    units = {
        code: Organisation.objects.create(
            code=code, name_zh=name, kind="utility", valid_from=SINCE, region_code="3301"
        )
        for code, name in (("WATER", "水务集团"), ("LIGHT", "亮灯中心"), ("ROADS", "市政所"))
    }
    return World(classes, units, Actor.system("setup"))


def make_district(code: str, first: int, last: int) -> None:
    area = MultiPolygon(_box(first, last + 1))
    facts = {"geom": area, "label_point": area.centroid, "valid_from": SINCE}
    parent = None
    for level, suffix in (("district", ""), ("street", "001"), ("community", "001001")):
        parent = Region.objects.create(
            code=code + suffix, level=level, name=f"{level}{code}", parent=parent, **facts
        )
    for number, column in enumerate(range(first, last + 1), 1):
        UnitGrid.objects.create(
            code=f"{code}001001{number:03}", community=parent, district_code=code,
            street_code=f"{code}001", community_code=f"{code}001001", geom=_box(column, column + 1),
            area_m2=10_000, valid_from=SINCE,
        )  # fmt: skip


def _box(first: int, end: int) -> Polygon:
    return Polygon.from_bbox((WEST + first * CELL, SOUTH, WEST + end * CELL, SOUTH + CELL))
