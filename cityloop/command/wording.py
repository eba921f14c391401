"""Numbers, changes and reasons in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from cityloop.command import queries
from cityloop.command.measures import Measure
from cityloop.command.queries import Cube, Reason
from cityloop.desks import periods
from cityloop.geo import queries as geo
from cityloop.people.models import Organisation

# Why a case is red: key -> words, icon.
RED = {
    "major": (pgettext_lazy("red", "major"), "siren"),
    "leader": (pgettext_lazy("red", "told by a leader"), "megaphone"),
    "escalated": (pgettext_lazy("red", "escalated"), "flame"),
    "answer": (pgettext_lazy("red", "answer owed"), "reply"),
    "twice": (pgettext_lazy("red", "late by the whole limit"), "hourglass"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words for what cells are grouped by."""

    areas: dict[str, str]
    units: dict[int, str]
    majors: dict[str, str]

    def of(self, dimension: str, key: Any) -> str:
        """The name of a value of a dimension; its code where it has none."""
        tables: dict[str, dict[Any, str]]
        tables = {"area": self.areas, "unit": self.units, "major": self.majors}
        return tables[dimension].get(key, str(key))


def names_of(cube: Cube, *, on: date) -> Names:
    """The names of all areas, units and groups of classes of a cube; three statements."""
    areas = {cell.area for cell in cube.cells if cell.area}
    units = {cell.unit for cell in cube.cells if cell.unit is not None}
    rows = Organisation.objects.filter(pk__in=units).defer("search")
    return Names(
        geo.region_names(areas) if areas else {},
        {row.pk: row.name for row in rows} if units else {},
        periods.majors(on),
    )


def value_text(measure: Measure, value: float | None) -> str:
    """A count, or a percentage with one decimal."""
    if value is None:
        return "–"
    return (
        f"{number_format(round(value, 1), 1)} %"
        if measure.whole
        else number_format(value, 0, force_grouping=True)
    )


def change_text(measure: Measure, change: float) -> str:
    """The change with its sign; of a percentage in points."""
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    if measure.whole:
        return _("%(change)s points") % {
            "change": f"{sign}{number_format(round(abs(change), 1), 1)}"
        }
    return f"{sign}{number_format(abs(change), 0, force_grouping=True)}"


def reason_text(reason: Reason, names: Names) -> str:
    """One sentence: what most of the change lies in."""
    told = {"name": names.of(reason.dimension, reason.key), "share": f"{round(reason.share * 100)}"}
    if reason.rise:
        return _("%(name)s makes %(share)s %% of the rise") % told
    return _("%(name)s makes %(share)s %% of the fall") % told


def digest(shown: Sequence[Measure], cube: Cube) -> str:
    """The numbers of a week with their changes, in one line."""
    now, before = cube.totals()
    return pgettext("digest", "; ").join(_told(one, now, before) for one in shown)


def _told(one: Measure, now: dict[str, int | None], before: dict[str, int | None]) -> str:
    value, was = one.value(now), one.value(before)
    told = {"title": one.title, "value": value_text(one, value)}
    if value is None or was is None:
        return pgettext("digest", "%(title)s %(value)s") % told
    told["change"] = change_text(one, value - was)
    return pgettext("digest", "%(title)s %(value)s (%(change)s)") % told


def rate_text(row: queries.Ranked) -> str:
    """The share handled in time, or a dash."""
    return "–" if row.rate is None else f"{number_format(round(row.rate, 1), 1)} %"
