"""Guards on cases that several units handle together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.cases.guards.command import beyond_platform
from cityloop.cases.guards.dispatch import cannot_handle, of_unit
from cityloop.cases.models import Case, Task
from cityloop.geo import queries as geo
from cityloop.people import queries as people
from cityloop.people.models import Organisation, OrganisationKind

TERRITORIAL = frozenset({OrganisationKind.STREET, OrganisationKind.COMMUNITY_OFFICE})
BORDER_METRES = 1_000  # so far from the case the neighbour's ground may begin


def subtasks_done(change: Change) -> str | None:
    """The lead finishes when every sub-task is done or waived (E16)."""
    left = sum(1 for task in change.open_tasks("assist") if task.what)
    return _("%(n)s sub-tasks of assisting units are not done") % {"n": left} if left else None


def lead_finishes(change: Change) -> str | None:
    """A unit above the lead that has a part of its own here does not finish for the lead as well:
    several units handle the case, and each speaks for itself (E16)."""
    own, case = change.actor.organisation_id, change.case
    if own is None or own == case.lead_id or own not in case.handlers or change.imported:
        return None
    done = Task.objects.filter(case=case.pk, kind="assist", organisation=own, result="done")
    owed = any(task.what and task.organisation_id == own for task in change.open_tasks("assist"))
    if not owed and not done.exclude(what="").exists():
        return None  # it owes nothing, as the matrix names many
    return _("your unit has a part of its own in this case: the lead unit itself finishes")


def own_subtask(change: Change) -> str | None:
    """The actor's unit owes the case an open sub-task."""
    tasks = [task for task in change.open_tasks("assist") if task.what]
    if any(owes(change, task) for task in tasks):
        return None
    return _("your unit has no open sub-task here")


def owes(change: Change, task: Task) -> bool:
    """The sub-task is the actor's unit's own, or that of one below it; but the desk of the lead
    does nobody else's part: the lead waits for others (E16)."""
    actor, unit = change.actor, task.organisation_id
    if not of_unit(actor, unit):
        return False
    return unit == actor.organisation_id or not of_unit(actor, change.case.lead_id)


def some_subtask(change: Change) -> str | None:
    """An assisting unit owes the case a sub-task."""
    if any(task.what for task in change.open_tasks("assist")):
        return None
    return _("no sub-task is open")


def subtask_for_somebody(change: Change) -> str | None:
    """A sub-task given with a dispatch has a unit that assists and owes it (E16)."""
    if not change.inputs.get("subtask"):
        return None
    named = change.inputs.get("assists") if "unit" in change.inputs else change.case.assisting
    if "assist" in roles_of(change.case, named or ()).values():
        return None
    return _("name the assisting unit that the sub-task is for")


def roles_of(case: Case, named: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Organisation -> as what it stands beside the lead: as named, as the matrix proposes it
    (assist, supervise, maintain), or it assists."""
    proposed = {one["organisation"]: one["role"] for one in case.proposal.get("assists") or ()}
    return {
        one["organisation"]: one.get("role") or proposed.get(one["organisation"]) or "assist"
        for one in named
    }


def unit_owes_subtask(change: Change) -> str | None:
    """The unit named owes an open sub-task."""
    unit = change.inputs.get("unit")
    if unit is None:
        return _("name the responsible unit")
    owed = {task.organisation_id for task in change.open_tasks("assist") if task.what}
    return None if unit.pk in owed else _("%(unit)s owes no sub-task") % {"unit": unit.name}


def may_assist(change: Change) -> str | None:
    """A unit assists another, and has one sub-task at a time."""
    unit = change.inputs.get("unit")
    if unit is None:
        return None
    if unit.pk == change.case.lead_id:
        return _("the lead unit cannot assist itself")
    if unit_owes_subtask(change) is None:
        return _("%(unit)s has a sub-task of this case already") % {"unit": unit.name}
    return None


def two_territories(change: Change) -> str | None:
    """Two units of neighbouring ground, one of them that of the case, below a common one that leads
    (B14); all three handle cases, and are units of the platform that sends it (A08)."""
    units = change.inputs.get("territories") or []
    if len(units) != 2 or units[0].pk == units[1].pk:
        return _("name the two units on whose border the problem lies")
    if wrong := [one.name for one in units if one.kind not in TERRITORIAL or not one.active]:
        return _("not a unit of a territory: %(units)s") % {"units": ", ".join(wrong)}
    above = people.common_parent(*units)
    if above is None:
        return _("%(one)s and %(other)s have no unit above them both") % {
            "one": units[0].name, "other": units[1].name,
        }  # fmt: skip
    for unit in (*units, above):
        if why := cannot_handle(unit, change) or beyond_platform(change, unit):
            return why
    return _not_its_border(change, units)


def _not_its_border(change: Change, units: Sequence[Organisation]) -> str | None:
    """A border of another place than the case's; what has no outline is believed."""
    case, point = change.case, change.case.point
    here = [one for one in units if one.region_code and case.area_code.startswith(one.region_code)]
    if not here:
        return _("the case lies on neither unit's ground")
    on = timezone.localdate(change.now)
    for one in units:
        if point and geo.farther_than(BORDER_METRES, one.region_code, point.x, point.y, on=on):
            return _("%(unit)s's ground lies farther than %(metres)s m from the case") % {
                "unit": one.name, "metres": BORDER_METRES,
            }  # fmt: skip
    return None
