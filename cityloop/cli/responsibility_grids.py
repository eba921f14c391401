"""`cityloop share-out-grids`, `import-` and `end-responsibility-grids`: grids of one inspector."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, finish, finish_import, importing, require_some
from cityloop.cli.project import open_project

Areas = Annotated[
    list[str],
    typer.Argument(help="Codes of districts, streets or communities, such as 440310."),
]
File = Annotated[
    Path,
    typer.Argument(help="CSV (UTF-8 or GB 18030) or Excel, first sheet.", exists=True,
                   dir_okay=False),
]  # fmt: skip
Most = Annotated[
    int, typer.Option(min=1, max=100, help="Most unit grids in one; a draft standard has 5.")
]
Codes = Annotated[list[str], typer.Argument(help="Codes of responsibility grids.")]
Ended = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="First day without them; today."),
]
ValidFrom = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of validity; today.")
]


def share_out_grids(
    areas: Areas, most: Most = 5, valid_from: ValidFrom = None, as_json: AsJson = False
) -> None:
    """Put the unit grids of areas into responsibility grids of neighbours.

    Those that belong to one already are left out, so a city brings its own first
    (import-responsibility-grids) and shares out the rest. A responsibility grid lies in one
    community; its code is that of its first unit grid with a Z before the number.
    """
    open_project()
    require_tables()
    from cityloop.geo import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.kernel.reports import ImportReport

    began = time.monotonic()
    with importing(f"Sharing out {', '.join(areas)}", as_json=as_json):
        made = operations.share_out_grids(
            areas=areas,
            most=most,
            valid_from=valid_from.date() if valid_from else None,
            actor=Actor.system("share-out-grids"),
            now=clock.now(),
        )
    report = ImportReport(imported=made, seconds=time.monotonic() - began)
    if not made:
        report.notes.append("every unit grid there belongs to a responsibility grid already")
    finish_import(report, as_json=as_json)


def import_responsibility_grids(
    file: File, most: Most = 5, valid_from: ValidFrom = None, as_json: AsJson = False
) -> None:
    """Import responsibility grids, all or none: every bad row is named with its reason.

    Columns: code (up to 32 characters), name, unit_grids (codes with a semicolon, comma or space
    between them); Chinese headers (编码, 名称, 单元网格) are understood. The unit grids of one lie
    side by side in one community and belong to no other. A row that stands already is joined.
    """
    open_project()
    require_tables()
    from cityloop.geo import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        report = operations.import_responsibility_grids(
            file,
            most=most,
            valid_from=valid_from.date() if valid_from else None,
            actor=Actor.system("import-responsibility-grids"),
            now=clock.now(),
            progress=advance,
        )
    finish_import(report, as_json=as_json)
    require_some(report.imported + report.joined, len(report.rejected))


def end_responsibility_grids(codes: Codes, on: Ended = None, as_json: AsJson = False) -> None:
    """End responsibility grids, all or none: their unit grids are free for others from that day.

    Cases keep the one in which they lay on the day of their report; an ended code is not used
    again.
    """
    open_project()
    require_tables()
    from cityloop.geo import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    ended = operations.end_responsibility_grids(
        grid_codes=codes,
        on=on.date() if on else None,
        actor=Actor.system("end-responsibility-grids"),
        now=clock.now(),
    )
    finish({"ended": ended}, f"Ended: {ended}.", as_json=as_json)
