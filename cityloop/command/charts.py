"""Charts as data: what is drawn, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cityloop.command.queries import Cube, Day
from cityloop.command.wording import Names

MOST_CLASSES = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """`drawn`: what charts.js draws. `head` and `rows`: the table behind it."""

    id: str
    title: str
    drawn: dict[str, Any]
    head: list[str]
    rows: list[list[str]]

    @property
    def script(self) -> str:
        """The id of the element that holds the data."""
        return f"chart-{self.id}"


def trend(days: Sequence[Day], *, id: str = "trend") -> Chart:
    """Reported and closed by day, with the share handled in time."""
    labels = [date_format(one.day, "n/j") for one in days]
    reported, closed = pgettext("measure", "Reported"), pgettext("measure", "Closed")
    rate = pgettext("measure", "Handled in time")
    series = [
        {"name": reported, "kind": "bar", "tone": "blue-solid",
         "data": [one.counts["reported"] for one in days]},
        {"name": closed, "kind": "bar", "tone": "teal-solid",
         "data": [one.counts["closed"] for one in days]},
        {"name": rate, "kind": "line", "tone": "orange-solid", "percent": True,
         "data": [one.rate for one in days]},
    ]  # fmt: skip
    rows = [
        [label, f"{one.counts['reported']}", f"{one.counts['closed']}",
         "–" if one.rate is None else f"{number_format(one.rate, 1)} %"]
        for label, one in zip(labels, days, strict=True)
    ]  # fmt: skip
    title = _("Reported and closed by day")
    drawn = {"kind": "trend", "title": title, "labels": labels, "series": series}
    return Chart(id, title, drawn, [pgettext("chart", "Day"), reported, closed, rate], rows)


def by_class(cube: Cube, names: Names, *, now: str, before: str) -> Chart:
    """The groups of classes with most reports, beside the period before."""
    found = cube.by("major")
    keys = sorted(
        (key for key in found if key), key=lambda key: (-found[key][0].get("reported", 0), key)
    )[:MOST_CLASSES]
    labels = [names.of("major", key) for key in keys]
    is_ = [found[key][0].get("reported", 0) for key in keys]
    was = [found[key][1].get("reported", 0) for key in keys]
    series = [
        {"name": now, "kind": "bar", "tone": "blue-solid", "data": is_},
        {"name": before, "kind": "bar", "tone": "grey-solid", "data": was},
    ]
    title = _("Reported by group of classes")
    drawn = {"kind": "bars", "title": title, "labels": labels, "series": series}
    head = [_("Group of classes"), now, before]
    rows = [[a, f"{b}", f"{c}"] for a, b, c in zip(labels, is_, was, strict=True)]
    return Chart("classes", title, drawn, head, rows)
