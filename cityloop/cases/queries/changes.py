"""What was changed of the workflow, for the audit of configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cityloop.cases import flow_names
from cityloop.cases.flow import DISTRICTS, UnknownParameter, parameters
from cityloop.cases.models import Flow
from cityloop.cases.queries.flows import city_flows
from cityloop.kernel.changes import Asked, Change, asked_of, lines_of


def changes(asked: Asked) -> list[Change]:
    """Each flow with the one before it."""
    return asked_of(city_flows(), asked, "flow", _flow, at="published_at")


def _flow(row: Flow) -> Change:
    earlier = city_flows().filter(published_at__lte=row.published_at).exclude(pk=row.pk)
    before = earlier.values_list("parameters", flat=True).first() or {}
    lines = lines_of(_flat(before), _flat(row.parameters))
    return Change("flow", row.pk, row.published_at, row.actor, row.code, lines, row.reason)


def _flat(stored: Mapping[str, Any]) -> dict[str, str]:
    """A city's parameters and those of its districts side by side, in words: only what differs is
    told."""
    found = _in_words(stored, "")
    for area in stored.get(DISTRICTS) or {}:
        own = _in_words(stored, area, stored[DISTRICTS][area])
        found |= {f"{area} {name}": value for name, value in own.items()}
    return found


def _in_words(
    stored: Mapping[str, Any], area: str, named: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """The parameters that are named (all that are stored), as they hold in an area: as the form of
    the flow calls them, with their groups -> as it says their values."""
    found: dict[str, str] = {}
    try:
        holding: Any = parameters(stored, area)
    except UnknownParameter:  # of a version that has been
        holding = stored
    for name, raw in (stored if named is None else named).items():
        known = flow_names.PARAMETERS.get(name)
        if known is not None and hasattr(holding, name):
            label = f"{flow_names.GROUPS[known.group]} · {known.label}"
            found[label] = flow_names.said(name, getattr(holding, name))
        elif name != DISTRICTS:
            found[name] = str(raw)
    return found
