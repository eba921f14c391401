"""The command manual (指挥手册) as a page, and its example pictures."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cityloop.kernel import clock, files
from cityloop.kernel.page import actor_of
from cityloop.standards import queries
from cityloop.standards.models import Edition, FilingRule

PERMISSION = "manual.view"
SIZE = 100
SIDE = 480
DAY = "private, max-age=86400"


class ManualForm(forms.Form):
    """What the reader looks for."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Class, condition, code or pinyin initials")}
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All")), ("component", _("Components")), ("event", _("Events"))],
    )
    edition = forms.ChoiceField(label=_("Edition"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(row.code, named(row)) for row in queries.editions()]
        self.fields["edition"] = forms.ChoiceField(
            label=_("Edition"), required=False, choices=[("", _("In force today")), *known]
        )


def named(row: Any) -> str:
    """The name in the reader's language, or the Chinese one."""
    english = (get_language() or "").startswith("en")
    return str(row.name_en or row.name_zh) if english else str(row.name_zh)


def shown_edition(code: str) -> Edition | None:
    """The edition asked for, else the one in force today; None before any is loaded."""
    if code:
        return queries.edition(code)
    try:
        today = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        return queries.current_edition(today)
    except queries.NoEdition:
        return None


def line(rule: FilingRule) -> dict[str, Any]:
    """A rule in the reader's words."""
    english = (get_language() or "").startswith("en")
    engineering = rule.engineering_amount
    return {
        "rule": rule,
        "condition": rule.condition_en if english and rule.condition_en else rule.condition_zh,
        "closing": rule.closing_en if english and rule.closing_en else rule.closing_zh,
        "limit": queries.limit_text(rule.limit_amount, rule.limit_unit),
        "engineering": queries.limit_text(engineering, rule.engineering_unit)
        if engineering is not None
        else "",
        "units": [unit for unit in rule.units_hint.split(";") if unit],
        "photos": list(rule.photos.all()),
    }


def groups(rules: list[FilingRule]) -> list[dict[str, Any]]:
    """Neighbouring rules of one class together."""
    found: list[dict[str, Any]] = []
    for rule in rules:
        of = rule.problem_class
        if not found or found[-1]["class"] != of:
            major = of.major_en if (get_language() or "").startswith("en") else of.major_zh
            group = {"class": of, "name": named(of), "major": major or of.major_zh, "lines": []}
            found.append(group)
        found[-1]["lines"].append(line(rule))
    return found


@require_safe
def manual(request: HttpRequest) -> HttpResponse:
    """The manual; asked by htmx, only the table."""
    actor_of(request).require(PERMISSION)
    form = ManualForm(request.GET)
    form.is_valid()
    asked = {name: str(form.cleaned_data.get(name) or "") for name in form.fields}
    edition = shown_edition(asked["edition"])
    context: dict[str, Any] = {"form": form, "edition": edition, "asked": any(asked.values())}
    if edition:
        cursor = request.GET.get("cursor") or None
        found = queries.manual(edition, asked["q"], kind=asked["kind"], cursor=cursor, size=SIZE)
        here = {name: value for name, value in asked.items() if value}
        context |= {
            "edition_name": named(edition),
            "groups": groups(found.items),
            "shown": len(found.items),
            "next": f"{request.path}?{urlencode({**here, 'cursor': found.next})}"
            if found.next
            else "",
            "first": f"{request.path}?{urlencode(here)}" if cursor else "",
        }
    fragment = request.headers.get("HX-Request") == "true"
    fragment = fragment and "HX-History-Restore-Request" not in request.headers
    answer = render(
        request, "standards/_manual.html" if fragment else "standards/manual.html", context
    )
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_safe
def example(request: HttpRequest, photo_id: int) -> HttpResponse:
    """An example picture as a small JPEG."""
    actor_of(request).require(PERMISSION)
    photo = queries.example(photo_id)
    answer = HttpResponse(files.thumbnail(photo.file, SIDE), content_type="image/jpeg")
    answer["Cache-Control"] = DAY
    return answer


urlpatterns = [
    path("manual/", manual, name="manual"),
    path("manual/examples/<int:photo_id>", example, name="manual-example"),
]
