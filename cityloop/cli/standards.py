"""`cityloop load-standards`: editions of classes and filing rules, and the work calendar."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import Advance, AsJson, finish_import, importing
from cityloop.cli.project import open_project
from config import env

if TYPE_CHECKING:
    from cityloop.kernel.reports import ImportReport
    from cityloop.standards.difference import Difference
    from cityloop.standards.operations import EditionReport

LISTED = 50  # changed rows that are told one by one
FOLDER = env.ROOT / "data" / "standards"

Editions = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Folders or workbooks (.xlsx, .xls, .xlsm, .ods); default: those of the country and "
        "the trade.",
        exists=True,
    ),
]
Publish = Annotated[bool, typer.Option(help="Publish them: a published edition never changes.")]
Backdated = Annotated[
    bool,
    typer.Option("--backdated", help="Publish also what begins before cases that were filed."),
]


def load_standards(
    editions: Editions = None,
    publish: Publish = True,
    backdated: Backdated = False,
    as_json: AsJson = False,
) -> None:
    """Load editions of classes and filing rules, all or nothing, and the calendar of holidays.

    A folder holds edition.toml, classes.csv and filing_rules.csv; a workbook the sheets edition
    (one row below the names of its columns), classes and filing_rules. The columns are those of
    data/README.md; a flaw is named by its sheet, line and column.

    The report says what publishing does, or with --no-publish would do: which edition of the
    family ends and on what day, how many cases were filed under it since, which lines of the
    responsibility matrix go on to hold, and how the edition differs from the one in force before
    it; a draft that is loaded again also how it differs from the draft that was there.
    """
    open_project()
    require_tables()
    began = time.monotonic()
    with importing("Loading standards", as_json=as_json) as advance:
        report = load(
            editions or own_editions(), publish=publish, backdated=backdated, advance=advance
        )
    report.seconds = time.monotonic() - began
    finish_import(report, as_json=as_json)


def own_editions(*, local: bool = False) -> list[Path]:
    """The folders of data/standards: of the country and the trade; with `local` also of cities.

    A published edition never changes, so no city is given that of another unasked.
    """
    folders = sorted(found for found in FOLDER.iterdir() if (found / "classes.csv").is_file())
    return [one for one in folders if local or _kind(one) != "local"]


def _kind(folder: Path) -> str:
    return str(tomllib.loads((folder / "edition.toml").read_text(encoding="utf-8"))["kind"])


def told_differences(report: EditionReport) -> list[str]:
    """What a loaded edition changes: against the one in force before it, and against the draft of
    its code that was there; of a first edition nothing. Counts, then rows."""
    told, draft = [], report.earlier_draft
    if report.difference.old:
        told += _told(report.difference, report.difference.old)
    if draft is not None:
        told += _told(draft, "its earlier draft")
    return told


def _told(found: Difference, other: str) -> list[str]:
    if not found:
        return [f"{found.new} has the same classes and rules as {other}"]
    counts = ", ".join(_counted(n, *key.split("_")) for key, n in found.counts().items() if n)
    rows = [*found.classes, *found.rules]
    left = [f"  ... and {len(rows) - LISTED} more"] if len(rows) > LISTED else []
    head = f"{found.new} differs from {other}: {counts}"
    return [head, *(f"  {change}" for change in rows[:LISTED]), *left]


def _counted(count: int, things: str, what: str) -> str:
    """'1 class changed', '5 rules removed'."""
    one = {"classes": "class", "rules": "rule"}[things]
    return f"{count} {one if count == 1 else things} {what}"


def load(
    editions: list[Path], *, publish: bool, advance: Advance, backdated: bool = False
) -> ImportReport:
    """Load editions and seed the calendar; returns one report over all."""
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.kernel.reports import ImportReport
    from cityloop.standards import operations

    actor, now = Actor.system("load-standards"), clock.now()
    total = ImportReport()
    loaded = operations.load_editions(
        editions, actor=actor, now=now, publish=publish, backdated=backdated, progress=advance
    )
    for report in loaded:
        total.imported += report.imported
        total.joined += report.joined
        total.rejected += report.rejected
        total.notes.append(f"{report.edition} is {report.status}")
        total.notes += report.notes
        total.notes += told_differences(report)
    calendar = operations.seed_calendar(actor=actor, now=now)
    total.notes.append(f"calendar: {calendar.imported} special days")
    return total
