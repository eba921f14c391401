"""What stands beside the forms that name a unit or a worker; the unit is told as it is chosen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cityloop.cases import queries as cases
from cityloop.cases.models import Case
from cityloop.desks import unit_facts, workers
from cityloop.desks.choices import choices_in
from cityloop.desks.queries import CaseFile
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound
from cityloop.kernel.page import actor_of
from cityloop.people.models import NOT_HANDLING, Organisation

MOST_DIGITS = 15


@require_safe
def unit_beside(request: HttpRequest, number: str) -> HttpResponse:
    """The facts of the unit that the form names now; nothing while it names none. For those who may
    dispatch this case."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.step")
    case = cases.get(actor, number)
    if not any(step.action in unit_facts.NAMING for step in cases.allowed_steps(actor, case)):
        raise NotAllowed(_("you do not dispatch this case"))
    wanted = id_read(request.GET.get("unit", ""))
    unit = unit_named(wanted) if wanted else None
    if wanted and unit is None:
        raise NotFound(_("there is no such unit"))
    facts = unit_facts.of_unit(actor, unit, now=now) if unit else None
    return render(request, "desks/case/unit_facts.html", {"facts": facts, "now": now})


def beside(
    file: CaseFile, actor: Actor, made: list[dict[str, Any]], *, now: datetime
) -> dict[str, Any]:
    """What the page shows beside the offered forms that name the unit of a case; {} without such a
    form. `made`: the forms as the page has them."""
    naming = [
        one["form"] for one in made
        if one["offer"].action in unit_facts.NAMING and not one["offer"].hindrances
    ]  # fmt: skip
    if not naming:
        return {}
    offered = _units(naming[0])
    chosen = str(naming[0]["unit"].value() or "")
    unit = unit_named(id_read(chosen)) if chosen in offered else None  # else the form names none
    like = unit_facts.like(actor, file.case, now=now)
    return {
        "facts": unit_facts.of_unit(actor, unit, now=now) if unit else None,
        "before": unit_facts.before(file), "like": like,
        "like_offered": like is not None and str(like.unit.pk) in offered,
    }  # fmt: skip


def workers_beside(
    case: Case, actor: Actor, made: list[dict[str, Any]], *, now: datetime
) -> list[workers.Load]:
    """What each worker has in hand, where the page offers to assign the case to one of them."""
    for one in made:
        if one["offer"].action == workers.ACTION and not one["offer"].hindrances:
            field: Any = one["form"].fields["worker"]
            return workers.loads(actor, field.choices, chosen=case.worker_id, now=now)
    return []


def _units(form: forms.Form) -> set[str]:
    field: Any = form.fields["unit"]
    return choices_in(field.choices)


def unit_named(unit_id: int) -> Organisation | None:
    """An active unit that takes cases."""
    rows = Organisation.objects.filter(pk=unit_id, active=True).exclude(kind__in=NOT_HANDLING)
    return rows.defer("search").first()


def id_read(raw: str) -> int:
    """The id that a form or an address names; 0 for none."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= MOST_DIGITS else 0
