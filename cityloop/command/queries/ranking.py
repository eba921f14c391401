"""Units and areas in the order of what they handled in time (J14): plain figures, no score."""

from __future__ import annotations

from dataclasses import dataclass

from cityloop.command.queries.cells import Counts, Cube

LEAST = 1  # closed cases that were judged: with fewer nobody is ranked


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line. `place` None: nothing was judged. `moved`: places won (+) or lost (-)."""

    key: str | int
    place: int | None
    moved: int | None
    counts: Counts
    rate: float | None

    @property
    def lost(self) -> int:
        """How many places were lost."""
        return -(self.moved or 0)


def ranking(cube: Cube, dimension: str) -> list[Ranked]:
    """Best first: by the share handled in time, then by how many; equals share a place."""
    found = {key: pair for key, pair in cube.by(dimension).items() if key}
    now = _places({key: pair[0] for key, pair in found.items()})
    before = _places({key: pair[1] for key, pair in found.items()})
    rows = [
        Ranked(key, now.get(key), _moved(now.get(key), before.get(key)), counts, rate(counts))
        for key, (counts, _was) in found.items()
        if counts.get("filed") or counts.get("closed")
    ]
    last = len(rows) + 1
    return sorted(
        rows, key=lambda row: (row.place or last, -row.counts.get("filed", 0), str(row.key))
    )


def rate(counts: Counts) -> float | None:
    """Per cent handled in time; None where nothing was judged."""
    judged = counts.get("on_time", 0) + counts.get("late", 0)
    return 100 * counts.get("on_time", 0) / judged if judged >= LEAST else None


def _order(counts: Counts) -> tuple[float, int]:
    share = rate(counts)
    return (-(share or 0.0), -counts.get("on_time", 0))


def _places(found: dict[str | int, Counts]) -> dict[str | int, int]:
    judged = {key: counts for key, counts in found.items() if rate(counts) is not None}
    ordered = sorted(judged, key=lambda key: _order(judged[key]))
    places: dict[str | int, int] = {}
    for number, key in enumerate(ordered, start=1):
        above = ordered[number - 2] if number > 1 else None
        same = above is not None and _order(judged[above]) == _order(judged[key])
        places[key] = places[above] if same and above is not None else number
    return places


def _moved(now: int | None, before: int | None) -> int | None:
    return before - now if now is not None and before is not None else None
