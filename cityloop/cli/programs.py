"""The processes of a running platform, as a table for the supervisor."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from cityloop.launch.supervisor import Program

# Of the web server, measured best on two cores: threads mostly wait for the database, and those
# that wait at the same moment are served by one statement (intake/together.py).
_WORKERS, _THREADS = 2, 16


@dataclass(frozen=True, slots=True)
class Where:
    """Where the platform listens."""

    host: str
    port: int
    live_port: int

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""
        name = "localhost" if self.host in {"0.0.0.0", "::", "127.0.0.1", "::1"} else self.host  # noqa: S104 (shown)
        return f"http://{name}:{self.port}/"


def _granian(interface: str, target: str, host: str, port: int, *more: str) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "granian", "--interface", interface, target),
        *("--host", host, "--port", str(port), "--log-level", "error"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--workers-kill-timeout", "8"),
        *more,
    )


def _cityloop(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "cityloop.cli.main", *arguments)


def web(where: Where) -> Program:
    """Pages and API."""
    threads = ("--workers", str(_WORKERS), "--blocking-threads", str(_THREADS))
    command = _granian("wsgi", "config.wsgi:served", where.host, where.port, "--factory", *threads)
    return Program("web", command)


def live(where: Where) -> Program:
    """Open streams to browsers; cut at once when stopping, as they never end by themselves."""
    command = _granian("asgi", "config.asgi:application", where.host, where.live_port)
    return Program("live", command, grace=3.0, essential=False, late=True)


def worker() -> Program:
    """Deferred jobs and the clocks."""
    return Program("worker", _cityloop("worker"), grace=12.0, late=True)


def city() -> Program:
    """The demo city at work."""
    return Program("city", _cityloop("simulate", "--live"), essential=False, late=True)


def programs(where: Where, *, living: bool) -> tuple[Program, ...]:
    """The table, first started first; `living` adds the demo city at work."""
    table = (web(where), live(where), worker())
    return (*table, city()) if living else table
