"""Back office: the responsibility matrix and its empty cells."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.errors import NotFound
from cityloop.kernel.languages import in_language
from cityloop.kernel.office import Cell, Column, Table, act, form_page, list_page
from cityloop.people import forms, operations, queries
from cityloop.people.models import ANY, Duty, Organisation, Responsibility
from cityloop.people.views.frame import manager
from cityloop.standards import queries as standards

TAB, GAPS_TAB = "office-lines", "office-gaps"
ORDER = ("class_kind", "major_code", "minor_code", "region_code", "id")
MOST_GAPS = 500
DISTRICT_DIGITS = 6


@require_safe
def lines(request: HttpRequest) -> HttpResponse:
    """Lines of the matrix that concern the actor."""
    actor, today = manager(request), timezone.localdate(clock.now())
    form = forms.LineFilter(request.GET, actor=actor)
    found = form.cleaned_data if form.is_valid() else {}
    on = None if found.get("ended") else found.get("on") or today
    lead = found.get("lead")
    rows = queries.responsibility_rows(
        actor, on=on, kind=found.get("kind", ""), lead_id=lead.pk if lead else None
    )
    cursor = request.GET.get("after")
    shown = paging.page(rows.order_by(), order=ORDER, cursor=cursor)
    query = {key: str(value) for key, value in request.GET.items() if key != "after"}
    columns = [
        Column(_("Class"), "card-title wide"), Column(_("Area")), Column(_("Owner")),
        Column(_("Lead unit")), Column(_("Assisting units"), "wide"),
        Column(_("Valid"), "narrow"), Column(_("Document")),
    ]  # fmt: skip
    names, classes = _names(shown.items), queries.class_names(shown.items)
    areas = queries.area_names(shown.items)
    table = Table(
        _("Responsibilities"), columns, [_row(one, names, classes, areas) for one in shown.items],
        next=f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        first=f"?{urlencode(query)}" if cursor else "",
    )  # fmt: skip
    return list_page(
        request, TAB, title=_("Responsibilities"), table=table, form=form,
        new=(reverse("office-line-new"), _("New line")), imports="responsibilities",
    )  # fmt: skip


def _names(rows: list[Responsibility]) -> dict[int, str]:
    """Names of the assisting units, in one query."""
    wanted = {one["organisation"] for row in rows for one in row.assists}
    return {one.pk: one.name for one in Organisation.objects.filter(pk__in=wanted)}


def _row(
    one: Responsibility, names: dict[int, str], classes: dict[int, str], areas: dict[int, str]
) -> list[Cell]:
    code = one.major_code if one.minor_code == ANY else f"{one.major_code}{one.minor_code}"
    title = _("any class") if one.major_code == ANY else f"{code} {classes[one.pk]}"
    area = _("any") if one.region_code == ANY else areas[one.pk] or one.region_code
    kind = _("event") if one.class_kind == "event" else _("component")
    assists = "；".join(
        f"{Duty(a['role']).label} {names.get(a['organisation'], '')}" for a in one.assists
    )
    until = one.valid_to.isoformat() if one.valid_to else ""
    return [
        Cell(
            title,
            reverse("office-line", args=[one.pk]),
            sub=f"{kind} · {one.edition_code}",
        ),
        Cell(area, sub=one.region_code if areas[one.pk] else ""),
        Cell(one.owner.name if one.owner else "–"),
        Cell(one.lead.name, sub=Duty(one.lead_role).label),
        Cell(assists or "–"),
        Cell(one.valid_from.isoformat(), sub=f"– {until}" if until else ""),
        Cell(one.source_document),
    ]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new line."""
    today = timezone.localdate(clock.now())
    start = {"edition_code": ANY, "minor_code": ANY, "region_code": ANY, "valid_from": today}
    return _form(request, _("New line"), start)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, line_id: int) -> HttpResponse:
    """A line's successor: the old one ends where the new one begins."""
    actor = manager(request)
    row = queries.responsibility_rows(actor).filter(pk=line_id).first()
    if row is None:
        raise NotFound(_("there is no such line, or you may not see it"))
    codes = dict(Organisation.objects.values_list("id", "code"))
    start = {
        "kind": row.class_kind, "edition_code": row.edition_code, "major_code": row.major_code,
        "minor_code": row.minor_code, "region_code": row.region_code, "owner": row.owner_id,
        "lead": row.lead_id, "lead_role": row.lead_role, "source_document": row.source_document,
        "valid_from": timezone.localdate(clock.now()),
        "assists": "\n".join(f"{a['role']}:{codes[a['organisation']]}" for a in row.assists),
    }  # fmt: skip
    ends = reverse("office-line-end", args=[row.pk]) if row.valid_to is None else ""
    return _form(request, _("Line %(id)s from a day on") % {"id": row.pk}, start, ends=ends)


