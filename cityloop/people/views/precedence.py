"""Back office: the two orders of precedence of the matrix, and what the city decided about them."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cityloop.kernel import clock
from cityloop.kernel.office import Cell, Column, Table, act, form_page, list_page
from cityloop.people import forms, operations, queries
from cityloop.people.matrix import COMMON
from cityloop.people.models import Precedence
from cityloop.people.views.frame import manager

TAB = "office-precedence"


@require_safe
def precedence(request: HttpRequest) -> HttpResponse:
    """What holds today, above everything that was decided."""
    manager(request)
    today = timezone.localdate(clock.now())
    columns = [
        Column(_("Kind"), "card-title"), Column(_("What goes first"), "wide"),
        Column(_("Valid from"), "narrow"), Column(_("Document")), Column(_("State"), "narrow"),
    ]  # fmt: skip
    return list_page(
        request, TAB, title=_("Order of precedence"),
        table=Table(_("Order of precedence"), columns, _rows(today)),
        note=_("Where several lines of the matrix speak of a place, this decides which goes before "
               "the other; a line that names the class more exactly goes before both."),
        new=(reverse("office-precedence-new"), _("New order")),
    )  # fmt: skip


def _rows(today: date) -> list[list[Cell]]:
    decided, holding, rows = queries.precedences(), set[str](), list[list[Cell]]()
    for one in decided:
        begun = one.valid_from <= today
        holds = begun and one.kind not in holding
        holding |= {one.kind} if holds else set()
        state = _("in force") if holds else _("ended") if begun else _("to come")
        rows.append([
            Cell(capfirst(one.get_kind_display())), Cell(capfirst(one.get_first_display())),
            Cell(one.valid_from.isoformat()), Cell(one.source_document),
            Cell(state, tone="green" if holds else "grey"),
        ])  # fmt: skip
    for kind, order in COMMON.items():
        state = _("ended") if kind in holding else _("in force")
        rows.append([
            Cell(capfirst(Precedence.Kind(kind).label)),
            Cell(capfirst(Precedence.First(order[0]).label)),
            Cell("–"), Cell(capfirst(_("common order"))),
            Cell(state, tone="grey" if kind in holding else "green"),
        ])  # fmt: skip
    return rows


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Another order from a day on."""
    actor, now = manager(request), clock.now()
    start = {"valid_from": timezone.localdate(now)}
    form = forms.PrecedenceForm(request.POST or None, initial=start)
    answer = act(
        request, form, lambda facts: operations.set_precedence(actor=actor, now=now, **facts),
        done=_("The order is kept."), to=reverse(TAB),
    )  # fmt: skip
    note = _("Cases that are filed from that day on follow it; those filed before keep their unit.")
    return answer or form_page(
        request, TAB, title=_("New order"), form=form, back=reverse(TAB), note=note
    )
