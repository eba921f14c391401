"""`cityloop import-cases`: cases of other systems, walked through the life cycle."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, CommandError, finish_import, importing, require_some
from cityloop.cli.project import open_project

# The mappings of cityloop/exchange/mappings; named here so that --help needs no database.
FORMATS = ("pingshan", "la311")
MOST_WORKERS = 4

File = Annotated[Path, typer.Argument(help="The file to import.", exists=True, dir_okay=False)]
Format = Annotated[str, typer.Option("--format", help=f"One of: {', '.join(FORMATS)}.")]
Workers = Annotated[int, typer.Option(help="Processes; default: one a core, at most four.", min=0)]


def import_cases(file: File, kind: Format, workers: Workers = 0, as_json: AsJson = False) -> None:
    """Import cases with their own times; history lines say that they were imported.

    Exit code 1 when nothing was imported; 0 when some rows were, even if others were rejected
    (--json counts them).
    """
    if kind not in FORMATS:
        raise CommandError(f"--format is one of {', '.join(FORMATS)}, not {kind}.")
    open_project()
    require_tables()
    from cityloop.exchange import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        report = operations.import_cases(
            file,
            format=kind,
            actor=Actor.system(f"import {kind}"),
            now=clock.now(),
            progress=advance,
            workers=workers or min(os.cpu_count() or 1, MOST_WORKERS),
        )
    finish_import(report, as_json=as_json)
    require_some(report.imported + report.joined, max(1, len(report.rejected)))
