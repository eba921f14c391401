"""A city's own responsibility grids from a table: all rows, or none and why."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from cityloop.geo.models import ResponsibilityGrid, UnitGrid
from cityloop.geo.operations.responsibility import (
    MOST_UNITS,
    Share,
    owners,
    units_in_force,
    why_not_one,
    why_taken,
    why_used,
    write_shares,
)
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport, Progress, Rejection, counted
from cityloop.kernel.tables import BadTable, read_table

HEADERS = {"编码": "code", "名称": "name", "单元网格": "unit_grids"}
NEEDED = ("code", "name", "unit_grids")
BETWEEN = re.compile(r"[\s;；,，、]+")  # of unit grids in a cell


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `units` as they are written, each once."""

    line: int
    code: str
    name: str
    units: tuple[str, ...]


def import_responsibility_grids(
    path: Path,
    *,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    most: int = MOST_UNITS,
    progress: Progress | None = None,
) -> ImportReport:
    """Responsibility grids from CSV or a workbook: all or nothing.

    Columns: code (up to 32 characters), name, unit_grids (codes with a semicolon, comma or space
    between them); Chinese headers are understood. Each has 1 to `most` unit grids that lie side by
    side in one community; a unit grid belongs to one, and a code is used once. A row that stands as
    it is already is `joined`. Raises BadTable, GridTaken (another was quicker), NotAllowed.
    """
    actor.require("geo.manage")
    started = time.perf_counter()
    day = valid_from or timezone.localdate(now)
    rows = _rows(path)
    report = ImportReport()
    with transaction.atomic():
        ground = _Ground(rows, day, most)
        shares = []
        for row in counted(rows, progress):
            if ground.stands(row):
                report.joined += 1
            elif why := ground.faults(row):
                report.rejected += [Rejection(row.line, row.code[:60], one) for one in why]
            else:
                shares.append(ground.share(row))
        if report.rejected:
            report.take_nothing()
        else:
            report.imported = write_shares(shares, day) if shares else 0
    report.seconds = time.perf_counter() - started
    return report


def _rows(path: Path) -> list[Row]:
    table = [
        (line, {HEADERS.get(key, key): cell for key, cell in row.items()})
        for line, row in read_table(path, ())
    ]
    if not table:
        raise BadTable(gettext("%(path)s: it holds nothing") % {"path": path.name})
    if missing := [name for name in NEEDED if name not in table[0][1]]:
        raise BadTable(gettext("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    return [
        Row(line, row["code"], row["name"], _codes_of(row["unit_grids"])) for line, row in table
    ]


def _codes_of(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, BETWEEN.split(cell))))


class _Ground:
    """What the rows refer to, and what earlier rows have taken."""

    def __init__(self, rows: Sequence[Row], day: date, most: int) -> None:
        self.most = most
        wanted = {code for row in rows for code in row.units}
        self.units = {one.code: one for one in units_in_force(wanted, day)}
        self.owners = owners(self.units.values(), day)
        found = ResponsibilityGrid.objects.filter(code__in={row.code for row in rows})
        self.known = {one.code: one for one in found}
        self.first: dict[str, int] = {}  # line by code of responsibility grid
        self.given: dict[str, int] = {}  # line by code of unit grid

    def stands(self, row: Row) -> bool:
        """True for a responsibility grid that is there with this name and these unit grids."""
        there = self.known.get(row.code)
        if there is None or there.valid_to is not None or row.code in self.first:
            return False
        own = {code for code, one in self.units.items() if self.owners.get(one.pk) == row.code}
        same = there.name == row.name and own == set(row.units) == self._all_of(there)
        if same:
            self._take(row)
        return same

    def _all_of(self, there: ResponsibilityGrid) -> set[str]:
        return set(there.unit_grids.filter(valid_to=None).values_list("code", flat=True))

    def faults(self, row: Row) -> list[str]:
        """Everything that is wrong with a row; what it names is taken all the same."""
        why = self._own_faults(row)
        if row.code in self.first:
            why.append(gettext("same code as row %(row)s") % {"row": self.first[row.code]})
        elif row.code in self.known:
            why.append(why_used(row.code))
        units = [self.units[code] for code in row.units if code in self.units]
        for one in units:
            if one.code in self.given:
                told = {"unit": one.code, "row": self.given[one.code]}
                why.append(gettext("unit grid %(unit)s is in row %(row)s already") % told)
            elif one.pk in self.owners:
                why.append(why_taken(one.code, self.owners[one.pk]))
        if apart := why_not_one(units, row.units, self.most):
            why.append(apart)
        self._take(row)
        return why

    def _own_faults(self, row: Row) -> list[str]:
        why = []
        if not 1 <= len(row.code) <= 32:
            why.append(gettext("its code has 1 to %(most)s characters") % {"most": 32})
        if not row.name:
            why.append(gettext("no name"))
        if len(row.name) > 64:
            why.append(gettext("its name has more than 64 characters"))
        return why

    def _take(self, row: Row) -> None:
        self.first.setdefault(row.code, row.line)
        for code in row.units:
            self.given.setdefault(code, row.line)

    def share(self, row: Row) -> Share:
        """A row without faults as it is written."""
        units: list[UnitGrid] = [self.units[code] for code in row.units]
        return Share(row.code, row.name, units[0].community_id, [one.pk for one in units])
