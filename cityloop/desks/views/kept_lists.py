"""Lists that people keep, the columns they choose, and which lists were taken away as files."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.desks import boxes, operations, queries
from cityloop.desks.models import TakenList
from cityloop.desks.views.parts import safe_next
from cityloop.kernel import clock, office, paging
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.page import actor_of, actor_with
from cityloop.kernel.templatetags.ui import moment

OFFICE = "people.manage"


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns that were ticked; with `usual` those of the desk again."""
    actor = actor_of(request)
    keys = [] if "usual" in request.POST else request.POST.getlist("column")
    operations.choose_columns(keys, actor=actor)
    return HttpResponseRedirect(safe_next(request))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list that is shown under a name."""
    actor, now = actor_of(request), clock.now()
    try:
        row = operations.save_view(
            title=request.POST.get("title", ""), address=request.POST.get("next", ""),
            actor=actor, now=now,
        )  # fmt: skip
    except (Invalid, Refused) as problem:
        messages.error(request, problem.reasons[0])
    else:
        messages.success(request, _("Kept as %(title)s") % {"title": row.title})
    return HttpResponseRedirect(safe_next(request))


@require_POST
def drop(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget a list that was kept."""
    operations.drop_view(view_id, actor=actor_of(request))
    return HttpResponseRedirect(safe_next(request))


@require_safe
def taken_lists(request: HttpRequest) -> HttpResponse:
    """Who took which list of cases away as a file, the latest first."""
    actor_with(request, OFFICE)
    found = paging.page(
        queries.taken_lists(), order=("-taken_at", "-id"), cursor=request.GET.get("cursor")
    )
    here = reverse("taken-lists")
    table = office.Table(
        caption=_("Lists of cases taken away as files"),
        columns=[
            office.Column(_("Taken")), office.Column(_("By")), office.Column(_("Narrowed by")),
            office.Column(_("File")), office.Column(_("Cases")),
        ],
        rows=[_cells(row) for row in found.items],
        next=f"{here}?cursor={found.next}" if found.next else "",
        first=here if request.GET.get("cursor") else "",
    )  # fmt: skip
    return office.list_page(
        request, "taken-lists", title=_("Lists taken away"), table=table,
        note=_("Every list that somebody exports is noted here, and stays."),
    )  # fmt: skip


def _cells(row: TakenList) -> list[Any]:
    who = row.member.name if row.member else row.post
    return [
        office.Cell(moment(row.taken_at)), office.Cell(who, sub=row.post),
        office.Cell(_narrowed(row.query)), office.Cell(row.form.upper()),
        office.Cell(str(row.rows)),
    ]  # fmt: skip


def _narrowed(query: str) -> str:
    """The filters as they stood in the address; a box by its name."""
    said = dict(parse_qsl(query))
    if box := boxes.BY_KEY.get(said.get("box", "")):
        said["box"] = str(box.label)
    return ", ".join(f"{name} = {value}" for name, value in said.items()) or _("all open cases")
