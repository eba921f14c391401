"""The parent of the private server: keeps it running while somebody uses it, then stops it.

``python -m cityloop.launch.keeper DATA_DIR [--throw-away]``: a process of its own, because the
first program that needs the database may end before the second one does.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from cityloop.launch import locks
from cityloop.launch.account import database_account
from cityloop.launch.binaries import find_binaries
from cityloop.launch.cluster import Cluster, data_major
from cityloop.launch.errors import LaunchError
from cityloop.launch.layout import Layout

_FAST_SHUTDOWN_SECONDS = 60.0
_STEADY_SECONDS = 10.0
_MOST_FAILURES = 5


def say(words: str) -> None:
    """One line for logs/database.log."""
    print(f"keeper: {words}", flush=True)


def cluster_of(layout: Layout, *, durable: bool) -> Cluster:
    """The cluster of a DATA_DIR, with a server of the version that wrote its data."""
    account = database_account()
    home = layout.home(account)
    binaries = find_binaries(major=data_major(home), unpack_into=layout.unpack_into(), say=say)
    return Cluster(home, binaries, database_account(), durable)


class Keeper:
    """Runs one cluster until nobody uses it, or a signal ends it."""

    def __init__(self, cluster: Cluster, users: IO[str]) -> None:
        self.cluster = cluster
        self.users = users
        self.stopping = threading.Event()
        self.server: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Start the server, again after a crash; 0 when it was stopped, 1 when it keeps failing."""
        failures = 0
        while not self.stopping.is_set():
            began = time.monotonic()
            self._serve_once()
            if self.stopping.is_set():
                break
            failures = 1 if time.monotonic() - began > _STEADY_SECONDS else failures + 1
            if failures >= _MOST_FAILURES:
                say("PostgreSQL keeps failing; giving up.")
                return 1
            say("PostgreSQL ended by itself; starting it again.")
            time.sleep(0.2 * 2**failures)
        return 0

    def _serve_once(self) -> None:
        self.cluster.clear_remains()
        self.server = self.cluster.start(sys.stdout.fileno())
        try:
            self.cluster.prepare(self.cluster.wait_ready(self.server))
        except LaunchError as error:
            if not self.stopping.is_set():
                say(str(error))
        if self.stopping.is_set():  # asked to stop while it was starting
            self.stop()
        self.server.wait()

    def stop(self) -> None:
        """Fast shutdown: clients are disconnected, everything committed is kept."""
        self.stopping.set()
        if self.server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.server.send_signal(signal.SIGINT)
        overdue = threading.Timer(_FAST_SHUTDOWN_SECONDS, self.server.send_signal, [signal.SIGQUIT])
        overdue.daemon = True
        overdue.start()

    def stop_when_unused(self) -> None:
        """Waits, in a thread, for the moment in which no user is left."""
        locks.take_alone(self.users)
        say("nobody uses the database any more; stopping it.")
        self.stop()


def keep(data_dir: Path, *, throw_away: bool) -> int:
    """Run the cluster of a DATA_DIR; returns when another keeper or nobody needs us."""
    layout = Layout(data_dir)
    keeper_lock = locks.open_lock(layout.run, "keeper")
    locks.take_alone(keeper_lock)  # an earlier keeper may be on its way out
    users = locks.open_lock(layout.run, "users")
    if locks.try_alone(users):
        return 0
    cluster = cluster_of(layout, durable=not throw_away)
    cluster.initialise()
    keeper = Keeper(cluster, users)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        keeper.stop()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    threading.Thread(target=keeper.stop_when_unused, daemon=True).start()
    code = keeper.run()
    cluster.leave_sockets()
    if throw_away and keeper.stopping.is_set():
        _throw_away(layout, cluster.home)
    return code


def _throw_away(layout: Layout, home: Path) -> None:
    for folder in (home, layout.data_dir):
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; a LaunchError becomes the last line of the log and exit code 1."""
    parser = argparse.ArgumentParser(prog="cityloop.launch.keeper", description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--throw-away", action="store_true", help="delete the data at the end")
    asked = parser.parse_args(arguments)
    try:
        return keep(asked.data_dir, throw_away=asked.throw_away)
    except (LaunchError, OSError) as error:
        say(f"error: {error}")
        return 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the waiting thread may hang in its lock call
