"""A process that takes batches for an import. Imports nothing of the product until Django is up."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from typing import Any

_ground: list[Any] = []


def begin(ground: bytes) -> None:
    """First thing in the process: Ctrl-C is the parent's, and without the parent we end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import django

    django.setup()
    _ground.append(pickle.loads(ground))  # noqa: S301 (our parent's own words)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def take(lines: list[Any]) -> Any:
    """A batch of rows; see operations.batches.take."""
    from cityloop.exchange.operations import batches

    return batches.take(_ground[0], lines)
