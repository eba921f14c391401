"""`cityloop simulate`: a city at work, through the public operations."""

from __future__ import annotations

import signal
import threading
import time
from datetime import datetime, timedelta
from typing import Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, CommandError, finish, simulating
from cityloop.cli.project import open_project

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
Days = Annotated[int, typer.Option(help="Days of city life, ending now.", min=1, max=366)]
Seed = Annotated[int, typer.Option(help="The same seed and end give the same city life.")]
Until = Annotated[
    datetime | None,
    typer.Option(help="When the days end, local time; left out: now.", formats=MOMENTS),
]
Live = Annotated[bool, typer.Option("--live", help="Go on slowly in real time until stopped.")]


def simulate(
    days: Days = 14, seed: Seed = 1, until: Until = None, live: Live = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Let the demo city work: reports, cases, steps, delays, returns, rework."""
    open_project()
    require_tables()
    from cityloop.cli.prepare import build_city, refuse_another_city

    if live:
        refuse_another_city()
        go_on_living(seed)
        return
    build_city()
    from django.utils import timezone

    from cityloop.demo import simulation
    from cityloop.demo.operations import FOUNDED
    from cityloop.kernel import clock

    now = clock.now()
    end = timezone.make_aware(until) if until else now
    if end > now:
        raise CommandError("The days cannot end in the future.")
    if end - timedelta(days=days) < FOUNDED:
        raise CommandError(f"The demo city was founded on {FOUNDED:%Y-%m-%d}: no day lies before.")
    began = time.monotonic()
    with simulating(days) as advance:
        counts = simulation.simulate(days=days, seed=seed, now=end, advance=advance, painters=1)
    seconds = time.monotonic() - began
    told = ", ".join(f"{value} {name}" for name, value in counts.items())
    finish({**counts, "seconds": round(seconds, 3)}, f"{told} in {seconds:.1f} s", as_json=as_json)


def go_on_living(seed: int) -> None:
    """Act in real time until SIGTERM or Ctrl-C."""
    from cityloop.demo import living

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
    living.live(seed=seed, stop=stop)
    if not stop.is_set():
        raise CommandError("The city came to a stop by itself; see the log.")
