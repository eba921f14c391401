"""The rules of dispatch: how good each proposes, and a new one tried on past cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cityloop.cases import precision
from cityloop.desks.forms import DAYS, DraftForm
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.people import queries as people
from cityloop.people.models import Organisation, Responsibility
from cityloop.permits import queries as permits


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every line of the matrix that proposed a unit in the chosen days."""
    actor = actor_of(request)
    actor.require("people.view")
    asked = request.GET.get("days", "")
    days = int(asked) if asked in dict(DAYS) else 90
    found = precision.by_rule(actor, since=clock.now() - timedelta(days=days))
    lines = Responsibility.objects.select_related("lead").in_bulk([one.rule for one in found])
    kept = list(lines.values())
    kinds = permits.kind_names(one.by for one in found)
    classes, areas = people.class_names(kept), people.area_names(kept)
    rows = [
        (
            one, lines.get(one.rule), classes.get(one.rule), areas.get(one.rule),
            kinds.get(one.by),
        )
        for one in found
    ]  # fmt: skip
    context = {
        "rows": rows,
        "total": precision.total(found), "days": days, "spans": DAYS,
        "may_try": actor.may("people.manage"),
        "unused": [_("Cases of the last")] if asked not in ("", str(days)) else [],
    }  # fmt: skip
    return render(request, "desks/rules.html", context)


@require_http_methods(["GET", "POST"])
def trial(request: HttpRequest) -> HttpResponse:
    """A line that is not published, tried on past cases; nothing is written."""
    actor = actor_of(request)
    actor.require("people.manage")
    form = DraftForm(request.POST or None, actor=actor)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            context |= _tried(actor, dict(form.cleaned_data))
        except Invalid as problem:
            form.add_error(None, problem.reasons)
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "desks/rule_trial.html", context, status=status)


def _tried(actor: Actor, facts: dict[str, Any]) -> dict[str, Any]:
    now = clock.now()
    days, lead, owner = int(facts.pop("days")), facts.pop("lead"), facts.pop("owner")
    line = precision.draft_line(**facts, lead_id=lead.pk, owner_id=owner.pk if owner else None)
    found = precision.dry_run(
        actor, [line], on=timezone.localdate(now), since=now - timedelta(days=days)
    )
    ids = {unit for one in found.shown for unit in (one.before, one.after, one.handled_by)}
    units = Organisation.objects.in_bulk([one for one in ids if one is not None])
    shown = [
        (one, *(units.get(unit or 0) for unit in (one.before, one.after, one.handled_by)))
        for one in found.shown
    ]
    return {"trial": found, "shown": shown}
