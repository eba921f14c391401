"""`cityloop import-organisations` and `import-responsibilities`: units, and who leads where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, RejectedError, finish_import, importing
from cityloop.cli.project import open_project

if TYPE_CHECKING:
    from datetime import datetime

    from cityloop.kernel.reports import ImportReport

File = Annotated[
    Path,
    typer.Argument(help="CSV (UTF-8 or GB 18030) or Excel, first sheet.", exists=True,
                   dir_okay=False),
]  # fmt: skip
Edition = Annotated[
    str, typer.Option(help="Edition of the class codes; else the current one, * for all.")
]


def import_organisations(file: File, as_json: AsJson = False) -> None:
    """Import organisations by code, all or none: every bad row is named with its reason.

    Columns: code, name_zh, kind; where known name_en, parent_code, region_code, phone, level.
    Those that exist are brought up to date.
    """
    open_project()
    require_tables()
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.people import operations

    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        report = operations.import_organisations(
            file, actor=Actor.system("import-organisations"), now=clock.now(), progress=advance
        )
    _finish(report, as_json)


def import_responsibilities(file: File, edition: Edition = "", as_json: AsJson = False) -> None:
    """Import lines of the responsibility matrix, all or none: every bad row is named.

    Columns: class_kind, major_code, minor_code, region_code, lead_code, source_document; where
    known owner_code, lead_role, assist, valid_from, edition_code. A line that differs from the one
    in force follows it.
    """
    open_project()
    require_tables()
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.people import operations

    now = clock.now()
    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        report = operations.import_responsibilities(
            file,
            actor=Actor.system("import-responsibilities"),
            now=now,
            edition_code=edition or _current(now),
            progress=advance,
        )
    _finish(report, as_json)


def _current(now: datetime) -> str:
    from django.utils import timezone

    from cityloop.standards import queries

    return queries.current_edition(timezone.localdate(now)).code


def _finish(report: ImportReport, as_json: bool) -> None:
    finish_import(report, as_json=as_json)
    if report.rejected:
        raise RejectedError("nothing was imported")
