"""Guards on giving a case the place that its report did not bring, or brought wrongly."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.geo import queries as geo


def move_explained(change: Change) -> str | None:
    """A case that lies in a unit grid gets another place only with the reason (A01)."""
    if not change.case.grid_code or change.inputs.get("reason"):
        return None
    return _("the case has its place: say why it is another one")


def point_in_a_grid(change: Change) -> str | None:
    """The point named lies in a unit grid of today (A01)."""
    point = change.inputs.get("point")
    if point is None:
        return _("name the place")
    found = geo.locate(point.lon, point.lat, on=timezone.localdate(change.now))
    return None if found else _("the point lies in no unit grid")
