"""The writer: case, history, clocks, tasks, papers and jobs of many changes in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cityloop.cases import chain, clocks, fields, guards, state
from cityloop.cases.change import Change, Paper
from cityloop.cases.models import Attachment, Case, CaseEvent, Task, Timer
from cityloop.kernel import jobs, wake, witness
from cityloop.kernel.rows import First, Row, Rows, columns_of, own_values, row_of
from cityloop.kernel.rows import write as write_rows

CASE = columns_of(Case)
# What a step may change; place and first text are fixed when the case is opened.
FIXED = frozenset({
    "number", "flow_id", "trial", "channel", "external_number", "imported", "component_id",
    "point", "raw_x", "raw_y", "raw_system", "area_code", "grid_code", "in_service_area",
    "reported_at",
})  # fmt: skip
PLACE = frozenset(
    {
        "point",
        "raw_x",
        "raw_y",
        "raw_system",
        "area_code",
        "grid_code",
        "in_service_area",
        "component_id",
    }
)  # of a case that came without one, or is moved: its component may stay behind
SEARCHED = frozenset({"description", "address"})
MUTABLE = tuple(name for name in CASE if name not in FIXED | SEARCHED)
EVENT = columns_of(CaseEvent, without=("id",))
TIMER = columns_of(Timer, without=("id",))
TASK = columns_of(Task, without=("id",))
PAPER = columns_of(Attachment, without=("id",))
JOB = ("queue_name", "task_name", "priority", "args", "status", "attempts", "abort_requested")


# Topics beside the step's own, for what few steps bring: a job for every step would cost.
RARE: tuple[tuple[str, Callable[[Change], bool]], ...] = (
    ("case.papers", lambda change: bool(change.papers)),
    # A result that came late, whether or not the clock has had the time to say so.
    ("case.handled_late", lambda change: change.facts.get("on_time") is False),
    ("case.disputed", lambda change: bool(change.case.dispute_level)),
    # Ordered from another while it is left open whose duty it was.
    ("case.left_open", lambda c: c.action == "substitute" and "circle" in c.facts),
)


class Lines:
    """History lines and papers of a change, collected while its steps are taken."""

    __slots__ = ("first_version", "jobs", "lines", "papers")

    def __init__(self, version: int) -> None:
        self.first_version = version
        self.lines: list[Row] = []
        self.papers: list[Row] = []
        self.jobs: list[Row] = []


def add_line(change: Change) -> None:
    """Version + 1 and the history line of the step just taken, chained to the line before."""
    case = change.case
    lines = _lines(change)
    if len(change.papers) > 1:
        change.papers = _once_each(change)
    _chain(case, lines)
    case.version += 1
    facts = _facts(change)
    line: dict[str, Any] = {
        "version": case.version,
        "action": change.action,
        "source": change.source,
        "target": case.status,
        "role": change.role,
        "member_id": change.actor.member_id,
        "actor": change.actor.label_as(change.role, case.lead_id, case.holder_id)[:120],
        "at": change.now,
        "recorded_at": change.recorded_at or change.now,
        "facts": facts,
        "imported": change.imported,
        "state": "",
        "previous": case.head,
        "case_id": case.id,
    }
    lines.lines.append(line)
    if change.papers:
        lines.papers.extend(_paper(change, paper) for paper in change.papers)
    if not change.imported:
        payload = {"number": case.number, "version": case.version}
        lines.jobs.extend(jobs.job_rows(f"case.{change.action}", payload))
        for topic, tells in RARE:
            if tells(change):
                lines.jobs.extend(jobs.job_rows(topic, payload))
    change.papers, change.inputs, change.facts = [], {}, {}


def _once_each(change: Change) -> list[Paper]:
    """A picture given for two parts of the file proves the step, or belongs to the first part."""
    proof = guards.stage_of(change.action)
    found: dict[int, Paper] = {}
    for paper in change.papers:
        if paper.file.pk not in found or paper.stage == proof:
            found[paper.file.pk] = paper
    return list(found.values())


def _chain(case: Case, lines: Lines) -> None:
    """The hash of the line taken last, once nothing of it changes any more."""
    if lines.lines:
        line = lines.lines[-1]
        case.head = line["hash"] = chain.line_hash(case.number, line)


def _end(change: Change) -> None:
    """The change is whole: its last line says what the case is now."""
    clocks.show_stage_deadline(change.case, change.timers)
    lines = _lines(change)
    lines.lines[-1]["state"] = state.mark(
        change.case, change.timers, change.tasks, change.mark if lines.first_version else state.NEW
    )
    _chain(change.case, lines)


def write(
    changes: Sequence[Change], *, also: Sequence[Rows] = (), first: First | None = None
) -> None:
    """Write all changes, and the caller's rows, in one statement: all of it or nothing.

    Open pages learn of it at once; of what is imported in bulk they learn within a second.
    """
    write_rows([*parts(changes), *also], first=first)
    keep(changes)
    wake.after_commit()


def keep(changes: Iterable[Change]) -> None:
    """Tell the witness of every line just written: until a seal covers it, no other knows of it."""
    witness.keep(
        [
            (f"{change.case.number}/{line['version']}", line["hash"])
            for change in changes
            for line in _lines(change).lines
        ]
    )


def parts(
    changes: Sequence[Change], *, new_row: Callable[[Any, tuple[str, ...]], Row] = own_values
) -> list[Rows]:
    """Everything that the changes want written, table by table; `new_row` makes what is new."""
    collected = [_lines(change) for change in changes]
    for change in changes:  # once for all the steps of a change
        _end(change)
    new = [c.case for c, lines in zip(changes, collected, strict=True) if not lines.first_version]
    old = [c.case for c, lines in zip(changes, collected, strict=True) if lines.first_version]
    going_on = [lines for lines in collected if lines.first_version]
    edited = any(_text_changed(lines) for lines in going_on)
    columns = tuple(n for n in CASE if n not in FIXED) if edited else MUTABLE
    if old and all(_placed(lines) for lines in collected):
        columns = tuple(n for n in CASE if n not in FIXED - PLACE)
    timers, tasks = (
        _split(t for c in changes for t in c.timers),
        _split(t for c in changes for t in c.tasks),
    )
    return [
        Rows("cases_case", CASE, [new_row(case, CASE) for case in new], base=Case),
        Rows("cases_case", columns, [row_of(case, columns) for case in old], match=("id",)),
        Rows("cases_event", EVENT, [line for lines in collected for line in lines.lines]),
        Rows("cases_timer", ("id", *TIMER), [row_of(t, ("id", *TIMER)) for t in timers[1]],
             match=("id",)),
        Rows("cases_timer", TIMER, [new_row(t, TIMER) for t in timers[0]], base=Timer),
        Rows("cases_task", ("id", *TASK), [row_of(t, ("id", *TASK)) for t in tasks[1]],
             match=("id",)),
        Rows("cases_task", TASK, [new_row(t, TASK) for t in tasks[0]], base=Task),
        Rows("cases_attachment", PAPER, [p for lines in collected for p in lines.papers],
             skip_conflicts=True),
        Rows("procrastinate_jobs", JOB,
             [job_row(job) for lines in collected for job in lines.jobs]),
    ]  # fmt: skip


def _lines(change: Change) -> Lines:
    if change.lines is None:
        change.lines = Lines(change.case.version)
    lines: Lines = change.lines
    return lines


def _facts(change: Change) -> dict[str, Any]:
    facts = fields.recorded(change.inputs) | change.facts if change.inputs else change.facts
    if change.actor.token is not None:  # who holds a key is known from the record of keys
        facts["token"] = list(change.actor.token)
    if change.papers:
        facts["papers"] = [_named(paper) for paper in change.papers]
    return facts


def _named(paper: Paper) -> list[str]:
    noted = chain.paper_digest(
        filename=paper.filename[:120], from_album=paper.from_album, remarks=paper.remarks
    )
    return [paper.stage, paper.file.sha256, noted]


def _text_changed(lines: Lines) -> bool:
    return any(SEARCHED & line["facts"].keys() for line in lines.lines)


def _placed(lines: Lines) -> bool:
    return any("placed" in line["facts"] for line in lines.lines)


def _split(rows: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """(new, existing)"""
    parts: dict[bool, list[Any]] = defaultdict(list)
    for row in rows:
        parts[row.id is not None].append(row)
    return parts[False], parts[True]


def _paper(change: Change, paper: Paper) -> Row:
    return {
        "case_id": change.case.pk,
        "version": change.case.version,
        "file_id": paper.file.pk,
        "stage": paper.stage,
        "filename": paper.filename[:120],
        "from_album": paper.from_album,
        "remarks": list(paper.remarks),
        "added_at": change.now,
    }


def job_row(job: Row) -> Row:
    """A job of kernel.jobs.job_rows as a row of the queue."""
    return {
        "queue_name": jobs.QUEUE, "task_name": jobs.TASK, "priority": 0, "args": job,
        "status": "todo", "attempts": 0, "abort_requested": False,
    }  # fmt: skip
