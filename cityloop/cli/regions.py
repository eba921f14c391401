"""`cityloop import-regions`: regions, unit grids and roads, from files or from packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import (
    Advance,
    AsJson,
    CommandError,
    RejectedError,
    finish_import,
    importing,
)
from cityloop.cli.project import open_project

if TYPE_CHECKING:
    from cityloop.kernel.actor import Actor
    from cityloop.kernel.reports import ImportReport

File = Annotated[
    Path | None,
    typer.Argument(help="GeoJSON, GeoPackage or another GDAL format.", exists=True, dir_okay=False),
]
Kind = Annotated[str, typer.Option(help="What the file holds: regions, grids or roads.")]
City = Annotated[
    str,
    typer.Option(help="Instead of a file: a city's six digits; outlines come from packages."),
]
District = Annotated[
    list[str] | None,
    typer.Option(
        help="With --city: only these districts get streets; with --kind grids as well, their "
        "communities are cut into unit grids of a hectare. Repeat it."
    ),
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
    if kind not in READERS:
        raise CommandError(f"--kind is one of {', '.join(READERS)}, not {kind}.")
    if city and kind == "grids" and not district:
        raise CommandError("Name the districts to cut into unit grids: --district 330106.")
    if city and replace:
        raise CommandError("--replace is for files: --city only adds what is missing.")
    if city and kind == "roads":
        raise CommandError("Roads come from a file.")
    open_project()
    require_tables()
    day = valid_from.date() if valid_from else None
    with importing(f"Importing {file.name if file else city}", as_json=as_json) as advance:
        source = Source(day, layer, system, replace, advance)
        if file is not None:
            report = READERS[kind](file, source)
        else:
            report = (cut if kind == "grids" else outline)(city, district, day)
    finish_import(report, as_json=as_json)
    if report.rejected and not report.imported:
        raise RejectedError(
            "a row was refused, so nothing was kept: correct it and import the file again"
        )


@dataclass(frozen=True, slots=True)
class Source:
    """How to read a file."""

    valid_from: date | None
    layer: str
    system: str
    replace: bool
    advance: Advance


def outline(city: str, districts: list[str] | None, day: date | None) -> ImportReport:
    """A city of China from installed packages."""
    from cityloop.geo import operations

    return operations.outline_city(
        city_code=city, districts=districts, valid_from=day, actor=_actor(), now=_now()
    )


def cut(city: str, districts: list[str] | None, day: date | None) -> ImportReport:
    """Unit grids of about one hectare in the communities that stand in these districts."""
    from cityloop.geo import operations

    foreign = [one for one in districts or () if not one.startswith(city[:4])]
    if foreign:
        raise CommandError(f"not a district of {city}: {', '.join(foreign)}")
    return operations.generate_grids(
        districts=districts or [], valid_from=day, actor=_actor(), now=_now()
    )


def read_regions(file: Path, source: Source) -> ImportReport:
    """Regions of any level."""
    from cityloop.geo import operations

    return operations.import_regions(
        file,
        actor=_actor(),
        now=_now(),
        valid_from=source.valid_from,
        layer=source.layer,
        system=source.system,
        replace=source.replace,
        progress=source.advance,
    )


def read_grids(file: Path, source: Source) -> ImportReport:
    """Unit grids."""
    from cityloop.geo import operations

    return operations.import_grids(
        file,
        actor=_actor(),
        now=_now(),
        valid_from=source.valid_from,
        layer=source.layer,
        system=source.system,
        progress=source.advance,
    )


def read_roads(file: Path, source: Source) -> ImportReport:
    """Roads; they replace those of a file of the same name."""
    from cityloop.geo import operations

    return operations.import_roads(
        file,
        source=file.name,
        actor=_actor(),
        now=_now(),
        layer=source.layer,
        system=source.system,
        progress=source.advance,
    )


def _actor() -> Actor:
    from cityloop.kernel.actor import Actor

    return Actor.system("import-regions")


def _now() -> datetime:
    from cityloop.kernel import clock

    return clock.now()


READERS: dict[str, Callable[[Path, Source], ImportReport]] = {
    "regions": read_regions,
    "grids": read_grids,
    "roads": read_roads,
}
