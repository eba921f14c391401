"""Guards on who gets a case and who holds it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.cases.receiving import deskless
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Organisation

# The steps that give a case to a unit.
DISPATCHES = ("dispatch", "dispatch_by_order", "dispatch_across", "decide", "substitute")


def unit_named(change: Change) -> str | None:
    """A responsible unit is named, and it is a unit that handles (E01)."""
    unit = change.inputs.get("unit")
    if unit is None:
        return _("name the responsible unit")
    return cannot_handle(unit, change)


def assists_handle(change: Change) -> str | None:
    """The assisting units are units that handle too (B13), and others than the lead unit."""
    ids = [one["organisation"] for one in change.inputs.get("assists") or ()]
    lead = change.inputs.get("unit")
    if lead is not None and lead.pk in ids and not change.imported:
        return _("%(unit)s leads: it does not assist as well") % {"unit": lead.name}
    units = Organisation.objects.filter(pk__in=ids).defer("search") if ids else ()
    return next((why for unit in units if (why := cannot_handle(unit, change))), None)


def somebody_receives(change: Change) -> str | None:
    """At each unit that gets the case, or a part of it, somebody can receive it today (E01)."""
    if change.imported:
        return None
    return _deskless(change, _who_get_it(change))


def unit_receives_again(change: Change) -> str | None:
    """What goes back to the unit that had it is received there by somebody (E01)."""
    lead = change.case.lead_id
    return _deskless(change, {lead}) if lead and not change.imported else None


def _deskless(change: Change, units: set[int]) -> str | None:
    found = deskless(
        units,
        area_code=change.case.area_code,
        flow=change.flow,
        on=timezone.localdate(change.now),
    )
    if not found:
        return None
    rows = Organisation.objects.filter(pk__in=found).order_by("path").defer("search")
    return _("nobody at %(units)s can receive a case: give somebody a post there") % {
        "units": ", ".join(unit.name for unit in rows)
    }


def _who_get_it(change: Change) -> set[int]:
    """The lead, those that assist; on a border both territories and the unit above that leads."""
    unit, border = change.inputs.get("unit"), change.inputs.get("territories") or ()
    found = {one["organisation"] for one in change.inputs.get("assists") or ()}
    found |= {one.pk for one in border}
    if len(border) == 2:
        unit = people.common_parent(*border)
    return found | ({unit.pk} if unit is not None else set())


def cannot_handle(unit: Organisation, change: Change) -> str | None:
    """Why this unit takes no case; None when it does."""
    if not unit.active:
        return _("%(unit)s is not active any more") % {"unit": unit.name}
    if unit.handles or change.imported:
        return None
    return _("%(unit)s does not handle cases: name a unit that does") % {"unit": unit.name}


def dispatch_explained(change: Change) -> str | None:
    """The second dispatch of a case needs a reason (E03)."""
    again = change.case.dispatches + 1 >= change.flow.reason_from_dispatch
    if again and not change.inputs.get("reason"):
        return _("this case was dispatched before: give the reason")
    return None


def dispatch_within_rights(change: Change) -> str | None:
    """From the third dispatch on a supervisor decides (E03)."""
    if change.case.dispatches + 1 >= change.flow.supervisor_from_dispatch:
        return _("from dispatch number %(n)s on a supervisor decides") % {
            "n": change.flow.supervisor_from_dispatch
        }
    return None


def dispatch_needs_order(change: Change) -> str | None:
    """The supervisor orders a dispatch only where the dispatcher may not (E03)."""
    if change.case.dispatches + 1 < change.flow.supervisor_from_dispatch:
        return _("the dispatcher may still dispatch this case")
    return None


def own_unit_task(change: Change) -> str | None:
    """The actor's unit holds the open handling task."""
    tasks = change.open_tasks("handle", "assist")
    if any(of_unit(change.actor, task.organisation_id) for task in tasks if task.kind == "handle"):
        return None
    return _("the case is not with your unit")


def own_member_task(change: Change) -> str | None:
    """The actor holds the open task in person."""
    held = change.open_tasks("verify", "check", "review")
    if change.actor.member_id is not None and any(
        task.member_id == change.actor.member_id for task in held
    ):
        return None
    if change.imported:
        return None
    return _("the task is not yours")


def worker_of_unit(change: Change) -> str | None:
    """The person assigned works in the unit that has the case (A33)."""
    worker = change.inputs.get("worker")
    if worker is None:
        return _("name the person")
    if not of_unit(change.actor, worker.organisation_id):
        return _("%(name)s does not belong to your unit") % {"name": worker.name}
    return None


def assigned_or_unit(change: Change) -> str | None:
    """A case that has been assigned is handed in by the assigned person."""
    if change.case.worker_id and change.case.worker_id != change.actor.member_id:
        return _("another person of your unit has been assigned")
    return None


def of_unit(actor: Actor, organisation_id: int | None) -> bool:
    """The organisation is one for which the actor works, or lies below it."""
    return "system" in actor.roles or organisation_id in actor.own_units
