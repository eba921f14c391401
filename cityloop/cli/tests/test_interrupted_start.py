"""A start that is broken off while it builds ends with a sentence, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from cityloop.launch.processes import Identity, identify, wait_gone
from config import env

pytestmark = [pytest.mark.fault, pytest.mark.requirement("O01")]


@pytest.fixture
def database(test_database: str) -> Iterator[str]:
    """The address of an empty database."""
    keep = {key: connection.get_connection_params().get(key)
            for key in ("host", "port", "user", "password")}  # fmt: skip
    keep, name = {key: value for key, value in keep.items() if value}, "test_interrupted_start"
    with psycopg.connect(**keep, dbname="postgres", autocommit=True) as raw:
        raw.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        raw.execute(f'CREATE DATABASE "{name}"')
        yield "postgresql:///{}?{}".format(name, "&".join(f"{k}={v}" for k, v in keep.items()))
        raw.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _as_at_a_terminal() -> None:
    """No signal is ignored, although the tests may run in the background or below nohup."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def started(database: str, folder: Path) -> subprocess.Popen[str]:
    """`cityloop demo` in a session of its own, as the signal goes to it alone."""
    return subprocess.Popen(
        [sys.executable, "-m", "cityloop.cli.main", "demo", "--days", "0"], cwd=env.ROOT,
        env={**os.environ, "DATABASE_URL": database, "DATA_DIR": str(folder)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        preexec_fn=_as_at_a_terminal,  # noqa: PLW1509 (no thread is at work here)
    )  # fmt: skip


def builder(of: int) -> Identity:
    """The process that builds for it."""
    (child,) = Path(f"/proc/{of}/task/{of}/children").read_text().split()
    found = identify(int(child))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [
        (signal.SIGTERM, 143, "\ncityloop: stopped\n"),
        (signal.SIGINT, 130, "\ncityloop: stopped\n"),
        (signal.SIGHUP, 129, "\ncityloop: stopped\n"),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_a_signal_while_it_builds(
    database: str, tmp_path: Path, number: signal.Signals, code: int, told: str
) -> None:
    process = started(database, tmp_path)
    try:
        _interrupt(process, number, code, told)
    finally:
        process.terminate()  # a city that stands nevertheless is nobody's


def _interrupt(
    process: subprocess.Popen[str], number: signal.Signals, code: int, told: str
) -> None:
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    assert next(line for line in lines if "Migrating" in line)
    child = builder(process.pid)
    time.sleep(1)  # it is among the migrations
    process.send_signal(number)
    rest = process.stdout.read()  # to the end of whoever could write
    assert process.wait(20) == code
    assert rest.endswith(told) and "Traceback" not in rest, rest  # a step's line may come before
    assert wait_gone(child, 5)


def test_what_failed_is_told_by_the_one_who_was_asked(tmp_path: Path) -> None:
    process = started("postgresql:///nothing?host=/nowhere", tmp_path)
    out, _err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out.count("no connection to the database") == 1
    assert "Traceback" not in out
