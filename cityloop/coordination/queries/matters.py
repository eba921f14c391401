"""Key matters that an actor sees, with how far they have come."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import FINAL, Case
from cityloop.coordination.models import KeyMatter, MatterCase, Milestone
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.people import queries as people


def matters(actor: Actor) -> QuerySet[KeyMatter]:
    """Matters of the actor's area, and those that their unit owns; unordered."""
    seen = people.scope_q(actor, region_field="region_code") | Q(owner_id__in=actor.own_units)
    inside = Q(members__removed_at=None)
    ended = inside & Q(members__case__status__in=FINAL)
    return (
        KeyMatter.objects.filter(seen)
        .select_related("owner")
        .annotate(
            case_count=Count("members", filter=inside, distinct=True),
            cases_ended=Count("members", filter=ended, distinct=True),
            step_count=Count("milestones", distinct=True),
            steps_left=Count("milestones", filter=Q(milestones__reached_on=None), distinct=True),
        )
    )


def matter_seen(actor: Actor, matter_id: int) -> KeyMatter:
    """One matter with its milestones; raises NotFound outside the actor's scope."""
    steps = Milestone.objects.order_by("due_on", "pk")
    rows = matters(actor).prefetch_related(Prefetch("milestones", steps))
    found = rows.filter(pk=matter_id).first()
    if found is None:
        raise NotFound(_("there is no such matter, or you may not see it"))
    return found


def cases_of(actor: Actor, matter: KeyMatter, *, limit: int = 200) -> list[Case]:
    """The cases of a matter that the actor sees, those that run out first at the top."""
    members = MatterCase.objects.filter(matter=matter, removed_at=None).values("case")
    rows = cases.visible(actor).filter(pk__in=members).select_related("problem_class", "lead")
    return list(rows.order_by("due_at", "pk")[:limit])


def taken_out(actor: Actor, matter: KeyMatter) -> list[MatterCase]:
    """Cases that joined a matter by mistake, of those that the actor sees, latest first."""
    rows = MatterCase.objects.filter(matter=matter, removed_at__isnull=False)
    rows = rows.filter(case__in=cases.visible(actor)).select_related("case")
    return list(rows.order_by("-removed_at", "-pk"))
