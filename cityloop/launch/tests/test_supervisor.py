"""One parent: restarts, order of stopping, no orphans, one supervisor per DATA_DIR."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cityloop.launch.processes import Identity, identify

pytestmark = pytest.mark.fault

_ROOT = Path(__file__).resolve().parents[3]
_RUNNER = """
import os, sys
from pathlib import Path
from cityloop.launch.layout import Layout
from cityloop.launch.supervisor import Program, Supervisor, AlreadyRunningError
folder = Path(sys.argv[1])
def script(name, text): return Program(name, (sys.executable, "-c", text, str(folder)), {options})
programs = [{programs}]
supervisor = Supervisor(
    programs, layout=Layout(folder), env=dict(os.environ), cwd=folder, verbose={verbose}
)
try:
    sys.exit(supervisor.run(address="http://somewhere/", ready=lambda: {ready}, greeting="ready"))
except AlreadyRunningError as error:
    print(error); sys.exit(7)
"""
_PATIENT = """
import os, signal, sys, time
from pathlib import Path
def end(*_):
    with open(Path(sys.argv[1], "ends"), "a") as f: f.write("{name}\\\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
Path(sys.argv[1], "{name}.pid").write_text(str(os.getpid()))
print("{name} speaks", flush=True)
while True: time.sleep(0.05)
"""


class Run:
    """A supervisor in a process of its own."""

    def __init__(
        self,
        folder: Path,
        programs: dict[str, str],
        options: str = "grace=3",
        ready: str = "True",
        *,
        verbose: bool = True,
    ) -> None:
        rows = ", ".join(f'script({name!r}, """{text}""")' for name, text in programs.items())
        code = textwrap.dedent(_RUNNER).format(
            programs=rows, options=options, ready=ready, verbose=verbose
        )
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def child(self, name: str, *, other_than: int = 0) -> Identity:
        until = time.monotonic() + 15
        while time.monotonic() < until:
            try:
                found = identify(int((self.folder / f"{name}.pid").read_text() or 0))
            except FileNotFoundError:
                found = None
            if found and found.pid != other_than:
                return found
            time.sleep(0.02)
        raise AssertionError(f"{name} did not start")

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=20)
        return self.process.returncode, said


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for file in tmp_path.glob("*.pid"):
        if who := identify(int(file.read_text() or 0)):
            os.kill(who.pid, signal.SIGKILL)


def patient(*names: str) -> dict[str, str]:
    return {name: _PATIENT.format(name=name) for name in names}


def gone(who: Identity, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while who.alive and time.monotonic() < until:
        time.sleep(0.02)
    return not who.alive


@pytest.mark.requirement("O01")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_in_reverse_order_and_cleanly(
    folder: Path, number: signal.Signals
) -> None:
    run = Run(folder, patient("web", "live", "worker"))
    children = [run.child(name) for name in ("web", "live", "worker")]
    code, said = run.end(number)
    assert code == 0
    assert "ready" in said
    assert (folder / "ends").read_text().split() == ["worker", "live", "web"]
    assert not any(child.alive for child in children)
    assert "web speaks" in (folder / "logs" / "web.log").read_text()
    assert not (folder / "run" / "supervisor.json").exists()


@pytest.mark.fault
@pytest.mark.requirement("O05")
@pytest.mark.requirement("O01")
def test_what_may_come_late_waits_until_the_platform_answers(folder: Path) -> None:
    programs = {name: _PATIENT.format(name=name) for name in ("web", "worker")}
    answers = folder / "answers"
    ready = f"Path({str(answers)!r}).exists()"
    run = Run(folder, programs, "grace=3, late=name == 'worker'", ready)
    run.child("web")
    time.sleep(0.5)
    assert not (folder / "worker.pid").exists()
    answers.touch()
    run.child("worker")
    assert run.end()[0] == 0


def test_a_killed_process_is_started_again_and_the_terminal_says_so(folder: Path) -> None:
    run = Run(folder, patient("web"), verbose=False)
    first = run.child("web")
    os.kill(first.pid, signal.SIGKILL)
    second = run.child("web", other_than=first.pid)
    assert second.alive
    said = run.end()[1]
    assert "[ended with code -9; next start in" in said
    assert "web speaks" not in said
    assert gone(second)
    assert "ended with code -9" in (folder / "logs" / "web.log").read_text()


def test_a_program_that_keeps_failing_ends_everything_and_is_named(folder: Path) -> None:
    programs = {**patient("web"), "worker": "import sys; sys.exit('no such table')"}
    run = Run(folder, programs, "grace=3, most_failures=2")
    said, _ = run.process.communicate(timeout=20)
    assert run.process.returncode == 1
    assert "'worker' failed 2 times in a row" in said
    assert "no such table" in said
    assert (folder / "ends").read_text().split() == ["web"]


@pytest.mark.fault
def test_children_of_a_killed_supervisor_die_with_it(folder: Path) -> None:
    run = Run(folder, patient("web", "worker"))
    children = [run.child("web"), run.child("worker")]
    run.process.kill()
    run.process.wait()
    assert all(gone(child) for child in children)


@pytest.mark.fault
def test_the_next_start_ends_what_a_killed_supervisor_left_but_nothing_else(folder: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        subprocess.Popen(sleeper, start_new_session=True) as left,
        subprocess.Popen(sleeper) as alien,
    ):
        known, foreign = identify(left.pid), identify(alien.pid)
        assert known
        assert foreign
        note = {
            "pid": 1,
            "children": {
                "web": {"pid": known.pid, "started": known.started},
                "live": {"pid": foreign.pid, "started": foreign.started - 1},
            },
        }
        (folder / "run").mkdir()
        (folder / "run" / "supervisor.lock").touch()
        (folder / "run" / "supervisor.json").write_text(json.dumps(note))
        run = Run(folder, patient("web"))
        run.child("web")
        left.wait(5)
        assert foreign.alive
        run.end()
        alien.kill()


def test_a_child_that_ignores_the_signal_is_killed_after_its_grace(folder: Path) -> None:
    deaf = _PATIENT.format(name="web").replace(
        "signal.SIGTERM, end", "signal.SIGTERM, signal.SIG_IGN"
    )
    run = Run(folder, {"web": deaf}, "grace=0.5")
    child = run.child("web")
    assert run.end()[0] == 0
    assert gone(child)


def test_grandchildren_do_not_outlive_a_crashed_child(folder: Path) -> None:
    parent = (
        "import subprocess, sys, os, time; from pathlib import Path\\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\\n"
        "Path(sys.argv[1], 'web.pid').write_text(str(p.pid)); time.sleep(1); os._exit(3)"
    )
    run = Run(folder, {"web": parent})
    grandchild = run.child("web")
    assert gone(grandchild)
    run.end()


def test_a_second_supervisor_says_where_the_first_one_runs(folder: Path) -> None:
    first = Run(folder, patient("web"))
    first.child("web")
    second = Run(folder, patient("web"))
    said, _ = second.process.communicate(timeout=20)
    assert second.process.returncode == 7
    assert "already running" in said
    assert "http://somewhere/" in said
    assert str(first.process.pid) in said
    first.end()
