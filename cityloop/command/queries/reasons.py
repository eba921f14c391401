"""Why a number changed: the class, area or unit in which most of the change lies."""

from __future__ import annotations

from dataclasses import dataclass

from cityloop.command.measures import Measure
from cityloop.command.queries.cells import DIMENSIONS, Cube

LEAST_CHANGE = 2  # of fewer cases nobody asks why
LEAST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Reason:
    """`dimension` and `key` explain this share of the change; it was a rise, or a fall."""

    dimension: str
    key: str | int
    share: float
    rise: bool


def reason_of(measure: Measure, cube: Cube) -> Reason | None:
    """What explains most of a change; None where the change is small or lies everywhere.

    Of a percentage the count behind it is explained: of what was handled in time, what was late.
    """
    name = measure.explained
    if name in cube.unknown or not cube.cells:
        return None
    now, before = cube.by("")[""]
    change = now.get(name, 0) - before.get(name, 0)
    if abs(change) < LEAST_CHANGE:
        return None
    best: Reason | None = None
    for dimension in DIMENSIONS:
        found = cube.by(dimension)
        if len(found) < 2:
            continue  # what all have in common explains nothing
        for key, (is_, was) in found.items():
            share = min(1.0, (is_.get(name, 0) - was.get(name, 0)) / change)
            if key and share >= LEAST_SHARE and (best is None or share > best.share):
                best = Reason(dimension, key, share, change > 0)
    return best
