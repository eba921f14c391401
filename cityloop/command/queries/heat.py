"""Where the heat of an actor's ground lies."""

from __future__ import annotations

from django.contrib.gis.db.models import Extent

from cityloop.command.models import HeatCell
from cityloop.kernel.actor import Actor
from cityloop.people.scope import scope_q


def bounds(actor: Actor) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees of the grids that have cases; None without any."""
    seen = HeatCell.objects.filter(scope_q(actor, region_field="grid_code"))
    found: tuple[float, float, float, float] | None = seen.aggregate(box=Extent("point"))["box"]
    return found
