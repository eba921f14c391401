"""Many cells of the matrix at once: all of them, or none and the objections of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Problem, Refused
from cityloop.people.models import ANY, Duty, Organisation, Responsibility
from cityloop.people.operations.record import (
    require_area,
    require_manager,
    require_whole_city,
    touch,
)
from cityloop.people.operations.responsibilities import (
    Cell,
    Entry,
    cell_of,
    end_responsibility,
    idle_bodies,
    known_classes,
    later_lines,
    objections,
    write_entries,
)


class CellsRefused(Invalid):
    """Some cells cannot be set; `cells`: their objections, in sentences."""

    def __init__(self, cells: Mapping[Cell, Sequence[str]]) -> None:
        reasons = dict.fromkeys(one for wrong in cells.values() for one in wrong)
        super().__init__(*reasons, code="cells-refused")
        self.cells = cells


@dataclass(frozen=True, slots=True)
class Said:
    """What all chosen cells are to say. `assists`: (organisation, duty)."""

    lead: Organisation
    lead_role: str = Duty.RECTIFY
    assists: Sequence[tuple[Organisation, str]] = ()
    source_document: str = ""


@transaction.atomic
def set_cells(
    cells: Sequence[Cell],
    said: Said,
    *,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
) -> list[Responsibility]:
    """As set_responsibility for each of the cells, from one day on (today); the lines written.

    Cells that say it already are left as they are. Raises CellsRefused, Refused (all say it
    already), NotAllowed.
    """
    require_manager(actor, [said.lead])
    _require_areas(actor, cells)
    day = valid_from or timezone.localdate(now)
    assists = tuple((unit.pk, duty) for unit, duty in said.assists)
    entries = [
        Entry(one, said.lead.pk, said.lead_role, assists, day, said.source_document.strip())
        for one in dict.fromkeys(cells)
    ]
    if wrong := _wrong(entries):
        raise CellsRefused(wrong)
    rows = write_entries(entries, actor=actor, now=now)
    if not rows:
        raise Refused(_("this is what the matrix says already"), code="nothing-to-change")
    touch()
    return rows


@transaction.atomic
def end_cells(
    cells: Sequence[Cell], *, actor: Actor, now: datetime, ends_on: date | None = None
) -> list[Responsibility]:
    """End the running lines of these cells on a day (today): wider lines answer there from then on.

    Raises CellsRefused (a cell without a line of its own), NotAllowed.
    """
    _require_areas(actor, cells)
    day = ends_on or timezone.localdate(now)
    lines = _running(cells, day)
    alone = {one: [_("it has no line of its own")] for one in cells if one not in lines}
    if alone:
        raise CellsRefused(alone)
    return _each(
        lines,
        lambda line: end_responsibility(line_id=line.pk, actor=actor, now=now, ends_on=day),
    )


def _require_areas(actor: Actor, cells: Sequence[Cell]) -> None:
    require_manager(actor)
    if not cells:
        raise Invalid(_("choose the cells first"))
    for region in {one.region for one in cells}:
        if region == ANY:
            require_whole_city(actor)
        else:
            require_area(actor, region)


def _wrong(entries: Sequence[Entry]) -> dict[Cell, list[str]]:
    classes = known_classes([one.cell.edition for one in entries])
    areas = geo.areas_known(one.cell.region for one in entries)
    later, idle = later_lines(entries), idle_bodies(entries)
    found = {}
    for one in entries:
        wrong = objections(one, classes, areas, idle)
        wrong += [later[one.cell]] if one.cell in later else []
        if wrong:
            found[one.cell] = wrong
    return found


def _running(cells: Sequence[Cell], day: date) -> dict[Cell, Responsibility]:
    rows = Responsibility.objects.filter(
        class_kind__in={one.kind for one in cells},
        region_code__in={one.region for one in cells},
        major_code__in={one.major for one in cells},
    ).exclude(valid_to__lte=day)
    wanted = set(cells)
    return {cell: row for row in rows.order_by("-valid_from") if (cell := cell_of(row)) in wanted}


def _each(
    lines: Mapping[Cell, Responsibility], act: Callable[[Responsibility], Any]
) -> list[Responsibility]:
    """What an operation gives for each line; CellsRefused with the reasons where it refuses."""
    done, wrong = [], dict[Cell, Sequence[str]]()
    for cell, line in lines.items():
        try:
            done.append(act(line))
        except (Refused, Invalid) as problem:
            wrong[cell] = _reasons(problem)
    if wrong:
        raise CellsRefused(wrong)
    return done


def _reasons(problem: Problem) -> Sequence[str]:
    return problem.reasons or (str(problem),)
