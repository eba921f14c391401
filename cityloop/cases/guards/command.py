"""Guards on which platform dispatches, and whose desks supervise."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import command
from cityloop.cases.change import Change
from cityloop.people import queries as people
from cityloop.people.models import Organisation
from cityloop.people.queries import level_of_kind, stands_at

DISPATCHING = frozenset({"dispatcher", "district_platform"})
DISTRICT_DIGITS = 6  # of a region code
SUPERVISING = frozenset({"acceptor", "shift_leader"})
# What relieves a unit of its duty for long, or takes a closing back: no district does it for its
# own units where the city supervises.
GRANTED = frozenset({"approve_suspension", "approve_deferral", "resume_early", "reopen"})


def supervised_here(change: Change) -> str | None:
    """Where the flow says which level supervises, only its desks accept, file and close, and only
    there or above it is time granted without end, or a case reopened (A08, A09)."""
    levels, actor = change.flow.supervision, change.actor
    if not levels or change.source == "" or change.role == "system":
        return None
    if change.role in SUPERVISING:
        here = any(level_of_kind(kind) in levels for _number, kind in actor.platforms)
    else:
        here = change.action not in GRANTED or stands_at(actor, levels)
    return None if here else _("another level supervises this case")


def platform_holds(change: Change) -> str | None:
    """A case that a platform holds is dispatched by that platform alone (A07, A09)."""
    holder = change.case.holder_id
    if change.role == "system" or change.imported:
        return None
    if holder is None:
        only_chains = change.role == "district_platform"
        return _("this case is dispatched by the dispatchers of the city") if only_chains else None
    if any(number == holder for number, _kind in change.actor.platforms):
        return None
    return _("the case is with another platform")


def own_platform_dispatches(change: Change) -> str | None:
    """Of those who dispatch, only the platform that holds the case; acceptors as elsewhere."""
    return platform_holds(change) if change.role in DISPATCHING else None


def platform_below(change: Change) -> str | None:
    """A platform below the one that holds the case dispatches too (A12)."""
    return _none_there(change, down=True)


def share_left_below(change: Change) -> str | None:
    """The platform below has some of its share of the clock left (A12): else the case would rise
    again at once."""
    case = change.case
    below = command.neighbour(case.platforms, case.holder_id, down=True)
    if below is None:
        return None  # said by platform_below
    level = change.flow.level(command.level_of(case.platforms, below))
    if command.used(case.platforms, below) < level.minutes:
        return None
    return _("the platform below has used up its share of the time: dispatch the case here")


def somebody_dispatches_below(change: Change) -> str | None:
    """At the platform that gets the case somebody can dispatch it today (A12, E01)."""
    below = command.neighbour(change.case.platforms, change.case.holder_id, down=True)
    if below is None:
        return None  # said by platform_below
    body = Organisation.objects.defer("search").get(pk=below)
    roles = dict(change.flow.roles).get("dispatch", DISPATCHING)
    desks = people.desks_staffed(timezone.localdate(change.now))
    if any(one.platform == body.code and one.role in roles for one in desks):
        return None
    return _("nobody at %(units)s can dispatch a case: give somebody a post there") % {
        "units": body.name
    }


def platform_above(change: Change) -> str | None:
    """A platform above the one that holds the case dispatches too (A12)."""
    return _none_there(change, down=False)


def unit_of_platform(change: Change) -> str | None:
    """A platform that commands its own units only sends the case to one of them (A08)."""
    unit = change.inputs.get("unit")
    return None if unit is None else beyond_platform(change, unit)


def beyond_platform(change: Change, unit: Organisation) -> str | None:
    """Why the platform that holds the case cannot send it to this unit; None when it can."""
    case = change.case
    if case.holder_id is None:
        return None
    level = change.flow.level(command.level_of(case.platforms, case.holder_id))
    if f"/{case.holder_id}/" in unit.path:
        return None
    if not level.own_units and (level.level == "city" or not _of_another_district(change, unit)):
        return None
    return _("%(unit)s is no unit of this platform: pass the case up") % {"unit": unit.name_zh}


def _of_another_district(change: Change, unit: Organisation) -> bool:
    """Below the city nobody commands a neighbour's units; those of the whole city anybody may."""
    own, its = change.case.area_code[:DISTRICT_DIGITS], unit.region_code[:DISTRICT_DIGITS]
    return len(its) == DISTRICT_DIGITS and its != own


def _none_there(change: Change, *, down: bool) -> str | None:
    case = change.case
    if command.neighbour(case.platforms, case.holder_id, down=down) is not None:
        return None
    return _("there is no platform below") if down else _("there is no platform above")
