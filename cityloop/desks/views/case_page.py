"""One page per case: facts, map, photos, clocks, history, and the steps allowed now."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cityloop.assets import queries as assets
from cityloop.cases import command, flow, guards, lifecycle
from cityloop.cases import queries as cases
from cityloop.cases import views as case_views
from cityloop.cases.flow_names import LEVELS
from cityloop.cases.models import Attachment, Case, CaseEvent
from cityloop.desks import history, looks, proposal, queries, unit_facts
from cityloop.desks import steps as stepping
from cityloop.desks.choices import (
    RECEIVING,
    Asked,
    choices_in,
    choices_of,
    deskless,
    needed,
    needless,
    of_step,
    proposed,
)
from cityloop.desks.forms import AFTER, step_form
from cityloop.desks.queries import CaseFile
from cityloop.desks.views import case_clocks, unit_beside
from cityloop.desks.views.case_list import answered
from cityloop.hotline import queries as hotline
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem, Stale
from cityloop.kernel.page import actor_of
from cityloop.people import queries as people
from cityloop.people.models import OrganisationKind
from cityloop.permits import queries as permits
from cityloop.permits.queries import Near
from cityloop.precedents import queries as precedents
from cityloop.standards import queries as standards

NEAR_METRES = 100.0
# Nobody waits for the program, nor for a platform that does not hold the case.
NOT_AWAITED = frozenset({"system", "district_platform"})
TO_JUDGE = frozenset({"reported", "accepted", "filed"})
BEFORE = ("report", "verify", "before")


@dataclass(frozen=True, slots=True)
class Try:
    """A step that was refused: what was sent and why it did not go."""

    action: str
    data: Any
    problem: Problem
    read_version: int


@dataclass(frozen=True, slots=True)
class Line:
    """A history line, ready to show."""

    event: CaseEvent
    look: looks.Look
    words: list[str]
    clocks: list[str]
    papers: list[Attachment]
    intact: bool


def lines_of(file: CaseFile) -> list[Line]:
    """The history, latest first, with the papers of each step."""
    papers: dict[int, list[Attachment]] = {}
    for paper in file.papers:
        papers.setdefault(paper.version, []).append(paper)
    broken = file.broken if file.broken is not None else 1 << 31
    return [
        Line(
            event=event,
            look=looks.ACTION.get(event.action) or looks.Look("circle", "grey", event.action),
            words=history.words_of(event, file.names),
            clocks=history.clock_words(event),
            papers=papers.get(event.version, []),
            intact=event.version < broken,
        )
        for event in reversed(file.lines)
    ]


def road_of(case: Case) -> list[tuple[Any, str]]:
    """The stops of the road: (name, done | here | ahead | ended)."""
    places = [case.status in statuses for _name, statuses in looks.ROAD]
    at = places.index(True) if True in places else -1
    finished = case.status == "closed"
    return [
        (name, "done" if finished or index < at else "here" if index == at else "ahead")
        for index, (name, _statuses) in enumerate(looks.ROAD)
    ]


def photos_of(papers: list[Attachment], stages: tuple[str, ...]) -> list[Attachment]:
    """The pictures of these parts of the file."""
    return [p for p in papers if p.stage in stages and p.file.media_type.startswith("image/")]


def forms_of(
    file: CaseFile,
    actor: Actor,
    *,
    now: datetime,
    failed: Try | None,
    picked: Mapping[str, int],
) -> list[dict[str, Any]]:
    """The offered steps with their generated forms. `picked`: a unit or a worker chosen by
    the address, where a form lets choose it."""
    offered = stepping.offers(actor, file.case, timers=file.timers, tasks=file.tasks, now=now)
    asked = Asked(file.case, actor, timezone.localdate(now))
    choices = choices_of((offer.step for offer in offered), asked)
    wanted = {name for offer in offered for name, _required in offer.step.fields}
    left_out = deskless(asked) if wanted & RECEIVING else set()
    initial, without = proposed(asked, wanted), needless(asked, wanted)
    for name, value in picked.items():
        if str(value) in choices_in(choices.get(name, ())):
            initial[name] = value
    before = [paper.file.sha256 for paper in photos_of(file.papers, BEFORE)]
    return [
        {
            "offer": offer,
            "key": uuid.uuid4().hex,
            "form": step_form(
                offer.step,
                choices=of_step(offer.step, choices, left_out),
                initial=initial,
                without=without,
                needed=needed(offer.step, asked),
                before=before,
                data=failed.data if failed and failed.action == offer.action else None,
                problem=failed.problem if failed and failed.action == offer.action else None,
            ),
            "open": bool(failed) and failed.action == offer.action if failed else False,
        }
        for offer in offered
    ]


def steps_of(
    request: HttpRequest, file: CaseFile, actor: Actor, *, now: datetime, failed: Try | None
) -> dict[str, Any]:
    """The offered forms, and what stands beside those that name the unit."""
    picked = {name: unit_beside.id_read(request.GET.get(name, "")) for name in ("unit", "worker")}
    made = forms_of(file, actor, now=now, failed=failed, picked=picked)
    return {
        "steps": made, "dispatching": unit_beside.beside(file, actor, made, now=now),
        "naming": unit_facts.NAMING,
        "workers": unit_beside.workers_beside(file.case, actor, made, now=now),
    }  # fmt: skip


def context_of(
    request: HttpRequest, file: CaseFile, *, actor: Actor, now: datetime, failed: Try | None = None
) -> dict[str, Any]:
    """Everything the page shows."""
    case = file.case
    before, after = photos_of(file.papers, BEFORE), photos_of(file.papers, AFTER)
    near = (
        assets.nearest(actor, case.point.x, case.point.y, within_m=50, limit=5)
        if case.point
        else []
    )
    others = (
        cases.nearby(
            actor, lon=case.point.x, lat=case.point.y, metres=NEAR_METRES,
            since=cases.recent_start(now), limit=8,
        )
        if case.point else []
    )  # fmt: skip
    return {
        "file": file, "case": case, "now": now,
        "status": looks.STATUS[case.status], "light": case_views.light(case, now=now),
        "noticed": any(line.action == "give_notice" for line in file.lines),
        "road": road_of(case), "lines": lines_of(file),
        "clocks": case_clocks.clock_rows(file.timers, now=now),
        "outer": hotline.deadlines_of(case, now=now) if actor.may(hotline.ORDERS) else [],
        "proposal": proposal.explained(case, file.names, actor, on=timezone.localdate(now)),
        "limit": standards.limit_text(case.limit_amount, case.limit_unit)
        if case.limit_amount is not None else "",
        "before": before, "after": after,
        "pair": (before[-1], after[-1]) if before and after else None,
        "others_papers": [p for p in file.papers if not p.file.media_type.startswith("image/")],
        "assisting": [file.names.units.get(one["organisation"]) for one in case.assisting],
        "nearby": [one for one in others if one.pk != case.pk], "components": near,
        **steps_of(request, file, actor, now=now, failed=failed), "waits_for": waits_for(case),
        "role_labels": people.role_names(task.role for task in file.tasks if task.role),
        "reports": queries.reports_of(actor, case), "media": looks.MEDIUM,
        "texts": queries.ready_texts(),
        "failed": failed, "since_read": missed_by(file, failed), "stages": looks.STAGE,
        "came": came_from(case), **precedents_of(case, actor), "permits": permits_of(case, actor),
    }  # fmt: skip


def came_from(case: Case) -> list[dict[str, Any]]:
    """Who had a case before the platform that holds it, and how much of their share of the clock
    was used by then."""
    params = flow.parameters(case.flow.parameters, case.area_code)
    found = []
    for level, used in command.came_from(case.platforms, case.holder_id):
        most = params.level(level).minutes
        percent = round(100 * used / most) if most else 0
        name = LEVELS.get(level, level)
        found.append({"level": name, "used": used, "most": most, "percent": percent})
    return found


def precedents_of(case: Case, actor: Actor) -> dict[str, Any]:
    """What helps to judge a case that is to be accepted, filed or dispatched; of a closed case, its
    own mark as typical. One statement at most."""
    if not actor.may("precedents.view"):
        return {}
    if case.status == "closed":
        mark = precedents.of_case(case) if case.closing_kind == "normal" else None
        may = actor.may("precedents.mark") and case.closing_kind == "normal"
        return {"precedent": mark, "may_mark": may}
    return {"precedents": precedents.beside(actor, case) if case.status in TO_JUDGE else []}


def permits_of(case: Case, actor: Actor) -> list[Near]:
    """Permits at the place on the day of the report, for those who may see them (E12)."""
    if case.point is None or not actor.may(permits.VIEW):
        return []
    on = timezone.localdate(case.reported_at)
    return permits.near(actor, case.point.x, case.point.y, on=on)


def missed_by(file: CaseFile, failed: Try | None) -> list[Line]:
    """What others did since the refused form was read, when that is why it was refused."""
    if failed is None or not isinstance(failed.problem, Stale):
        return []
    return [line for line in lines_of(file) if line.event.version > failed.read_version]


@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a case."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    file = queries.case_file(actor, number)
    context = context_of(request, file, actor=actor, now=now)
    return answered(request, page="desks/case.html", part="desks/_case.html", context=context)


@require_safe
def case_print(request: HttpRequest, number: str) -> HttpResponse:
    """The electronic file on paper: every step, every photo, every clock."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    file = queries.case_file(actor, number)
    context = context_of(request, file, actor=actor, now=now)
    context |= {"lines": list(reversed(context["lines"])), "printed": True}
    return render(request, "desks/case_print.html", context)


def waits_for(case: Case) -> str:
    """Whose turn it is: the roles of the first row that leads on, with the unit or the platform
    that has the case; '' when nobody's."""
    params = flow.parameters(case.flow.parameters, case.area_code)
    step = next((one for one in lifecycle.STEPS if _leads_on(one, case)), None)
    if step is None:
        return ""
    body = case.lead if guards.own_unit_task in step.guards else None
    if guards.platform_holds in step.guards:
        body = case.holder
    labels = {role.code: role.label for role in people.roles()}
    below = body is not None and body.kind == OrganisationKind.DISTRICT_PLATFORM
    posts = "、".join(
        labels.get(role, role)
        for role in step.roles_in(params)
        if role not in NOT_AWAITED or (below and role == "district_platform")
    )
    return _("%(posts)s at %(body)s") % {"posts": posts, "body": body.name} if body else posts


def _leads_on(step: lifecycle.Step, case: Case) -> bool:
    """On the road, not back: nobody waits for a case to be returned."""
    stays = (lifecycle.SAME, lifecycle.BACK, lifecycle.NAMED)
    look = looks.ACTION.get(step.action)
    onward = look is None or stepping.leads_on(look)
    return onward and case.status in step.source and step.target not in stays
