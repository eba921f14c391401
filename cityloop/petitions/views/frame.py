"""What the pages of petitions share: tabs, tones, pager, forms that call one operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.intake.models import Reporter
from cityloop.kernel.errors import NotAllowed, NotFound, Problem

SIZE = 50
TABS = (
    # (name of the address, title, icon)
    ("petitions", lazy("Register"), "mail-open"),
    ("petitions-repeated", lazy("Repeated petitions"), "repeat"),
    ("petitions-figures", lazy("Figures of petitions"), "chart-bar"),
    ("suggestions", lazy("Suggestions"), "lightbulb"),
)
KIND_ICONS = {
    "letter": "mail-open", "visit": "user", "joint_visit": "users", "email": "mail",
    "online": "globe",
}  # fmt: skip
STATES = {
    # state: (words, tone, icon)
    "waiting": (pgettext_lazy("petition", "to be handled"), "orange", "timer"),
    "transferred": (pgettext_lazy("petition", "transferred"), "blue", "arrow-right"),
    "late": (pgettext_lazy("petition", "answer overdue"), "red", "octagon-alert"),
    "answered": (pgettext_lazy("petition", "answered"), "green", "circle-check"),
}
SUGGESTION_STATES = {
    "waiting": (pgettext_lazy("suggestion", "to be answered"), "orange", "timer"),
    "late": (pgettext_lazy("suggestion", "answer overdue"), "red", "octagon-alert"),
    "answered": (pgettext_lazy("suggestion", "answered"), "green", "circle-check"),
}
WHY = {
    "same_phone": lazy("same telephone"),
    "same_address": lazy("same name and address"),
    "near_text": lazy("nearly the same words"),
    "same_class": lazy("same class"),
    "same_place": lazy("same place"),
}


def tabs(here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs."""
    return [(reverse(name), title, icon, name == here) for name, title, icon in TABS]


def who(person: Reporter | None) -> str:
    """A petitioner in a list: the name, or else the number."""
    return (person.name or person.phone) if person else ""


def take(
    request: HttpRequest,
    form: Any,
    save: Callable[[dict[str, Any]], Any],
    *,
    leads_to: Callable[[Any], str],
    page: Callable[[], HttpResponse],
) -> HttpResponse:
    """Call an operation with a valid form and lead on; else the page with what is wrong.

    What was typed stays in the form; a problem of a field stands at the field.
    """
    if form.is_valid():
        try:
            found = save(form.cleaned_data)
        except (NotAllowed, NotFound):
            raise  # not a matter of what was typed
        except Problem as problem:
            show(form, problem)
        else:
            messages.success(request, _("It is recorded."))
            return redirect(leads_to(found))
    answer = page()
    answer.status_code = 422
    return answer


# Intake speaks of "point" and "class"; the form has these fields for them.
FIELD_OF = {"point": "x", "class": "class_code"}


def show(form: Any, problem: Problem) -> None:
    """What is wrong, at its field."""
    for name, reason in problem.fields.items():
        here = FIELD_OF.get(name, name)
        form.add_error(here if here in form.fields else None, reason)
    if not problem.fields:
        form.add_error(None, list(problem.reasons) or [_(problem.title)])
