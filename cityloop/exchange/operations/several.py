"""Batches taken by several processes: walking is Python's work, so one core would set the pace."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from cityloop.exchange import worker
from cityloop.exchange.operations.batches import Taken, take
from cityloop.exchange.operations.ground import Ground
from cityloop.exchange.reading import Line

AHEAD = 2  # batches that wait for each process, so that none is idle and memory stays small


def taken(ground: Ground, batches: Iterable[list[Line]], *, workers: int) -> Iterator[Taken]:
    """Every batch's result in order. With one worker everything happens in this process.

    Where a process dies the pool raises BrokenProcessPool; whole batches are written or missing.
    """
    if workers <= 1:
        yield from (take(ground, batch) for batch in batches)
        return
    context = multiprocessing.get_context("spawn")  # no lock or connection of ours comes along
    given = (pickle.dumps(ground),)
    with ProcessPoolExecutor(workers, context, worker.begin, given) as pool:
        waiting: deque[Future[Taken]] = deque()
        try:
            for batch in batches:
                waiting.append(pool.submit(worker.take, batch))
                if len(waiting) > workers * AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
