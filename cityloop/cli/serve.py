"""`cityloop serve`: web, live and worker processes under one parent."""

from __future__ import annotations

import http.client
import json
import os
import sys
from typing import Annotated, Any

import typer

from cityloop.cli.output import AsJson, CommandError, as_line, say
from cityloop.cli.programs import Where, programs
from cityloop.launch import interrupts
from cityloop.launch.ensure import Hold, hold_database
from cityloop.launch.layout import Layout
from cityloop.launch.ports import LAST_PORT, choose_port
from cityloop.launch.supervisor import Supervisor, refuse_second
from config import env

Host = Annotated[str, typer.Option(help="Address; else HOST or 127.0.0.1.", show_default=False)]
Port = Annotated[int, typer.Option(help="Web port; else PORT or 8000.", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", help="Do not show what the processes write.")]


def choose_where(host: str, port: int) -> Where:
    """Free ports for web and live; says so when a wanted one is busy.

    Refuses when this DATA_DIR is served already.
    """
    layout = Layout(env.path("DATA_DIR"))
    layout.create()
    refuse_second(layout)
    host = host or env.text("HOST")
    web = choose_port(host, port or env.number("PORT"))
    beside = web.port + 1 if web.port < LAST_PORT else web.port - 1
    live = choose_port(host, env.number("LIVE_PORT") or beside, taken=frozenset({web.port}))
    if web.moved:
        say(web.sentence("the web server"))
    if live.moved:
        say(live.sentence("the live stream"))
    return Where(host, web.port, live.port)


def take_database() -> Hold | None:
    """A share in the private cluster; None when DATABASE_URL names a server."""
    if env.text("DATABASE_URL"):
        return None
    hold = hold_database(env.path("DATA_DIR"))
    os.environ["DATABASE_URL"] = hold.url
    return hold


def prepare(*what: str) -> dict[str, Any]:
    """Run cli/prepare.py in a process that gives its memory back; returns what it tells."""
    command = (sys.executable, "-m", "cityloop.cli.prepare", *what)
    code, output = interrupts.run_to_end(command, env=os.environ, cwd=env.ROOT)
    lines = output.splitlines()
    told: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    if code:
        raise CommandError(told.get("error", "The start was given up."))
    return told


def run(where: Where, hold: Hold | None, *, living: bool, verbose: bool, ready: str) -> int:
    """Run the processes until a signal; prints `ready` when the web server answers."""
    names = {"PORT": str(where.port), "LIVE_PORT": str(where.live_port), "HOST": where.host}
    supervisor = Supervisor(
        programs(where, living=living),
        layout=Layout(env.path("DATA_DIR")),
        env={**os.environ, **names},
        cwd=env.ROOT,
        database=hold,
        verbose=verbose,
    )
    return supervisor.run(address=where.address, ready=lambda: answers(where), greeting=ready)


def answers(where: Where) -> bool:
    """True when the web server answers at all, whatever it says."""
    connection = http.client.HTTPConnection(_reachable(where.host), where.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (shown, not bound)


def serve(host: Host = "", port: Port = 0, quiet: Quiet = False, as_json: AsJson = False) -> None:
    """Run the platform: web server, live stream and worker, until Ctrl-C.

    With --json the object is printed as soon as the web server answers. In a city that nobody
    administers yet a code is printed too: the page /set-up/ asks for it and makes the first
    account.
    """
    interrupts.listen()
    where = choose_where(host, port)
    hold = take_database()
    try:
        setup_code = prepare("serve").get("setup_code", "")
        where = choose_where(where.host, where.port)
        greeting = greeting_of(where.address, setup_code, as_json=as_json)
        code = run(where, hold, living=False, verbose=not (quiet or as_json), ready=greeting)
    finally:
        if hold is not None:
            hold.release()
    raise typer.Exit(code)


def greeting_of(address: str, setup_code: str, *, as_json: bool) -> str:
    """What is printed once the web server answers; the code only where there is one."""
    if as_json:
        code = {"setup_code": setup_code} if setup_code else {}
        return as_line({"address": address, **code})
    told = (
        f"\nNobody administers this city yet: open {address}set-up/ and enter the code {setup_code}"
    )
    return f"\nCityLoop runs at {address}{told if setup_code else ''}\nCtrl-C stops it."
