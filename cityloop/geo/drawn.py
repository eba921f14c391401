"""Lines and outlines as people write them: a corner a line, longitude before latitude, in WGS 84.

What a map draws is written into the same field, so that it can be drawn without a mouse too.
"""

from __future__ import annotations

import re

import shapely
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.kernel.errors import Invalid

MOST_CORNERS = 20_000
_BETWEEN = re.compile(r"[\s,;，；]+")
_DIGITS = 9  # of a degree: the precision of our outlines


def read_line(text: str) -> list[tuple[float, float]]:
    """The corners of a line, in degrees. Raises Invalid, naming the line that is no corner."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        parts = [one for one in _BETWEEN.split(line) if one]
        try:
            lon, lat = (float(one) for one in parts)
        except ValueError as error:
            raise Invalid(_no_corner(number, line)) from error
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise Invalid(_no_corner(number, line))
        found.append((lon, lat))
    if len(found) > MOST_CORNERS:
        raise Invalid(gettext("at most %(most)s corners") % {"most": MOST_CORNERS})
    return found


def _no_corner(number: int, line: str) -> str:
    why = gettext("line %(number)s is no longitude and latitude: %(line)s")
    return why % {"number": number, "line": line[:40]}


def read_outline(text: str) -> BaseGeometry:
    """A polygon from its corners, or whatever GeoJSON says; not checked. Raises Invalid."""
    if text.lstrip().startswith("{"):
        try:
            return shapely.force_2d(shapely.from_geojson(text))
        except (shapely.GEOSException, ValueError) as error:
            raise Invalid(gettext("this GeoJSON holds no outline")) from error
    corners = read_line(text)
    if len(corners) < 3:
        raise Invalid(gettext("an outline has at least three corners"))
    return shapely.Polygon(corners)


def write_outline(shape: BaseGeometry) -> str:
    """As read_outline takes it: corners where one ring says it all, else GeoJSON."""
    parts = shapely.get_parts(shape)
    if len(parts) == 1 and not parts[0].interiors:
        return "\n".join(_corner(x, y) for x, y in parts[0].exterior.coords[:-1])
    return str(shapely.to_geojson(shape))


def _corner(x: float, y: float) -> str:
    return f"{x:.{_DIGITS}f} {y:.{_DIGITS}f}"
