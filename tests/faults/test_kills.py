"""Kill -9 of the worker, of web processes and of PostgreSQL in the middle of a thousand steps."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cityloop.launch.account import database_account
from cityloop.launch.cluster import read_postmaster
from cityloop.launch.ensure import Hold, hold_database
from cityloop.launch.layout import Layout
from cityloop.launch.ports import choose_port
from cityloop.launch.processes import Identity, identify
from cityloop.launch.supervisor import read_note
from config import env
from tests.faults.clients import Caller, Tally, carry

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(300)]
CASES, STEPS_EACH, CLIENTS = 112, 9, 4


class Platform:
    """A running platform with a private cluster of its own."""

    def __init__(self, folder: Path, hold: Hold) -> None:
        self.layout, self.hold = Layout(folder), hold
        self.port = choose_port("127.0.0.1", 18473).port
        live = choose_port("127.0.0.1", self.port + 1, taken=frozenset({self.port})).port
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DATA_DIR")}
        self.env = {**kept, "DATA_DIR": str(folder), "PORT": str(self.port),
                    "LIVE_PORT": str(live), "RATE_LIMITS": "0", "LOG_LEVEL": "ERROR"}  # fmt: skip
        self.process: subprocess.Popen[str] | None = None

    def run(self, *module: str) -> str:
        """A Python module of ours against this database."""
        done = subprocess.run(
            [sys.executable, "-m", *module], cwd=env.ROOT, capture_output=True, text=True,
            env={**self.env, "DATABASE_URL": self.hold.url}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def start(self) -> None:
        """Start web, live and worker; returns when the web server answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.platform"], cwd=env.ROOT, env=self.env,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready"

    def stop(self) -> int:
        """As Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def child(self, name: str) -> Identity:
        """The present process of a program."""
        children: Any = read_note(self.layout)["children"]
        return Identity(int(children[name]["pid"]), int(children[name]["started"]))

    def web_workers(self) -> list[Identity]:
        """The processes that answer requests."""
        parent = self.child("web").pid
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [found for pid in listed if (found := identify(int(pid)))]

    def database(self) -> Identity:
        """The postmaster."""
        found = read_postmaster(self.layout.home(database_account()))
        assert found is not None
        return found.process

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The answer of the database."""
        with psycopg.connect(self.hold.url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A DATA_DIR that the database's account can reach."""
    made = Path(tempfile.mkdtemp(prefix="cl-fault-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(Layout(made).home(database_account()), ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def platform(folder: Path) -> Iterator[Platform]:
    """The platform, running."""
    hold = hold_database(folder, say=lambda _words: None)
    made = Platform(folder, hold)
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.stop()
        hold.release()


def kill(who: Identity) -> None:
    """kill -9 of this very process."""
    assert who.alive
    os.kill(who.pid, signal.SIGKILL)


def _drive(platform: Platform, facts: dict[str, Any], tally: Tally) -> list[threading.Thread]:
    waiting = iter(range(CASES))
    lock = threading.Lock()

    def work() -> None:
        caller = Caller(platform.port, facts["keys"], tally)
        while True:
            with lock:
                n = next(waiting, None)
            if n is None:
                return
            carry(caller, facts, n)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    return threads


def _wait(tally: Tally, steps: int, threads: list[threading.Thread]) -> None:
    """Until so many steps were acknowledged."""
    until = time.monotonic() + 120
    while len(tally.steps) < steps:
        assert any(thread.is_alive() for thread in threads), "the clients gave up"
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.requirement("O01", "O02")
def test_a_thousand_steps_survive_every_kill(platform: Platform) -> None:
    facts = json.loads(platform.run("tests.faults.prepare").splitlines()[-1])
    platform.start()
    tally, whole = Tally(), CASES * STEPS_EACH
    threads = _drive(platform, facts, tally)
    victims = []
    for share, choose in (
        (0.15, lambda: platform.child("worker")),
        (0.30, lambda: platform.web_workers()[0]),
        (0.45, platform.database),
        (0.65, lambda: platform.child("web")),
        (0.80, platform.database),
    ):
        _wait(tally, int(whole * share), threads)
        victims.append(choose())
        kill(victims[-1])
    for thread in threads:
        thread.join(120)
    assert len(tally.steps) == whole
    assert tally.sent_again > 0, "the kills came in the middle"
    assert not any(victim.alive for victim in victims)
    _nothing_is_lost_or_doubled(platform, tally)
    _it_goes_on(platform)
    assert platform.stop() == 0
    _starts_again(platform, facts)


def _nothing_is_lost_or_doubled(platform: Platform, tally: Tally) -> None:
    """Each acknowledged step stands once in the history, and nothing else does."""
    lines = platform.rows(
        "SELECT c.number, e.version, e.action FROM cases_event e JOIN cases_case c"
        " ON c.id = e.case_id WHERE e.role <> 'system' ORDER BY 1, 2"
    )
    assert len(tally.steps) == len(set(tally.steps)) == CASES * STEPS_EACH
    assert sorted(tally.steps) == lines
    assert platform.rows("SELECT status, count(*) FROM cases_case GROUP BY 1") == [
        ("closed", CASES)]  # fmt: skip
    # No half of a step: versions without gaps, no open clock or task, a report for each case.
    assert platform.rows(
        "SELECT c.number FROM cases_case c JOIN cases_event e ON e.case_id = c.id"
        " GROUP BY c.id HAVING count(*) <> c.version OR max(e.version) <> c.version"
    ) == []  # fmt: skip
    assert platform.rows("SELECT count(*) FROM cases_timer WHERE state <> 'ended'") == [(0,)]
    assert platform.rows("SELECT count(*) FROM cases_task WHERE closed_at IS NULL") == [(0,)]
    assert platform.rows("SELECT count(*), count(DISTINCT case_id) FROM intake_report") == [
        (CASES, CASES)]  # fmt: skip
    found = json.loads(
        platform.run("cityloop.cli.main", "check", "--chain", "--json").splitlines()[-1]
    )
    history = next(one for one in found["findings"] if one["name"] == "history")
    assert history["well"], history


def _it_goes_on(platform: Platform) -> None:
    """The worker does what is due, under new processes; a job hit by a kill may wait its turn."""
    until = time.monotonic() + 60
    due = (
        "SELECT id, task_name, attempts, args FROM procrastinate_jobs"
        " WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()"
    )
    while waiting := platform.rows(due):
        assert time.monotonic() < until, waiting
        time.sleep(0.2)
    assert platform.rows("SELECT id, args FROM procrastinate_jobs WHERE status = 'failed'") == []
    assert platform.child("worker").alive and platform.child("web").alive


def _starts_again(platform: Platform, facts: dict[str, Any]) -> None:
    """A later start finds everything and takes a step."""
    platform.start()
    tally = Tally()
    caller = Caller(platform.port, facts["keys"], tally)
    carry(caller, facts, CASES + 1)
    assert len(tally.steps) == STEPS_EACH
    assert platform.stop() == 0
