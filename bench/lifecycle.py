"""Full nine-step life cycles a second through cases.operations, one process, durable commits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.frame import Figure, note

if TYPE_CHECKING:
    from cityloop.cases.tests import world as worlds


def measure(world: worlds.World, yardstick: float, *, cases: int = 300) -> None:
    """Ratio: nine steps are at least nine transactions of the yardstick."""
    world.photo("after", "one")
    began = time.perf_counter()
    for _ in range(cases):
        world.to("closed")
    took = time.perf_counter() - began
    note(Figure("life cycles of nine steps, one process", cases / took, "cycles/s",
                "a ninth of the yardstick", yardstick / 9))  # fmt: skip
