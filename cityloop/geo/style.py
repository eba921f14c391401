"""The base map as a MapLibre style: our own tiles, and the city's map services below them. Pure.

No glyphs and no sprite: labels name the generic font family, so a map server is not needed for
them (Chinese included) and the map works without internet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cityloop.geo.models import MapSource

_FONT = ["sans-serif"]
Json = dict[str, Any]


def style(
    *, origin: str, sources: Sequence[MapSource], centre: tuple[float, float], title: str
) -> Json:
    """A style (version 8). `origin` is scheme and host, as tile addresses are absolute."""
    rasters = {f"city-{one.pk}": _city_source(one) for one in sources}
    own = {name: _own_source(origin, name, *zooms) for name, zooms in _OWN.items()}
    return {
        "version": 8,
        "name": title,
        "center": list(centre),
        "zoom": 11,
        "sources": {**rasters, **own},
        "layers": [_PAPER, *map(_city_layer, sources), *_layers(covered=bool(sources))],
    }


# Our sources with the zooms of their tiles; between them and 22 the browser enlarges.
_OWN = {"regions": (0, 15), "roads": (9, 15), "grids": (14, 16)}
_PAPER: Json = {"id": "paper", "type": "background", "paint": {"background-color": "#eef1f4"}}


def _own_source(origin: str, name: str, least: int, most: int) -> Json:
    address = f"{origin}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt"
    return {"type": "vector", "tiles": [address], "minzoom": least, "maxzoom": most}


def _city_source(one: MapSource) -> Json:
    if one.kind == MapSource.Kind.PMTILES:  # vector or raster: the archive itself says it
        return {"type": "vector", "url": f"pmtiles://{one.url}", "attribution": one.attribution}
    return {
        "type": "raster",
        "tiles": [one.url],
        "tileSize": 256,
        "attribution": one.attribution,
    }


def _city_layer(one: MapSource) -> Json:
    source = f"city-{one.pk}"
    if one.kind == MapSource.Kind.PMTILES:
        # Archives in the common schema call their roads so; other layers are the city's to add.
        return {
            "id": source,
            "type": "line",
            "source": source,
            "source-layer": "roads",
            "paint": {"line-color": "#d5dbe1"},
        }
    return {"id": source, "type": "raster", "source": source}


def _layers(*, covered: bool) -> list[Json]:
    land = {"fill-color": "#f8f9fa", "fill-opacity": 0 if covered else 1}
    return [
        _layer("land", "fill", "regions", "district", paint=land),
        {
            "id": "roads",
            "type": "line",
            "source": "roads",
            "source-layer": "roads",
            "layout": {"line-cap": "round", "line-join": "round"},
            "paint": {"line-color": "#ffffff", "line-width": _road_width()},
        },
        _border("community", "#9aa5b1", 0.7, 13),
        _border("street", "#7b8794", 1.0, 10),
        _border("district", "#3366aa", 1.6, 0),
        {
            "id": "grids",
            "type": "line",
            "source": "grids",
            "source-layer": "grids",
            "paint": {"line-color": "#2a9d8f", "line-opacity": 0.5, "line-width": 0.8},
        },
        _road_names(),
        _names("community", 11, 14),
        _names("street", 12, 11),
        _names("district", 14, 0),
    ]


def _layer(name: str, kind: str, source: str, level: str, *, paint: Json) -> Json:
    return {
        "id": name,
        "type": kind,
        "source": source,
        "source-layer": source,
        "filter": ["==", ["get", "level"], level],
        "paint": paint,
    }


def _border(level: str, colour: str, width: float, least: int) -> Json:
    paint = {"line-color": colour, "line-width": width, "line-opacity": 0.7}
    return {**_layer(f"{level}-borders", "line", "regions", level, paint=paint), "minzoom": least}


def _names(level: str, size: int, least: int) -> Json:
    ink = {"text-color": "#323f4b", "text-halo-color": "#ffffff", "text-halo-width": 1.4}
    here = ["==", ["geometry-type"], "Point"]
    return {
        **_layer(f"{level}-names", "symbol", "regions", level, paint=ink),
        "filter": ["all", ["==", ["get", "level"], level], here],
        "minzoom": least,
        "layout": {"text-field": ["get", "name"], "text-font": _FONT, "text-size": size},
    }


def _road_names() -> Json:
    return {
        "id": "road-names",
        "type": "symbol",
        "source": "roads",
        "source-layer": "roads",
        "minzoom": 13.5,
        "layout": {
            "symbol-placement": "line",
            "text-field": ["get", "name"],
            "text-font": _FONT,
            "text-size": 11,
        },
        "paint": {"text-color": "#616e7c", "text-halo-color": "#ffffff", "text-halo-width": 1.2},
    }


def _road_width() -> list[Any]:
    def by_kind(primary: float, secondary: float, branch: float) -> list[Any]:
        return ["match", ["get", "kind"], "primary", primary, "secondary", secondary, branch]

    grow = ["interpolate", ["exponential", 1.6], ["zoom"]]
    return [*grow, 10, by_kind(1.6, 0.9, 0.3), 16, by_kind(13, 9, 5)]
