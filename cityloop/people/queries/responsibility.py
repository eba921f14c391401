"""Who is responsible on a day: the matrix remembered in memory."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from threading import Lock

from django.db import connection
from django.db.models import Q, QuerySet

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.languages import in_language
from cityloop.people.editions import Editions
from cityloop.people.inheritance import areas_with_heirs, with_heirs
from cityloop.people.lines import Line, PersonLine, Proposal, Question
from cityloop.people.matrix import Matrix, index
from cityloop.people.models import (
    ANY,
    Organisation,
    OrganisationKind,
    PatrolArea,
    Responsibility,
    ResponsiblePerson,
    Territory,
)
from cityloop.people.queries.precedence import orders_on
from cityloop.people.scope import scope_q, scopes_of
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition, ProblemClass

REMEMBERED_DAYS = 8
REVISION = "people"
_STAMPS = f"""SELECT (SELECT stamp FROM people_revision WHERE name = %s),
({standards.STAMP})"""  # noqa: S608 (constants)
GROUNDS = (OrganisationKind.STREET,)


def responsible_for(  # noqa: PLR0913 (a class at a place, all by keyword)
    *,
    kind: str,
    edition_code: str,
    major_code: str,
    minor_code: str,
    on: date,
    district_code: str = "",
    street_code: str = "",
    community_code: str = "",
    grid_code: str = "",
    owner_id: int | None = None,
) -> Proposal | None:
    """The unit that must act, with reasons; None when no valid line speaks of it.

    Codes of the place may be empty where not known. One small query when the matrix is remembered.
    """
    codes = (district_code, street_code, community_code, grid_code)
    question = Question(
        kind, edition_code, major_code, minor_code, tuple(filter(None, codes)), owner_id
    )
    return matrix_on(on).find(question)


def responsible_across(
    *,
    kind: str,
    edition_code: str,
    major_code: str,
    minor_code: str,
    places: Sequence[str],
    on: date,
    owner_id: int | None = None,
) -> Proposal | None:
    """As responsible_for, for a thing on the border of places (their most exact codes).

    Different units: their lowest common parent leads and they assist.
    """
    questions = [
        Question(kind, edition_code, major_code, minor_code, (place,), owner_id) for place in places
    ]
    return matrix_on(on).across(questions)


_remembered: OrderedDict[tuple[str, date], Matrix] = OrderedDict()
_lock = Lock()


def matrix_on(on: date) -> Matrix:
    """The matrix of a day, read again only after a change: for many questions at once, keep it."""
    key = (_stamp(), on)
    matrix = _remembered.get(key)
    if matrix is None:
        matrix = _load(on)
        with _lock:
            _remembered[key] = matrix
            while len(_remembered) > REMEMBERED_DAYS:
                _remembered.popitem(last=False)
    return matrix


def _stamp() -> str:
    """Another text whenever people, lines or editions changed: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMPS, [REVISION])
        return " ".join(filter(None, cursor.fetchone()))


