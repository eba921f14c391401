"""Back office: the editions of the catalogue, what each holds, how two of them differ."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cityloop.standards import forms, queries, wording, writing
from cityloop.standards.catalogue import ClassKey
from cityloop.standards.models import Edition, EditionChange, FilingRule, ProblemClass
from cityloop.standards.queries.editions import stored_edition
from cityloop.standards.views import frame

LAST = 20  # lines of the record
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """All editions, the newest first, and what was done with them last."""
    frame.keeper(request)
    counts, none, day = queries.edition_counts(), queries.Counts(), frame.today()
    rows = [
        (one, wording.KINDS[Edition.Kind(one.kind)], counts.get(one.pk, none), state(one, day))
        for one in queries.editions()
    ]
    facts = {"rows": rows, "changes": changes()}
    return frame.page(request, "standards/office_editions.html", facts)


@require_safe
def edition(request: HttpRequest, code: str) -> HttpResponse:
    """One edition: its facts, classes and rules, and its record."""
    frame.keeper(request)
    row = queries.edition(code)
    counts = queries.edition_counts().get(row.pk, queries.Counts())
    facts = {
        "row": row, "kind": wording.KINDS[Edition.Kind(row.kind)], "counts": counts,
        "state": state(row, frame.today()), "before": queries.compared_with(row),
        "replaces": queries.replacing_classes(row).count() if row.based_on else 0,
        "changes": changes(row.code), **_contents(request, row),
    }  # fmt: skip
    return frame.page(request, "standards/office_edition.html", facts)


@require_safe
def difference(request: HttpRequest) -> HttpResponse:
    """What changed between any two editions; at first the newest and the one before it."""
    frame.keeper(request)
    known = list(queries.editions())
    form = forms.DifferenceForm(request.GET or _usual(known), editions=known)
    facts: dict[str, Any] = {"form": form}
    if known and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        found = queries.diff_editions(old, new)
        names = {code: queries.class_names(queries.edition(code)) for code in (old, new)}
        facts |= frame.parts_of(request, found, {**names[old], **names[new]}, old=old, new=new)
    status = 422 if request.GET and form.errors else 200
    return frame.page(request, "standards/office_difference.html", facts, status=status)


@require_safe
def file(request: HttpRequest, code: str) -> HttpResponse:
    """The edition as a workbook that can be changed and sent again."""
    frame.keeper(request)
    row = queries.edition(code)
    content = writing.workbook(
        stored_edition(row),
        queries.stored_classes(row).values(),
        queries.stored_rules(row).values(),
    )
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{row.code}.xlsx"'
    return answer


def state(row: Edition, day: Any) -> str:
    """draft, coming, in_force, ended."""
    if not row.is_published:
        return "draft"
    if row.covers(day):
        return "in_force"
    return "coming" if row.valid_from > day else "ended"


def changes(code: str = "") -> list[tuple[Any, tuple[Any, str, str]]]:
    """The last lines of the record, each with its word, tone and icon."""
    return [
        (one, wording.ACTS[EditionChange.What(one.what)])
        for one in queries.edition_changes(code)[:LAST]
    ]


def _usual(known: list[Edition]) -> dict[str, str]:
    """The newest edition of the city, else of anybody, against the one in force before it."""
    own = [one for one in known if one.kind == Edition.Kind.LOCAL] or known
    if not own:
        return {}
    before = queries.compared_with(own[0]) or known[-1]
    return {"old": before.code, "new": own[0].code}


def _contents(request: HttpRequest, row: Edition) -> dict[str, Any]:
    """A page of the edition's classes or rules, as asked for."""
    form = forms.ContentForm(request.GET)
    form.is_valid()
    asked = {name: str(form.cleaned_data.get(name) or "") for name in form.fields}
    show, cursor = asked["show"] or "classes", request.GET.get("cursor") or None
    below = queries.class_names(row.based_on) if row.based_on else {}
    ask: dict[str, Any] = {"kind": asked["kind"], "cursor": cursor, "size": frame.SIZE}
    found: Any
    if show == "rules":
        found = queries.own_rules(row, asked["q"], **ask)
        lines: list[Any] = [_rule(one, row) for one in found.items]
    else:
        found = queries.own_classes(row, asked["q"], replacing=show == "replacing", **ask)
        lines = [_class(one, below) for one in found.items]
    here = {name: value for name, value in asked.items() if value}
    return {
        "form": form, "show": show, "lines": lines,
        "next": f"?{urlencode({**here, 'cursor': found.next})}" if found.next else "",
        "first": f"?{urlencode(here)}" if cursor else "",
    }  # fmt: skip


def _class(row: ProblemClass, below: wording.Names) -> dict[str, Any]:
    replaced = below.get(ClassKey(row.kind, row.major_code, row.minor_code))
    return {
        "row": row, "level": wording.LEVELS[row.level],
        "replaces": wording.name_of(replaced) if replaced else "",
    }  # fmt: skip


def _rule(rule: FilingRule, of: Edition) -> dict[str, Any]:
    engineering = rule.engineering_amount
    return {
        "rule": rule,
        "condition": wording.name_of((rule.condition_zh, rule.condition_en)),
        "closing": wording.name_of((rule.closing_zh, rule.closing_en)),
        "limit": queries.limit_text(rule.limit_amount, rule.limit_unit),
        "engineering": "" if engineering is None
        else queries.limit_text(engineering, rule.engineering_unit),
        "units": "; ".join(filter(None, rule.units_hint.split(";"))),
        "elsewhere": rule.problem_class.edition_id != of.pk,
    }  # fmt: skip


urlpatterns = [
    path("office/editions/", editions, name=frame.TAB),
    path("office/editions/difference/", difference, name="office-edition-difference"),
    path("office/edition/<str:code>/", edition, name="office-edition"),
    path("office/edition/<str:code>/file/", file, name="office-edition-file"),
]
