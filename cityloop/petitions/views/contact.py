"""The public page of channels and rules, and the form of those who publish it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.petitions import forms, operations, queries
from cityloop.petitions.published import KINDS, Line


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """How to reach the city and what happens then; for everybody, without signing in."""
    page = queries.contact_page()
    language = "en" if (get_language() or "").startswith("en") else "zh"
    context = {
        "lines": [(line, *KINDS[line.kind]) for line in page.lines],
        "rules": page.rules(language).splitlines(), "set_at": page.set_at,
    }  # fmt: skip
    return render(request, "petitions/contact.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The page as a form; what is published replaces it whole."""
    actor = actor_of(request)
    actor.require_for_city(queries.PUBLISH)
    page = queries.contact_page()
    if request.method != "POST":
        rows = forms.LineSet(initial=[asdict(one) for one in page.lines], prefix="lines")
        rules = forms.RulesForm(initial={"rules_zh": page.rules_zh, "rules_en": page.rules_en})
        return _form(request, rows, rules)
    rows, rules = forms.LineSet(request.POST, prefix="lines"), forms.RulesForm(request.POST)
    if rows.is_valid() and rules.is_valid() and _publish(rows, rules, actor):
        messages.success(request, _("It is published."))
        return redirect("contact")
    return _form(request, rows, rules, status=422)


def _publish(rows: Any, rules: forms.RulesForm, actor: Actor) -> bool:
    """False where something is wrong; then it stands at its field."""
    kept = [form for form in rows if _filled(form)]
    lines = [
        Line(**{name: value for name, value in form.cleaned_data.items() if name != "DELETE"})
        for form in kept
    ]
    try:
        operations.publish_contact(lines, actor=actor, now=clock.now(), **rules.cleaned_data)
    except Invalid as problem:
        for name, why in problem.fields.items():
            _at_field(name, why, kept, rules)
        return False
    return True


def _filled(form: Any) -> bool:
    return bool(form.cleaned_data.get("value")) and not form.cleaned_data.get("DELETE")


def _at_field(name: str, why: str, kept: list[Any], rules: forms.RulesForm) -> None:
    _lines, place, field = [*name.split("."), "", ""][:3]
    if field:
        kept[int(place)].add_error(field, why)
    else:
        rules.add_error(name if name in rules.fields else None, why)


def _form(
    request: HttpRequest, rows: Any, rules: forms.RulesForm, status: int = 200
) -> HttpResponse:
    context = {"rows": rows, "form": rules}
    return render(request, "petitions/contact_form.html", context, status=status)
