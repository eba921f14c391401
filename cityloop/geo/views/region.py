"""Back office: one street or community on the map; its grids split, merged, retired, planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cityloop.geo import drawn, forms, operations, queries
from cityloop.geo.models import GridChange, Region
from cityloop.geo.operations.grids import read_shape
from cityloop.geo.views.frame import keeper, map_facts, on_of, soon, today
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Problem
from cityloop.kernel.office import object_to, page

TAB = "office-ground"
CHANGES = 20  # of the past, shown


def region_page(
    request: HttpRequest, code: str, *, outline: forms.OutlineForm | None = None
) -> HttpResponse:
    """The page; `outline`: the other form of the page, as it was sent."""
    actor, on = keeper(request), on_of(request)
    row = queries.region(code, on=on)
    if not queries.drawn_regions(actor).filter(code=code).exists():
        raise NotFound(_("there is no such region on your ground"))
    sent = request.POST if request.method == "POST" and outline is None else None
    form = forms.GridsForm(sent, initial={"on": max(today(), on)})
    if sent is not None and form.is_valid():
        try:
            change = _change(actor, request.POST, form.cleaned_data)
        except Problem as problem:
            object_to(form, problem)
        else:
            return _told(request, change, code)
    bound = [one for one in (form, outline) if one is not None and one.is_bound]
    facts = _facts(request, actor, row, on) | {
        "form": form, "outline": outline or _outline(row), "chosen": request.POST.getlist("grid"),
        "wrong": form.is_bound and bool(form.errors),
    }  # fmt: skip
    status = 400 if any(one.errors for one in bound) else 200
    return page(request, "geo/region.html", TAB, facts, status=status)


def _outline(row: Region) -> forms.OutlineForm:
    start = {"on": soon(), "outline": drawn.write_outline(read_shape(row.geom))}
    return forms.OutlineForm(initial=start, level=row.level, auto_id="id_outline_%s")


def _facts(request: HttpRequest, actor: Actor, row: Region, on: date) -> dict[str, Any]:
    community = row.level == Region.Level.COMMUNITY
    changes = list(queries.changes_within(actor, row.code)[: CHANGES * 2]) if community else []
    asked = request.GET.get("change", "")
    done = next((one for one in changes if str(one.pk) == asked), None)
    shapes = reverse("office-ground-shapes", args=[row.code]) + f"?on={on}"
    return {
        "title": row.name, "row": row, "on": on, "community": community, "today": today(),
        "grids": queries.grids_on(actor, row.code, on=on) if community else [],
        "coverage": queries.check_coverage(row.code, on=on) if community else None,
        "draws": ["line", "outline"] if community else ["outline"],
        "plans": [_plan(one) for one in changes if one.state == "planned"],
        "past": [one for one in changes if one.state != "planned"][:CHANGES],
        "done": done, "made": queries.made_by(done) if done else [],
        "map": map_facts(shapes, made=done.made if done else []),
    }  # fmt: skip


def _plan(change: GridChange) -> tuple[GridChange, django_forms.Form, django_forms.Form]:
    name = f"plan{change.pk}"
    return (
        change,
        forms.MoveForm(initial={"on": change.day}, auto_id=f"id_{name}_move_%s"),
        forms.CancelForm(auto_id=f"id_{name}_cancel_%s"),
    )


def _change(actor: Actor, sent: Any, facts: dict[str, Any]) -> GridChange:
    """Split, merge or retire the chosen grids, which must be the actor's."""
    codes, what = sent.getlist("grid"), sent.get("do", "")
    known = set(queries.grids_of(actor).filter(code__in=codes).values_list("code", flat=True))
    if missing := sorted(set(codes) - known):
        raise NotFound(_("no unit grid %(code)s in your area") % {"code": missing[0]})
    if facts["on"] < today():
        why = _("the day lies in the past")
        raise Invalid(why, fields={"on": why})
    common = {"on": facts["on"], "reason": facts["reason"], "actor": actor, "now": clock.now()}
    if what == "merge":
        return operations.merge_grids(grid_codes=codes, **common)
    if len(codes) != 1:
        raise Invalid(_("choose the one unit grid that is meant"))
    if what == "split":
        return operations.split_grid(code=codes[0], line=facts["line"], **common)
    return operations.retire_grid(code=codes[0], leaves_city=facts["leaves_city"], **common)


def _told(request: HttpRequest, change: GridChange, code: str) -> HttpResponse:
    """To the page of the day of a change, with what follows from it."""
    for said in change.said:
        messages.warning(request, said)
    begun = change.begun_at is not None
    messages.success(
        request, _("The unit grids are changed.") if begun else _("The change is planned.")
    )
    here = reverse("office-ground-region", args=[code])
    return redirect(f"{here}?on={change.day}&change={change.pk}")


@require_POST
def move(request: HttpRequest, change_id: int) -> HttpResponse:
    """Let a planned change begin on another day."""
    return _replan(
        request, change_id, forms.MoveForm(request.POST),
        lambda facts: operations.move_grid_change(change_id=change_id, **facts),
        _("The plan is moved."),
    )  # fmt: skip


@require_POST
def cancel(request: HttpRequest, change_id: int) -> HttpResponse:
    """Take a planned change back: its grids go on."""
    return _replan(
        request, change_id, forms.CancelForm(request.POST),
        lambda facts: operations.cancel_grid_change(change_id=change_id, **facts),
        _("The plan is taken back: its unit grids go on."),
    )  # fmt: skip


def _replan(
    request: HttpRequest,
    change_id: int,
    form: django_forms.Form,
    act: Callable[[dict[str, Any]], GridChange],
    done: str,
) -> HttpResponse:
    actor = keeper(request)
    change = queries.grid_changes(actor).filter(pk=change_id).first()
    if change is None:
        raise NotFound(_("there is no such change on your ground"))
    for said in _objections(form, act, actor):
        messages.error(request, said)
        break
    else:
        messages.success(request, done)
    return redirect("office-ground-region", code=change.retired[0][:12])


def _objections(
    form: django_forms.Form, act: Callable[[dict[str, Any]], GridChange], actor: Actor
) -> Sequence[str]:
    """Why not; nothing when it is done."""
    if not form.is_valid():
        named = {form.fields[name].label: wrong for name, wrong in form.errors.items()}
        return [f"{label}: {' '.join(map(str, wrong))}" for label, wrong in named.items()]
    try:
        act({**form.cleaned_data, "actor": actor, "now": clock.now()})
    except Problem as problem:
        return problem.reasons or (str(problem),)
    return ()
