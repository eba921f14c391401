"""Back office: the responsibility matrix as a grid, whose cells are chosen and set together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cityloop.geo import queries as geo
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.office import object_to, page
from cityloop.people import operations, queries
from cityloop.people.grid import GROUND, HOLE, INHERITED, NOTHING, OWN, OWNERS
from cityloop.people.lines import EVENT
from cityloop.people.models import ANY
from cityloop.people.operations.responsibilities import Cell
from cityloop.people.queries.grid import COLUMNS, Area, Grid, GridRow
from cityloop.people.views.frame import manager
from cityloop.people.views.grid_forms import CellsForm, GridFilter
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition

TAB = "office-grid"
ENDS = "end"  # what the second button of the form does


@dataclass(frozen=True, slots=True)
class View:
    """The part of the matrix that is looked at."""

    edition: Edition
    kind: str
    within: str
    on: date
    major: str
    start: int

    def grid(self, actor: Actor, *, on: date | None = None) -> Grid:
        """Its cells, as they are on its day or on another."""
        return queries.responsibility_grid(
            actor, self.edition, kind=self.kind, major=self.major, within=self.within,
            start=self.start, on=on or self.on,
        )  # fmt: skip

    def query(self, **other: Any) -> str:
        """The address of this view, or of one that differs."""
        facts: dict[str, Any] = {
            "edition": self.edition.code, "kind": self.kind, "within": self.within,
            "on": self.on.isoformat(), "major": self.major, "start": self.start,
        }  # fmt: skip
        return "?" + urlencode({key: one for key, one in (facts | other).items() if one})


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as the page draws it. `wrong`: why it could not be set."""

    key: str
    area: Area
    state: str
    text: str
    sub: str
    chosen: bool
    wrong: Sequence[str]


@require_http_methods(["GET", "POST"])
def grid(request: HttpRequest) -> HttpResponse:
    """The grid of a kind of classes; POST sets the chosen cells, or ends their lines."""
    actor, today = manager(request), timezone.localdate(clock.now())
    editions = standards.own_editions(today)
    filters = GridFilter(
        request.GET, editions=[one.code for one in editions], districts=_districts(actor, today)
    )
    if not editions:
        return page(request, "people/office_grid.html", TAB, {"title": _("Who answers where")})
    view = _view(filters, editions, today, request.GET.get("start", ""))
    ending = request.POST.get("do") == ENDS
    form = CellsForm(
        request.POST or None, actor=actor, edition=view.edition.code, ending=ending,
        initial={"valid_from": today, "edition_code": ANY},
    )  # fmt: skip
    wrong: dict[str, Sequence[str]] = {}
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        then = view.grid(actor, on=facts["valid_from"])
        wanted = _wanted(then, request.POST.getlist("cell"), facts["edition_code"])
        try:
            _write(request, actor, wanted, facts, ending=ending)
            return redirect(reverse(TAB) + view.query())
        except Problem as problem:
            object_to(form, problem)
            refused = getattr(problem, "cells", {})
            wrong = {key: refused[cell] for key, cell in wanted.items() if cell in refused}
    return _shown(request, actor, view, filters, form, wrong)


def _districts(actor: Actor, today: date) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in queries.city_areas(actor, "", today)]


def _view(filters: GridFilter, editions: Sequence[Edition], today: date, start: str) -> View:
    found = filters.cleaned_data if filters.is_valid() else {}
    known = {one.code: one for one in editions}
    return View(
        edition=known.get(found.get("edition", ""), editions[0]),
        kind=found.get("kind") or EVENT,
        within=found.get("within", ""),
        on=found.get("on") or today,
        major=found.get("major", ""),
        start=int(start) if start.isdecimal() and len(start) < 5 else 0,
    )


def _wanted(grid: Grid, keys: Sequence[str], edition: str) -> dict[str, Cell]:
    """The chosen cells of the grid by their keys; what it does not have is left out.

    A line of a cell's own that names an edition is followed by one that names it too: beside it
    a line for every edition would stay unheard.
    """
    found, chosen = {}, set(keys)
    for row in grid.rows:
        for area, answer in row.answers:
            if (key := _key(row, area)) not in chosen or not area.mine:
                continue
            own = answer.line.edition if answer.state == OWN and answer.line else ANY
            found[key] = Cell(
                row.asked.kind, own if own != ANY else edition or ANY, row.asked.major,
                row.asked.minor, area.code, None,
            )  # fmt: skip
    return found


