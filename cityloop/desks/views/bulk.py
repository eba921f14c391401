"""One step for the cases ticked in a list: what is asked for all, then a report a row."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cityloop.cases.lifecycle import Step
from cityloop.cases.models import Case
from cityloop.desks import bench, bulk, looks
from cityloop.desks.bench import Place
from cityloop.desks.views.case_list import rows_of
from cityloop.desks.views.case_step import version_read
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_of


@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest, box: str) -> HttpResponse:
    """The form for the cases ticked; posted, the report of what became of each."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.step")
    given = request.POST if request.method == "POST" else request.GET
    at = bench.sent(given.get("bench", "")) or bench.place(box, {})
    step = bulk.step_of(actor, given.get("action", ""))
    found = bulk.chosen(actor, given.getlist("case"))
    if not found:
        return HttpResponseRedirect(at.at())
    if request.method == "POST":
        return taken(request, at, step, found, actor=actor, now=now)
    form = bulk.form_of(step, actor, timezone.localdate(now))
    return answered(request, at, step, {
        "rows": rows_of(found, now=now), "form": form, "key": uuid.uuid4().hex, "now": now,
    })  # fmt: skip


def taken(
    request: HttpRequest, at: Place, step: Step, found: list[Case], *, actor: Actor, now: datetime
) -> HttpResponse:
    """The step for each; where the form itself is wrong, the form again."""
    on = timezone.localdate(now)
    form = bulk.form_of(step, actor, on, data=request.POST)
    if not form.is_valid():
        return answered(request, at, step, {
            "rows": rows_of(found, now=now), "form": form, "now": now,
            "key": request.POST.get("repeat_key", ""),
        }, status=422)  # fmt: skip
    said = {name: request.POST.get(name, "") for name in form.fields}
    versions = {
        case.number: version_read(request.POST.get(f"version-{case.number}", "")) or 0
        for case in found
    }
    outcomes = bulk.take(
        step, found, actor=actor, now=now, on=on, versions=versions,
        said={name: value for name, value in said.items() if value},
        key=request.POST.get("repeat_key", ""),
    )  # fmt: skip
    return answered(request, at, step, {
        "outcomes": outcomes, "done": sum(one.done for one in outcomes),
        "refused": sum(not one.done for one in outcomes),
    })  # fmt: skip


def answered(
    request: HttpRequest, at: Place, step: Step, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page, before and after."""
    around = {"place": at, "box": at.box, "action": step.action, "look": looks.ACTION[step.action]}
    return render(request, "desks/bulk.html", around | context, status=status)
