"""The list of cases: filters, keyset pages, the same address as page and as fragment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cityloop.cases import queries as cases
from cityloop.cases import views as case_views
from cityloop.cases.models import FINAL, OPEN, Case, RecordType
from cityloop.desks import (
    asking,
    boxes,
    choices,
    desks,
    looks,
    narrowing,
    periods,
    queries,
)
from cityloop.desks.bench import NAMES, ORDERS
from cityloop.desks.columns import BY_KEY, COLUMNS, Column, Row
from cityloop.desks.forms import Label, WordsSelect
from cityloop.desks.terms import TERMS
from cityloop.geo import queries as geo
from cityloop.intake import channels
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_of
from cityloop.people import queries as people

SIZE = 50
MORE = ("class_id", "channel", "record_type", "reported_from", "reported_to", "order",
        *periods.NAMES)  # fmt: skip


class FilterForm(periods.PeriodForm):
    """What the address of the list may say. Wrong values are shown, never obeyed."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=asking.LONGEST)
    box = forms.ChoiceField(
        label=gettext_lazy("Box"), required=False, choices=[(b.key, b.label) for b in boxes.BOXES],
        widget=forms.HiddenInput,
    )  # fmt: skip
    also = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False, widget=WordsSelect)
    class_id = forms.ChoiceField(label=gettext_lazy("Class"), required=False, widget=WordsSelect)
    area = forms.ChoiceField(
        label=gettext_lazy("District or street"), required=False, widget=WordsSelect
    )
    unit_id = forms.ChoiceField(label=gettext_lazy("Unit"), required=False, widget=WordsSelect)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False, widget=WordsSelect)
    record_type = forms.ChoiceField(
        label=gettext_lazy("Kind of record"), required=False, widget=WordsSelect
    )
    reported_from = forms.DateField(
        label=gettext_lazy("Reported from"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    reported_to = forms.DateField(
        label=gettext_lazy("to"), required=False, widget=forms.DateInput({"type": "date"})
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[*NAMES.items()],
    )
    overdue = forms.BooleanField(label=gettext_lazy("Overdue only"), required=False)

    def __init__(self, data: Any, *, actor: Actor, now: datetime) -> None:
        super().__init__(data, auto_id="filter-%s")
        every = ("", gettext_lazy("All"))
        on = timezone.localdate(now)
        statuses = [
            ("open", gettext_lazy("All open")), ("all", gettext_lazy("All, ended ones too")),
            *((code, look.label) for code, look in looks.STATUS.items()),
        ]  # fmt: skip
        self.offer_majors(on)
        units = people.organisation_tree(actor)
        options: dict[str, Iterable[Any]] = {
            "status": statuses,
            "class_id": choices.classes(on),
            "area": area_options(actor),
            "unit_id": [(str(one.pk), Label(one.name, one.code)) for one in units],
            "channel": [(one.code, one.label) for one in channels.TABLE],
            "record_type": RecordType.choices,
        }
        for name, offered in options.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
            field.choices = [*offered] if name == "status" else [every, *offered]

    def clean_reported_to(self) -> date | None:
        """A span that ends before it begins holds no day."""
        since = self.cleaned_data.get("reported_from")
        until: date | None = self.cleaned_data["reported_to"]
        if since and until and until < since:
            raise forms.ValidationError(gettext_lazy("Before the first day."))
        return until


def area_options(actor: Actor) -> list[tuple[str, str]]:
    """Districts and streets of the actor's area, streets under their district."""
    return [
        (region.code, region.name if region.level == "district" else f"　{region.name}")
        for region in geo.regions_of(actor, levels=("district", "street"))
    ]


def filters_of(form: FilterForm, said: asking.Asked) -> cases.Filters:
    """The cleaned form as filters; fields with errors count as empty. `said`: its search."""
    given = getattr(form, "cleaned_data", {})
    status = given.get("status") or "open"
    since, until = given.get("reported_from"), given.get("reported_to")
    return cases.Filters(
        status=OPEN if status == "open" else () if status == "all" else (status,),
        class_id=_id(given.get("class_id")),
        area=given.get("area") or "",
        unit_id=_id(given.get("unit_id")),
        channel=given.get("channel") or "",
        record_type=given.get("record_type") or "",
        overdue=bool(given.get("overdue")),
        words=said.words,
        besides=said.condition,
        reported_from=_midnight(since),
        reported_to=_midnight(until + timedelta(days=1)) if until else None,
        **periods.filters(given),
    )


def search_of(form: FilterForm, *, actor: Actor, now: datetime) -> asking.Asked:
    """What the search of the form says."""
    return asking.asked(getattr(form, "cleaned_data", {}).get("q") or "", actor=actor, now=now)


def understood(said: asking.Asked, at: Callable[[str], str]) -> dict[str, Any]:
    """The terms of a search, each with the address of the list without it; the terms there are."""
    return {"asked_terms": [(term, at(term.without)) for term in said.terms], "terms": TERMS}


def _id(text: str | None) -> int | None:
    return int(text) if text else None


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """One page of cases; asked by htmx, only the list."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    form = FilterForm(asked_of(request), actor=actor, now=now)
    form.is_valid()
    said = search_of(form, actor=actor, now=now)
    filters, box = filters_of(form, said), form.cleaned_data.get("box") or ""
    also = form.cleaned_data.get("also") or ""
    rows = queries.listed(actor, filters, box=box, also=also, now=now)
    order = form.cleaned_data.get("order") or usual_order(form)
    found = paging.page(
        rows, order=ORDERS[order], cursor=request.GET.get("cursor") or None, size=SIZE
    )
    if filters.number and len(found.items) == 1:
        return HttpResponseRedirect(reverse("case", args=[filters.number]))
    context = {
        **page_of(request, found, now=now), "form": form, "now": now, "order": order,
        "columns": columns_for(actor), **tools_of(actor, narrowed(request)),
        **understood(said, lambda rest: f"{request.path}?{narrowed(request, q=rest)}"),
        "box": boxes.BY_KEY.get(box), "holds": _holds(actor, filters, box, now),
        "also": narrowing.words(also, actor, now),
        "filtered": any(request.GET.get(name) for name in set(form.fields) - {"box", "order"}),
        "more_open": any(request.GET.get(name) for name in MORE),
        "unused": [*(form[name].label for name in form.errors if name in form.fields),
                   *said.objections],
    }  # fmt: skip
    return answered(request, page="desks/case_list.html", part="desks/_cases.html", context=context)


def _holds(actor: Actor, filters: cases.Filters, box: str, now: datetime) -> str:
    """The statuses that cases of the list have, for live updates; "" where it may be any."""
    chosen = boxes.BY_KEY.get(box)
    of_box = boxes.statuses_in(chosen.condition(actor, now)) if chosen else None
    of_filter = frozenset(filters.status) or None
    found = of_box & of_filter if of_box and of_filter else of_box or of_filter
    return " ".join(sorted(found or ()))


def asked_of(request: HttpRequest) -> QueryDict:
    """The address's filters: open cases, unless a box or words ask among all."""
    given = request.GET.copy()
    if not given.get("status"):
        given["status"] = "all" if given.get("box") or given.get("q") else "open"
    return given


def usual_order(form: FilterForm) -> str:
    """Open work by the time left; where ended cases are among them, the latest first."""
    among_ended = form.cleaned_data.get("status") in {"all", *FINAL}
    return "latest" if among_ended and not form.cleaned_data.get("box") else "due"


def answered(
    request: HttpRequest, *, page: str, part: str, context: dict[str, Any]
) -> HttpResponse:
    """The whole page, or for htmx the part of it that changes: one address for both."""
    headers = request.headers
    wanted = headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in headers
    answer = render(request, part if wanted else page, context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def rows_of(found: Sequence[Case], *, now: datetime) -> list[Row]:
    """Cases as lines of a list, with the names of their places."""
    names = queries.area_names(found)
    return [
        Row(
            case=case,
            status=looks.STATUS[case.status],
            light=case_views.light(case, now=now),
            street=names.get(case.area_code[:9], ""),
            community=names.get(case.area_code[:12], "") if len(case.area_code) == 12 else "",
        )
        for case in found
    ]


def columns_for(actor: Actor) -> list[Column]:
    """The columns that the actor chose, else those of the desk."""
    return [BY_KEY[key] for key in queries.chosen_columns(actor) or desks.columns_of(actor)]


def tools_of(actor: Actor, query: str) -> dict[str, Any]:
    """What stands beside a list: as a file, every column to choose from, the lists that were kept.
    `query`: what the list is narrowed by, as in the address of /cases/."""
    return {
        "may_export": actor.may("cases.export"), "file_query": query, "every_column": COLUMNS,
        "views": queries.saved_views(actor),
    }  # fmt: skip


def narrowed(request: HttpRequest, **other: str) -> str:
    """The filters of the address, without its place in the list; some of them otherwise."""
    given = {**request.GET.dict(), **other}
    return urlencode({k: v for k, v in given.items() if k != "cursor" and v})


def page_of(request: HttpRequest, found: paging.Page[Case], *, now: datetime) -> dict[str, Any]:
    """The rows with names, and the links of the pager."""
    here, path = narrowed(request), request.path
    return {
        "rows": rows_of(found.items, now=now),
        "next": f"{path}?{here}&{urlencode({'cursor': found.next})}" if found.next else "",
        "first": f"{path}?{here}" if request.GET.get("cursor") else "",
        "here": f"{path}?{here}",
    }
