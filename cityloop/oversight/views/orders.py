"""Supervision orders as a list, and by unit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.office import pager
from cityloop.oversight import forms, queries
from cityloop.oversight.queries.ordered import ORDER
from cityloop.oversight.views import frame


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The orders on visible cases, latest first; those given by the reader or to their unit."""
    actor, now = frame.reader(request), clock.now()
    form = forms.OrderFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    found = queries.orders(actor, state=given.get("state", ""), side=given.get("side", ""), now=now)
    shown = paging.page(found, order=ORDER, cursor=request.GET.get("after"), size=frame.SIZE)
    labels = dict(forms.STATES)
    rows = [
        (row, labels[state], *frame.ORDER_TONES[state])
        for row in shown.items
        for state in (queries.state_of(row, now=now),)
    ]
    facts = {
        "form": form, "rows": rows, "now": now, "tabs": frame.tabs("orders"),
        "filtered": any(given.values()), **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "oversight/orders.html", facts)


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """How units answered the orders of a period; those who were late cannot hide it."""
    actor, now = frame.reader(request), clock.now()
    form, (since, until) = frame.period(request, now)
    found = queries.by_unit(actor, since=since, until=until, now=now)
    rows = [(row, None if row.rate is None else round(row.rate * 100)) for row in found]
    facts = {
        "form": form,
        "rows": rows,
        "tabs": frame.tabs("orders-units"),
    }
    return render(request, "oversight/units.html", facts)
