"""Geographic files opened: the layer that is meant, and its columns as GDAL reads them.

Dates are read as text: GDAL takes a column of dates for one even where a day is impossible, and one
such day would lose the whole file. Whoever uses the column says which row is wrong.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from django.utils.translation import gettext

from cityloop.kernel.errors import Invalid

_CSV = {"X_POSSIBLE_NAMES": "lon,longitude,x", "Y_POSSIBLE_NAMES": "lat,latitude,y"}
# These give dates as they are written; what others give is spelt by GDAL: 2020/02/28 10:00:00+08.
_JSON = {"GeoJSON", "GeoJSONSeq", "TopoJSON", "ESRIJSON"}
_UNREADABLE = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, ValueError,
)  # fmt: skip


class UnreadableFile(Invalid):
    """No geographic file, one of several layers, or one whose coordinate system is unknown."""

    code = "unreadable-file"


@dataclass(frozen=True, slots=True)
class Table:
    """What a layer holds: shapes as WKB (None: no geometry), columns by position of `names`."""

    names: list[str]
    crs: str | None
    shapes: Any
    columns: list[Any]


def open_table(path: Path, layer: str) -> Table:
    """A layer of a file, the only one when none is named; dates as text.

    Raises UnreadableFile for a damaged or foreign file, a layer that is not there, and for several
    layers of which none is chosen.
    """
    options = _CSV if path.suffix.lower() == ".csv" else {}
    try:
        with warnings.catch_warnings():  # they go to a terminal that nobody watches
            warnings.simplefilter("ignore")
            chosen = _layer(path, layer)
            told = pyogrio.read_info(str(path), layer=chosen, **options)
            meta, _, shapes, columns = pyogrio.raw.read(
                str(path), force_2d=True, **options, **_as_text(told, chosen)
            )
    except _UNREADABLE as error:
        raise UnreadableFile(
            gettext("%(file)s is damaged, or no file of places (GeoJSON, GeoPackage, shapefile)")
            % {"file": path.name}
        ) from error
    names, dated = [str(name) for name in meta["fields"]], _dates(told)
    spelt = [
        _dashed(column) if name in dated else column
        for name, column in zip(names, columns, strict=True)
    ]
    return Table(names, meta["crs"], shapes, spelt)


def _layer(path: Path, wanted: str) -> str | None:
    """The layer to read; tables without places (styles of a GeoPackage) are no choice."""
    found = {str(name): kind for name, kind in pyogrio.list_layers(str(path))}
    placed = [name for name, kind in found.items() if kind is not None]
    about = {"file": path.name, "layers": ", ".join(placed or found)}
    if wanted and wanted not in found:
        raise UnreadableFile(
            gettext("%(file)s has no layer %(layer)s, but: %(layers)s") % {**about, "layer": wanted}
        )
    if not wanted and len(placed) > 1:
        raise UnreadableFile(
            gettext("%(file)s has several layers, name the one that is meant: %(layers)s") % about
        )
    return wanted or (placed[0] if placed else None)


def _dates(told: Mapping[str, Any]) -> set[str]:
    kinds = zip(told["fields"], told["dtypes"], strict=True)
    return {str(name) for name, kind in kinds if str(kind).startswith("datetime64")}


def _as_text(told: Mapping[str, Any], layer: str | None) -> dict[str, Any]:
    """Options of reading by which no date is parsed."""
    if told["driver"] in _JSON:
        return {"layer": layer, "DATE_AS_STRING": "YES"}
    dated = _dates(told)
    if not dated:
        return {"layer": layer}
    wanted = ", ".join(
        f"CAST({_quoted(name)} AS CHARACTER(40)) AS {_quoted(name)}"
        if name in dated
        else _quoted(name)
        for name in map(str, told["fields"])
    )
    source = _quoted(str(told["layer_name"]))
    # It only asks the opened file, and every name is quoted.
    return {"sql": f"SELECT {wanted} FROM {source}", "sql_dialect": "OGRSQL"}  # noqa: S608 (quoted)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _dashed(column: Any) -> Any:
    """GDAL's 2020/02/28 as 2020-02-28."""
    spelt = [one.replace("/", "-") if isinstance(one, str) else one for one in column]
    return np.array(spelt, dtype=object)
