"""Back office: the organisation tree."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock
from cityloop.kernel.office import (
    Cell,
    Column,
    Table,
    act,
    form_page,
    list_page,
    page,
)
from cityloop.kernel.page import actor_of, office_tabs
from cityloop.people import forms, operations, queries
from cityloop.people.models import Organisation
from cityloop.people.views.frame import manager

TAB = "office-organisations"


@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """The office begins with the first tab that the actor may open: for most the tree."""
    tabs = office_tabs(actor_of(request))
    if not tabs:
        manager(request)  # who says what is missing
    return redirect(tabs[0].address)


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The visible tree."""
    actor = manager(request)
    form = forms.OrganisationFilter(request.GET)
    found = form.cleaned_data if form.is_valid() else {}
    rows = queries.organisation_tree(actor, words=found.get("q", ""), kind=found.get("kind", ""))
    columns = [
        Column(_("Organisation"), "card-title wide"), Column(_("Code"), "narrow"),
        Column(_("Kind")), Column(_("Region")), Column(_("Telephone"), "narrow"),
        Column(_("State"), "narrow"),
    ]  # fmt: skip
    table = Table(_("Organisations"), columns, [_row(one) for one in rows])
    return list_page(
        request, TAB, title=_("Organisations"), table=table, form=form,
        new=(reverse("office-organisation-new"), _("New organisation")), imports="organisations",
    )  # fmt: skip


def _row(one: Organisation) -> list[Cell]:
    tone, word = ("green", _("in use")) if one.active else ("grey", _("not in use"))
    return [
        Cell(one.name, reverse("office-organisation", args=[one.pk]), indent=min(one.depth, 6)),
        Cell(one.code),
        Cell(one.get_kind_display()),
        Cell(one.region_code or "–"),
        Cell(one.phone or "–"),
        Cell(word, tone=tone, icon="circle-check" if one.active else "circle-off"),
    ]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new organisation."""
    actor, now = manager(request), clock.now()
    form = forms.OrganisationForm(request.POST or None, actor=actor, new=True)
    answer = act(
        request, form,
        lambda facts: operations.create_organisation(actor=actor, now=now, **facts),
        done=_("The organisation is made."),
        to=lambda row: reverse("office-organisation", args=[row.pk]),
    )  # fmt: skip
    return answer or form_page(
        request, TAB, title=_("New organisation"), form=form, back=reverse(TAB)
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """One organisation: facts, place in the tree, posts, members, what was changed."""
    actor, now = manager(request), clock.now()
    row = queries.organisation_seen(actor, organisation_id)
    start = {name: getattr(row, name) for name in operations.organisations.CHANGEABLE}
    form = forms.OrganisationForm(request.POST or None, initial=start, actor=actor, new=False)

    def save(facts: dict[str, Any]) -> Organisation:
        return operations.change_organisation(organisation_id=row.pk, actor=actor, now=now, **facts)

    here = reverse("office-organisation", args=[row.pk])
    if answer := act(request, form, save, done=_("The organisation is changed."), to=here):
        return answer
    return _page(request, row, form)


def _page(request: HttpRequest, row: Organisation, form: Any, move: Any = None) -> HttpResponse:
    actor, today = manager(request), timezone.localdate(clock.now())
    bound = [one for one in (form, move) if one is not None and one.is_bound]
    facts = {
        "row": row,
        "title": row.name,
        "form": form,
        "move": move or forms.MoveForm(initial={"parent": row.parent_id}, actor=actor),
        "posts": queries.posts(actor, on=today, organisation_id=row.pk),
        "members": queries.members(actor, on=today, organisation_id=row.pk)[:50],
        "changes": queries.changes_of("organisation", str(row.pk))[:20],
    }
    status = 400 if any(one.errors for one in bound) else 200
    return page(request, "people/office_organisation.html", TAB, facts, status=status)


@require_POST
def move(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Hang it under another parent."""
    actor, now = manager(request), clock.now()
    row = queries.organisation_seen(actor, organisation_id)
    form = forms.MoveForm(request.POST, actor=actor)

    def save(facts: dict[str, Any]) -> Organisation:
        parent = facts["parent"]
        return operations.move_organisation(
            organisation_id=row.pk, parent_id=parent.pk if parent else None,
            reason=facts["reason"], actor=actor, now=now,
        )  # fmt: skip

    here = reverse("office-organisation", args=[row.pk])
    if answer := act(request, form, save, done=_("The organisation is moved."), to=here):
        return answer
    start = {name: getattr(row, name) for name in operations.organisations.CHANGEABLE}
    facts = forms.OrganisationForm(initial=start, actor=actor, new=False)
    return _page(request, row, facts, form)


@require_POST
def close(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """End it; refused while things hang on it."""
    actor = manager(request)
    row = queries.organisation_seen(actor, organisation_id)
    operations.close_organisation(
        organisation_id=row.pk, actor=actor, now=clock.now(), reason=request.POST.get("reason", "")
    )
    return redirect("office-organisation", organisation_id=row.pk)
