"""`cityloop import-permits`: the register of permits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, RejectedError, finish_import, importing
from cityloop.cli.project import open_project

File = Annotated[
    Path,
    typer.Argument(help="CSV (UTF-8 or GB 18030) or Excel, first sheet.", exists=True,
                   dir_okay=False),
]  # fmt: skip
System = Annotated[str, typer.Option(help="Coordinates of x and y: wgs84, gcj02, bd09 ...")]
Update = Annotated[bool, typer.Option("--update", help="Change permits that exist already.")]


def import_permits(
    file: File, system: System = "wgs84", update: Update = False, as_json: AsJson = False
) -> None:
    """Import permits; each row comes in whole or is listed with its reason.

    Columns: number, kind and issuer (code or name), holder, valid_from, valid_until, and x with y
    (radius_m where it is not 20) or area (WKT polygon); where known phone, supervisor, address,
    conditions, document. Chinese headers are understood.
    """
    open_project()
    require_tables()
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.permits import operations

    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        report = operations.import_permits(
            file, actor=Actor.system("import-permits"), now=clock.now(), system=system,
            update=update, progress=advance,
        )  # fmt: skip
    finish_import(report, as_json=as_json)
    if report.rejected and not report.imported and not report.joined:
        raise RejectedError("nothing was imported")
