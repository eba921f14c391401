"""What keeps the code of a unit grid follows the grids when they change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cityloop.geo.operations.staging import run
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor

_FOLLOW = """
UPDATE geo_address a SET grid_id = found.grid_id
  FROM (SELECT x.id, (SELECT l.grid_id FROM cityloop_locate(ST_X(x.point), ST_Y(x.point),
                                                           %(on)s::date) l) AS grid_id
          FROM geo_address x
         WHERE x.grid_id IS NULL
            OR x.grid_id IN (SELECT id FROM geo_unitgrid WHERE code = ANY(%(retired)s::text[]))
       ) found
 WHERE a.id = found.id AND a.grid_id IS DISTINCT FROM found.grid_id
"""


def follow_grids(*, on: date, actor: Actor, now: datetime, retired: Sequence[str] = ()) -> None:
    """What keeps the code of a retired grid, or lies in none, gets the grid it lies in on a day."""
    run(_FOLLOW, {"on": on, "retired": list(retired)})
    jobs.tell("grids.began", retired=list(retired), on=on, actor=actor, now=now)
