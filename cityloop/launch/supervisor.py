"""One parent for all processes: starts them, restarts what crashes, stops them in order."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

from cityloop.launch import locks
from cityloop.launch.ensure import Hold, say_on_stderr
from cityloop.launch.errors import LaunchError
from cityloop.launch.layout import Layout
from cityloop.launch.logs import Log
from cityloop.launch.processes import Identity, end, identify, kill_session, spawn

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STEADY_SECONDS = 20.0
_TICK_SECONDS = 1.0
_FIRST_TICKS_SECONDS = 0.2


class AlreadyRunningError(LaunchError):
    """Another supervisor runs for the same DATA_DIR."""


@dataclass(frozen=True, slots=True)
class Program:
    """One row of the process table. Stopped in reverse order of the table."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    grace: float = 10.0
    most_failures: int = 6  # in a row; then everything stops
    essential: bool = True  # False: when it keeps failing, the rest goes on
    late: bool = False  # True: waits until the platform answers, which it then does sooner


class Child:
    """A program of the table and its present process, if any."""

    def __init__(self, program: Program, log: Log) -> None:
        self.program = program
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.identity: Identity | None = None
        self.failures = 0
        self.began = 0.0
        self.next_start = 0.0
        self.given_up = False

    def start(self, base: Mapping[str, str], cwd: Path) -> None:
        """Start the process; its output comes through a pipe."""
        self.process = spawn(
            self.program.command,
            env={**base, **self.program.env},
            cwd=cwd,
            output=subprocess.PIPE,
            death_signal=signal.SIGTERM,
        )
        self.began = time.monotonic()
        self.identity = identify(self.process.pid)

    def ended(self, now: float) -> None:
        """Clear up after a process that ended by itself, and plan its next start."""
        if self.process is None:
            return
        kill_session(self.process.pid)  # what it started must not outlive it
        code, self.process, self.identity = self.process.returncode, None, None
        steady = now - self.began > _STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        pause = min(_FIRST_PAUSE * 2 ** (self.failures - 1), _LONGEST_PAUSE)
        self.next_start = now + pause
        self.given_up = self.failures >= self.program.most_failures
        what = "giving up" if self.given_up else f"next start in {pause:.1f} s"
        self.log.note(f"[ended with code {code}; {what}]")

    def stop(self, hurry: Callable[[], bool], reap: Callable[[], None]) -> None:
        """SIGTERM, then SIGKILL for the whole session after the grace time or when in a hurry."""
        if self.process is None:
            return
        self.process.terminate()
        until = time.monotonic() + self.program.grace
        while self.process.poll() is None and time.monotonic() < until and not hurry():
            reap()
        kill_session(self.process.pid)
        self.process.wait()
        self.process = self.identity = None


