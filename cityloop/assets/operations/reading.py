"""Files of components read: rows under our names, points in WGS 84 and as they were given."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from cityloop.assets import columns
from cityloop.geo import sources
from cityloop.geo.coordinates import known, many_to_wgs84
from cityloop.kernel.errors import Invalid
from cityloop.kernel.tables import read_table

FORMATS = ("csv", "xlsx", "geojson", "gpkg")
# A position as it was given: x, y and the system they are in.
Raw = tuple[float | None, float | None, str]
NOT_GIVEN: Raw = (None, None, "")


class UnreadableTable(Invalid):
    """The file cannot be read as what it is said to be; nothing was imported."""

    code = "unreadable-table"


@dataclass(slots=True)
class Row:
    """A row by its number (lines of a CSV file, the header counted); x and y in WGS 84, degrees.

    `fault` says why it cannot be read, where the rows around it can.
    """

    number: int
    values: dict[str, str]
    raw: Raw = NOT_GIVEN
    fault: str = ""


def read(path: Path, kind: str, system: str, *, layer: str = "") -> list[Row]:
    """The rows of a file, or of one of its layers.

    Raises UnreadableTable, UnreadableFile, UnknownSystem.
    """
    if kind == "csv":
        return _in_wgs84(list(_csv(path)), known(system))
    if kind == "xlsx":
        return _in_wgs84(_workbook(path), known(system))
    if kind not in FORMATS:
        raise UnreadableTable(
            _("the format is csv, xlsx, geojson or gpkg, not %(kind)s") % {"kind": kind}
        )
    said = known(system)
    if kind == "geojson":
        _require_features(path)
    found = sources.read_features(path, layer=layer, system=_shift(said))
    return [_feature(one, said) for one in found]


def _require_features(path: Path) -> None:
    """The library that reads the file passes over whatever is no feature, without a word."""
    try:
        given = json.loads(path.read_bytes())
    except ValueError:
        return  # features line by line, or nothing at all: it says so itself
    listed = given.get("features") if isinstance(given, dict) else None
    for number, one in enumerate(listed if isinstance(listed, list) else (), start=1):
        if not isinstance(one, dict) or one.get("type") != "Feature":
            raise UnreadableTable(
                _("row %(row)s: %(why)s") % {"row": number, "why": _("it is no Feature")}
            )


def _shift(system: str) -> str:
    """Files name WGS 84 and CGCS2000 themselves; the shifted systems nobody can name."""
    return system if system in ("gcj02", "bd09") else ""


def _feature(one: sources.Feature, said: str) -> Row:
    row = Row(one.row, columns.named(one.fields))
    row.values["x"] = row.values["y"] = ""
    shape, given = _only_part(one.shape), _only_part(one.given)
    if shape is None or shape.is_empty:
        row.fault = _("it has no point")
    elif shape.geom_type != "Point":
        row.fault = _("a component is a point; its shape is a %(shape)s") % {
            "shape": shape.geom_type
        }
    else:
        row.values["x"], row.values["y"] = repr(shape.x), repr(shape.y)
        if given is not None:
            name = said if one.system == "wgs84" else one.system
            row.raw = (float(given.x), float(given.y), name)
    return row


def _only_part(shape: Any) -> Any:
    """Map programs write layers of MultiPoint with one point each: such a shape is that point."""
    parts: Any = getattr(shape, "geoms", ())
    return parts[0] if len(parts) == 1 else shape


def _workbook(path: Path) -> list[Row]:
    """The first sheet; a cell is as a person typed it."""
    rows = [Row(line, columns.named(row)) for line, row in read_table(path, ())]
    given = set(rows[0].values) if rows else {"code", "x", "y"}
    if missing := sorted({"code", "x", "y"} - given):
        raise UnreadableTable(_("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    return rows


def _csv(path: Path) -> Iterator[Row]:
    raw = path.read_bytes()
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = raw.decode("gb18030", errors="replace")
    lines = _lines(content)
    _first, header, fault = next(lines, (1, [], ""))
    if fault:
        raise UnreadableTable(_("row %(row)s: %(why)s") % {"row": 1, "why": fault})
    found = {columns.ours(name) for name in header if name}
    if missing := sorted({"code", "x", "y"} - found):
        raise UnreadableTable(_("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    for number, cells, fault in lines:
        row = {**dict.fromkeys(header, ""), **dict(zip(header, cells, strict=False))}
        surplus: dict[None, list[str]] = (
            {None: cells[len(header) :]} if cells[len(header) :] else {}
        )
        yield Row(number, columns.named(row) | columns.surplus(surplus), fault=fault)


def _lines(content: str) -> Iterator[tuple[int, list[str], str]]:
    """Number of the last line, cells and fault of each row that is not blank.

    A fault within a line spoils that row alone. A quote that opens and is not closed swallows the
    lines after it: nobody knows where its row ends, so the file is refused.
    """
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num > begins or "unexpected end" in str(error):
                why = _("a quotation mark opens a cell here and is not closed as it should be")
                raise UnreadableTable(
                    _("row %(row)s: %(why)s") % {"row": begins, "why": why}
                ) from error
            yield begins, [], _fault(error)
            continue
        if cells:
            yield reader.line_num, cells, ""


def _fault(error: csv.Error) -> str:
    if "expected after" in str(error):
        return _("a quotation mark inside a cell: quote the whole cell and write the mark twice")
    return _("it cannot be read: %(why)s") % {"why": error}


def _in_wgs84(rows: Sequence[Row], system: str) -> list[Row]:
    """Note the positions as they are given; shifted ones are put right."""
    readable = []
    for row in rows:
        try:
            x, y = float(row.values["x"]), float(row.values["y"])
        except (KeyError, ValueError):
            continue  # said row by row later
        row.raw = (x, y, system)
        readable.append((row, x, y))
    if readable and system in ("gcj02", "bd09"):
        xs, ys = np.array([[x, y] for _row, x, y in readable]).T
        lons, lats = many_to_wgs84(xs, ys, system)
        for (row, _x, _y), lon, lat in zip(readable, lons.tolist(), lats.tolist(), strict=True):
            row.values["x"], row.values["y"] = repr(lon), repr(lat)
    return list(rows)
