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
    finish_import,
    importing,
    require_some,
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
Replace = Annotated[
    bool,
    typer.Option(
        "--replace",
        help="End outlines that exist already; with --kind roads: the generated roads go.",
    ),
]
WithGaps = Annotated[
    bool,
    typer.Option(
        "--with-gaps",
        help="With --kind grids: take them though a twentieth or more of a community is in none.",
    ),
]
Source = Annotated[
    str,
    typer.Option(
        help="With --kind roads: under which name they stand, those of that name are replaced; "
        "else the name of the file, with the layer.",
        show_default=False,
    ),
]


def import_regions(  # noqa: PLR0913, PLR0917 (options of a command)
    file: File = None,
    kind: Kind = "regions",
    city: City = "",
    district: District = None,
    valid_from: ValidFrom = None,
    layer: Layer = "",
    system: System = "",
    replace: Replace = False,
    with_gaps: WithGaps = False,
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Import regions, unit grids or roads; a rejected row is listed with its reason.

    Regions and grids come in all or none: where one is rejected, nothing was imported (exit code
    1), and the file is corrected and tried again. Of roads the good rows come in.

    Attributes: of regions code and name, where known name_en; of grids code, where known name; of
    roads name and highway (primary, secondary, tertiary or another class of OpenStreetMap). Names
    of roads and their crossings can be searched.
    """
    if (file is None) == (not city):
        raise CommandError("Name either a file or --city.")
    if why := _misused(kind, city, bool(district), replace, with_gaps, source):
        raise CommandError(why)
    open_project()
    require_tables()
    day = valid_from.date() if valid_from else None
    with importing(f"Importing {file.name if file else city}", as_json=as_json) as advance:
        if file is not None:
            name = source or _named(file, layer)
            report = READERS[kind](
                file, Reading(day, layer, system, replace, with_gaps, name, advance)
            )
        else:
            report = (cut if kind == "grids" else outline)(city, district, day)
    finish_import(report, as_json=as_json)
    require_some(report.imported, len(report.rejected))


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file."""

    valid_from: date | None
    layer: str
    system: str
    replace: bool
    with_gaps: bool
    name: str
    advance: Advance


def _misused(
    kind: str, city: str, districts: bool, replace: bool, with_gaps: bool, source: str
) -> str:
    """Why options do not go together; '' when they do."""
    wrong = (
        (kind not in READERS, f"--kind is one of {', '.join(READERS)}, not {kind}."),
        (city and kind == "grids" and not districts,
         "Name the districts to cut into unit grids: --district 330106."),
        (city and replace, "--replace is for files: --city only adds what is missing."),
        (city and kind == "roads", "Roads come from a file."),
        (kind == "grids" and replace, "Unit grids are retired, split or merged, not replaced."),
        (with_gaps and (city or kind != "grids"), "--with-gaps is for files of --kind grids."),
        (source and kind != "roads", "--source is for --kind roads."),
    )  # fmt: skip
    return next((words for is_so, words in wrong if is_so), "")


def _named(file: Path, layer: str) -> str:
    """Two layers of one file are two sources."""
    return f"{file.name}:{layer}" if layer else file.name


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


def read_regions(file: Path, source: Reading) -> ImportReport:
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


def read_grids(file: Path, source: Reading) -> ImportReport:
    """Unit grids."""
    from cityloop.geo import operations

    return operations.import_grids(
        file,
        actor=_actor(),
        now=_now(),
        valid_from=source.valid_from,
        layer=source.layer,
        system=source.system,
        with_gaps=source.with_gaps,
        progress=source.advance,
    )


def read_roads(file: Path, source: Reading) -> ImportReport:
    """Roads; they replace those that came under the same name."""
    from cityloop.geo import operations

    return operations.import_roads(
        file,
        source=source.name,
        actor=_actor(),
        now=_now(),
        layer=source.layer,
        system=source.system,
        replace=source.replace,
        progress=source.advance,
    )


def _actor() -> Actor:
    from cityloop.kernel.actor import Actor

    return Actor.system("import-regions")


def _now() -> datetime:
    from cityloop.kernel import clock

    return clock.now()


READERS: dict[str, Callable[[Path, Reading], ImportReport]] = {
    "regions": read_regions,
    "grids": read_grids,
    "roads": read_roads,
}
