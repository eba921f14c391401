"""`cityloop check`: is this installation well, and is its history whole?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, RejectedError, finish, progress
from cityloop.cli.project import open_project

Workflow = Annotated[
    bool,
    typer.Option(
        "--workflow", help="Refuse dead ends, ownerless steps, mixed sides; audit who judged."
    ),
]
Chain = Annotated[bool, typer.Option("--chain", help="Prove that no history was altered.")]
NoteAgain = Annotated[
    bool,
    typer.Option(
        "--note-again",
        help="After the notes outside the database were lost: note the seals anew, and say so.",
    ),
]


ClockWasWrong = Annotated[
    bool,
    typer.Option(
        "--clock-was-wrong",
        help="After the clock was wrong and was set right: say so, and the check tells it.",
    ),
]


def check(
    chain: Chain = False,
    workflow: Workflow = False,
    note_again: NoteAgain = False,
    clock_was_wrong: ClockWasWrong = False,
    as_json: AsJson = False,
) -> None:
    """Examine database, queue, disk and clock; on demand also the history and the flow."""
    open_project()
    from cityloop.kernel import clock, health

    began = time.monotonic()
    findings = [finding.as_dict() for finding in health.examine(now=clock.now())]
    if chain or workflow or note_again or clock_was_wrong:
        require_tables()
    if note_again:
        findings.append(note_seals_again())
    if clock_was_wrong:
        findings.append(say_clock_was_wrong())
    if chain:
        findings += [_asked(name, prove) for name, prove in PROOFS]
    if workflow:
        findings += [sound_flow(), sides_apart()]
    well = all(finding["well"] for finding in findings)
    lines = [f"{'ok  ' if f['well'] else 'BAD '} {f['name']:<9} {f['words']}" for f in findings]
    result = {"well": well, "findings": findings, "seconds": round(time.monotonic() - began, 3)}
    finish(result, "\n".join(lines), as_json=as_json)
    if not well:
        raise RejectedError("not well")


def _asked(name: str, prove: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a proof finds; one that the database does not let be made is no proof."""
    from django.db import DatabaseError

    try:
        return prove()
    except DatabaseError as error:
        words = (
            f"cannot be proven, a table or column of it is not there: {str(error).splitlines()[0]}"
        )
        return {"name": name, "well": False, "words": words}


def note_seals_again() -> dict[str, Any]:
    """Note the seals, and the last fingerprint, that are not noted outside the database: what they
    prove begins today."""
    from cityloop.cases import seals
    from cityloop.kernel import clock, fingerprints

    count = seals.note_again(now=clock.now())
    words = f"{count} seals were noted again"
    if fingerprints.note_again():
        words += ", and the fingerprints"
    return {"name": "notes", "well": True, "words": words}


def say_clock_was_wrong() -> dict[str, Any]:
    """Note outside the database where the clock was put back: lines sealed before then lie in the
    future, and those after it are not accused."""
    from cityloop.cases import seals

    count = seals.set_right()
    words = f"the clock was put back {count} times that were not said yet"
    return {"name": "clocks", "well": True, "words": words}


def prove_history() -> dict[str, Any]:
    """Recompute every hash of every case's history; names the first broken row of each kind."""
    from cityloop.cases import proof
    from cityloop.kernel import clock

    with progress("Proving the history") as advance:
        verdict = proof.verify(now=clock.now(), progress=advance)
    words = (
        f"{verdict.lines} lines of {verdict.cases} cases and {verdict.seals} seals are whole; "
        f"{verdict.noted or 'none'} of the seals stand outside the database too"
    )
    if verdict.invented:
        words += "; a demo city, whose past was made up within minutes"
    if verdict.again:
        words += f", {verdict.again} of them noted again after notes were lost"
    if verdict.set_right:
        words += f"; {verdict.set_right} times the clock was wrong and set right, as was said here"
    if not verdict.whole:
        words = _one_a_line(verdict.broken)
    return {"name": "history", "well": verdict.whole, "words": words}


