"""The map layer of components."""

from __future__ import annotations

from cityloop.assets.queries import UNITS
from cityloop.geo.tiles import BOX, Layer, Rows
from cityloop.kernel.actor import Actor
from cityloop.people.scope import scope_named


def _components(zoom: int, actor: Actor) -> Rows:
    """What the actor sees; the cap and the groups are the engine's."""
    seen, values = scope_named(actor, "c", organisation_column=UNITS, region_column="grid_code")
    return Rows(
        f"""SELECT c.id, c.point::geometry AS geom, c.code, c.name, c.state,
                   substr(c.code, 7, 4) AS class_code
              FROM assets_component c WHERE c.point && {BOX} AND {seen}""",  # noqa: S608 (constants)
        values,
    )


LAYERS = (
    Layer(
        "components",
        ("code", "name", "state", "class_code"),
        _components,
        min_zoom=11,
        cluster_below=16,
        permission="components.view",
    ),
)