def _key(row: GridRow, area: Area) -> str:
    return f"{row.asked.minor}@{area.code}"


def _write(
    request: HttpRequest, actor: Actor, wanted: Mapping[str, Cell], facts: Any, *, ending: bool
) -> None:
    cells, day = list(wanted.values()), facts["valid_from"]
    if ending:
        ended = operations.end_cells(cells, actor=actor, now=clock.now(), ends_on=day)
        told = ngettext("%(count)s line ends.", "%(count)s lines end.", len(ended))
        messages.success(request, told % {"count": len(ended)})
        return
    said = operations.Said(
        facts["lead"], facts["lead_role"], facts["assists"], facts["source_document"]
    )
    rows = operations.set_cells(cells, said, actor=actor, now=clock.now(), valid_from=day)
    told = ngettext("%(count)s line is kept.", "%(count)s lines are kept.", len(rows))
    messages.success(request, told % {"count": len(rows)})


def _shown(
    request: HttpRequest,
    actor: Actor,
    view: View,
    filters: GridFilter,
    form: CellsForm,
    wrong: Mapping[str, Sequence[str]],
) -> HttpResponse:
    found = view.grid(actor)
    chosen = set(request.POST.getlist("cell"))
    regions = _region_names(found)
    rows = [
        (row.asked, row.name or _("the whole major class"),
         [_cell(row, one, found, regions, chosen, wrong) for one in row.answers])
        for row in found.rows
    ]  # fmt: skip
    back, on = max(0, view.start - COLUMNS), view.start + COLUMNS
    facts = {
        "title": _("Who answers where"), "filters": _as_shown(filters, view, found), "form": form,
        "grid": found, "rows": rows, "form_errors": form.is_bound and bool(form.errors),
        "majors": [(one, view.query(major=one.code, start=0)) for one in found.majors],
        "open": sum(one.open for one in found.majors), "of": sum(one.of for one in found.majors),
        "earlier": view.query(start=back) if view.start else "",
        "later": view.query(start=on) if found.more else "",
        "here": view.query(), "code_letter": view.kind[0].upper(), "chosen": len(chosen),
        "may_set": any(one.mine for one in found.areas),
    }  # fmt: skip
    status = 400 if form.is_bound and form.errors else 200
    return page(request, "people/office_grid.html", TAB, facts, status=status)


def _as_shown(filters: GridFilter, view: View, found: Grid) -> GridFilter:
    """The filters as they hold, also where nothing was asked for."""
    filters.data = {"edition": view.edition.code, "kind": view.kind, "within": view.within,
                    "on": view.on.isoformat(), "major": found.major}  # fmt: skip
    return filters


def _region_names(found: Grid) -> dict[str, str]:
    answers = [answer for row in found.rows for _area, answer in row.answers]
    named = {one.line.region for one in answers if one.line is not None}
    return geo.region_names(named - {ANY})


def _cell(
    row: GridRow,
    one: tuple[Area, Any],
    found: Grid,
    regions: Mapping[str, str],
    chosen: set[str],
    wrong: Mapping[str, Sequence[str]],
) -> Shown:
    area, answer = one
    key = _key(row, area)
    unit = found.names.get(answer.unit, "") if answer.unit is not None else ""
    text, sub = unit, ""
    if answer.state == INHERITED:
        sub = _from_where(row, area, answer.line, regions)
    elif answer.state == GROUND:
        sub = _("where no owner is known")
    elif answer.state in (HOLE, OWNERS, NOTHING):
        text = {HOLE: _("no unit"), OWNERS: _("only certain owners"), NOTHING: "–"}[answer.state]
    return Shown(key, area, answer.state, text, sub, key in chosen, wrong.get(key, ()))


def _from_where(row: GridRow, area: Area, line: Any, regions: Mapping[str, str]) -> str:
    """What the line that answers is written for, as far as it is wider than the cell."""
    words = []
    if line.major == ANY:
        words.append(_("any class"))
    elif line.minor != row.asked.minor:
        words.append(_("the whole major class"))
    if line.region == ANY and area.code != ANY:
        words.append(_("any area"))
    elif line.region != area.code:
        words.append(regions.get(line.region) or line.region)
    return " · ".join(words)
