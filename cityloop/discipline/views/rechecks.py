"""The page of re-inspections: draws with their seeds, false closings by closer."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cityloop.discipline import queries
from cityloop.discipline.views import frame
from cityloop.kernel import clock

DAYS = 90


@require_safe
def rechecks(request: HttpRequest) -> HttpResponse:
    """What the draws of the last ninety days brought, in the reader's scope."""
    actor = frame.reader(request)
    today = timezone.localdate(clock.now())
    context = {
        "closers": queries.closers(actor, since=today - timedelta(days=DAYS), until=today),
        "rechecks": queries.rechecks(actor), "draws": queries.draws(), "days": DAYS,
        "tabs": frame.tabs(actor, "discipline"),
    }  # fmt: skip
    return render(request, "discipline/rechecks.html", context)
