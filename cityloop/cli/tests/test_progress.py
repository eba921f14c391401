"""How far long work has come: a bar for who watches a terminal, lines for a log."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import sys
from collections.abc import Iterator

import pytest

from cityloop.cli import output


def test_a_log_has_a_line_for_each_simulated_day(capsys: pytest.CaptureFixture[str]) -> None:
    with output.simulating(3) as advance:
        for third in range(1, 3 * 24 * 3 + 1):  # the clocks are looked at every twenty minutes
            advance(third // 3, 72)
    assert capsys.readouterr().err.splitlines() == [
        "Simulating 3 days ...", "  day 1 of 3", "  day 2 of 3", "  day 3 of 3",
    ]  # fmt: skip


def test_other_work_has_its_title_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("Migrating the database") as advance:
        advance(1, 2)
    assert capsys.readouterr().err == "Migrating the database ...\n"


def _read(terminal: int) -> Iterator[bytes]:
    """What was shown until the other end was closed, in however many pieces it comes."""
    with contextlib.suppress(OSError):  # so Linux says that it was closed
        while piece := os.read(terminal, 65536):
            yield piece


def test_a_terminal_has_a_bar_and_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    screen = io.TextIOWrapper(os.fdopen(theirs, "wb", buffering=0), write_through=True)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with output.simulating(2) as advance:
        advance(30, 48)
    screen.close()
    shown = b"".join(_read(ours)).decode()
    os.close(ours)
    assert "Simulating 2 days" in shown and "30/48" in shown
    assert "day 1 of 2" not in shown
