"""A signal ends the program it comes to, wherever in it the program just was."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from config import env

pytestmark = [pytest.mark.fault, pytest.mark.requirement("O01")]

_COMMAND = """
from cityloop.launch import interrupts
interrupts.listen()
"""
_BUILDER = """
import signal
from cityloop.cli.prepare import Asked
from cityloop.launch import interrupts
signal.signal({number}, Asked())
interrupts.never_lost()
"""
_AMONG_FINALIZERS = """
import os, time, weakref
class Thing: pass
thing = Thing()
seen = weakref.ref(thing, lambda _gone: os.kill(os.getpid(), {number}))
try:
    del thing
    time.sleep(20)
    print("nobody asked")
except BaseException as asked:
    print(type(asked).__name__, getattr(asked, "code", ""))
"""


@pytest.mark.parametrize(
    ("listening", "number", "raised"),
    [
        (_COMMAND, signal.SIGTERM, "Ended 143"),
        (_COMMAND, signal.SIGHUP, "Ended 129"),
        (_COMMAND, signal.SIGINT, "KeyboardInterrupt"),
        (_BUILDER, signal.SIGTERM, "KeyboardInterrupt"),
    ],
)
def test_a_signal_among_finalizers_is_not_lost(
    listening: str, number: signal.Signals, raised: str
) -> None:
    program = (listening + _AMONG_FINALIZERS).format(number=int(number))
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=env.ROOT, capture_output=True, text=True, timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        check=False,
    )  # fmt: skip
    assert ran.stdout.strip() == raised
    assert ran.stderr == ""


def test_other_failures_of_finalizers_are_still_told() -> None:
    program = _COMMAND + (
        "import weakref\nclass Thing: pass\nthing = Thing()\n"
        "seen = weakref.ref(thing, lambda _gone: 1 / 0)\ndel thing\nprint('went on')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=env.ROOT, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ran.stdout.strip() == "went on"
    assert "ZeroDivisionError" in ran.stderr