def _valid(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def _load(on: date) -> Matrix:
    units = Organisation.objects.filter(_valid(on), active=True).only(
        "id", "path", "name_zh", "name_en", "kind", "region_code"
    )
    found = {unit.id: unit for unit in units}
    heirs = geo.heirs(on=on)
    lines = map(_line, Responsibility.objects.filter(_valid(on)).order_by("id"))
    return Matrix(
        lines=index(with_heirs(lines, heirs)),
        persons=with_heirs(_persons(on), heirs),
        paths={
            unit.id: tuple(int(part) for part in unit.path.split("/") if part)
            for unit in found.values()
        },
        names={unit.id: (unit.name_zh, unit.name_en) for unit in found.values()},
        editions=Editions(_extended(), standards.kept_classes(), standards.order_of_editions(on)),
        grounds={
            unit.region_code: unit.id
            for unit in found.values()
            if unit.kind in GROUNDS and unit.region_code
        },
        areas=company_areas(on),
        orders=orders_on(on),
    )


def _persons(on: date) -> list[PersonLine]:
    rows = ResponsiblePerson.objects.filter(_valid(on), member__active=True)
    return [
        PersonLine(
            one.region_code,
            one.class_kind,
            one.edition_code,
            one.major_code,
            one.minor_code,
            one.member_id,
            one.member.organisation_id,
        )
        for one in rows.select_related("member")
    ]


def company_areas(on: date) -> dict[str, tuple[int, str]]:
    """Unit grid -> the body that stands for the territory there on a day, and its area's name."""
    named = {
        grid: (area.organisation_id, area.name)
        for area in Territory.objects.filter(_valid(on)).defer("geom")
        for grid in area.grid_codes
    }
    return areas_with_heirs(named, geo.heirs(on=on))


def _extended() -> dict[str, frozenset[str]]:
    """Edition -> all editions it is based on, directly or through others."""
    base = dict(Edition.objects.exclude(based_on=None).values_list("code", "based_on__code"))
    found: dict[str, frozenset[str]] = {}
    for edition in base:
        above: list[str] = []
        here = edition
        while here in base and base[here] not in above:
            here = base[here]
            above.append(here)
        found[edition] = frozenset(above)
    return found


def _line(row: Responsibility) -> Line:
    return Line(
        id=row.pk,
        kind=row.class_kind,
        edition=row.edition_code,
        major=row.major_code,
        minor=row.minor_code,
        region=row.region_code,
        owner_id=row.owner_id,
        lead_id=row.lead_id,
        lead_role=row.lead_role,
        assists=tuple((one["organisation"], one["role"]) for one in row.assists),
    )


def responsibility_rows(
    actor: Actor, *, on: date | None = None, kind: str = "", lead_id: int | None = None
) -> QuerySet[Responsibility]:
    """Lines that concern the actor's units or area; `on` None gives the ended ones too."""
    rule = scope_q(actor, organisation_field=("lead_id", "owner_id"), region_field="region_code")
    if any(ids is None for ids, _codes in scopes_of(actor)):
        rule |= Q(region_code=ANY)  # lines for any area hold in the actor's area too
    found = Responsibility.objects.filter(rule).select_related("lead", "owner")
    if on is not None:
        found = found.filter(_valid(on))
    if kind:
        found = found.filter(class_kind=kind)
    if lead_id:
        found = found.filter(lead_id=lead_id)
    return found.order_by("class_kind", "major_code", "minor_code", "region_code", "-valid_from")


def territories(actor: Actor, *, on: date | None = None) -> QuerySet[Territory]:
    """Areas of the actor's units, latest first; `on` None gives the ended ones too."""
    rule = scope_q(
        actor, organisation_field="organisation_id", region_field="organisation__region_code"
    )
    found = Territory.objects.filter(rule).select_related("organisation").defer("geom")
    return (found if on is None else found.filter(_valid(on))).order_by("-valid_from", "-id")


def grids_in_force(rows: Iterable[Territory], *, on: date) -> dict[int, int]:
    """How many unit grids of a day lie in each area, by its id."""
    named = {one.pk: set(one.grid_codes) for one in rows}
    heirs = geo.heirs(on=on)
    for grid in heirs:
        line = geo.chain(grid, heirs)
        for codes in named.values():
            if not codes.isdisjoint(line):
                codes.add(grid)
    living = geo.in_force(set().union(*named.values()), on=on)
    return {pk: len(codes & living) for pk, codes in named.items()}


def inspector_of(grid_code: str, on: date) -> int | None:
    """The member who walks the grid: the patrol area that names it most exactly.

    One that names a grid in whose place it stands goes before one that names a region.
    """
    codes = [grid_code[:length] for length in (15, 14) if len(grid_code) >= length]
    codes += geo.origins(grid_code, on=on) if codes else []
    codes += [grid_code[:length] for length in (12, 9, 6) if len(grid_code) >= length]
    rows = PatrolArea.objects.filter(_valid(on), area_code__in=codes, member__active=True)
    found = sorted(
        rows.values_list("area_code", "member_id"), key=lambda row: (codes.index(row[0]), row)
    )
    return found[0][1] if found else None


def inspectors_near(area_code: str, *, on: date) -> set[int]:
    """The members who walk in the street of a community (12 digits) on a day, or all of its
    district. Empty where nobody does."""
    street = Q(area_code__startswith=area_code[:9]) | Q(area_code=area_code[:6])
    rows = PatrolArea.objects.filter(_valid(on), street, member__active=True)
    return set(rows.values_list("member_id", flat=True))


def walks_anywhere(member_id: int, *, on: date) -> bool:
    """Whether a member has ground of their own on a day; who was lent, or is new, may have none."""
    return PatrolArea.objects.filter(_valid(on), member_id=member_id).exists()


def class_names(rows: Sequence[Responsibility]) -> dict[int, str]:
    """What these lines speak of, by their id: the class, as the edition has it that the line names,
    else the latest edition's; the major class of a line for all of it; nothing for any class."""
    names = _names({row.major_code for row in rows})
    extended, found = _extended(), {}
    for row in rows:
        own = (row.edition_code, *sorted(extended.get(row.edition_code, ())))
        key = (row.class_kind, row.major_code, row.minor_code)
        named = (names[code][key] for code in (*own, ANY) if key in names.get(code, {}))
        found[row.pk] = next(named, "")
    return found


def _names(majors: set[str]) -> dict[str, dict[tuple[str, str, str], str]]:
    """Edition -> kind, major and minor -> name; under "*" the latest edition's."""
    rows = ProblemClass.objects.filter(major_code__in=majors).order_by("edition__valid_from")
    found: dict[str, dict[tuple[str, str, str], str]] = defaultdict(dict)
    facts = rows.values_list(
        "edition__code", "kind", "major_code", "minor_code", "name_zh", "name_en", "major_zh",
        "major_en",
    )  # fmt: skip
    for edition, kind, major, minor, zh, en, major_zh, major_en in facts:
        for code in (edition, ANY):
            found[code][kind, major, minor] = in_language(zh, en)
            found[code][kind, major, ANY] = in_language(major_zh, major_en)
    return found


def area_names(rows: Sequence[Responsibility]) -> dict[int, str]:
    """Names of the areas of these lines, by their id; nothing for a line for any area."""
    names = geo.region_names({row.region_code for row in rows} - {ANY})
    return {row.pk: names.get(row.region_code, "") for row in rows}
