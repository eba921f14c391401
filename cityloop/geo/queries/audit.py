"""What was changed of the ground and the maps, for the audit of configuration."""

from __future__ import annotations

from typing import Any

from cityloop.geo import words as naming
from cityloop.geo.models import GridChange
from cityloop.geo.queries.map_settings import map_changes
from cityloop.kernel.changes import Asked, Change, asked_of, lines_of


def configured(asked: Asked) -> list[Change]:
    """Service areas, map services; unit grids retired, split, merged."""
    return [
        *asked_of(map_changes(), asked, "map", _map),
        *asked_of(GridChange.objects.all(), asked, "grids", _grid, at="planned_at"),
    ]


def _map(row: Any) -> Change:
    lines = lines_of(row.was, row.became, names=naming.SETTINGS)
    what = f"{naming.SUBJECTS[row.subject]} {row.name}: {naming.ACTIONS[row.action]}"
    return Change("map", row.pk, row.at, row.actor, what, lines, row.reason)


def _grid(row: GridChange) -> Change:
    lines = (f"{', '.join(row.retired[:8])} → {', '.join(row.made[:8]) or row.heir or '–'}",)
    what = f"{naming.CHANGES[GridChange.Kind(row.kind)]} {row.day}"
    return Change("grids", row.pk, row.planned_at, row.actor, what, lines, row.reason)
