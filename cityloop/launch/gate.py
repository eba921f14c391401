"""`make test` and its parts: every step runs, then one summary and one exit code."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cityloop.launch import browser
from cityloop.launch.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
_FAST = "not slow and not browser and not fault and not matrix"


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the gate."""

    name: str
    command: tuple[str, ...]


def _pytest(*more: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *more)


STYLE = Step("style", (str(BIN / "ruff"), "check", "."))
FORMAT = Step("format", (str(BIN / "ruff"), "format", "--check", "."))
IMPORTS = Step("imports", (str(BIN / "lint-imports"),))
TYPES = Step("types", (str(BIN / "mypy"), "--strict"))
DOCS = Step("docs", (sys.executable, "-m", "cityloop.cli.main", "docs", "--check"))
FAST_TESTS = Step("tests", _pytest("-m", _FAST))
ALL_TESTS = Step("tests", _pytest())

GATES: dict[str, tuple[Step, ...]] = {
    "lint": (STYLE, FORMAT, IMPORTS),
    "typecheck": (TYPES,),
    "check": (STYLE, FORMAT, IMPORTS, TYPES, FAST_TESTS),
    "test": (STYLE, FORMAT, IMPORTS, TYPES, DOCS, ALL_TESTS),
}


def run(steps: Sequence[Step]) -> int:
    """Run all steps, also after a failure; 0 when every one passed."""
    results: list[tuple[str, int, float]] = []
    environment = _environment()
    for step in steps:
        print(f"\n--- {step.name}", flush=True)
        began = time.monotonic()
        done = subprocess.run(step.command, cwd=ROOT, env=environment, check=False)
        results.append((step.name, done.returncode, time.monotonic() - began))
    print("\n--- summary")
    for name, code, seconds in results:
        print(f"{'ok    ' if code == 0 else 'FAILED'} {name:<8} {seconds:6.1f} s")
    return int(any(code for _, code, _ in results))


def _environment() -> dict[str, str]:
    """Ours, with the browser that set-up found or brought."""
    found = browser.find(Layout(ROOT / "var").unpack_into())
    extra = {"CITYLOOP_CHROMIUM": str(found)} if found else {}
    return {**extra, **os.environ}


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="cityloop.launch.gate", description=__doc__)
    parser.add_argument("gate", choices=sorted(GATES))
    return run(GATES[parser.parse_args(arguments).gate])


if __name__ == "__main__":
    sys.exit(main())
