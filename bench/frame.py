"""What every benchmark uses: figures, percentiles, a durable cluster of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing; `ratio` is to the ceiling named in `against`."""

    name: str
    value: float
    unit: str
    against: str = ""
    ceiling: float = 0.0

    @property
    def ratio(self) -> float | None:
        """value / ceiling: above 1 is better for rates, worse for times."""
        return self.value / self.ceiling if self.ceiling else None

    def line(self) -> str:
        """As printed."""
        text = f"{self.name:<58} {self.value:>12,.2f} {self.unit}"
        if self.ratio is not None:
            text += f"   = {self.ratio:.3f} of {self.against} ({self.ceiling:,.2f})"
        return text


FIGURES: list[Figure] = []


def note(figure: Figure) -> Figure:
    """Print and keep a figure."""
    FIGURES.append(figure)
    print(figure.line(), flush=True)
    return figure


def save(path: Path) -> None:
    """All figures of the run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(f) | {"ratio": f.ratio} for f in FIGURES], indent=1))


def percentile(times: list[float], share: float) -> float:
    """The value below which so large a share lies."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each call, after one call that warms up."""
    act()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return found


@contextmanager
def cluster() -> Iterator[str]:
    """A durable private cluster in a folder of its own; its URL. Deleted afterwards."""
    from cityloop.launch.ensure import hold_database

    with tempfile.TemporaryDirectory(prefix="cityloop-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        Path(folder).chmod(0o711)
        hold = hold_database(Path(folder))
        os.environ["DATABASE_URL"] = hold.url
        try:
            yield hold.url
        finally:
            hold.release()


def pg_program(name: str) -> str:
    """pgbench or psql of the server's own version."""
    from cityloop.launch.binaries import find_binaries

    found = find_binaries(unpack_into=Path(tempfile.gettempdir()) / "cityloop-pg", say=print)
    return str(found.program(name))


def run(*command: str, **environment: str) -> str:
    """A command's output; CalledProcessError with its words when it fails."""
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return done.stdout
