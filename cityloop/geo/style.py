"""The base map as a MapLibre style: our own tiles, and the city's map services below them. Pure.

No glyphs and no sprite: labels name the generic font family, so a map server is not needed for
them (Chinese included) and the map works without internet.

A PMTiles archive itself says whether it holds pictures or vector tiles. Our own pages ask it; this
style, which asks nobody, takes each for a vector archive in the common schema (Protomaps).
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
    below = {f"city-{one.pk}": _city_source(one) for one in sources}
    own = {name: _own_source(origin, name, *zooms) for name, zooms in _OWN.items()}
    return {
        "version": 8,
        "name": title,
        "center": list(centre),
        "zoom": 11,
        "sources": {**below, **own},
        "layers": [
            _PAPER,
            *(layer for one in sources for layer in _city_layers(one)),
            *_layers(covered=bool(sources)),
        ],
    }


def archive_layers(*, dark: bool = False) -> list[Json]:
    """Quiet layers for a vector archive in the common schema, lowest first.

    Their ids differ from one another; which `source` they draw is the caller's to add.
    """
    ink = _DARK if dark else _LIGHT
    green = ["match", ["get", "kind"], _GREEN, ink["green"], ink["ground"]]
    road = ["match", ["get", "kind"], "rail", ink["rail"], "path", ink["ground"], ink["road"]]
    lines = {"line-color": road, "line-width": _archive_road_width()}
    border = {"line-color": ink["border"], "line-width": 1, "line-dasharray": [3, 2]}
    return [
        _of_archive("earth", "fill", {"fill-color": ink["earth"]}),
        _of_archive("landuse", "fill", {"fill-color": green}),
        _of_archive("water", "fill", {"fill-color": ink["water"]}),
        {**_of_archive("water", "line", {"line-color": ink["water"]}), "id": "streams"},
        {**_of_archive("buildings", "fill", {"fill-color": ink["building"]}), "minzoom": 13},
        {**_of_archive("roads", "line", lines), "layout": _ROUND},
        _of_archive("boundaries", "line", border),
    ]


# Our sources with the zooms of their tiles; between them and 22 the browser enlarges.
_OWN = {"regions": (0, 15), "roads": (9, 15), "grids": (14, 16)}
_PAPER: Json = {"id": "paper", "type": "background", "paint": {"background-color": "#eef1f4"}}
_ROUND: Json = {"line-cap": "round", "line-join": "round"}
# What an archive shows, in the colours of our pages' own map: quieter than what is drawn over it.
_LIGHT = {
    "earth": "#f1f3f6", "ground": "#eaedf1", "green": "#e1eade", "water": "#cbdae8",
    "building": "#e1e6ec", "road": "#ffffff", "rail": "#d3dae2", "border": "#a3aebb",
}  # fmt: skip
_DARK = {
    "earth": "#18212c", "ground": "#1c2631", "green": "#1a2a26", "water": "#122a40",
    "building": "#212c38", "road": "#2b3744", "rail": "#131a22", "border": "#4a5969",
}  # fmt: skip
# Kinds of land use (of the old and the present edition of the schema) that are green.
_GREEN = [
    "allotments", "cemetery", "forest", "garden", "golf_course", "grass", "grassland", "meadow",
    "national_park", "nature_reserve", "orchard", "park", "pitch", "playground", "protected_area",
    "recreation_ground", "scrub", "village_green", "wetland", "wood", "zoo",
]  # fmt: skip


def _own_source(origin: str, name: str, least: int, most: int) -> Json:
    address = f"{origin}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt"
    return {"type": "vector", "tiles": [address], "minzoom": least, "maxzoom": most}


def _city_source(one: MapSource) -> Json:
    if one.kind == MapSource.Kind.PMTILES:
        return {"type": "vector", "url": f"pmtiles://{one.url}", "attribution": one.attribution}
    return {
        "type": "raster",
        "tiles": [one.url],
        "tileSize": 256,
        "attribution": one.attribution,
    }


def _city_layers(one: MapSource) -> list[Json]:
    source = f"city-{one.pk}"
    if one.kind == MapSource.Kind.PMTILES:
        return [
            {**layer, "id": f"{source}-{layer['id']}", "source": source}
            for layer in archive_layers()
        ]
    return [{"id": source, "type": "raster", "source": source}]


def _of_archive(name: str, kind: str, paint: Json) -> Json:
    """A layer of what is called so; their layers hold points for names beside the shapes."""
    shape = "Polygon" if kind == "fill" else "LineString"
    return {
        "id": name,
        "type": kind,
        "source-layer": name,
        "filter": ["==", ["geometry-type"], shape],
        "paint": paint,
    }


def _archive_road_width() -> list[Any]:
    def by_kind(highway: float, major: float, minor: float) -> list[Any]:
        kinds = ["highway", highway, ["major_road", "medium_road"], major]
        return ["match", ["get", "kind"], *kinds, minor]

    grow = ["interpolate", ["exponential", 1.6], ["zoom"]]
    return [*grow, 8, by_kind(1, 0.5, 0.2), 16, by_kind(11, 8, 3)]


def _layers(*, covered: bool) -> list[Json]:
    land = {"fill-color": "#f8f9fa", "fill-opacity": 0 if covered else 1}
    return [
        _layer("land", "fill", "regions", "district", paint=land),
        {
            "id": "roads",
            "type": "line",
            "source": "roads",
            "source-layer": "roads",
            "layout": _ROUND,
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
