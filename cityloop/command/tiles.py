"""The map layer of heat: cases of the last days by unit grid, from a table that a job writes."""

from __future__ import annotations

from cityloop.geo.tiles import BOX, Layer, Rows
from cityloop.kernel.actor import Actor
from cityloop.people.scope import scope_named

SIDE = 48  # of the lattice of a tile in which grids are put together
CLOSE = 14  # from this zoom on each grid is its own


def _heat(zoom: int, actor: Actor) -> Rows:
    """Grids of the actor's area; whoever sees a unit's work alone sees no heat of a place."""
    seen, values = scope_named(actor, "h", organisation_column=None, region_column="grid_code")
    cells = f"""SELECT h.id, h.point AS geom, h.cases FROM command_heat_cell h
        WHERE h.point && {BOX} AND {seen}"""  # noqa: S608 (constants)
    if zoom >= CLOSE:
        return Rows(cells, values)
    size = 360 / 2**zoom / SIDE
    return Rows(
        f"""SELECT min(c.id) AS id, ST_Centroid(ST_Collect(c.geom)) AS geom,
                   sum(c.cases)::int AS cases
              FROM ({cells}) c
             GROUP BY floor(ST_X(c.geom) / {size}), floor(ST_Y(c.geom) / {size})""",  # noqa: S608 (constants)
        values,
    )


LAYERS = (
    Layer("case-heat", ("cases",), _heat, min_zoom=5, permission="command.view", max_age=600),
)
