"""Joint meetings: called with an agenda that fills itself, held, and followed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.coordination import queries
from cityloop.coordination.models import AgendaItem, JointMeeting, MeetingTask
from cityloop.coordination.operations.disputes import MANAGE
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.clock import to_the_minute
from cityloop.kernel.encoding import filled_in
from cityloop.kernel.errors import Invalid, NotAllowed, Refused
from cityloop.kernel.models import StoredFile
from cityloop.people import queries as people
from cityloop.people.models import Organisation
from cityloop.people.scope import covers_area

FIGURES_OF = timedelta(days=30)
LONGEST_AHEAD = timedelta(days=366)
TOLD = 200  # so much of a task stands in the message; the page has all of it


@dataclass(frozen=True, slots=True)
class Call:
    """The invitation. `region_code` '' is the caller's own area."""

    kind: str
    title: str
    planned_at: datetime
    place: str
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What was said, by whom, and the signed paper."""

    held_at: datetime
    present: str
    minutes: str
    file: StoredFile | None = None


def area_of(actor: Actor, region_code: str) -> str:
    """The area named, or the actor's own; raises NotAllowed where the actor does not see all."""
    codes = actor.region_codes
    code = region_code or ("" if codes is None else codes[0] if len(codes) == 1 else "")
    if not covers_area(actor, code):
        raise NotAllowed(_("the area lies outside yours"))
    return code


@transaction.atomic
def call_meeting(call: Call, *, actor: Actor, now: datetime) -> JointMeeting:
    """Call a meeting: its agenda holds the open disputes and the worst figures of the area.

    Raises NotAllowed, Invalid (planned for the past, or more than a year ahead).
    """
    actor.require(MANAGE)
    filled_in(title=call.title, place=call.place)
    area = area_of(actor, call.region_code)
    if call.planned_at < now:
        raise Invalid(_("a meeting is planned for the future"),
                      fields={"planned_at": _("lies in the past")})  # fmt: skip
    if call.planned_at > now + LONGEST_AHEAD:
        raise Invalid(_("a meeting is planned for the coming year"),
                      fields={"planned_at": _("lies too far ahead")})  # fmt: skip
    meeting = JointMeeting.objects.create(
        kind=call.kind, title=call.title.strip(), region_code=area, planned_at=call.planned_at,
        place=call.place.strip(), called_by=actor.post[:120], called_at=now,
    )  # fmt: skip
    disputes = queries.disputes_to_discuss(actor, area)
    figures = queries.worst_units(actor, area, since=now - FIGURES_OF, now=now)
    items = [AgendaItem(dispute=one) for one in disputes]
    items += [
        AgendaItem(organisation_id=one["lead"], cases=one["cases"], late=one["late"])
        for one in figures
    ]
    for position, item in enumerate(items, start=1):
        item.meeting, item.position = meeting, position
    AgendaItem.objects.bulk_create(items)
    return meeting


def _held(actor: Actor, meeting_id: int) -> JointMeeting:
    """The meeting, locked, for somebody who keeps its record."""
    actor.require(MANAGE)
    row = queries.meeting_seen(actor, meeting_id)
    JointMeeting.objects.select_for_update().get(pk=row.pk)
    row.refresh_from_db(fields=["held_at"])
    return row


@transaction.atomic
def add_agenda_item(*, meeting_id: int, title: str, actor: Actor) -> AgendaItem:
    """One more point, in words; raises Refused once the meeting was held."""
    row = _held(actor, meeting_id)
    if row.held_at is not None:
        raise Refused(_("the meeting was held: its agenda stands"))
    last = row.items.aggregate(last=Max("position"))["last"] or 0
    filled_in(title=title)
    return AgendaItem.objects.create(meeting=row, position=last + 1, title=title.strip())


@transaction.atomic
def record_minutes(
    *, meeting_id: int, minutes: Minutes, actor: Actor, now: datetime
) -> JointMeeting:
    """The meeting was held; its minutes are written once."""
    row = _held(actor, meeting_id)
    if row.held_at is not None:
        raise Refused(_("the minutes have been written already"))
    if minutes.held_at > now:
        raise Invalid(_("a meeting is recorded after it was held"),
                      fields={"held_at": _("lies in the future")})  # fmt: skip
    if minutes.held_at < to_the_minute(row.called_at):
        raise Invalid(_("a meeting is held after it was called"),
                      fields={"held_at": _("lies before the meeting was called")})  # fmt: skip
    filled_in(present=minutes.present, minutes=minutes.minutes)
    row.held_at, row.present = minutes.held_at, minutes.present.strip()
    row.minutes, row.file = minutes.minutes.strip(), minutes.file
    row.save(update_fields=["held_at", "present", "minutes", "file"])
    return row


@transaction.atomic
def give_task(
    *, meeting_id: int, unit: Organisation, what: str, due_on: date, actor: Actor, now: datetime
) -> MeetingTask:
    """A decision of the meeting that a unit carries out until a day; only once it was held. The
    unit's desk is told."""
    row = _held(actor, meeting_id)
    if row.held_at is None:
        raise Refused(_("write the minutes first: the meeting has not decided anything yet"))
    if due_on < timezone.localdate(now):
        raise Invalid(_("the deadline lies in the past"),
                      fields={"due_on": _("lies in the past")})  # fmt: skip
    if not unit.active:
        raise Invalid(_("%(unit)s is not active any more") % {"unit": unit.name},
                      fields={"unit": _("not active")})  # fmt: skip
    filled_in(what=what)
    task = MeetingTask.objects.create(
        meeting=row, organisation=unit, what=what.strip(), due_on=due_on
    )
    _tell_unit(task, now)
    return task


def _tell_unit(task: MeetingTask, now: datetime) -> None:
    """In the same transaction; the words of the topic are notify's."""
    values = {"title": task.meeting.title, "unit": task.organisation.name_zh,
              "reason": task.what[:TOLD], "due": task.due_on.isoformat()}  # fmt: skip
    payload = {
        "topic": "task_given", "members": desks_of([task.organisation_id], now=now),
        "about": f"meeting-task:{task.pk}", "path": f"/meetings/{task.meeting_id}/",
        "values": values,
    }  # fmt: skip
    jobs.defer("notify.tell", payload)


def desks_of(units: Sequence[int], *, now: datetime) -> list[int]:
    """Ids of the members who hold a desk of these organisations today."""
    desks = people.holders(timezone.localdate(now), "unit_desk")
    members = desks.filter(holdings__post__organisation_id__in=units)
    return sorted(members.values_list("pk", flat=True))


@transaction.atomic
def finish_task(*, task_id: int, result: str, actor: Actor, now: datetime) -> MeetingTask:
    """The unit says what it did; raises NotAllowed for a task of another unit, Refused twice."""
    actor.require("coordination.view")
    filled_in(result=result)
    queries.own_task(actor, task_id)
    row = MeetingTask.objects.select_for_update().get(pk=task_id)
    if row.done_at is not None:
        raise Refused(_("this task is done already"))
    row.done_at, row.result, row.done_by = now, result.strip(), actor.post[:120]
    row.save(update_fields=["done_at", "result", "done_by"])
    return row
