"""When Python looks for cyclic garbage: its usual zeal costs a sixth of a report or an import."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def seldom() -> None:
    """For our processes: what is loaded by now is never walked again, the rest rarely.

    A request leaves few cycles behind; memory is bounded by fifty thousand objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def not_while_loading() -> None:
    """No search until `seldom`: it takes a sixth of the time of a start, and finds nothing."""
    gc.disable()


@contextmanager
def later() -> Iterator[None]:
    """No search while a batch grows: it finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
