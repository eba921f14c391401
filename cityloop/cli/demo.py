"""`cityloop demo`: everything, from an empty folder to a living city."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cityloop.cli.output import AsJson, CommandError, as_line, say
from cityloop.cli.serve import Host, Port, choose_where, prepare, run, take_database
from cityloop.launch import interrupts, locks
from cityloop.launch.account import database_account
from cityloop.launch.layout import Layout
from cityloop.launch.supervisor import refuse_second
from config import env

Days = Annotated[int, typer.Option(help="Days of city life before today.", min=0, max=120)]
Reset = Annotated[bool, typer.Option("--reset", help="Delete the private data first.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show what the processes write.")]


def demo(
    host: Host = "",
    port: Port = 0,
    days: Days = 14,
    reset: Reset = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Build the demo city, run the platform and keep the city living, until Ctrl-C.

    With --json the object, address and accounts, is printed as soon as the web server answers.
    """
    interrupts.listen()
    refuse_second(Layout(env.path("DATA_DIR")))
    if reset or env.flag("RESET"):
        begin_anew()
    where = choose_where(host, port)
    hold = take_database()
    try:
        summary = prepare("demo", str(days))
        where = choose_where(where.host, where.port)  # minutes later: another may have taken it
        code = run(
            where,
            hold,
            living=True,
            verbose=verbose and not as_json,
            ready=as_line({"address": where.address, **summary})
            if as_json
            else greeting(where.address, summary),
        )
    finally:
        if hold is not None:
            hold.release()
    say("CityLoop has stopped; the next start goes on from here.")
    raise typer.Exit(code)


def begin_anew() -> None:
    """Delete the private cluster and files of DATA_DIR; never a database given by its address."""
    if env.text("DATABASE_URL"):
        raise CommandError(
            "RESET deletes the private cluster only, but DATABASE_URL names another database. "
            "Empty that one yourself, or unset DATABASE_URL."
        )
    layout = Layout(env.path("DATA_DIR"))
    if not layout.is_ours:  # then the start refuses what is not ours
        return
    if locks.is_held(layout.run, "users"):
        raise CommandError(f"The data in {layout.data_dir} are in use. Stop the other program.")
    say(f"Deleting the private data in {layout.data_dir} ...")
    layout.erase(database_account())


def greeting(address: str, summary: Mapping[str, Any]) -> str:
    """The address and one account per post, as a table."""
    rows = [(a["username"], a["password"], a["post"]) for a in summary.get("accounts", [])]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
    accounts = "\n".join(
        f"  {name:<{widths[0]}}  {word:<{widths[1]}}  {post}" for name, word, post in rows
    )
    head = f"\nCityLoop runs at {address}\n"
    tour = f"Situations to look at: {address}situations/"
    return (
        f"{head}\nSign in as (name, password, post):\n{accounts}\n\n{tour}\n\n"
        "Ctrl-C stops it; data stay."
    )
