"""Start and end operating-system processes without leaving any behind (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cityloop.launch.account import Account

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same number.

    ``started`` is the start time in clock ticks since boot (field 22 of /proc/PID/stat).
    """

    pid: int
    started: int

    @property
    def alive(self) -> bool:
        """True while this very process runs; a zombie is dead."""
        return identify(self.pid) == self


def identify(pid: int) -> Identity | None:
    """The identity of a running process; None when there is none, or only its zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else Identity(pid, int(fields[18]))


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: int | IO[bytes],
    account: Account | None = None,
    death_signal: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that the terminal's Ctrl-C does not reach it.

    With ``death_signal`` the kernel sends that signal when we die, even by kill -9. Call it from
    the main thread: the kernel counts the starting *thread* as the parent.
    """
    account = account if account and account.uid != os.geteuid() else None
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=_in_child(os.getpid(), death_signal),  # noqa: PLW1509 (no threads here)
    )


def dies_with_us(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the child that signal when we die, even by kill -9."""
    return _in_child(os.getpid(), number)


def _in_child(parent: int, death_signal: signal.Signals | None) -> Callable[[], None]:
    """What the child does between fork and exec; runs after the change of user."""

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if death_signal is None or sys.platform != "linux":
            return
        _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return prepare


def wait_gone(
    who: Identity, seconds: float, *, reap: subprocess.Popen[bytes] | None = None
) -> bool:
    """Wait until a process has ended; False when it still runs after ``seconds``."""
    until = time.monotonic() + seconds
    while who.alive:
        if reap is not None:
            reap.poll()
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def end(who: Identity, first: signal.Signals = signal.SIGTERM, *, grace: float = 10.0) -> None:
    """End a process (ours by its identity): ``first``, and SIGKILL after ``grace`` seconds."""
    for what, seconds in ((first, grace), (signal.SIGKILL, 5.0)):
        if not who.alive:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(who.pid, what)
        if wait_gone(who, seconds):
            return


def kill_session(leader: int) -> None:
    """SIGKILL what is left of a child's process group after the child itself has gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def working_in(folder: Path) -> list[Identity]:
    """Processes whose working directory is ``folder`` (PostgreSQL's stand in their data)."""
    found: list[Identity] = []
    wanted = folder.resolve()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == wanted and (who := identify(int(entry.name))):
                found.append(who)
    return found
