"""Photos are drawn and kept when they are needed, or beforehand by other processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

from django.db import connection

from cityloop.demo import scenes
from cityloop.demo.reports import Shot
from cityloop.kernel import files, processes
from cityloop.kernel.models import StoredFile

Photo = tuple[str, StoredFile]  # stage, file


@contextmanager
def not_waiting_for_the_disk() -> Iterator[None]:
    """A crash may cost the last moments of a made-up past: its commits need not be durable."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        yield
        cursor.execute("RESET synchronous_commit")


def take(shots: Sequence[Shot]) -> list[Photo]:
    """Draw and keep these photos."""
    return [(one.stage, files.store(chunks=[_drawn(one)], filename="photo.jpg", now=one.at))
            for one in shots]  # fmt: skip


def _drawn(shot: Shot) -> bytes:
    return scenes.photo(
        drawing=shot.drawing, place=shot.place, at=shot.at, lon=shot.lon, lat=shot.lat,
        fixed=shot.fixed, seed=shot.seed,
    )  # fmt: skip


def paint(shots: Sequence[Shot]) -> list[Photo]:
    """The same, in another process."""
    with not_waiting_for_the_disk():
        return take(shots)


PAINT = f"{paint.__module__}.{paint.__qualname__}"


class Camera:
    """Orders are given early and asked for late; without a pool they are done when asked for."""

    def __init__(self, pool: ProcessPoolExecutor | None) -> None:
        self.pool = pool

    def order(self, shots: Sequence[Shot]) -> Future[list[Photo]] | Sequence[Shot]:
        """What `develop` takes."""
        if self.pool is None or not shots:
            return shots
        return self.pool.submit(processes.run, PAINT, list(shots))

    def develop(self, order: Future[list[Photo]] | Sequence[Shot]) -> list[Photo]:
        """The photos."""
        return order.result() if isinstance(order, Future) else take(order)
