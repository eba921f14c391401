"""Joint meetings that an actor sees, and what their agenda is filled from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Prefetch, Q, QuerySet, When
from django.utils.translation import gettext as _

from cityloop.cases import lateness
from cityloop.cases import queries as cases
from cityloop.cases.models import NEVER_FILED
from cityloop.coordination.models import AgendaItem, Dispute, JointMeeting, MeetingTask
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound
from cityloop.people import queries as people

LEAST_CASES = 10  # a share of fewer says little: such units come after the others


def meetings(actor: Actor) -> QuerySet[JointMeeting]:
    """Meetings of the actor's area, and those that gave the actor's unit a task; unordered."""
    owed = MeetingTask.objects.filter(organisation_id__in=actor.own_units).values("meeting")
    seen = people.scope_q(actor, region_field="region_code") | Q(pk__in=owed)
    tasks = Count("tasks", distinct=True)
    left = Count("tasks", filter=Q(tasks__done_at=None), distinct=True)
    return JointMeeting.objects.filter(seen).annotate(task_count=tasks, tasks_left=left)


def meeting_seen(actor: Actor, meeting_id: int) -> JointMeeting:
    """One meeting with agenda and tasks; raises NotFound outside the actor's scope."""
    items = AgendaItem.objects.select_related("dispute__case__problem_class", "organisation")
    tasks = MeetingTask.objects.select_related("organisation").order_by("due_on", "pk")
    rows = (
        meetings(actor)
        .select_related("file")
        .prefetch_related(Prefetch("items", items.order_by("position")), Prefetch("tasks", tasks))
    )
    found = rows.filter(pk=meeting_id).first()
    if found is None:
        raise NotFound(_("there is no such meeting, or you may not see it"))
    return found


def own_task(actor: Actor, task_id: int) -> MeetingTask:
    """A task of the actor's unit; raises NotFound, and NotAllowed for one of another unit."""
    rows = MeetingTask.objects.select_related("organisation")
    row = rows.filter(pk=task_id, meeting__in=meetings(actor).values("pk")).first()
    if row is None:
        raise NotFound(_("there is no such task, or you may not see it"))
    if row.organisation_id not in actor.own_units:
        raise NotAllowed(_("this task is for %(unit)s") % {"unit": row.organisation.name})
    return row


def disputes_to_discuss(actor: Actor, region_code: str, *, limit: int = 20) -> list[Dispute]:
    """Open disputes of the area, the oldest first."""
    rows = Dispute.objects.filter(
        closed_at=None, case__in=cases.visible(actor), case__area_code__startswith=region_code
    )
    return list(rows.order_by("opened_at", "pk")[:limit])


def worst_units(
    actor: Actor,
    region_code: str,
    *,
    since: datetime,
    now: datetime,
    limit: int = 5,
    least: int = LEAST_CASES,
) -> list[dict[str, Any]]:
    """The units of the area with the greatest share of late cases since then, those with fewer
    than `least` cases after the others: {"lead", "cases", "late"}."""
    seen = (
        cases.visible(actor)
        .filter(area_code__startswith=region_code)
        .exclude(record_type__in=NEVER_FILED)
    )
    clocks = lateness.handling_clocks(seen).filter(first_started_at__gte=since)
    late = Count("case", filter=lateness.overdue_at(now), distinct=True)
    rows = (
        clocks.values(lead=F("organisation_id"))
        .annotate(cases=Count("case", distinct=True), late=late)
        .filter(late__gt=0)
    )
    few = Case(When(cases__lt=least, then=1), default=0)
    rows = rows.annotate(share=1.0 * F("late") / F("cases"), few=few)
    worst = rows.order_by("few", "-share", "-late", "lead").values("lead", "cases", "late")
    return [dict(row) for row in worst[:limit]]
