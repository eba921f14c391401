"""A small made-up town: a slanted district with two streets and six communities."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from cityloop.geo import operations, outlining
from cityloop.geo.sources import Division
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotSignedIn

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
BOSS = Actor.system()
NOBODY = Actor(member_id=None, name="nobody", post="")
DISTRICT = "330199"
STREETS = [Division("330199001", "东街道", DISTRICT), Division("330199002", "西街道", DISTRICT)]
COMMUNITIES = [
    Division(f"{street.code}{n:03d}", f"{street.name[0]}{word}社区", street.code)
    for street in STREETS
    for n, word in enumerate(("桥头", "河边", "山脚"), 1)
]
# About 1.9 km by 1.6 km, no side along a meridian, with a dent.
OUTLINE = shapely.Polygon(
    [
        (120.1, 30.2),
        (120.118, 30.2031),
        (120.1212, 30.214),
        (120.1093, 30.2112),
        (120.1011, 30.2153),
    ]
)


def shapes() -> dict[str, BaseGeometry]:
    """Outlines of the town's regions by code."""
    return outlining.outline({DISTRICT: OUTLINE}, STREETS, COMMUNITIES).shapes


def names() -> dict[str, str]:
    """Names by code."""
    return {DISTRICT: "试验区", **{d.code: d.name for d in (*STREETS, *COMMUNITIES)}}


def feature(shape: BaseGeometry | None, **fields: Any) -> dict[str, Any]:
    """A GeoJSON feature."""
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": fields, "geometry": geometry}


def write(path: Path, features: list[dict[str, Any]], crs: str = "") -> Path:
    """A GeoJSON file; `crs` as EPSG number."""
    body: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs:
        body["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def region_file(path: Path, given: Mapping[str, BaseGeometry] | None = None) -> Path:
    """The town's regions as a file."""
    found = shapes() if given is None else given
    return write(path, [feature(s, code=c, name=names()[c]) for c, s in found.items()])


def import_town(folder: Path) -> None:
    """Regions and unit grids of the town in the database."""
    report = operations.import_regions(
        region_file(folder / "town.geojson"), actor=BOSS, now=NOW, valid_from=date(2026, 1, 1)
    )
    assert not report.rejected, report.rejected
    operations.generate_grids(
        districts=[DISTRICT], actor=BOSS, now=NOW, valid_from=date(2026, 1, 1)
    )


def actor_of_test(request: Any) -> Actor | None:
    """Stands for people's answer to who is asking: the header names permissions."""
    given = request.headers.get("X-Test-Permissions")
    if given is None:
        raise NotSignedIn
    return Actor(
        member_id=None, name="t", post="t", permissions=frozenset(given.split(",")),
        organisation_ids=None,
    )  # fmt: skip
