"""`cityloop import-cases`: cases of other systems, walked through the life cycle."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from cityloop.cli.output import AsJson, CommandError, RejectedError, finish_import, progress
from cityloop.cli.project import open_project

# format -> module with import_cases(path, *, actor, now, advance) -> ImportReport. A new format:
# one module and one row.
FORMATS = {
    "pingshan": "cityloop.demo.pingshan",
    "la311": "cityloop.demo.la311",
}

File = Annotated[Path, typer.Argument(help="The file to import.", exists=True, dir_okay=False)]
Format = Annotated[str, typer.Option("--format", help=f"One of: {', '.join(FORMATS)}.")]


def import_cases(file: File, kind: Format, as_json: AsJson = False) -> None:
    """Import cases with their own times; history lines say that they were imported."""
    importer = importer_of(kind)
    open_project()
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    with progress(f"Importing {file.name}") as advance:
        report = import_module(importer).import_cases(
            file, actor=Actor.system(f"import {kind}"), now=clock.now(), advance=advance
        )
    finish_import(report, as_json=as_json)
    if report.rejected and not report.imported and not report.joined:
        raise RejectedError("nothing was imported")


def importer_of(kind: str) -> Any:
    """The module of a format; CommandError lists the formats."""
    if kind not in FORMATS:
        raise CommandError(f"--format is one of {', '.join(FORMATS)}, not {kind}.")
    return FORMATS[kind]
