"""Time granted to units, beside the lateness that it could hide."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cityloop.cases import granting
from cityloop.cases import queries as cases
from cityloop.cases import views as case_views
from cityloop.desks import looks
from cityloop.kernel import clock, paging
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of

SIZE = 50
ORDER = ("started_at", "id")


class PeriodForm(forms.Form):
    """The days on which the counted cases were filed."""

    since = forms.DateField(
        label=gettext_lazy("Filed from"), widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(label=gettext_lazy("to"), widget=forms.DateInput({"type": "date"}))


@require_safe
def granted(request: HttpRequest) -> HttpResponse:
    """Rates by unit of a period (this month at first), and the cases that stand still now."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    today = timezone.localdate(now)
    form = PeriodForm({**usual(today), **{k: v for k, v in request.GET.items() if v}})
    rows: list[granting.Granted] = []
    if form.is_valid():
        try:
            since, until = case_views.days(form.cleaned_data["since"], form.cleaned_data["until"])
            rows = granting.granted_by_unit(actor, since=since, until=until)
        except Invalid as problem:
            form.add_error(None, str(problem))
    found = paging.page(
        cases.held(actor), order=ORDER, cursor=request.GET.get("cursor") or None, size=SIZE
    )
    held = [(t, looks.STATUS[t.case.status], (now - t.started_at).days) for t in found.items]
    context: dict[str, Any] = {
        "form": form, "rows": [(row, rates_of(row)) for row in rows], "held": held,
        "next": f"{request.path}?cursor={found.next}" if found.next else "",
        "first": request.path if request.GET.get("cursor") else "",
    }  # fmt: skip
    return render(request, "desks/granted.html", context)


def usual(today: date) -> dict[str, str]:
    """This month so far."""
    return {"since": today.replace(day=1).isoformat(), "until": today.isoformat()}


def rates_of(row: granting.Granted) -> dict[str, float]:
    """The shares of the cases filed."""
    counts = {"extended": row.extended, "suspended": row.suspended, "deferred": row.deferred}
    return {name: row.rate(count) for name, count in {**counts, "late": row.late}.items()}
