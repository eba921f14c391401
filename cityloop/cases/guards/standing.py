"""Guards that every step obeys."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.people.scope import in_scope


def within_scope(change: Change) -> str | None:
    """The case lies within the actor's area, organisation or own work (O10); what is imported
    happened elsewhere."""
    actor, case = change.actor, change.case
    if change.source == "" or change.imported or actor.member_id in case.members:
        return None
    if change.action == "join_report":  # shows nothing of the case to who reports
        return None
    if in_scope(actor, organisation_ids=case.units, region_code=case.area_code):
        return None
    return _("the case lies outside your area")


def sides_kept_apart(change: Change) -> str | None:
    """Whoever judges a case never handles it, and the reverse; merged posts are recorded."""
    member = change.actor.member_id
    if member is None or not change.side:
        return None
    judging = change.side == "judging"
    other = change.case.handled_by if judging else change.case.judged_by
    if member in other:
        why = _("you took part on the other side of this case")
    elif judging and _of_a_handling_unit(change):
        why = _("this case is your own unit's to handle: others judge it")
    else:
        return None
    own = judging and _of_a_handling_unit(change)
    if change.flow.merge_posts or (change.actor.merged and not own):
        change.facts["merged_posts"] = True
        return None
    return why


def not_for_own_unit(change: Change) -> str | None:
    """Nobody eases the way for the unit they come from: sends its work to a check of their choice
    or back to it before one, waives what it owes, passes its appeal on, accepts its answer, or
    settles by a reminder what it would have to do."""
    case = change.case
    named = change.inputs.get("unit") or change.inputs.get("addressee")
    own = {named.pk} if named is not None else {*case.handlers, *case.returned_by}
    own |= {task.organisation_id for task in change.open_tasks("order")}
    if change.flow.merge_posts or not change.actor.belongs_to(*(one for one in own if one)):
        return None
    return _("this is for your own unit: others take this step")


def _of_a_handling_unit(change: Change) -> bool:
    """Before a unit has the case, the one that is proposed for it would handle it."""
    case = change.case
    concerned = case.handlers or [case.proposal.get("unit")]
    return change.actor.belongs_to(*(one for one in concerned if one))
