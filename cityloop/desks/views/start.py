"""The start page: what waits for this person, and how the city stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cityloop.desks import company, desks, fieldwork, narrowing, queries, shift, supervision
from cityloop.desks.views.case_list import rows_of
from cityloop.kernel import clock, manifest
from cityloop.kernel.models import Marker
from cityloop.kernel.page import actor_of
from cityloop.people.roles import VERIFIERS

# Boxes that count what other boxes hold already: no work of their own.
TOTALS = frozenset(
    ("soon", "overdue", "overdue_twice", "handling", "checking", "verifying", "no_photo",
     "circling", "reworked", "reopened", "escalated", "red", "held", "backlog")
)  # fmt: skip
# Posts that bring in problems every day.
REPORTING = frozenset({"acceptor", *VERIFIERS})


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Counters of the boxes; each leads to the list behind it."""
    actor, now = actor_of(request), clock.now()
    counts = queries.counters(actor, now=now) if actor.may("cases.view") else {}
    own, rest = desks.boxes_of(actor)
    waiting = [box for box in own if box.counted and box.key not in TOTALS]
    first = queries.first_of(actor, waiting, now=now) if counts else []
    found: dict[str, Any] = {
        "own": [(box, counts.get(box.key, 0)) for box in own if box.counted],
        "looked_up": [box for box in own if not box.counted],
        "rest": [(box, counts.get(box.key, 0)) for box in rest],
        "counted": bool(counts),
        "beside": manifest.waiting(actor, now),
        "overdue": supervision.of(actor, now=now)
        if counts and actor.roles & supervision.ROLES else None,
        "company": company.of(actor, now=now) if counts else None, "measures": fieldwork.MEASURES,
        "multiples": narrowing.TIMES, "ages": narrowing.AGES,
        "shift": shift.of(actor, now=now) if counts and actor.roles & shift.ROLES else None,
        "now": now,
        "may_report": bool(actor.roles & REPORTING) and not actor.terminal,
        "rows": rows_of(first, now=now),
        "situations": Marker.objects.filter(pk=queries.SITUATIONS).exists(),
    }  # fmt: skip
    return render(request, "desks/start.html", found)
