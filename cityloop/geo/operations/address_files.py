"""Files of addresses read: a table of a city (CSV, workbook) or a geographic file of points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from cityloop.geo import sources
from cityloop.geo.coordinates import pairs_to_wgs84
from cityloop.geo.models import Address
from cityloop.kernel.tables import WORKBOOKS, BadTable, Row, read_table

HEADERS = {
    "名称": "name", "地名": "name", "类别": "kind", "类型": "kind", "全称": "full_name",
    "详细地址": "full_name", "地址": "full_name", "经度": "lon", "纬度": "lat", "x": "lon",
    "y": "lat", "longitude": "lon", "latitude": "lat",
}  # fmt: skip
KINDS = {
    "": Address.Kind.POI,
    **{kind.value: kind for kind in Address.Kind},
    # as CJ/T 215 and the offices that keep addresses call them
    "街巷": Address.Kind.ROAD, "道路": Address.Kind.ROAD, "路口": Address.Kind.CROSSING,
    "门楼牌": Address.Kind.DOORPLATE, "门牌": Address.Kind.DOORPLATE,
    "片区": Address.Kind.NEIGHBOURHOOD, "小区": Address.Kind.NEIGHBOURHOOD,
    "标志物": Address.Kind.LANDMARK, "兴趣点": Address.Kind.POI,
}  # fmt: skip
LONGEST = {"name": 128, "full_name": 256}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row by its line (of a table) or number (of a geographic file); the point in WGS 84.

    `fault` says why it cannot be taken.
    """

    row: int
    name: str
    kind: str
    full_name: str
    lon: float
    lat: float
    fault: str = ""


def read(path: Path, *, layer: str, system: str) -> list[Entry]:
    """The rows of a file; of a table `system` (default wgs84) is what its degrees are in.

    Raises BadTable, UnreadableFile, UnknownSystem.
    """
    if path.suffix.lower() in (".csv", *WORKBOOKS):
        return list(_table(path, system or "wgs84"))
    found = sources.read_features(path, layer=layer, system=system)
    return [_entry(one.row, _named(one), *_place(one)) for one in found]


def _table(path: Path, system: str) -> Iterator[Entry]:
    rows = [(line, _renamed(row)) for line, row in read_table(path, ())]
    if not rows:
        raise BadTable(gettext("%(path)s: it holds nothing") % {"path": path.name})
    if missing := [name for name in ("name", "lon", "lat") if name not in rows[0][1]]:
        raise BadTable(gettext("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    numbers = [(_number(row["lon"]), _number(row["lat"])) for _, row in rows]
    for (line, row), place in zip(rows, pairs_to_wgs84(numbers, system), strict=True):
        yield _entry(line, row, *place, "" if row["lon"] and row["lat"] else gettext("no point"))


def _renamed(row: Mapping[str, str]) -> Row:
    """Cells by our names; of columns that mean the same: ours, or the first that is filled."""
    cells = {header.lower(): cell for header, cell in row.items()}
    ours = dict(cells)
    for header, cell in cells.items():
        name = HEADERS.get(header, header)
        ours[name] = ours.get(name) or cell
    return ours


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _named(one: sources.Feature) -> Row:
    return _renamed({name: one.text(name) for name in one.fields})


def _place(one: sources.Feature) -> tuple[float, float, str]:
    """The point of a feature; map programs write layers of MultiPoint with one point each."""
    shape: Any = one.shape
    parts: Any = getattr(shape, "geoms", ())
    shape = parts[0] if len(parts) == 1 else shape
    if shape is None or shape.is_empty or shape.geom_type != "Point":
        return 0.0, 0.0, gettext("no point")
    return shape.x, shape.y, ""


def _entry(number: int, row: Row, lon: float, lat: float, no_point: str) -> Entry:
    name, full_name = row.get("name", ""), row.get("full_name", "")
    kind = KINDS.get(row.get("kind", "").lower())
    fault = no_point or _fault(name, full_name, kind, lon, lat)
    return Entry(number, name, kind or "", full_name, lon, lat, fault)


def _fault(name: str, full_name: str, kind: str | None, lon: float, lat: float) -> str:
    if not name:
        return gettext("no name")
    for field, text in (("name", name), ("full_name", full_name)):
        if len(text) > LONGEST[field]:
            told = {"field": field, "most": LONGEST[field]}
            return gettext("%(field)s has more than %(most)s characters") % told
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        return gettext("its coordinates are no degrees of longitude and latitude")
    if kind is None:
        return gettext("kind is one of %(values)s") % {"values": ", ".join(Address.Kind.values)}
    return ""
