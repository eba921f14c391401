"""A web process that is busy, rests, and is busy again holds no more sessions than threads."""

from __future__ import annotations

import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from tests.e2e.conftest import environment, free_port, serve, wait_for

THREADS, BURSTS = 6, 3
IDLE = 5  # seconds until the server ends a thread: the least that it takes


def busy(url: str) -> set[int]:
    """Many requests at one moment, each of which asks the database; their statuses."""

    def ask(_number: int) -> int:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 (our own server)
            return int(answer.status)

    with ThreadPoolExecutor(4 * THREADS) as crowd:
        return set(crowd.map(ask, range(8 * THREADS)))


def open_sessions() -> int:
    """Sessions of others with the database of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees one count only
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.slow
@pytest.mark.requirement("O08")
def test_sessions_of_threads_that_ended_are_closed(module_database: Any, db: None) -> None:
    port = free_port()
    env = environment(port, port) | {"GRANIAN_BLOCKING_THREADS_IDLE_TIMEOUT": str(IDLE)}
    many = ("--factory", "--blocking-threads", str(THREADS))
    process = serve("wsgi", "config.wsgi:served", port, env, *many)
    try:
        wait_for(f"http://localhost:{port}/sign-in/", [process])
        seen = []
        for _burst in range(BURSTS):
            assert busy(f"http://localhost:{port}/healthz") == {200}
            seen.append(open_sessions())
            time.sleep(IDLE + 2)
        assert max(seen) > 2, "the crowd met one thread only: this shows nothing"
        assert max(seen) <= THREADS + 2, seen  # and the one that is lent, and who retrains
    finally:
        process.terminate()
        process.wait(timeout=20)
