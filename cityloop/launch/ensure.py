"""A running database for whoever asks: the given one, or the private cluster of DATA_DIR."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cityloop.launch import locks
from cityloop.launch.account import database_account
from cityloop.launch.binaries import Say, find_binaries
from cityloop.launch.cluster import Postmaster, data_major, database_url, read_postmaster
from cityloop.launch.errors import LaunchError
from cityloop.launch.layout import Layout
from cityloop.launch.logs import rotate
from cityloop.launch.processes import spawn

_PROJECT = Path(__file__).resolve().parents[2]
_START_SECONDS = 180.0
_STOP_SECONDS = 90.0


def say_on_stderr(words: str) -> None:
    """Tell the person at the terminal; standard output stays free for results."""
    print(words, file=sys.stderr, flush=True)


def running(layout: Layout) -> Postmaster | None:
    """The private server, when it runs and is ready for use."""
    home = layout.home(database_account())
    found = read_postmaster(home)
    usable = found and found.ready and (home / "prepared").exists()
    return found if usable else None


@dataclass(slots=True)
class Hold:
    """A share in the private cluster: it runs at least until ``release``."""

    layout: Layout
    throw_away: bool = False
    users: IO[str] | None = None
    keeper: subprocess.Popen[bytes] | None = None
    url: str = field(default="", init=False)

    def take(self, say: Say) -> None:
        """Join the running server or start it; LaunchError says why that is not possible."""
        if not sys.platform.startswith("linux"):
            raise LaunchError(
                "The private database needs Linux. Set DATABASE_URL to a PostgreSQL + PostGIS "
                "server (postgresql://user:password@host/name)."
            )
        self.layout.create()
        self.users = locks.open_lock(self.layout.run, "users")
        locks.take_shared(self.users)  # waits while the last server is being stopped
        try:
            with locks.alone(self.layout.run, "start"):
                kept = locks.is_held(self.layout.run, "keeper")
                found = (running(self.layout) if kept else None) or self._start(say)
        except BaseException:
            self._abandon()
            raise
        self.url = database_url(found.sockets)

    def revive(self, say: Say) -> bool:
        """Start the server again when its keeper was killed; True when that was necessary."""
        if self.keeper is not None:
            self.keeper.poll()  # reap it
        if locks.is_held(self.layout.run, "keeper"):
            return False
        with locks.alone(self.layout.run, "start"):
            if not locks.is_held(self.layout.run, "keeper"):
                self._start(say)
        return True

    def release(self) -> None:
        """Give the share back; when it was the last one, wait until the server has stopped."""
        if self.users is None:
            return
        last = locks.try_alone(self.users)
        self.users.close()
        self.users = None
        if last:
            self._wait_stopped()

    def _wait_stopped(self) -> None:
        until = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < until:
            if self.keeper is not None and self.keeper.poll() is not None:
                return
            if not self.layout.run.exists() or not locks.is_held(self.layout.run, "keeper"):
                return
            time.sleep(0.02)

    def _start(self, say: Say) -> Postmaster:
        """Start a keeper and wait for its server.

        A server whose keeper was killed is on its way out, however ready it says it is.
        """
        kept = locks.is_held(self.layout.run, "keeper")
        leaving = None if kept else read_postmaster(self.layout.home(database_account()))
        major = data_major(self.layout.home(database_account()))
        find_binaries(major=major, unpack_into=self.layout.unpack_into(), say=say)
        log = rotate(self.layout.logs / "database.log")
        with log.open("ab") as output:
            before = output.tell()
            self.keeper = spawn(
                self._keeper_command(),
                env={**os.environ, "PYTHONPATH": _python_path()},
                cwd=_PROJECT,
                output=output,
            )
        return self._wait_running(log, before, leaving)

    def _keeper_command(self) -> list[str]:
        command = [sys.executable, "-m", f"{__package__}.keeper", str(self.layout.data_dir)]
        return [*command, "--throw-away"] if self.throw_away else command

    def _wait_running(self, log: Path, before: int, leaving: Postmaster | None) -> Postmaster:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            found = running(self.layout)
            if found and (leaving is None or found.process != leaving.process):
                return found
            if self.keeper is None or self.keeper.poll() is not None:
                break
            time.sleep(0.02)
        said = log.read_bytes()[before:].decode(errors="replace").split()
        raise LaunchError(
            f"The private database did not start. Its log, {log}, ends with: {' '.join(said[-80:])}"
        )

    def _abandon(self) -> None:
        """Give the share back; a keeper that did not get its server running ends then."""
        if self.users is not None:
            self.users.close()
            self.users = None
        if self.keeper is not None and self.keeper.poll() is None:
            self.keeper.send_signal(signal.SIGTERM)
            self.keeper.wait(_STOP_SECONDS)


def _python_path() -> str:
    """Let the child import this package also where it is not installed."""
    return os.pathsep.join(filter(None, (str(_PROJECT), os.environ.get("PYTHONPATH"))))


def hold_database(data_dir: Path, *, say: Say = say_on_stderr) -> Hold:
    """A share in the private cluster of a DATA_DIR, started when it does not run yet."""
    hold = Hold(Layout(data_dir.resolve()))
    hold.take(say)
    return hold


def hold_throw_away(*, say: Say = say_on_stderr) -> Hold:
    """A cluster of its own for tests: fast, not durable, deleted at the end (also of a kill)."""
    folder = Path(tempfile.mkdtemp(prefix="cityloop-test-"))
    folder.chmod(0o711)
    hold = Hold(Layout(folder), throw_away=True)
    try:
        hold.take(say)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return hold
