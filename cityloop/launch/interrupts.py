"""What ends a command from outside: the child it waits for ends first, one sentence tells it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from cityloop.launch.processes import dies_with_us

_GRACE_SECONDS = 10.0
_AGAIN_SECONDS = 0.02
_ENDS = (signal.SIGTERM, signal.SIGHUP)


class Ended(BaseException):
    """A signal asks this process to end; no `except Exception` may keep it back."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number  # exit code, as shells expect it


def listen() -> None:
    """From now on SIGTERM and SIGHUP raise Ended here, as Ctrl-C raises KeyboardInterrupt; a signal
    that is ignored, as below nohup, stays so.
    """
    for number in _ENDS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _raise)
    never_lost()


def never_lost() -> None:
    """From now on what a signal raises here is raised again shortly where Python kept it back.

    A signal may come while a finalizer or the callback of a weak reference runs; what is raised
    there is printed and dropped, and the program would go on as if nobody had asked it to end.
    Call it once, from the main thread; it takes SIGALRM and the timer behind it.
    """
    usual = sys.unraisablehook

    def hook(kept_back: sys.UnraisableHookArgs) -> None:
        asked = kept_back.exc_value
        if not isinstance(asked, KeyboardInterrupt | Ended):
            usual(kept_back)
            return
        kind, words = type(asked), asked.args
        signal.signal(signal.SIGALRM, lambda _number, _frame: _throw(kind(*words)))
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)

    sys.unraisablehook = hook


def _throw(asked: BaseException) -> None:
    raise asked


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Ended(number)


def run_to_end(command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    """Run a child to its end: its exit code and standard output; its standard error is ours.

    What interrupts us ends the child too, with SIGTERM and after some seconds by force, before it
    is raised; a child whose parent dies gets SIGTERM from the kernel. The child has a session of
    its own: Ctrl-C comes to it through us, once. Call it from the main thread.
    """
    child = subprocess.Popen(
        list(command), cwd=cwd, env=dict(env), stdout=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=dies_with_us(signal.SIGTERM),  # noqa: PLW1509
    )  # fmt: skip
    try:
        told, _nothing = child.communicate()
    except BaseException:
        _end(child)
        raise
    return child.returncode, told


def _end(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.communicate(timeout=_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
