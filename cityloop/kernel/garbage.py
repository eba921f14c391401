"""When Python looks for cyclic garbage: its usual zeal costs a sixth of a report or an import."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def seldom() -> None:
    """For processes that live long: what is loaded by now is never walked again, the rest rarely.

    A request leaves few cycles behind; memory is bounded by fifty thousand objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


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
