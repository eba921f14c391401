"""The matrix as a grid: who answers for a class in an area, all cells from one matrix in memory.

A cell knows nothing of owners and of unit grids: it asks what everybody meets in the area. So it is
empty exactly where `queries.coverage_gaps` says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cityloop.people.lines import Line, Proposal, Question
from cityloop.people.matrix import Matrix, index
from cityloop.people.models import ANY

OWN, INHERITED = "own", "inherited"  # a line of this very cell; one for more classes or ground
OWNERS, GROUND, HOLE = "owners", "ground", "hole"  # nobody for everybody: see `answer`
OPEN = frozenset({OWNERS, GROUND, HOLE})
NOTHING = "nothing"  # no line for a whole major class: its classes may all have their own

Regions = Mapping[str, Sequence[Line]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of the grid: a class of an edition, or with minor "*" its whole major class."""

    kind: str
    edition: str
    major: str
    minor: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a cell shows. `unit`: id of the lead, or of the street that answers where no owner is
    known. `line`: the line that won, or the best of those for certain owners."""

    state: str
    unit: int | None = None
    line: Line | None = None


def regions_of(matrix: Matrix, kind: str, major: str) -> Regions:
    """The lines that may speak of a major class, by their region."""
    found: dict[str, list[Line]] = defaultdict(list)
    for (of_kind, of_major, _minor), lines in matrix.lines.items():
        if of_kind == kind and of_major in (major, ANY):
            for line in lines:
                found[line.region].append(line)
    return found


def at(matrix: Matrix, regions: Regions, area: str) -> Matrix:
    """The matrix with only the lines that hold in an area ("*": those for any area)."""
    here = [line for code in above(area) for line in regions.get(code, ())]
    return replace(matrix, lines=index(here), persons=())


def above(area: str) -> list[str]:
    """The codes that a line may name to hold in an area: "*", and every beginning of its code."""
    return [ANY, *(area[:n] for n in range(1, len(area) + 1))] if area != ANY else [ANY]


def row(
    asked: Asked, classes: Sequence[Asked], places: Sequence[tuple[str, Matrix]]
) -> list[Answer]:
    """The cells of a row. `places`: area and the matrix `at` it. `classes`: those of the major."""
    if asked.minor == ANY:
        return [_of_major(classes, area, matrix) for area, matrix in places]
    return [answer(asked, area, matrix) for area, matrix in places]


def answer(asked: Asked, area: str, matrix: Matrix) -> Answer:
    """One cell, from the matrix `at` the area.

    HOLE: nobody. OWNERS: certain owners have a unit, others none. GROUND: the street answers, as it
    does for every component without a known owner.
    """
    codes = () if area == ANY else (area,)
    found = matrix.find(Question(asked.kind, asked.edition, asked.major, asked.minor, codes))
    if found is None:
        return Answer(HOLE)
    line = _line(matrix, found)
    why = found.explanation[0]["code"]
    if why == "won" and line is not None:
        own = (line.region, line.minor) == (area, asked.minor)
        return Answer(OWN if own else INHERITED, found.lead_id, line)
    if why == "owner_needed":
        return Answer(OWNERS, None, line)
    return Answer(GROUND, found.lead_id, line)


def _of_major(classes: Sequence[Asked], area: str, matrix: Matrix) -> Answer:
    """Who answers for every class of a major that has no line of its own.

    Asked of each class until one answers: a line of an earlier edition holds for some of them.
    """
    general = {key: lines for key, lines in matrix.lines.items() if key[2] == ANY}
    whole = replace(matrix, lines=general)
    for one in classes:
        found = answer(one, area, whole)
        if found.state == INHERITED and found.line is not None:
            own = (found.line.region, found.line.major) == (area, one.major)
            return replace(found, state=OWN) if own else found
    return Answer(NOTHING)


def _line(matrix: Matrix, found: Proposal) -> Line | None:
    wanted = found.row_ids[0] if found.row_ids else None
    lines = (one for some in matrix.lines.values() for one in some)
    return next((one for one in lines if one.id == wanted), None)


def open_cells(
    matrix: Matrix, classes: Iterable[Asked], areas: Sequence[str]
) -> Counter[tuple[str, str]]:
    """Kind and major class -> how many cells have no line for everybody."""
    beginnings = [frozenset(above(area)) for area in areas]
    found: Counter[tuple[str, str]] = Counter()
    for one in classes:
        spoken = _regions_spoken(matrix, one)
        found[one.kind, one.major] += sum(spoken.isdisjoint(codes) for codes in beginnings)
    return found


def _regions_spoken(matrix: Matrix, asked: Asked) -> set[str]:
    """The regions for which a line for everybody names a class, its major or any class."""
    question = Question(asked.kind, asked.edition, asked.major, asked.minor)
    keys = ((asked.major, asked.minor), (asked.major, ANY), (ANY, ANY))
    return {
        line.region
        for major, minor in keys
        for line in matrix.lines.get((asked.kind, major, minor), ())
        if line.owner_id is None
        and line.lead_id in matrix.paths
        and matrix.editions.speaks(line.edition, question)
    }
