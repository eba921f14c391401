"""Work for other processes of this command: each with Django, a connection of its own, and us.

For long commands only; requests and jobs never start processes. Imports nothing of the product
before Django is up, since a new process reads this module first.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.utils import translation

from cityloop.kernel import garbage


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, starting at once; submit `run` with a dotted function and its arguments.

    Where a process dies BrokenProcessPool is raised. The processes end with the block, and with us
    whatever happens to us.
    """
    # A copy of us stands at once and has everything loaded; but another thread's locks would be
    # copied as they are, held by nobody who could let them go.
    alone = threading.active_count() == 1
    context = multiprocessing.get_context("fork" if alone else "spawn")
    language = translation.get_language() or ""
    executor = ProcessPoolExecutor(workers, context, _begin, (language,))
    try:
        for _ in range(workers):  # each starts a process, which is ready when work comes
            executor.submit(_ready)
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def run(function: str, *arguments: Any) -> Any:
    """In the other process: call cityloop.some.module.function(*arguments)."""
    module, name = function.rsplit(".", 1)
    return getattr(import_module(module), name)(*arguments)


def packed(value: Any) -> bytes:
    """Something that goes along with many calls; `unpacked` opens it once a process."""
    return pickle.dumps(value)


@lru_cache(maxsize=1)
def unpacked(value: bytes) -> Any:
    """What our parent packed."""
    return pickle.loads(value)  # noqa: S301 (our parent's own words)


def _ready() -> None:
    """The first call: by then the process stands."""


def _begin(language: str) -> None:
    """First thing in the process: Ctrl-C is the parent's, and without the parent we end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a copy of us has what we do at it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import django

    with garbage.later():
        django.setup()
    translation.activate(language or "en")
    _leave_connections()


def _leave_connections() -> None:
    """Our parent's connections are its own: each process opens one when it needs it."""
    from django.db import connections

    for known in connections.all(initialized_only=True):
        known.connection = None  # the driver closes none that another process opened


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
