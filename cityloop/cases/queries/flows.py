"""The flow in force, and what it says."""

from __future__ import annotations

from django.db.models import QuerySet

from cityloop.cases import flow as flows
from cityloop.cases.models import Flow


def current_flow() -> Flow:
    """The flow that new cases start with."""
    return Flow.objects.order_by("-published_at", "-id")[:1].get()


def current_parameters() -> flows.Parameters:
    """What the city has set for new cases and for what stands beside them."""
    return flows.parameters(current_flow().parameters)


def supervising_levels(area_code: str) -> tuple[str, ...]:
    """The levels that supervise in an area, by the flow in force; none named: every one."""
    return flows.parameters(current_flow().parameters, area_code).supervision


def city_flows() -> QuerySet[Flow]:
    """Flows of the city, the one in force first; without the variants of channels."""
    return Flow.objects.exclude(code__contains="+").order_by("-published_at", "-id")
