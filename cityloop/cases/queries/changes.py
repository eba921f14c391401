"""What was changed of the workflow, for the audit of configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cityloop.cases import flow_names
from cityloop.cases.flow import DISTRICTS
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


def _flat(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A city's parameters and those of its districts side by side: only what differs is told."""
    found = {_called(name): value for name, value in parameters.items() if name != DISTRICTS}
    for area, own in dict(parameters.get(DISTRICTS) or {}).items():
        found |= {f"{area} {_called(name)}": value for name, value in own.items()}
    return {name: _said(value) for name, value in found.items()}


def _called(name: str) -> str:
    """The parameter as the form of the flow calls it, with its group."""
    named = flow_names.PARAMETERS.get(name)
    return f"{flow_names.GROUPS[named.group]} · {named.label}" if named else name


def _said(value: Any) -> Any:
    """Levels of command and lists as words, not as a program writes them."""
    if isinstance(value, Mapping):
        return " ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(str(_said(one)) for one in value) if isinstance(value, list) else value
