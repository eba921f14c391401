"""The counts report on every level, and rework by unit and reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from cityloop.cases import fields, figures, rework
from cityloop.cases import views as case_views
from cityloop.desks.views.granted import PeriodForm, usual
from cityloop.geo import queries as geo
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of

LEVELS = (
    ("", gettext_lazy("The next level down")),
    ("district", pgettext_lazy("level", "district")),
    ("street", pgettext_lazy("level", "street")),
    ("community", pgettext_lazy("level", "community")),
    ("unit", pgettext_lazy("level", "responsible unit")),
)
# Length of the area code -> what its parts are; a community has none but the units in it.
BELOW = {0: "district", 6: "street", 9: "community", 12: "unit"}
# The words of a reason for rework, by its code.
CODED = (
    *(code for action in rework.FAILING for code in fields.reasons(action)), *rework.WITHOUT_CODE
)  # fmt: skip


class FiguresForm(PeriodForm):
    """Period, area and level of the report."""

    area = forms.RegexField(
        r"^(\d{6}|\d{9}|\d{12})?$", label=gettext_lazy("Region code"), required=False,
        max_length=12, widget=forms.TextInput({"inputmode": "numeric"}),
    )  # fmt: skip
    by = forms.ChoiceField(label=gettext_lazy("Counted by"), required=False, choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Report:
    """What the page shows: rows with their address one level down, the total, rework."""

    by: str
    rows: list[tuple[figures.Count, str]]
    total: figures.Count
    reworks: list[tuple[figures.Rework, Any]]
    above: list[tuple[str, str]]


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Counts of this month at first, of the actor's whole area, one level down."""
    actor = actor_of(request)
    actor.require("cases.view")
    today = timezone.localdate(clock.now())
    form = FiguresForm({**usual(today), **{k: v for k, v in request.GET.items() if v}})
    shown = None
    if form.is_valid():
        try:
            shown = _report(actor, form.cleaned_data, request.GET)
        except Invalid as problem:
            form.add_error(None, str(problem))
    return render(request, "desks/figures.html", {"form": form, "report": shown})


def _report(actor: Actor, given: dict[str, Any], query: QueryDict) -> Report:
    since, until = case_views.days(given["since"], given["until"])
    area = given["area"]
    by = given["by"] or BELOW[len(area)]
    rows = figures.counts(actor, by=by, since=since, until=until, area=area)
    return Report(
        by=by,
        rows=[(row, _address(query, row.key) if by not in ("unit", "community") else "")
              for row in rows],
        total=figures.total(rows, name=_("In all")),
        reworks=_reworks(actor, since, until, area),
        above=_above(query, area),
    )  # fmt: skip


def _reworks(
    actor: Actor, since: datetime, until: datetime, area: str
) -> list[tuple[figures.Rework, Any]]:
    words = dict(CODED)
    found = figures.reworks(actor, since=since, until=until, area=area)
    return [(one, words.get(one.reason, one.reason)) for one in found]


def _address(query: QueryDict, area: str) -> str:
    """The same period, one area."""
    kept = {name: str(query[name]) for name in ("since", "until") if query.get(name)}
    return "?" + urlencode({**kept, "area": area} if area else kept)


def _above(query: QueryDict, area: str) -> list[tuple[str, str]]:
    """Names and addresses of the areas above and this one, from the city down."""
    codes = [area[:digits] for digits in (6, 9, 12) if digits <= len(area)]
    names = geo.region_names(codes)
    whole = [(_("Whole area"), _address(query, ""))] if area else []
    return whole + [(names.get(code, code), _address(query, code)) for code in codes]
