"""Batches taken by several processes: walking is Python's work, so one core would set the pace."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

from cityloop.exchange.operations.batches import Taken, take
from cityloop.exchange.operations.ground import Ground
from cityloop.exchange.reading import Line
from cityloop.kernel import processes


@contextmanager
def crew(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """The processes, which start while the file is looked through; None: this one does it all."""
    if workers <= 1:
        yield None
        return
    with processes.pool(workers) as pool:
        yield pool


def taken(
    pool: ProcessPoolExecutor | None,
    ground: Ground,
    batches: Iterable[list[Line]],
    *,
    ahead: int,
) -> Iterator[Taken]:
    """Every batch's result in order; so many of them wait for a process.

    Where a process dies the pool raises BrokenProcessPool; whole batches are written or missing.
    """
    if pool is None:
        yield from (take(ground, batch) for batch in batches)
        return
    ours, waiting = processes.packed(ground), deque[Future[Taken]]()
    for batch in batches:
        waiting.append(pool.submit(processes.run, TAKE, ours, batch))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def take_there(ground: bytes, batch: list[Line]) -> Taken:
    """In the other process: `take`."""
    return take(processes.unpacked(ground), batch)


TAKE = f"{take_there.__module__}.{take_there.__qualname__}"
