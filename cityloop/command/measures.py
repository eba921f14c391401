# ruff: noqa: E501 (a table: one row, one line)
"""The numbers of the leaders' pages as a table: what is counted, what is better, what it opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cityloop.command.spans import Span

Parameters = Callable[[Span], dict[str, str]]


def _between(name: str, **more: str) -> Parameters:
    """The list by what happened in the period."""

    def parameters(span: Span) -> dict[str, str]:
        ends = {f"{name}_from": f"{span.first}", f"{name}_to": f"{span.last}"}
        return {"status": "all", **ends, **more}

    return parameters


def _now(**given: str) -> Parameters:
    """The list as it stands now."""
    return lambda span: given


@dataclass(frozen=True, slots=True)
class Measure:
    """One number. `of` parts of `whole`; without `whole` the count itself.

    `better`: "up", "down" or "" where neither is. `fallen`: the measure whose cases explain a fall.
    `standing`: how many there are now, not how many there were in a period.
    """

    key: str
    title: Promise
    icon: str
    of: str
    better: str
    opens: Parameters
    whole: tuple[str, ...] = ()
    fallen: str = ""
    standing: bool = False

    def value(self, counts: dict[str, int | None]) -> float | None:
        """The number from these counts: a count, or a percentage; None where it is not known."""
        part = counts.get(self.of)
        if not self.whole or part is None:
            return part
        whole = sum(counts.get(name) or 0 for name in self.whole)
        return 100 * part / whole if whole else None

    def address(self, span: Span, **more: str) -> str:
        """The list of its cases."""
        return f"{reverse('cases')}?{urlencode({**self.opens(span), **more})}"


JUDGED = ("on_time", "late")  # closed cases whose handling was in time, or late
# fmt: off
TABLE = (
    Measure("reported", pgettext_lazy("measure", "Reported"),           "inbox",         "reported", "",     _between("reported")),
    Measure("filed",    pgettext_lazy("measure", "Filed"),              "file-check",    "filed",    "",     _between("filed")),
    Measure("closed",   pgettext_lazy("measure", "Closed"),             "badge-check",   "closed",   "up",   _between("closed")),
    Measure("on_time",  pgettext_lazy("measure", "Handled in time"),    "timer",         "on_time",  "up",   _between("closed", outcome="on_time"), whole=JUDGED, fallen="late"),
    Measure("late",     pgettext_lazy("measure", "Handled late"),       "clock-alert",   "late",     "down", _between("closed", outcome="late")),
    Measure("reworked", pgettext_lazy("measure", "Reworked"),           "rotate-ccw",    "reworked", "down", _between("closed", outcome="reworked")),
    Measure("open",     pgettext_lazy("measure", "Open now"),           "folder-open",   "open",     "down", _now(status="open"), standing=True),
    Measure("overdue",  pgettext_lazy("measure", "Overdue now"),        "octagon-alert", "overdue",  "down", _now(status="open", overdue="on"), standing=True),
)
# fmt: on
BY_KEY = {one.key: one for one in TABLE}
COUNTS = tuple(one.of for one in TABLE)
TODAY = ("reported", "filed", "closed", "on_time", "open", "overdue")
MONTH = ("reported", "filed", "closed", "on_time", "late", "reworked")


def shown(keys: tuple[str, ...]) -> list[Measure]:
    """The rows of a page."""
    return [BY_KEY[key] for key in keys]


def known_day(text: str, *, latest: date) -> date | None:
    """A day of an address, no later than the latest; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= latest else None
