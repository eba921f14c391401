"""Reports of one problem at the same moment open one case, whichever processes take them.

Neither is to be seen by the other's question. So each takes the ground about it while it is written
and looks again whether it is still alone there (alone.sql); who is not asks anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import orjson

from cityloop.geo.coordinates import metres_per_degree
from cityloop.intake.queries.asking import Context
from cityloop.kernel.rows import First

CELL = 0.002  # degrees, wider than what most channels look about
# Older cases were to be seen when the report was asked about, however long it waited since.
MOMENT = timedelta(seconds=60)
REFUSAL = "somebody told of a problem here at the same moment"


def alone(found: Sequence[Context], *, held: bool) -> First | None:
    """What the statement that opens these cases asks first; None where no place is known.

    `held`: it is part of a longer transaction, such as a story of the demo city. That would keep
    its ground from everybody else until the end, and wait for others in another order than they:
    it only looks.
    """
    placed = [one for one in found if one.asked.lon is not None and one.asked.lat is not None]
    if not placed:
        return None
    own = [one.case_id for one in found]
    cells = [] if held else sorted({key for one in placed for key in _cells(one)})
    rows = [_row(one, own) for one in placed]
    return First("intake_alone(%s::int[], %s::jsonb)",
                 (f"{{{','.join(map(str, cells))}}}", orjson.dumps(rows).decode()))  # fmt: skip


def _row(one: Context, own: Iterable[int]) -> dict[str, Any]:
    asked = one.asked
    wide, high = _reach(one)
    return {
        "lon": asked.lon, "lat": asked.lat, "metres": asked.channel.metres, "wide": wide,
        "high": high, "since": max(asked.since, asked.now - MOMENT), "class": asked.class_id,
        "pictures": bool(asked.photos),
        "seen": [*own, *(candidate.case_id for candidate in one.candidates)],
    }  # fmt: skip


def _reach(one: Context) -> tuple[float, float]:
    """Degrees from the point that hold the circle, east and north."""
    across, along = metres_per_degree(one.asked.lat or 0.0)
    metres = one.asked.channel.metres * 1.01
    return metres / max(across, 1.0), metres / along


def _cells(one: Context) -> Iterator[int]:
    """Keys of the cells of ground that the circle touches; two cells of one key do no harm."""
    (wide, high), lon, lat = _reach(one), one.asked.lon or 0.0, one.asked.lat or 0.0
    for x in range(math.floor((lon - wide) / CELL), math.floor((lon + wide) / CELL) + 1):
        for y in range(math.floor((lat - high) / CELL), math.floor((lat + high) / CELL) + 1):
            yield ((x & 0xFFFF) << 15 | (y & 0x7FFF)) & 0x7FFFFFFF
