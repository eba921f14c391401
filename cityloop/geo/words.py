"""What the records of map settings and unit grids call things: code kept -> word shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.geo.models import GridChange, MapChange

SETTINGS = {
    "name": lazy("What it is called"), "kind": lazy("Kind"), "url": lazy("Web address"),
    "attribution": lazy("Whose map it is"), "position": lazy("Layer"),
    "enabled": lazy("Shown on maps"), "starts_on": lazy("First day"),
    "ends_on": lazy("First day without it"), "geom": pgettext_lazy("record", "Outline"),
}  # fmt: skip
SUBJECTS = {
    MapChange.Subject.SERVICE_AREA: lazy("Service area"),
    MapChange.Subject.MAP_SOURCE: lazy("Map service"),
}  # fmt: skip
ACTIONS = {
    MapChange.Action.ADD: lazy("added"), MapChange.Action.CHANGE: lazy("changed"),
    MapChange.Action.REMOVE: lazy("removed"),
}  # fmt: skip
CHANGES = {
    GridChange.Kind.RETIRE: pgettext_lazy("record", "Unit grids retired"),
    GridChange.Kind.SPLIT: pgettext_lazy("record", "Unit grid split"),
    GridChange.Kind.MERGE: pgettext_lazy("record", "Unit grids merged"),
}  # fmt: skip
