"""The worker's schedules: called when due, a failing one neither stops nor floods."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from cityloop.cli import worker
from cityloop.cli.worker import Routine, keep_schedules
from cityloop.kernel import clock


def test_each_routine_is_called_at_its_own_pace() -> None:
    calls: list[str] = []
    rows = [
        Routine("quick", lambda: calls.append("quick"), 0.1),
        Routine("slow", lambda: calls.append("slow"), 60),
    ]
    _keep(rows, waits=lambda: False)
    assert calls.count("slow") == 1
    assert 3 <= calls.count("quick") <= 7


def test_no_routine_is_called_while_the_past_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_WHILE_TOLD", 0.05)
    calls: list[str] = []
    asked = iter([True] * 3)
    row = Routine("sweep", lambda: calls.append("after" if next(asked, None) is None else "in"), 60)
    _keep([row], waits=lambda: next(asked, False))
    assert calls == ["after"]


@pytest.mark.django_db
@pytest.mark.requirement("H01")
def test_nothing_is_swept_by_a_clock_that_is_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What runs out by it would stand in histories that nobody can change."""
    right = datetime.now(UTC)
    for wrong, misled in ((0, False), (2, False), (90, True), (-7200, True)):
        monkeypatch.setitem(worker._told_again, "clock", 0.0)
        monkeypatch.setattr(clock, "now", lambda wrong=wrong: right + timedelta(seconds=wrong))
        caplog.clear()
        assert worker.waits() is misled
        assert ("no clock is swept" in caplog.text) is misled


def _keep(rows: list[Routine], *, waits: Callable[[], bool]) -> None:
    stop = threading.Event()
    thread = threading.Thread(
        target=keep_schedules, args=(rows, stop), kwargs={"waits": waits}, daemon=True
    )
    thread.start()
    time.sleep(0.65)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_failing_routine_is_tried_again_ever_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_drop_connection", lambda: None)

    def fail() -> None:
        raise RuntimeError("no database")

    row = Routine("failing", fail, 1.0)
    pauses = []
    for now in (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0):
        row.run(now)
        pauses.append(row.due - now)
    assert pauses == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    row.call = lambda: None
    row.run(100.0)
    assert (row.due, row.failures) == (101.0, 0)


@pytest.mark.requirement("O10")
def test_what_a_failing_routine_writes_holds_no_variables(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "_drop_connection", lambda: None)

    def fail() -> None:
        password = "only-ours"  # a local variable, as the driver has one
        raise OperationalError(f"no server ({len(password)})\nmore of it")

    def break_off() -> None:
        password = "only-ours"
        raise RuntimeError(f"another fault ({len(password)})")

    Routine("away", fail, 1.0).run(0.0)
    Routine("broken", break_off, 1.0).run(0.0)
    away, broken = caplog.records
    assert away.getMessage() == "routine away: the database does not answer: no server (9)"
    assert away.exc_info is None and broken.exc_info is not None
    told = logging.Formatter().format(broken)
    assert "another fault (9)" in told and "only-ours'" not in told
