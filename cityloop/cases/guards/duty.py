"""Guards on who is called to a case and who takes over from whom."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.people import queries as people
from cityloop.people.roles import CHECKERS, VERIFIERS


def still_with_unit(change: Change) -> str | None:
    """The unit still holds the handling task, and nobody in it has been assigned."""
    if not change.open_tasks("handle"):
        return _("the case is not with a unit")
    return _("somebody has been assigned already") if change.case.worker_id else None


def called_to_it(change: Change) -> str | None:
    """Who opens the dispatch was called to it, or keeps the desk of the unit that was."""
    tasks = change.open_tasks("handle")
    member, units = change.actor.member_id, change.actor.own_units
    if any(member is not None and task.member_id == member for task in tasks):
        return None
    if any(task.member_id is None and task.organisation_id in units for task in tasks):
        return None
    return _("this dispatch was not sent to you")


def leaves_something(change: Change) -> str | None:
    """There is something of the person who leaves in this case (A28)."""
    person = change.inputs["person"].pk
    if change.case.worker_id == person or person in change.case.members:
        return None
    return _("%(name)s has nothing to hand over here") % {"name": change.inputs["person"].name}


def successor_fits(change: Change) -> str | None:
    """The successor may do what is handed over: the unit, the post and the side agree (A28)."""
    successor = change.inputs.get("successor")
    if successor is None:
        return None
    person = change.inputs["person"].pk
    kinds = {
        task.kind for task in change.tasks if task.closed_at is None and task.member_id == person
    }
    if not successor.active or successor.pk == person:
        return _("%(name)s cannot take over") % {"name": successor.name}
    if site := kinds & {"verify", "check", "recheck"}:
        allowed = VERIFIERS if site == {"verify"} else CHECKERS
        if not people.roles_held(successor.pk, timezone.localdate(change.now), *allowed):
            return _("%(name)s holds no inspector's post now") % {"name": successor.name}
    if "recheck" in kinds and successor.pk in change.case.judged_by:
        return _("%(name)s judged this case: another team re-inspects it") % {
            "name": successor.name
        }
    handles = change.case.worker_id == person or "handle" in kinds
    if handles and successor.organisation_id != change.case.lead_id:
        return _("%(name)s does not belong to the unit") % {"name": successor.name}
    other = change.case.judged_by if handles else change.case.handled_by if kinds else ()
    if successor.pk in other:
        return _("%(name)s took part on the other side of this case") % {"name": successor.name}
    return None
