"""The start page: what waits for this person, and how the city stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cityloop.desks import boxes, queries
from cityloop.kernel import clock
from cityloop.kernel.page import actor_of


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Counters of the boxes; each leads to the list behind it."""
    actor, now = actor_of(request), clock.now()
    counts = queries.counters(actor, now=now) if actor.may("cases.view") else {}
    own, rest = boxes.of(actor)
    found: dict[str, Any] = {
        "own": [(box, counts.get(box.key, 0)) for box in own],
        "rest": [(box, counts.get(box.key, 0)) for box in rest],
        "counted": bool(counts),
        "now": now,
        "waiting": sum(counts.get(box.key, 0) for box in own if box.key not in {"soon", "overdue"}),
        "overdue": counts.get("overdue", 0),
    }
    return render(request, "desks/start.html", found)
