"""The command manual (指挥手册) as a page, and its example pictures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.kernel import clock, files, manifest
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.standards import operations, queries
from cityloop.standards.forms import SearchForm
from cityloop.standards.models import Edition, FilingRule
from cityloop.standards.views import calendar, editions, publishing, uploads

PERMISSION = "manual.view"
SIZE = 100
SIDE = 480
DAY = "private, max-age=86400"
MINUTES = "private, max-age=300"  # the page speaks the reader's language


class ManualForm(SearchForm):
    """What the reader looks for."""

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


def groups(rules: list[FilingRule], actor: Actor | None) -> list[dict[str, Any]]:
    """Neighbouring rules of one class together, with the units that answer for it where somebody
    of the city reads."""
    classes = list({rule.problem_class for rule in rules})
    answers = manifest.answers(actor, classes, now=clock.now()) if actor else {}
    found: list[dict[str, Any]] = []
    for rule in rules:
        of = rule.problem_class
        if not found or found[-1]["class"] != of:
            major = of.major_en if (get_language() or "").startswith("en") else of.major_zh
            found.append({
                "class": of, "name": named(of), "major": major or of.major_zh, "lines": [],
                "answers": answers.get(of.short_code, ""),
            })  # fmt: skip
        found[-1]["lines"].append(line(rule))
    return found


def _found(
    request: HttpRequest, edition: Edition, asked: Mapping[str, str], actor: Actor | None
) -> dict[str, Any]:
    """A page of the rules that were looked for."""
    cursor = request.GET.get("cursor") or None
    found = queries.manual(edition, asked["q"], kind=asked["kind"], cursor=cursor, size=SIZE)
    here = {name: value for name, value in asked.items() if value}
    return {
        "edition_name": named(edition),
        "groups": groups(found.items, actor),
        "shown": len(found.items),
        "next": f"{request.path}?{urlencode({**here, 'cursor': found.next})}" if found.next else "",
        "first": f"{request.path}?{urlencode(here)}" if cursor else "",
    }


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """The catalogue in force and its limits, for everybody without signing in (P09); no unit, no
    picture, nothing of a case."""
    form = SearchForm(request.GET)
    form.is_valid()
    asked = {name: str(form.cleaned_data.get(name) or "") for name in form.fields}
    edition = shown_edition("")
    context: dict[str, Any] = {"form": form, "edition": edition}
    if edition:
        context |= _found(request, edition, asked, None)
    answer = render(request, "standards/published.html", context)
    answer["Cache-Control"] = MINUTES
    return answer


@require_safe
def manual(request: HttpRequest) -> HttpResponse:
    """The manual; asked by htmx, only the table."""
    actor = actor_of(request)
    actor.require(PERMISSION)
    form = ManualForm(request.GET)
    form.is_valid()
    asked = {name: str(form.cleaned_data.get(name) or "") for name in form.fields}
    edition = shown_edition(asked["edition"])
    context: dict[str, Any] = {"form": form, "edition": edition, "asked": any(asked.values())}
    context["may_manage"] = actor.may_for_city(operations.PERMISSION)
    if edition:
        context |= _found(request, edition, asked, actor)
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


class ProtectionForm(forms.Form):
    """A new protection period."""

    name = forms.CharField(label=_("Name of the period"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)
    first = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput({"type": "date"}))
    factor = forms.DecimalField(
        label=_("Limits times"), initial="1", max_digits=4, decimal_places=2, min_value=0,
        help_text=_("0.5 halves the limits of all cases filed in the period."),
    )  # fmt: skip
    limits = forms.CharField(
        label=_("Limits of single classes"), required=False, max_length=8000,
        widget=forms.Textarea({"rows": 3, "placeholder": "C0101 2 urgent_hour"}),
        help_text=_("One a line: class, amount, unit."),
    )  # fmt: skip
    duty = forms.CharField(
        label=_("Duty"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Who is on duty and who leads; team and cameras have a page of their own."),
    )  # fmt: skip
    why = forms.CharField(label=_("Reason"), max_length=500)


@require_safe
def protection(request: HttpRequest) -> HttpResponse:
    """The protection periods; who manages the standards may add and end them."""
    actor_of(request).require(PERMISSION)
    return shown_protection(request, ProtectionForm())


@require_POST
def protection_add(request: HttpRequest) -> HttpResponse:
    """Add a period; refused: the form again with what was sent and why."""
    actor, form = actor_of(request), ProtectionForm(request.POST)
    actor.require(operations.PERMISSION)
    if form.is_valid():
        given = dict(form.cleaned_data)
        why = given.pop("why")
        try:
            limits = limits_of(given.pop("limits"))
            new = operations.NewProtection(**given, limits=limits)
            row = operations.add_protection(new, actor=actor, now=clock.now(), why=why)
        except Invalid as problem:
            for name, reason in (problem.fields or {"": str(problem)}).items():
                form.add_error(name if name in form.fields else None, reason)
    if form.errors:
        return shown_protection(request, form, status=422)
    messages.success(request, gettext("The protection period is added."))
    if others := ", ".join(named(one) for one in queries.overlapping(row)):
        words = gettext("It overlaps with %(others)s: of each limit the stricter one holds.")
        messages.warning(request, words % {"others": others})
    return redirect("protection")


@require_POST
def protection_remove(request: HttpRequest, period_id: int) -> HttpResponse:
    """End a period, with a reason."""
    actor = actor_of(request)
    actor.require(operations.PERMISSION)
    why = request.POST.get("why", "")
    try:
        operations.remove_protection(period_id, actor=actor, now=clock.now(), why=why)
    except Invalid as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, gettext("The protection period is ended."))
    return redirect("protection")


def limits_of(text: str) -> list[tuple[str, Decimal, str]]:
    """Lines of class, amount and unit; raises Invalid for a line that is none."""
    found = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        try:
            code, amount, unit = line.split()
            found.append((code, Decimal(amount), unit))
        except (ValueError, InvalidOperation) as error:
            reason = gettext("not a class, an amount and a unit: %(line)s") % {"line": line[:60]}
            raise Invalid(reason, fields={"limits": reason}) from error
    return found


def shown_protection(
    request: HttpRequest, form: ProtectionForm, *, status: int = 200
) -> HttpResponse:
    """The page, with limits in words."""
    rows = [
        (row, named(row), [
            (one["class"], queries.limit_text(Decimal(one["amount"]), one["unit"]))
            for one in row.limits
        ])
        for row in queries.protection_periods()[:SIZE]
    ]  # fmt: skip
    actor = actor_of(request)
    may = actor.may_for_city(operations.PERMISSION)
    context = {"rows": rows, "form": form if may else None, "may": may,
               "duty": actor.may("duty.view")}  # fmt: skip
    return render(request, "standards/protection.html", context, status=status)


urlpatterns = [
    *calendar.urlpatterns,
    *editions.urlpatterns,
    *uploads.urlpatterns,
    *publishing.urlpatterns,
    path("protection/", protection, name="protection"),
    path("protection/new/", protection_add, name="protection-add"),
    path("protection/<int:period_id>/end/", protection_remove, name="protection-remove"),
    path("catalogue/", published, name="published-standards"),
    path("manual/", manual, name="manual"),
    path("manual/examples/<int:photo_id>", example, name="manual-example"),
]
