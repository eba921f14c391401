"""`cityloop import-regions`: regions, unit grids and roads, from files or from packages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.cli.output import AsJson, CommandError, RejectedError, finish_import, progress
from cityloop.cli.project import open_project

if TYPE_CHECKING:
    from cityloop.kernel.reports import ImportReport

KINDS = ("regions", "grids", "roads")

File = Annotated[
    Path | None, typer.Argument(help="GeoJSON, GeoPackage or another GDAL format.", exists=True)
]
Kind = Annotated[str, typer.Option(help=f"What the file holds: {', '.join(KINDS)}.")]
City = Annotated[
    str,
    typer.Option(help="Instead of a file: a city's six digits; outlines come from packages."),
]
District = Annotated[
    list[str] | None, typer.Option(help="With --city: only these districts get streets. Repeat it.")
]
ValidFrom = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of validity; today.")
]
Layer = Annotated[str, typer.Option(help="Layer of a file with several.")]
System = Annotated[
    str, typer.Option(help="Coordinates as wgs84, cgcs2000, gcj02 or bd09; else as the file says.")
]
Replace = Annotated[bool, typer.Option("--replace", help="End outlines that exist already.")]


def import_regions(
    file: File = None,
    kind: Kind = "regions",
    city: City = "",
    district: District = None,
    valid_from: ValidFrom = None,
    layer: Layer = "",
    system: System = "",
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Import regions, unit grids or roads; a rejected row is listed with its reason."""
    if (file is None) == (not city):
        raise CommandError("Name either a file or --city.")
    if kind not in KINDS:
        raise CommandError(f"--kind is one of {', '.join(KINDS)}, not {kind}.")
    open_project()
    day = valid_from.date() if valid_from else None
    from functools import partial

    from cityloop.geo import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    who = {"actor": Actor.system("import-regions"), "now": clock.now()}
    read = {"layer": layer, "system": system}
    calls = {
        "regions": partial(operations.import_regions, valid_from=day, replace=replace, **read),
        "grids": partial(operations.import_grids, valid_from=day, **read),
        "roads": partial(operations.import_roads, source=file.name if file else "", **read),
    }
    with progress(f"Importing {file.name if file else city}"):
        report: ImportReport = (
            calls[kind](file, **who)
            if file
            else operations.outline_city(city_code=city, districts=district, valid_from=day, **who)
        )
    finish_import(report, as_json=as_json)
    if report.rejected and not report.imported:
        raise RejectedError("nothing was imported")
