"""Reminders: counters by unit and class, and the records behind them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.office import pager
from cityloop.oversight import queries
from cityloop.oversight.queries.reminded import ORDER
from cityloop.oversight.views import frame

DIGITS = 18


def _id(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) <= DIGITS else None


@require_safe
def reminders(request: HttpRequest) -> HttpResponse:
    """What was settled by telling a unit, in a period; a counter narrows the list."""
    actor, now = frame.reader(request), clock.now()
    form, (since, until) = frame.period(request, now)
    unit, chosen = _id(request.GET.get("unit")), _id(request.GET.get("class"))
    found = queries.reminders(actor, since=since, until=until, unit_id=unit, class_id=chosen)
    shown = paging.page(found, order=ORDER, cursor=request.GET.get("after"), size=frame.SIZE)
    counts = queries.counts(actor, since=since, until=until)
    facts = {
        "form": form, "rows": shown.items, "counts": counts, "narrowed": unit or chosen,
        "total": sum(one.count for one in counts), "tabs": frame.tabs("reminders"),
        "period": {name: form[name].value() for name in form.fields},
        **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "oversight/reminders.html", facts)
