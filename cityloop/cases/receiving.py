"""Who can receive a case: where nobody holds the post for it, a case that arrives is lost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from cityloop.cases.flow import Parameters, parameters
from cityloop.cases.models import Case, Status
from cityloop.people import queries as people

DESK = ("unit_desk",)  # as the life cycle has it, where the city's flow names no others


def deskless(
    units: Collection[int] | None, *, area_code: str, flow: Parameters, on: date
) -> set[int]:
    """Ids of those units (None: of all that are active) at which nobody can receive a case from
    this place on a day. One statement, none for no units."""
    if units is not None and not units:
        return set()
    roles = dict(flow.roles).get("receive", DESK)
    return people.without_desk(units, area_code=area_code, on=on, roles=roles)


def closed_to(case: Case, *, on: date) -> set[int]:
    """Ids of the active units at which nobody can receive this case on a day. One statement."""
    flow = parameters(case.flow.parameters, case.area_code)
    return deskless(None, area_code=case.area_code, flow=flow, on=on)


def lacking(case: Case, *, on: date) -> set[int]:
    """Of the units that the proposal of a case names, those at which nobody can receive it; asked
    only while the case waits to be dispatched."""
    unit = case.proposal.get("unit")
    if case.status != Status.FILED or unit is None:
        return set()
    named = {unit, *(one["organisation"] for one in case.proposal.get("assists") or ())}
    flow = parameters(case.flow.parameters, case.area_code)
    return deskless(named, area_code=case.area_code, flow=flow, on=on)
