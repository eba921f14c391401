"""`cityloop import-components`: the register of managed components."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, finish_import, importing, require_some
from cityloop.cli.project import open_project

File = Annotated[
    Path, typer.Argument(help="CSV, Excel, GeoJSON or GeoPackage.", exists=True, dir_okay=False)
]
Format = Annotated[
    str,
    typer.Option("--format", help="csv, xlsx, geojson, gpkg; else by name.", show_default=False),
]
System = Annotated[str, typer.Option(help="Coordinates of a CSV file: wgs84, gcj02, bd09 ...")]
Edition = Annotated[str, typer.Option(help="Code of the edition of classes; else the current one.")]
Layer = Annotated[str, typer.Option(help="Layer of a file with several.")]
Update = Annotated[bool, typer.Option("--update", help="Change components that exist already.")]

_BY_SUFFIX = {
    ".csv": "csv", ".geojson": "geojson", ".json": "geojson", ".gpkg": "gpkg",
    ".xlsx": "xlsx", ".xls": "xlsx", ".xlsm": "xlsx", ".ods": "xlsx",
}  # fmt: skip


def import_components(
    file: File,
    kind: Format = "",
    system: System = "wgs84",
    edition: Edition = "",
    layer: Layer = "",
    update: Update = False,
    as_json: AsJson = False,
) -> None:
    """Import components; every rejected row is listed with its reason.

    Exit code 1 when nothing was imported; 0 when some rows were, even if others were rejected
    (--json counts them).

    Columns: code, x and y (a geometry serves as well), name, competent, owner and maintainer (codes
    of units; ..._name their names), grid, state, original_on, changed_on, data_source, picture,
    note. The standard's names (ObjID, DeptCode1, ORDate ...) and the Chinese ones are understood.
    """
    open_project()
    require_tables()
    from cityloop.assets import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        report = operations.import_components(
            file,
            kind or _BY_SUFFIX.get(file.suffix.lower(), "csv"),
            actor=Actor.system("import-components"),
            now=clock.now(),
            system=system,
            edition_code=edition,
            layer=layer,
            update=update,
            progress=advance,
        )
    finish_import(report, as_json=as_json)
    require_some(report.imported + report.joined, len(report.rejected))
