"""`cityloop import-addresses`: doorplates, neighbourhoods, landmarks and other named places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, finish_import, importing, require_some
from cityloop.cli.project import open_project

File = Annotated[
    Path,
    typer.Argument(
        help="CSV (UTF-8 or GB 18030), Excel (first sheet), GeoJSON, GeoPackage or another GDAL "
        "format.",
        exists=True,
        dir_okay=False,
    ),
]
Source = Annotated[
    str,
    typer.Option(
        help="Under which name they stand, those of that name are replaced; else the name of the "
        "file, with the layer.",
        show_default=False,
    ),
]
Layer = Annotated[str, typer.Option(help="Layer of a file with several.")]
System = Annotated[
    str,
    typer.Option(
        help="Coordinates as wgs84, cgcs2000, gcj02 or bd09; else as the file says, of a table "
        "wgs84."
    ),
]


def import_addresses(
    file: File,
    source: Source = "",
    layer: Layer = "",
    system: System = "",
    as_json: AsJson = False,
) -> None:
    """Import addresses, to be searched; every rejected row is listed with its reason.

    Exit code 1 when nothing was imported, and the earlier addresses stay; 0 when some rows were,
    even if others were rejected (--json counts them).

    Columns: name, lon and lat (a geometry serves as well); where known kind (road, crossing,
    doorplate, neighbourhood, landmark, poi; else poi) and full_name (else district, street and
    name). Chinese headers (名称, 经度, 纬度, 类别, 全称) and kinds (街巷, 路口, 门楼牌, 片区,
    标志物, 兴趣点) are understood. A doorplate ends with its number and finds its road by the name
    before it. Roads and their crossings need no rows here: they come with import-regions --kind
    roads.
    """
    open_project()
    require_tables()
    from cityloop.geo import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        report = operations.import_addresses(
            file,
            source=source or (f"{file.name}:{layer}" if layer else file.name),
            actor=Actor.system("import-addresses"),
            now=clock.now(),
            layer=layer,
            system=system,
            progress=advance,
        )
    finish_import(report, as_json=as_json)
    require_some(report.imported, len(report.rejected))
