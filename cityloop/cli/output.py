"""What commands print: progress on standard error, one result on standard output."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from config import env

# PostgreSQL: not allowed to create the extension; its files are not there; nor is its function.
NO_POSTGIS = frozenset({"42501", "0A000", "58P01", "42883"})
INTERRUPTED = 130  # exit code after Ctrl-C, as shells expect it
Advance = Callable[[int, int | None], None]  # (done so far, total if known)
Told = Callable[[int], str]  # done so far -> a line for logs
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line.")]


class CommandError(Exception):
    """A command cannot do what it was asked; the text is for the person who asked."""


class RejectedError(CommandError):
    """The command ended, but with findings; its result was printed already."""


def say(words: str) -> None:
    """A remark on standard error."""
    print(words, file=sys.stderr, flush=True)


@contextmanager
def progress(title: str, told: Told | None = None) -> Iterator[Advance]:
    """A progress bar on standard error; a spinner until the total is known.

    Where nobody watches a terminal, a log has the title, and a line for each new thing that `told`
    says of how far it has come ('' is nothing).
    """
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        said = ""

        def advance(done: int, total: int | None = None) -> None:
            nonlocal said
            bar.update(task, completed=done, total=total)
            words = told(done) if told and not console.is_terminal else ""
            if words not in ("", said):
                say(words)
                said = words

        if not console.is_terminal:
            say(f"{title} ...")
        yield advance


def simulating(days: int) -> AbstractContextManager[Advance]:
    """Progress of so many simulated days, told in hours; a log has a line a day."""

    def told(hours: int) -> str:
        return f"  day {hours // 24} of {days}" if hours >= 24 else ""

    return progress(f"Simulating {days} days", told)


def finish(result: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print the result: for people a sentence, for programs one object on the last line."""
    print(as_line(result) if as_json else sentence, flush=True)


def as_line(result: Mapping[str, Any]) -> str:
    """The object for programs, on one line."""
    return json.dumps(result, ensure_ascii=False, default=str)


def require_some(taken: int, rejected: int) -> None:
    """An import fails (exit code 1) when it took nothing; rejected rows beside others are told."""
    if rejected and not taken:
        raise RejectedError("nothing was imported")


def finish_import(report: Any, *, as_json: bool) -> None:
    """Print an import's report, the rejected rows with their reasons on standard error."""
    rejected = report.rejected_rows()
    for rejection in rejected[:50]:
        where = f"row {rejection.row} ({rejection.key}): " if rejection.row else ""
        say(f"{where}{rejection.reason}")
    if len(rejected) > 50:
        say(f"... and {len(rejected) - 50} more rejected rows; --json lists them all")
    for note in report.notes:
        say(note)
    sentence = (
        f"{report.imported} imported, {report.joined} joined, {len(rejected)} rejected "
        f"in {report.seconds:.1f} s"
    )
    refused = {"error": report.refused} if report.refused else {}
    finish({**report.as_dict(), **refused}, sentence, as_json=as_json)


@contextmanager
def importing(title: str, *, as_json: bool) -> Iterator[Advance]:
    """Progress of an import; a file that is refused whole is told as an import that took nothing.

    Programs then find the same numbers as ever, and the sentence under `error`; exit code 1.
    """
    from cityloop.kernel.errors import Problem
    from cityloop.kernel.reports import ImportReport

    began = time.monotonic()
    try:
        with progress(title) as advance:
            yield advance
    except Problem as error:
        report = ImportReport.of_refusal(error)
        report.seconds = time.monotonic() - began
        finish_import(report, as_json=as_json)
        raise RejectedError(explain(error)) from error


def explain(error: BaseException) -> str:
    """One paragraph for a person."""
    return " ".join(str(error).split()) or type(error).__name__


def misused(error: typer.TyperException) -> int:
    """Tell that the command was called wrongly, with the right call; exit code 2."""
    show = getattr(error, "show", None)
    if show is not None:
        show()
    else:
        say(f"cityloop: {explain(error)}")
    _tell_programs(error)
    return error.exit_code


def _tell_programs(error: BaseException) -> None:
    """The failure as one JSON object, where the call asked for JSON."""
    if "--json" in sys.argv:
        words = getattr(error, "format_message", lambda: explain(error))()
        print(json.dumps({"error": words}, ensure_ascii=False), flush=True)


def fail(error: BaseException) -> int:
    """Tell a failure: a paragraph, and the traceback only when CITYLOOP_DEBUG asks for it."""
    if isinstance(error, RejectedError):
        return 1
    say(f"cityloop: {told(error)}")
    _tell_programs(error)
    return 1


def told(error: BaseException) -> str:
    """A failure in a paragraph; the traceback stands on standard error when CITYLOOP_DEBUG asks."""
    if env.flag("CITYLOOP_DEBUG"):
        traceback.print_exception(error)
    if words := _of_the_database(error):
        return words
    known = isinstance(error, CommandError) or type(error).__module__.startswith(
        ("cityloop.", "config.")
    )
    kind = "" if known else f"{type(error).__name__}: "
    hint = "" if known else " (CITYLOOP_DEBUG=1 shows the traceback)"
    return f"{kind}{explain(error)}{hint}"


def _of_the_database(error: BaseException) -> str:
    """What the person who set the database up can do about it; '' for everything else."""
    words, state = explain(error), getattr(error.__cause__, "sqlstate", None)
    kind = type(error).__name__
    if kind == "OperationalError" and state is None:  # nothing that a server said of a statement
        return f"no connection to the database (is DATABASE_URL right, if you set it?): {words}"
    if "postgis" in words and state in NO_POSTGIS:
        return (
            "This database has no PostGIS, and it cannot be added from here. Install PostGIS on "
            f"its server and let an administrator run CREATE EXTENSION postgis in it ({words})"
        )
    return ""


def interrupted(code: int = INTERRUPTED) -> int:
    """Tell that Ctrl-C, or another signal of exit code `code`, ended the command; that code.

    A progress bar that another process drew may have left the cursor hidden.
    """
    Console(stderr=True).show_cursor()
    say("\ncityloop: stopped")
    return code


def is_terminal() -> bool:
    """True when a person reads standard error."""
    return os.isatty(sys.stderr.fileno())
