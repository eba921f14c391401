"""Disputes that an actor sees: those of the cases that they see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.cases import queries as cases
from cityloop.coordination.models import Dispute, MeetingTask, SiteMeeting
from cityloop.coordination.queries.meetings import meetings
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems
from cityloop.kernel.models import StoredFile
from cityloop.people.models import Organisation

SHOWN = ("case__problem_class", "liable", "fixed_by", "line", "file")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list may be narrowed by; empty means any."""

    state: str = ""  # open, fixed (open, problem gone), closed
    level: str = ""
    case: str = ""
    unit_id: int | None = None


STATES = {
    "open": Q(closed_at=None),
    "fixed": Q(closed_at=None, fixed_at__isnull=False),
    "closed": Q(closed_at__isnull=False),
}


def disputes(actor: Actor, filters: Filters) -> QuerySet[Dispute]:
    """The visible disputes that match every filter, unordered."""
    rows = Dispute.objects.filter(case__in=cases.visible(actor)).select_related(*SHOWN)
    if filters.state:
        rows = rows.filter(STATES[filters.state])
    if filters.level:
        rows = rows.filter(level=filters.level)
    if filters.case:
        rows = rows.filter(case__number=filters.case)
    if filters.unit_id is not None:
        rows = rows.filter(parties__contains=[filters.unit_id])
    return rows


def dispute_seen(actor: Actor, dispute_id: int) -> Dispute:
    """One dispute with its site meetings; raises NotFound outside the actor's scope."""
    meetings = SiteMeeting.objects.select_related("file").order_by("held_at", "pk")
    rows = disputes(actor, Filters()).prefetch_related(Prefetch("site_meetings", meetings))
    found = rows.filter(pk=dispute_id).first()
    if found is None:
        raise NotFound(_("there is no such dispute, or you may not see it"))
    return found


def parties_of(rows: Iterable[Dispute]) -> dict[int, Organisation]:
    """The units of these disputes by id, in one statement."""
    wanted = {one for row in rows for one in row.parties}
    return Organisation.objects.in_bulk(wanted) if wanted else {}


def document_of(actor: Actor, dispute_id: int, sha256: str) -> StoredFile:
    """A paper of the dispute: its decision's, or of a site meeting; raises NotFound."""
    row = dispute_seen(actor, dispute_id)
    papers = [row.file, *(meeting.file for meeting in row.site_meetings.all())]
    found = next((one for one in papers if one is not None and one.sha256 == sha256), None)
    if found is None:
        raise NotFound(_("there is no such file"))
    return found


def open_items(actor: Actor, now: datetime) -> list[OpenItems]:
    """Disputes that outlive their case, which no list of open cases shows; tasks of meetings."""
    if not actor.may("coordination.view"):
        return []
    left = disputes(actor, Filters(state="open")).filter(case__closed_at__isnull=False)
    tasks = MeetingTask.objects.filter(done_at=None, meeting__in=meetings(actor).values("pk"))
    late = tasks.filter(due_on__lt=timezone.localdate(now)).count()
    return [
        OpenItems(gettext_noop("Disputes of cases that have ended"), left.count(), 0,
                  "/disputes/?state=open"),
        OpenItems(gettext_noop("Tasks of joint meetings not yet done"), tasks.count(), late,
                  "/meetings/"),
    ]  # fmt: skip
