"""Guards on giving a case the place that its report did not bring."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.geo import queries as geo


def without_place(change: Change) -> str | None:
    """A place is given once, to a case that lies in no unit grid; after that it is fixed (A01)."""
    return _("the case has its place, which is fixed") if change.case.grid_code else None


def point_in_a_grid(change: Change) -> str | None:
    """The point named lies in a unit grid of today (A01)."""
    point = change.inputs.get("point")
    if point is None:
        return _("name the place")
    found = geo.locate(point.lon, point.lat, on=timezone.localdate(change.now))
    return None if found else _("the point lies in no unit grid")
