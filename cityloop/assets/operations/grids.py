"""Components follow the unit grids: when those change, each gets the code of the one it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.assets.models import Component
from cityloop.assets.operations.register import write_lines
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor


def follow_grids(*, retired: Sequence[str], on: date, actor: Actor, now: datetime) -> int:
    """Give components of retired grids, and those in no grid, the grid of a day; returns how many.

    One that lies in no grid then has none and keeps its area. A line of history each; state,
    owner and the day of change, which are the component's own, stay.
    """
    wanted = Q(grid_code__in=list(retired)) | Q(grid_code="")
    rows = list(Component.objects.select_for_update().filter(wanted).order_by("pk"))
    places = geo.locate_many([(row.point.x, row.point.y) for row in rows], on=on)
    changed = []
    for row, place in zip(rows, places, strict=True):
        grid = place.grid_code if place else ""
        if grid == row.grid_code:
            continue
        changed.append((row, {"grid_code": [row.grid_code, grid]}))
        row.grid_code = grid
        row.area_code = place.community_code if place else row.area_code
    if changed:
        fields = ["grid_code", "area_code"]
        Component.objects.bulk_update([row for row, _d in changed], fields, batch_size=2000)
        reason = _("unit grids changed on %(day)s") % {"day": on}
        write_lines(changed, actor=actor, now=now, reason=reason)
    return len(changed)
