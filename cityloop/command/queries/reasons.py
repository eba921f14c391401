"""Why a number changed: the class, area or unit in which most of the change lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cityloop.command.measures import Measure
from cityloop.command.queries.cells import DIMENSIONS, Counts, Cube

LEAST_CHANGE = 2  # of fewer cases nobody asks why
LEAST_POINTS, LEAST_JUDGED = 1.0, 5  # of a percentage
LEAST_SHARE = 0.25
Part = Callable[[Counts, Counts], float]


@dataclass(frozen=True, slots=True)
class Reason:
    """`dimension` and `key` explain this share of the change; it was a rise, or a fall."""

    dimension: str
    key: str | int
    share: float
    rise: bool


def reason_of(measure: Measure, cube: Cube) -> Reason | None:
    """What explains most of a change; None where the change is small or lies everywhere."""
    if measure.of in cube.unknown or not cube.cells:
        return None
    now, before = cube.by("")[""]
    part = _of_rate(measure, now, before) if measure.whole else _of_count(measure, now, before)
    if part is None:
        return None
    change = part(now, before)
    best: Reason | None = None
    for dimension in DIMENSIONS:
        found = cube.by(dimension)
        if len(found) < 2:
            continue  # what all have in common explains nothing
        for key, (is_, was) in found.items():
            share = min(1.0, part(is_, was) / change)
            if key and share >= LEAST_SHARE and (best is None or share > best.share):
                best = Reason(dimension, key, share, change > 0)
    return best


def _of_count(measure: Measure, now: Counts, before: Counts) -> Part | None:
    """A part's own change."""

    def part(is_: Counts, was: Counts) -> float:
        return is_.get(measure.of, 0) - was.get(measure.of, 0)

    return part if abs(part(now, before)) >= LEAST_CHANGE else None


def _of_rate(measure: Measure, now: Counts, before: Counts) -> Part | None:
    """How many points a part moved the percentage of all: by its own share handled so, and by how
    much of the whole it is. Over all parts these add up to the change."""
    wholes = [sum(counts.get(name, 0) for name in measure.whole) for counts in (now, before)]
    if min(wholes) < LEAST_JUDGED:
        return None
    rate = before.get(measure.of, 0) / wholes[1]

    def above(counts: Counts, whole: int) -> float:
        own = sum(counts.get(name, 0) for name in measure.whole)
        return (counts.get(measure.of, 0) - rate * own) / whole

    def part(is_: Counts, was: Counts) -> float:
        return 100 * (above(is_, wholes[0]) - above(was, wholes[1]))

    return part if abs(part(now, before)) >= LEAST_POINTS else None
