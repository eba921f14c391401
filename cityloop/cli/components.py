"""`cityloop import-components`: the register of managed components."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.output import AsJson, RejectedError, finish_import, progress
from cityloop.cli.project import open_project

File = Annotated[Path, typer.Argument(help="CSV, GeoJSON or GeoPackage.", exists=True)]
Format = Annotated[str, typer.Option(help="csv, geojson or gpkg; default: by the file's name.")]

_BY_SUFFIX = {".csv": "csv", ".geojson": "geojson", ".json": "geojson", ".gpkg": "gpkg"}


def import_components(
    file: File, kind: Annotated[str, Format] = "", as_json: AsJson = False
) -> None:
    """Import components; every rejected row is listed with its reason."""
    open_project()
    from cityloop.assets import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    chosen = kind or _BY_SUFFIX.get(file.suffix.lower(), "csv")
    with progress(f"Importing {file.name}"):
        report = operations.import_components(file, chosen, actor=Actor.system(), now=clock.now())
    finish_import(report, as_json=as_json)
    if report.rejected and not report.imported:
        raise RejectedError("nothing was imported")
