"""Batches taken by several processes: walking is Python's work, so one core would set the pace."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future

from cityloop.exchange.operations.batches import Taken, take
from cityloop.exchange.operations.ground import Ground
from cityloop.exchange.reading import Line
from cityloop.kernel import processes

AHEAD = 2  # batches that wait for each process, so that none is idle and memory stays small
TAKE = f"{take.__module__}.{take.__qualname__}"


def taken(ground: Ground, batches: Iterable[list[Line]], *, workers: int) -> Iterator[Taken]:
    """Every batch's result in order. With one worker everything happens in this process.

    Where a process dies the pool raises BrokenProcessPool; whole batches are written or missing.
    """
    if workers <= 1:
        yield from (take(ground, batch) for batch in batches)
        return
    with processes.pool(workers, given=ground) as pool:
        waiting: deque[Future[Taken]] = deque()
        for batch in batches:
            waiting.append(pool.submit(processes.run, TAKE, batch))
            if len(waiting) > workers * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
