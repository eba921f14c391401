"""One step in memory: who takes it, what speaks against it, what it does."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cityloop.cases import guards, lifecycle, record
from cityloop.cases.change import Change
from cityloop.cases.naming import step_name
from cityloop.kernel import errors
from cityloop.people import queries as people

# Whoever reports what somebody else reported before gets no part in that case: it stays out of
# sight where it lies outside their area.
LEARNS_NOTHING = frozenset({"join_report"})


class Refused(errors.Refused):
    """The life cycle does not allow this step; reasons are for the person who tried it."""


class WrongPost(Refused):
    """The step is for other posts than the actor's."""

    status, code, title = errors.NotAllowed.status, "wrong-post", errors.NotAllowed.title


def taken_alone(action: str) -> None:
    """Raise Refused for a step that is taken together with what belongs to it."""
    if action in lifecycle.WITH_A_REPORT:
        about = {"action": step_name(action)}
        raise Refused(_("%(action)s comes with a report: send the report") % about)
    if action in lifecycle.WITH_A_RECORD:
        raise Refused(
            _("whose duty it is, is decided on the record of the dispute: there the document is"
              " kept and the decision becomes a rule"),
            code="decided-on-the-record",
        )  # fmt: skip


def stand(change: Change, step: lifecycle.Step) -> None:
    """Where the case stands and in which role the actor acts.

    Raises WrongPost, and Refused for a step that does not begin here.
    """
    change.action, change.source, change.side = step.action, change.case.status, step.side
    roles = step.roles_in(change.flow)
    held = change.actor.roles
    change.role = roles[0] if roles[0] in held else next((r for r in roles if r in held), "")
    if not change.role:
        about = {"action": step_name(step.action), "roles": _named(roles)}
        raise WrongPost(_("%(action)s is for: %(roles)s") % about)
    if change.source not in step.source:
        raise Refused(_("%(action)s is not possible now") % {"action": step_name(step.action)})


def _named(roles: Sequence[str]) -> str:
    """Roles by the city's labels; the clock's own only where no person takes the step."""
    persons = [role for role in roles if role != "system"] or list(roles)
    return ", ".join(people.role_names(persons).values())


def take(change: Change, step: lifecycle.Step) -> None:
    """Apply a step in memory: objections, effects, new status, version. Raises Refused, WrongPost.

    The bulk path uses it too: imported cases obey the same table.
    """
    stand(change, step)
    if reasons := [reason for guard in step.every_guard if (reason := guard(change))]:
        raise Refused(*reasons)
    case = change.case
    if step.target == lifecycle.BACK:
        case.status = case.resume_status
    elif step.target not in (lifecycle.SAME, lifecycle.NAMED):
        case.status = step.target
    for effect in step.effects:
        effect(change)
    # By filing a case the matrix names who would handle it: then too nobody judges their own.
    if reason := guards.sides_kept_apart(change):
        raise Refused(reason)
    _take_sides(change)
    record.add_line(change)


def _take_sides(change: Change) -> None:
    """Remember who judged and who handled: nobody does both in one case."""
    member = change.actor.member_id
    if member is None or change.action in LEARNS_NOTHING:
        return
    if member not in change.case.members:
        change.case.members = [*change.case.members, member]
    if not change.side:
        return
    side = "judged_by" if change.side == "judging" else "handled_by"
    members = getattr(change.case, side)
    if member not in members:
        setattr(change.case, side, [*members, member])
