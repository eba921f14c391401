"""A unit grid answers as the one did whose place it took, where nothing was said of it since.

Lines, persons and company areas name grids by code. They are never rewritten when a grid is split
or merged: the matrix of a day adds what the new grids inherit on that day. So a planned change
needs no writing, a cancelled one no undoing, and who ends the old grid's line ends it for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from cityloop.geo.queries import chain
from cityloop.people.lines import Line, PersonLine
from cityloop.people.models import ANY

T = TypeVar("T", Line, PersonLine)
GRID_DIGITS = 14  # the shortest code of a unit grid


def with_heirs(rows: Iterable[T], heirs: Mapping[str, str]) -> list[T]:
    """Lines or persons, and the same for the grids that took the place of those they name."""
    found = list(rows)
    named: dict[str, dict[tuple[object, ...], list[T]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        if row.region != ANY and len(row.region) >= GRID_DIGITS:
            named[row.region][_cell(row)].append(row)
    if not named:
        return found
    for grid in heirs:
        said = set(named[grid]) if grid in named else set()
        for origin in chain(grid, dict(heirs)):
            cells = named.get(origin, {})
            for cell in cells.keys() - said:
                found += [replace(row, region=grid) for row in cells[cell]]
            said |= cells.keys()
    return found


def areas_with_heirs(
    areas: Mapping[str, tuple[int, str]], heirs: Mapping[str, str]
) -> dict[str, tuple[int, str]]:
    """Company areas by grid, and the same for the grids that took their place."""
    found = dict(areas)
    if not areas:
        return found
    for grid in heirs:
        origins = (one for one in (grid, *chain(grid, dict(heirs))) if one in areas)
        if (nearest := next(origins, None)) is not None:
            found[grid] = areas[nearest]
    return found


def _cell(row: Line | PersonLine) -> tuple[object, ...]:
    owner = row.owner_id if isinstance(row, Line) else None
    return row.kind, row.edition, row.major, row.minor, owner
