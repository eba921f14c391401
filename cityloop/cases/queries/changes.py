"""What was changed of the workflow, for the audit of configuration."""

from __future__ import annotations

from cityloop.cases.models import Flow
from cityloop.cases.queries.flows import city_flows
from cityloop.kernel.changes import Asked, Change, asked_of, lines_of


def changes(asked: Asked) -> list[Change]:
    """Each flow with the one before it."""
    return asked_of(city_flows(), asked, "flow", _flow, at="published_at")


def _flow(row: Flow) -> Change:
    earlier = city_flows().filter(published_at__lte=row.published_at).exclude(pk=row.pk)
    before = earlier.values_list("parameters", flat=True).first() or {}
    lines = lines_of(before, row.parameters)
    return Change("flow", row.pk, row.published_at, row.actor, row.code, lines, row.reason)
