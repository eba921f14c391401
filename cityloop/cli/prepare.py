"""What `cityloop serve` and `demo` make before they serve; what was done before is skipped.

Runs in a process of its own, started by cli/serve.py, and prints its summary as one line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import nullcontext
from types import FrameType
from typing import Any

from cityloop.cli import output
from cityloop.cli.database import apply_migrations, require_tables
from cityloop.cli.messages import compile_files, stale_files
from cityloop.cli.output import CommandError, progress, simulating
from cityloop.cli.project import open_project
from cityloop.cli.static import collect_static
from cityloop.launch import interrupts

_SEED = 1
_PER_DAY = 70  # reports: enough to find every situation, few enough to be ready in minutes
LIFE = "city life simulated"


def prepare_demo(days: int) -> dict[str, Any]:
    """Tables, texts, static files, city, city life; returns the accounts to show."""
    compile_files(stale_files())
    open_project()
    refuse_another_city()  # before the tables are touched
    apply_migrations()
    collect_static()
    accounts = build_city()
    if days:
        _once(LIFE, lambda: simulate(days))
        make_situations()
    from cityloop.demo import operations

    return {"accounts": operations.accounts_with_work(accounts)}


def prepare_serve() -> dict[str, Any]:
    """Static files, and the code for the set-up page of a city that nobody administers; refuses a
    database of another version instead of changing it unasked."""
    open_project()
    require_tables()
    collect_static()
    from cityloop.kernel import clock
    from cityloop.setup import operations

    return {"setup_code": operations.new_setup_code(now=clock.now())}


def _once(name: str, work: Any) -> None:
    """Do a piece of work unless its marker says that it was done."""
    from cityloop.kernel import clock
    from cityloop.kernel.models import Marker

    if Marker.objects.filter(pk=name).exists():
        return
    work()
    Marker.objects.create(name=name, set_at=clock.now())


def refuse_another_city() -> None:
    """CommandError when this database holds another city: nobody could take the demo out again."""
    from cityloop.demo import foreign

    if found := foreign.of_another_city():
        raise CommandError(
            f"This database holds another city ({', '.join(found)}), and the demo city is built "
            "into a database of its own. Name another folder by DATA_DIR, or an empty database by "
            "DATABASE_URL; RESET=1 begins anew, and deletes the private data that DATA_DIR holds."
        )


def build_city() -> list[dict[str, str]]:
    """The demo city, built at the first call only; refused in another city's database."""
    from cityloop.demo import foreign, operations
    from cityloop.kernel import clock

    refuse_another_city()
    with nullcontext() if foreign.stands() else progress("Building the demo city"):
        summary = operations.build(now=clock.now())
    return [dict(account) for account in summary.accounts]


def simulate(days: int) -> None:
    """The days before today."""
    from cityloop.demo import simulation
    from cityloop.kernel import clock

    with simulating(days) as advance:
        simulation.simulate(
            days=days,
            seed=_SEED,
            now=clock.now(),
            advance=advance,
            painters=1,
            go_on=True,
            per_day=_PER_DAY,
        )


def make_situations() -> None:
    """Examples of what makes a bad day, those that this database has not got yet."""
    from cityloop.demo.situations import making
    from cityloop.kernel import clock

    left_out: list[str] = []
    with progress("Making situations to look at") as advance:
        making.make_all(
            now=clock.now(), advance=advance,
            left_out=lambda name, problem: left_out.append(f"{name}: {problem}"),
        )  # fmt: skip
    for line in left_out:
        print(f"A situation was left out, {line}", file=sys.stderr)


class Asked:
    """Whether somebody asked us to end, which our parent tells: then we end without a word."""

    yet = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Break off what is being done, once: what cleans up behind it goes on to its end."""
        if not self.yet:
            self.yet = True
            raise KeyboardInterrupt


def main(asked: Asked, *what: str) -> int:
    """The summary, or what went wrong, as the last line; the exit code."""
    try:
        summary = prepare_demo(int(what[1])) if what[0] == "demo" else prepare_serve()
    except KeyboardInterrupt:
        return output.INTERRUPTED
    except Exception as error:
        if asked.yet:  # the database may be gone before us
            return output.INTERRUPTED
        tell({"error": output.told(error)})
        return 1
    tell(summary)
    return 0


def tell(result: dict[str, Any]) -> None:
    """One line for our parent; nothing where it has died meanwhile."""
    try:
        print(json.dumps(result, ensure_ascii=False), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor a word at our end


if __name__ == "__main__":
    asked = Asked()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
    interrupts.never_lost()
    sys.exit(main(asked, *sys.argv[1:]))
