"""Key matters: opened, filled with cases and milestones, ended with a result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.cases import queries as cases
from cityloop.coordination import queries
from cityloop.coordination.models import KeyMatter, MatterCase, Milestone
from cityloop.coordination.operations.disputes import MANAGE
from cityloop.coordination.operations.meetings import area_of
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import filled_in
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Matter:
    """What the project is about, who answers for it, and until when."""

    title: str
    description: str
    owner: Organisation
    due_on: date
    region_code: str = ""


def open_matter(matter: Matter, *, actor: Actor, now: datetime) -> KeyMatter:
    """Open a key matter of the actor's area; raises NotAllowed, Invalid (deadline, owner)."""
    actor.require(MANAGE)
    filled_in(title=matter.title)
    area = area_of(actor, matter.region_code)
    _require_future(matter.due_on, now)
    if not matter.owner.active:
        raise Invalid(_("%(unit)s is not active any more") % {"unit": matter.owner.name},
                      fields={"owner": _("not active")})  # fmt: skip
    return KeyMatter.objects.create(
        title=matter.title.strip(), description=matter.description.strip(), region_code=area,
        owner=matter.owner, due_on=matter.due_on, opened_at=now, opened_by=actor.post[:120],
    )  # fmt: skip


def _require_future(day: date, now: datetime) -> None:
    if day < timezone.localdate(now):
        raise Invalid(_("the deadline lies in the past"),
                      fields={"due_on": _("lies in the past")})  # fmt: skip


def _held(actor: Actor, matter_id: int) -> KeyMatter:
    """An open matter, locked, for its owner or somebody who manages coordination; counted anew
    under the lock, so that nothing joins it while it ends."""
    row = queries.matter_seen(actor, matter_id)
    if not actor.may(MANAGE) and row.owner_id not in actor.own_units:
        raise NotAllowed(_("this matter belongs to %(unit)s") % {"unit": row.owner.name})
    if KeyMatter.objects.select_for_update().get(pk=row.pk).closed_at is not None:
        raise Refused(_("this matter has ended"))
    return queries.matter_seen(actor, matter_id)


@transaction.atomic
def add_case(*, matter_id: int, number: str, actor: Actor, now: datetime) -> MatterCase:
    """A case that the actor sees joins the matter; raises Refused when it is in there."""
    actor.require(MANAGE)
    row, case = _held(actor, matter_id), cases.get(actor, number.strip())
    found, new = MatterCase.objects.get_or_create(
        matter=row, case=case, removed_at=None, defaults={"added_at": now}
    )
    if not new:
        raise Refused(_("case %(number)s belongs to this matter already") % {"number": case.number})
    return found


@transaction.atomic
def remove_case(
    *, matter_id: int, number: str, reason: str, actor: Actor, now: datetime
) -> MatterCase:
    """A case that joined by mistake is taken out, with the reason; raises NotFound, Refused."""
    actor.require(MANAGE)
    filled_in(reason=reason)
    row, case = _held(actor, matter_id), cases.get(actor, number.strip())
    found = MatterCase.objects.filter(matter=row, case=case, removed_at=None).first()
    if found is None:
        raise Refused(_("case %(number)s does not belong to this matter") % {"number": case.number})
    found.removed_at, found.removed_by = now, actor.post[:120]
    found.removed_why = reason.strip()[:200]
    found.save(update_fields=["removed_at", "removed_by", "removed_why"])
    return found


@transaction.atomic
def set_milestone(
    *, matter_id: int, title: str, due_on: date, actor: Actor, now: datetime
) -> Milestone:
    """One more step of the project, until a day."""
    actor.require(MANAGE)
    row = _held(actor, matter_id)
    _require_future(due_on, now)
    filled_in(title=title)
    if due_on > row.due_on:
        late = _("the whole matter is due on %(day)s") % {"day": row.due_on}
        raise Invalid(late, fields={"due_on": late})
    return Milestone.objects.create(matter=row, title=title.strip(), due_on=due_on)


@transaction.atomic
def reach_milestone(*, milestone_id: int, note: str, actor: Actor, now: datetime) -> Milestone:
    """A step is reached, as its owner says and by what; raises NotFound, NotAllowed, Invalid,
    Refused twice."""
    actor.require("coordination.view")
    filled_in(note=note)
    row = Milestone.objects.filter(pk=milestone_id).first()
    if row is None:
        raise NotFound(_("there is no such milestone"))
    _held(actor, row.matter_id)
    row.refresh_from_db()
    if row.reached_on is not None:
        raise Refused(_("this milestone has been reached already"))
    row.reached_on, row.note = timezone.localdate(now), note.strip()
    row.save(update_fields=["reached_on", "note"])
    return row


@transaction.atomic
def close_matter(*, matter_id: int, result: str, actor: Actor, now: datetime) -> KeyMatter:
    """End the project; refused while a milestone is not reached or a case is open."""
    actor.require(MANAGE)
    filled_in(result=result)
    row = _held(actor, matter_id)
    left = row.case_count - row.cases_ended  # type: ignore[attr-defined]  # annotated by the query
    steps = row.steps_left  # type: ignore[attr-defined]  # likewise
    reasons = []
    if steps:
        reasons.append(
            ngettext("%(n)s milestone is not reached", "%(n)s milestones are not reached", steps)
            % {"n": steps}
        )
    if left:
        reasons.append(
            ngettext(
                "%(n)s case of this matter is open", "%(n)s cases of this matter are open", left
            )
            % {"n": left}
        )
    if reasons:
        raise Refused(*reasons)
    KeyMatter.objects.filter(pk=row.pk).update(closed_at=now, result=result.strip())
    return queries.matter_seen(actor, matter_id)
