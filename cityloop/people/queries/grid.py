"""The responsibility matrix of one major class as a grid, for the page that edits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.languages import in_language
from cityloop.people import grid
from cityloop.people.grid import Answer, Asked
from cityloop.people.models import ANY, Organisation, OrganisationKind
from cityloop.people.queries.responsibility import matrix_on
from cityloop.people.scope import covers_area, sees_all
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition

PLATFORMS = (OrganisationKind.CITY_PLATFORM, OrganisationKind.DISTRICT_PLATFORM)
COLUMNS = 30  # areas on a page


@dataclass(frozen=True, slots=True)
class Major:
    """A major class: how many of its cells (`of`) have no unit for everybody (`open`)."""

    code: str
    name: str
    open: int
    of: int


@dataclass(frozen=True, slots=True)
class Area:
    """A column. `mine`: the actor may say who answers there."""

    code: str
    name: str
    mine: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """A class, or with minor "*" its whole major class, and who answers in each area."""

    asked: Asked
    name: str
    answers: Sequence[tuple[Area, Answer]]


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid of one kind of an edition. `rows`: of the open major. `names`: units by id."""

    majors: Sequence[Major]
    major: str
    areas: Sequence[Area]
    rows: Sequence[GridRow]
    names: dict[int, str]
    more: int  # areas beyond those of this page


def responsibility_grid(
    actor: Actor,
    edition: Edition,
    *,
    kind: str,
    on: date,
    major: str = "",
    within: str = "",
    start: int = 0,
) -> Grid:
    """Districts of the actor's ground, or the streets `within` one, by the classes of a major.

    The first major class where `major` names none. As many statements for 2 classes as for 200.
    """
    matrix = matrix_on(on)
    areas = city_areas(actor, within, on)
    shown = [_any_area(actor), *areas[start : start + COLUMNS]]
    asked, names, majors = _classes(edition, kind)
    holes = grid.open_cells(matrix, asked, [one.code for one in areas])
    chosen = major if major in majors else next(iter(majors), "")
    of_major = [one for one in asked if one.major == chosen]
    regions = grid.regions_of(matrix, kind, chosen)
    places = [(one.code, grid.at(matrix, regions, one.code)) for one in shown]
    whole = [Asked(kind, edition.code, chosen, ANY)] if of_major else []
    sizes = {code: sum(one.major == code for one in asked) for code in majors}
    return Grid(
        majors=[
            Major(code, name, holes[kind, code], sizes[code] * len(areas))
            for code, name in majors.items()
        ],
        major=chosen,
        areas=shown,
        rows=[
            GridRow(one, names.get(one, ""),
                    list(zip(shown, grid.row(one, of_major, places), strict=True)))
            for one in (*whole, *of_major)
        ],
        names={unit: in_language(*both) for unit, both in matrix.names.items()},
        more=max(0, len(areas) - start - COLUMNS),
    )  # fmt: skip


def city_areas(actor: Actor, within: str, on: date) -> list[Area]:
    """The city's own districts on the actor's ground, or the streets in one of them."""
    level = "street" if within else "district"
    rows = geo.regions_of(actor, levels=(level,)).filter(code__startswith=within)
    own = _own_ground(on)
    return [
        Area(row.code, row.name, covers_area(actor, row.code))
        for row in rows
        if not own or row.code.startswith(own)
    ]


def _own_ground(on: date) -> tuple[str, ...]:
    """As `own` of coverage_gaps: areas of the platforms, without those of an imported city."""
    foreign = Edition.objects.filter(kind=Edition.Kind.FOREIGN).values("code")
    rows = Organisation.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, active=True, kind__in=PLATFORMS
    )
    codes = rows.exclude(region_code="").exclude(code__in=foreign)
    return tuple(codes.values_list("region_code", flat=True))


def _any_area(actor: Actor) -> Area:
    return Area(ANY, "", sees_all(actor))


def _classes(edition: Edition, kind: str) -> tuple[list[Asked], dict[Asked, str], dict[str, str]]:
    """The classes of a kind in force under an edition, their names, the names of their majors."""
    asked, names, majors = [], {}, dict[str, str]()
    rows = standards.classes(edition).filter(kind=kind).only(
        "kind", "major_code", "minor_code", "name_zh", "name_en", "major_zh", "major_en"
    )  # fmt: skip
    for row in rows:
        one = Asked(kind, edition.code, row.major_code, row.minor_code)
        asked.append(one)
        names[one] = in_language(row.name_zh, row.name_en)
        majors.setdefault(row.major_code, in_language(row.major_zh, row.major_en))
    return asked, names, majors
