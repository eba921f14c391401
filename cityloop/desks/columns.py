# ruff: noqa: E501 (a table: one row, one line)
"""The columns of a list of cases, declared once: for the page, for files, for what a person chooses.

`text` is the value in words, for files; a cell of the page is a template of desks/cells, by default
the same words. What a column reads is on the row already: no cell makes a statement of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.cases import command
from cityloop.cases.flow_names import LEVELS
from cityloop.cases.models import Case
from cityloop.desks import looks
from cityloop.intake import channels
from cityloop.kernel.templatetags.ui import named


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list, ready to show; `street` and `community` are names."""

    case: Case
    status: looks.Look
    light: str
    street: str
    community: str


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is headed, shown and written. `css`: classes of the cell, `head`: of its
    heading; `labelled`: on a phone the heading stands before the value."""

    key: str
    title: str | Promise
    text: Callable[[Row], str]
    template: str = ""
    css: str = ""
    head: str = ""
    labelled: bool = True
    note: str | Promise = ""  # the heading in full, where it is short

    @property
    def cell(self) -> str:
        """The template of a cell."""
        return f"desks/cells/{self.template or 'words'}.html"


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _class(row: Row) -> str:
    return named(row.case.problem_class) if row.case.problem_class else ""


def _major(row: Row) -> str:
    return named(row.case.problem_class, "major") if row.case.problem_class else ""


def _channel(row: Row) -> str:
    found = channels.BY_CODE.get(row.case.channel)
    return str(found.label) if found else row.case.channel


def _level(row: Row) -> str:
    return str(looks.CASE_LEVEL.get(row.case.level, row.case.level))


def _rounds(row: Row) -> str:
    return f"{row.case.dispatches}/{row.case.returns}/{row.case.reworks}"


def _origin(row: Row) -> str:
    """Who passed the case to the platform that holds it, and how many minutes they had it."""
    if row.case.holder_id is None:
        return ""
    came = command.came_from(row.case.platforms, row.case.holder_id)
    if not came:
        return _("our own")
    level, minutes = came[0]
    told = {"level": LEVELS.get(level, level), "n": round(minutes)}
    return _("%(level)s, after %(n)s min") % told


def _place(row: Row) -> str:
    return f"{row.street} {row.case.address}".strip()


# fmt: off
COLUMNS = (
    Column("light",       lazy("Time left"),   lambda row: _moment(row.case.due_at), "light", "narrow card-corner card-plain", labelled=False, note=pgettext_lazy("column", "Due")),
    Column("number",      lazy("Number"),      lambda row: row.case.number,     "number", "narrow card-title", labelled=False),
    Column("class",       lazy("Class and description"), _class,                "class",  "wide card-plain", labelled=False, note=lazy("Class")),
    Column("description", lazy("Description"),                    lambda row: row.case.description, "lines", "wide card-hide"),
    Column("major",       pgettext_lazy("column", "Major class"), _major,                          css="card-hide"),
    Column("place",       lazy("Place"),       _place,                          "lines",  "place"),
    Column("street",      pgettext_lazy("column", "Street"),      lambda row: row.street,          css="card-hide"),
    Column("community",   pgettext_lazy("column", "Community"),   lambda row: row.community,       css="card-hide col-extra", head="col-extra"),
    Column("grid",        lazy("Unit grid"),   lambda row: row.case.grid_code,  css="narrow mono card-hide"),
    Column("status",      lazy("Status"),      lambda row: str(row.status.label), "status", "narrow"),
    Column("level",       pgettext_lazy("column", "Level"),       _level,                          css="card-hide"),
    Column("origin",      pgettext_lazy("column", "Given by"),    _origin,                         css="card-hide"),
    Column("unit",        lazy("Unit"),        lambda row: row.case.lead.name if row.case.lead else "", "lines"),
    Column("worker",      pgettext_lazy("column", "Worker"),      lambda row: row.case.worker.name if row.case.worker else ""),
    Column("channel",     lazy("Channel"),     _channel,                        css="card-hide col-extra", head="col-extra"),
    Column("reported",    lazy("Reported"),    lambda row: _moment(row.case.reported_at), "reported", "narrow"),
    Column("dispatches",  pgettext_lazy("column", "Dispatches"),  lambda row: str(row.case.dispatches), css="narrow num card-hide col-extra", head="num col-extra"),
    Column("returns",     pgettext_lazy("column", "Returns"),     lambda row: str(row.case.returns), css="narrow num card-hide col-extra", head="num col-extra"),
    Column("reworks",     pgettext_lazy("column", "Reworks"),     lambda row: str(row.case.reworks), css="narrow num card-hide col-extra", head="num col-extra"),
    Column("rounds",      lazy("D/R/W"),       _rounds,                         css="narrow num card-hide col-extra", head="num col-extra", note=lazy("Dispatches, returns, reworks")),
)
# fmt: on
BY_KEY = {column.key: column for column in COLUMNS}