class Supervisor:
    """Runs a table of programs until a signal ends it or an essential one keeps failing."""

    def __init__(
        self,
        programs: Iterable[Program],
        *,
        layout: Layout,
        env: Mapping[str, str],
        cwd: Path,
        database: Hold | None = None,
        verbose: bool = True,
    ) -> None:
        self.layout = layout
        self.env = env
        self.cwd = cwd
        self.database = database
        self.children = [
            Child(p, Log(p.name, layout.logs / f"{p.name}.log", sys.stderr, quiet=not verbose))
            for p in programs
        ]
        self.signals = 0
        self._selector = selectors.DefaultSelector()
        self._next_database_look = 0.0

    def run(
        self, *, address: str, ready: Callable[[], bool] = lambda: True, greeting: str = ""
    ) -> int:
        """Start everything and stay; 0 after a signal, 1 when a program keeps failing.

        Prints `greeting` on standard output once `ready` says that the platform answers.
        """
        self.layout.create()
        with locks.open_lock(self.layout.run, "supervisor") as lock:
            if not locks.try_alone(lock):
                raise AlreadyRunningError(_who_runs(self.layout))
            end_remains(self.layout)
            restore = self._listen()
            try:
                return self._loop(address, ready, greeting)
            finally:
                self._stop_all()
                restore()
                _note(self.layout).unlink(missing_ok=True)

    def _listen(self) -> Callable[[], None]:
        """Count signals and wake the loop; the answer restores what was before."""
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)

        def count(_number: int, _frame: FrameType | None) -> None:
            self.signals += 1

        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, count) for number in wanted}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _n, _f: None)
        woken = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        self._selector.register(read, selectors.EVENT_READ, None)

        def restore() -> None:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.close()
            os.close(read)
            os.close(write)

        return restore

    def _start_due(self, address: str, *, answers: bool) -> None:
        """Start every program that does not run, whose turn has come and whose pause is over."""
        now = time.monotonic()
        changed = False
        for child in self.children:
            waits = child.program.late and not answers
            if child.process or child.given_up or waits or child.next_start > now:
                continue
            child.start(self.env, self.cwd)
            if child.process and (stream := child.process.stdout):
                os.set_blocking(stream.fileno(), False)
                self._selector.register(stream, selectors.EVENT_READ, (child.log, stream))
            changed = True
        if changed:
            self._write_note(address)

    def _loop(self, address: str, ready: Callable[[], bool], greeting: str) -> int:
        answers = False
        while not self.signals:
            self._look_after(address, answers=answers)
            self._read(_TICK_SECONDS if answers else _FIRST_TICKS_SECONDS)
            if not answers and (answers := ready()) and greeting:
                print(greeting, flush=True)
            for child in self.children:
                if child.given_up and child.program.essential:
                    self._tell_failure(child)
                    return 1
        return 0

    def _look_after(self, address: str, *, answers: bool) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                child.ended(now)
        if self.database is not None and now >= self._next_database_look:
            self._look_after_database(self.database, now)
        self._start_due(address, answers=answers)

    def _look_after_database(self, database: Hold, now: float) -> None:
        self._next_database_look = now + _TICK_SECONDS
        try:
            if database.revive(say_on_stderr):
                say_on_stderr("The database's keeper had ended; the database runs again.")
        except LaunchError as error:
            say_on_stderr(str(error))
            self._next_database_look = now + _LONGEST_PAUSE

    def _read(self, seconds: float) -> None:
        """Pass on what the processes wrote; returns early when something happens."""
        for key, _ in self._selector.select(seconds):
            data = os.read(key.fd, 65536)
            if key.data is None:  # a signal woke us
                continue
            log, stream = key.data
            if data:
                log.write(data)
            else:
                self._selector.unregister(stream)
                stream.close()

    def _tell_failure(self, child: Child) -> None:
        last = "\n  ".join(child.log.tail(15))
        say_on_stderr(
            f"'{child.program.name}' failed {child.failures} times in a row, so everything stops. "
            f"Its log, {child.log.path}, ends with:\n  {last}"
        )

    def _stop_all(self) -> None:
        """Last started, first stopped; the database is given back by its holder afterwards."""
        before = self.signals
        for child in reversed(self.children):
            child.stop(lambda: self.signals > before, lambda: self._read(0.05))

    def _write_note(self, address: str) -> None:
        """Remember ourselves and the children, for a start after kill -9."""
        own = identify(os.getpid())
        alive = {c.program.name: asdict(c.identity) for c in self.children if c.identity}
        note = {"pid": os.getpid(), "started": own and own.started, "address": address}
        fresh = _note(self.layout).with_suffix(".new")
        fresh.write_text(json.dumps({**note, "children": alive}))
        fresh.replace(_note(self.layout))


def refuse_second(layout: Layout) -> None:
    """AlreadyRunningError, with the address, when a supervisor runs for this DATA_DIR."""
    if layout.run.exists() and locks.is_held(layout.run, "supervisor"):
        raise AlreadyRunningError(_who_runs(layout))


def _who_runs(layout: Layout) -> str:
    told = read_note(layout)
    return (
        f"CityLoop is already running with this DATA_DIR at {told.get('address', '?')} "
        f"(process {told.get('pid', '?')}). Stop it first, or choose another DATA_DIR."
    )


def _note(layout: Layout) -> Path:
    return layout.run / "supervisor.json"


def read_note(layout: Layout) -> dict[str, object]:
    """What the running, or killed, supervisor wrote about itself; empty when there is nothing."""
    try:
        told = json.loads(_note(layout).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def end_remains(layout: Layout) -> None:
    """End children of a killed supervisor that still run; others are never touched."""
    children = read_note(layout).get("children")
    if not isinstance(children, dict):
        return
    for told in children.values():
        who = Identity(int(told["pid"]), int(told["started"]))
        if who.alive:
            end(who, grace=5.0)
            kill_session(who.pid)