def _form(
    request: HttpRequest, title: str, start: dict[str, Any], *, ends: str = ""
) -> HttpResponse:
    actor, now = manager(request), clock.now()
    form = forms.LineForm(request.POST or None, initial=start, actor=actor)

    def save(facts: dict[str, Any]) -> Responsibility:
        for name in ("edition_code", "major_code", "minor_code", "region_code"):
            facts[name] = facts[name] or ANY
        row = operations.set_responsibility(actor=actor, now=now, **facts)
        if first := _goes_before(row):
            told = _("Line %(id)s goes before this one: %(unit)s answers there. Look at both.")
            messages.warning(request, told % {"id": first.pk, "unit": first.lead.name})
        return row

    answer = act(request, form, save, done=_("The line is kept."), to=reverse(TAB))
    note = _("Lines are never edited: the one of before ends on the day the new one begins.")
    return answer or form_page(
        request, TAB, title=title, form=form, back=reverse(TAB), note=note, ends=ends
    )


def _goes_before(row: Responsibility) -> Responsibility | None:
    """The line that answers in the cell of a new one instead of it; None where it answers itself,
    or is for more than one class or place."""
    if ANY in (row.major_code, row.minor_code, row.region_code):
        return None
    found = queries.responsible_for(
        kind=row.class_kind, edition_code=row.edition_code, major_code=row.major_code,
        minor_code=row.minor_code, owner_id=row.owner_id, on=row.valid_from,
        district_code=row.region_code[:6],
        street_code=row.region_code[:9] if len(row.region_code) > 6 else "",
        community_code=row.region_code if len(row.region_code) > 9 else "",
    )  # fmt: skip
    if found is None or found.row_ids[0] == row.pk:
        return None
    return Responsibility.objects.select_related("lead").get(pk=found.row_ids[0])


@require_POST
def end(request: HttpRequest, line_id: int) -> HttpResponse:
    """End a line today, without a successor."""
    operations.end_responsibility(line_id=line_id, actor=manager(request), now=clock.now())
    messages.success(request, _("The line ends today."))
    return redirect(TAB)


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Class x area cells that no line covers, of the city's own classes in force."""
    actor = manager(request)
    today = timezone.localdate(clock.now())
    form = forms.GapFilter(request.GET)
    editions = [one.code for one in standards.own_editions(today)]
    form.fields["edition"].choices = [(code, code) for code in editions]  # type: ignore[attr-defined]
    found = form.cleaned_data if form.is_valid() else {}
    edition = found.get("edition") or (editions[0] if editions else "")
    cells = queries.coverage_gaps(edition, today, level=found.get("level") or "district",
                                  areas=actor.region_codes)  # fmt: skip
    columns = [
        Column(_("Class"), "card-title wide"), Column(_("Code")), Column(_("Area")),
        Column(_("State"), "narrow"),
    ]  # fmt: skip
    rows = [
        [
            Cell(in_language(gap.name_zh, gap.name_en), _in_grid(gap, edition)),
            Cell(gap.class_code),
            Cell(gap.area_name, sub=gap.area_code),
            Cell(_("only certain owners"), tone="yellow", icon="circle-dot")
            if gap.owner_only
            else Cell(_("no unit"), tone="red", icon="circle-alert"),
        ]
        for gap in cells[:MOST_GAPS]
    ]
    note = ngettext(
        "%(count)s cell of edition %(edition)s has no unit that answers for everybody.",
        "%(count)s cells of edition %(edition)s have no unit that answers for everybody.",
        len(cells),
    ) % {
        "count": len(cells),
        "edition": edition,
    }
    table = Table(_("Cells without a unit"), columns, rows)
    return list_page(
        request, GAPS_TAB, title=_("Cells without a unit"), table=table, form=form, note=note
    )


def _in_grid(gap: queries.Gap, edition: str) -> str:
    """Where the cell is filled."""
    short, street = gap.class_code.rpartition("/")[2], len(gap.area_code) > DISTRICT_DIGITS
    kind = "event" if short.startswith("E") else "component"
    facts = {"edition": edition, "kind": kind, "major": short[1:3]}
    facts |= {"within": gap.area_code[:DISTRICT_DIGITS]} if street else {}
    return f"{reverse('office-grid')}?{urlencode(facts)}"
