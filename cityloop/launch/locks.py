"""Three lock files decide who starts and who stops the private cluster.

``users``: held shared by every program that uses the cluster. The keeper asks for it alone and gets
it exactly when nobody is left: no counting, no polling, and a killed program lets go by dying.
``keeper``: held by the one process that runs the server.
``start``: held while somebody looks whether a server runs and starts one.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cityloop.launch.errors import LaunchError


def open_lock(run: Path, name: str) -> IO[str]:
    """A lock file, not yet locked; closing it lets go."""
    try:
        return (run / f"{name}.lock").open("a")
    except PermissionError as error:
        raise LaunchError(
            f"{error.filename} belongs to another user. Start as that user, or choose another "
            "folder with DATA_DIR=."
        ) from error


def take_shared(lock: IO[str]) -> None:
    """Wait until nobody holds it alone, then hold it together with others."""
    fcntl.flock(lock, fcntl.LOCK_SH)


def take_alone(lock: IO[str]) -> None:
    """Wait until nobody else holds it."""
    fcntl.flock(lock, fcntl.LOCK_EX)


def try_alone(lock: IO[str]) -> bool:
    """Hold it alone if that is possible at once."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(run: Path, name: str) -> bool:
    """True when somebody holds the lock now; looking makes no file, which would be a sign of us."""
    with suppress(PermissionError):  # opening it says whose it is
        if not (run / f"{name}.lock").exists():
            return False
    try:
        lock = open_lock(run, name)
    except FileNotFoundError:  # the folder of a throw-away server goes while we look
        return False
    with lock:
        return not try_alone(lock)


@contextmanager
def alone(run: Path, name: str) -> Iterator[None]:
    """Hold a lock alone for a block."""
    with open_lock(run, name) as lock:
        take_alone(lock)
        yield
