"""The bench: boxes, the list of one of them, and the chosen case with its steps, at one address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from cityloop.cases import lifecycle
from cityloop.desks import bench, boxes, desks, keys, looks, queries
from cityloop.desks.bench import Place
from cityloop.desks.views.case_list import SIZE, columns_for, rows_of, tools_of, understood
from cityloop.desks.views.case_page import Try, context_of
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.page import actor_of

# What htmx may ask for alone: the part by the element that it goes to.
PARTS = {
    "div#cases": "desks/_cases.html",
    "div#pane": "desks/_pane.html",
    "div#case": "desks/_case.html",
    "div#boxes": "desks/_boxes.html",
}


@require_safe
def desk(request: HttpRequest, box: str) -> HttpResponse:
    """The page, or the one part that htmx asks for."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    at = bench.place(box, request.GET.dict())
    number = request.GET.get("case", "")
    part = part_asked(request)
    context = around(at, number)
    if part in ("", "desks/_cases.html"):
        context |= listed(actor, at, now=now)
    if part in ("", "desks/_boxes.html"):
        context |= counted(actor, now=now) | tools_of(actor, at.filters)
    status = 200
    if part not in ("desks/_cases.html", "desks/_boxes.html") and number:
        try:
            context |= opened(request, at, number, actor=actor, now=now)
        except NotFound as problem:
            status, context["gone"] = problem.status, problem
            part = "desks/_pane.html" if part else ""
    answer = render(request, part or "desks/bench.html", context | {"now": now}, status=status)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


def part_asked(request: HttpRequest) -> str:
    """The template of the part that htmx wants; '' for the page."""
    headers = request.headers
    if headers.get("HX-Request") != "true" or "HX-History-Restore-Request" in headers:
        return ""
    return PARTS.get(headers.get("HX-Target", ""), "")


def around(at: Place, number: str) -> dict[str, Any]:
    """What every part knows of where it stands."""
    return {
        "place": at, "box": at.box, "chosen": number, "here": at.at(number), "order": at.order,
        "orders": bench.NAMES, "filtered": bool(at.words), "keys": keys.KEYS,
    }  # fmt: skip


def listed(actor: Actor, at: Place, *, now: datetime) -> dict[str, Any]:
    """The list in the middle."""
    found = bench.page(actor, at, now=now, size=SIZE)
    first = Place(at.box, {**at.given, "cursor": ""}).at()
    holds = boxes.statuses_in(at.box.condition(actor, now)) or ()
    said = bench.asked_of(actor, at, now=now)
    return {
        **understood(said, lambda rest: at.at(q=rest, cursor="")), "unused": said.objections,
        "rows": rows_of(found.items, now=now), "columns": columns_for(actor),
        "next": at.at(cursor=found.next) if found.next else "",
        "first": first if at.given.get("cursor") else "",
        "holds": " ".join(sorted(holds)),
        "bulk": bulk_of(actor, {case.status for case in found.items}),
    }  # fmt: skip


def bulk_of(actor: Actor, statuses: set[str]) -> list[tuple[str, looks.Look]]:
    """What may be done with several rows at once, of the steps that some row's status allows."""
    if not actor.may("cases.step"):
        return []
    steps = (lifecycle.BY_ACTION[action] for action in desks.bulk_of(actor))
    return [(one.action, looks.ACTION[one.action]) for one in steps if statuses & {*one.source}]


def counted(actor: Actor, *, now: datetime) -> dict[str, Any]:
    """The boxes at the left, each with its counter."""
    counts = queries.counters(actor, now=now)
    own, rest = desks.boxes_of(actor)
    return {
        "own_boxes": [(box, counts.get(box.key, 0)) for box in own],
        "other_boxes": [(box, counts.get(box.key, 0)) for box in rest],
        "desks": desks.of(actor),
    }


def opened(
    request: HttpRequest, at: Place, number: str, *, actor: Actor, now: datetime,
    failed: Try | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The case at the right; raises NotFound outside the actor's scope."""
    file = queries.case_file(actor, number)
    return context_of(request, file, actor=actor, now=now, failed=failed)


def refused(
    request: HttpRequest, at: Place, number: str, failed: Try, *, actor: Actor
) -> HttpResponse:
    """The bench with the refused form open beside the list."""
    now = clock.now()
    context = {
        **around(at, number), **listed(actor, at, now=now), **counted(actor, now=now),
        **tools_of(actor, at.filters),
        **opened(request, at, number, actor=actor, now=now, failed=failed),
        "photos_again": bool(request.FILES), "now": now,
    }  # fmt: skip
    return render(request, "desks/bench.html", context, status=failed.problem.status)