def prove_files() -> dict[str, Any]:
    """Read every stored photo and paper again: none is missing, none was swapped."""
    from cityloop.cases import proof

    with progress("Proving the photos") as advance:
        count, broken = proof.verify_files(progress=advance)
    words = _one_a_line(broken) or f"{count} files are what they were"
    return {"name": "files", "well": not broken, "words": words}


def _one_a_line(found: Iterable[object]) -> str:
    return "\n          ".join(map(str, found))


def prove_book() -> dict[str, Any]:
    """Recompute the tallies of reports by channel: none is missing, added or changed."""
    from cityloop.intake import queries

    with progress("Proving the book of reports"):
        flaws = queries.check_book()
    words = "; ".join(f"{flaw.channel}: {flaw.what}" for flaw in flaws)
    return {"name": "book", "well": not flaws, "words": words or "every report is where it was"}


def prove_orders() -> dict[str, Any]:
    """Compare every order of substitute works with its records, its lines and its case, and every
    budget line with its records."""
    from cityloop.works import altered as works

    with progress("Proving the orders of works"):
        count, altered = works.altered_orders()
        altered += works.altered_budgets()
    words = _one_a_line(altered) or f"{count} orders of works are what their records left"
    return {"name": "orders", "well": not altered, "words": words}


def prove_cards() -> dict[str, Any]:
    """Compare where every warning card stands, and by when it is answered, with its notes."""
    from cityloop.discipline import altered as discipline

    with progress("Proving the cards"):
        count, altered = discipline.altered_cards()
    words = _one_a_line(altered) or f"{count} cards stand as their notes say"
    return {"name": "cards", "well": not altered, "words": words}


def prove_rows() -> dict[str, Any]:
    """Digest again every row that nothing may change: payments, verdicts, draws, answers."""
    from django.db import DatabaseError

    from cityloop.kernel import clock, fingerprints
    from cityloop.kernel.faults import Broken

    found: list[Broken] = []
    with progress("Proving what stands beside the history") as advance:
        try:
            fingerprints.take(now=clock.now())
        except (DatabaseError, fingerprints.NotTaken) as error:
            found.append(Broken("the fingerprints", f"cannot be taken: {error}"))
        count, broken = fingerprints.verify(progress=advance)
    broken = [*found, *broken, *fingerprints.unnoted(clock.now())]
    words = _one_a_line(broken) or f"{count} rows beside the history are what they were"
    return {"name": "rows", "well": not broken, "words": words}


def sound_flow() -> dict[str, Any]:
    """Examine the flow that new cases start with, and whether its desks are staffed."""
    from django.utils import timezone

    from cityloop.cases import queries as cases
    from cityloop.cases import workflow
    from cityloop.kernel import clock

    flow = cases.current_flow()
    today = timezone.localdate(clock.now())
    found = workflow.faults_on(flow.parameters, today)
    if alone := cases.told_alone(cases.left_alone(today)):
        found.append(alone)
    whole = f"{flow.code}: every step has an owner and every case an end"
    words = "; ".join(found or [whole, *workflow.warnings(flow.parameters)])
    return {"name": "workflow", "well": not found, "words": words}


def sides_apart() -> dict[str, Any]:
    """The audit report: no unit that is judged files, checks or closes, by flow, post or case."""
    from django.utils import timezone

    from cityloop.cases import audit
    from cityloop.cases import queries as cases
    from cityloop.kernel import clock

    with progress("Auditing who judged"):
        found = audit.sides(cases.current_flow().parameters, on=timezone.localdate(clock.now()))
    words = "\n          ".join(found.lines())
    if found.clean:
        words = (
            f"{found.examined} lines of history: nobody judged what their own organisation handled"
        )
    if found.merged:
        words += f"; {found.merged} steps with merged posts"
    return {"name": "sides", "well": found.clean, "words": words, "report": found.as_dict()}


PROOFS: tuple[tuple[str, Callable[[], dict[str, Any]]], ...] = (
    ("history", prove_history), ("files", prove_files), ("book", prove_book),
    ("orders", prove_orders), ("cards", prove_cards), ("rows", prove_rows),
)  # fmt: skip
