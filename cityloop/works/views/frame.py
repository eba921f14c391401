"""What the pages of substitute works share: tabs, tones, forms that call one operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.page import actor_of
from cityloop.works import queries

SIZE = 50
TABS = (
    # (name of the address, title, icon)
    ("works", lazy("Orders"), "shovel"),
    ("works-claims", lazy("Claims"), "hand-coins"),
    ("works-units", lazy("Designated units"), "hard-hat"),
    ("works-budgets", lazy("Budget"), "wallet"),
)
ORDER_TONES = {
    # state: (tone, icon)
    "opened": ("yellow", "inbox"),
    "priced": ("blue", "receipt-text"),
    "done": ("teal", "package-check"),
    "invoiced": ("green", "circle-check"),
    "cancelled": ("grey", "circle-slash"),
}
CLAIM_TONES = {
    # standing: (tone, icon)
    "open": ("yellow", "inbox"),
    "noticed": ("blue", "mailbox"),
    "partial": ("teal", "coins"),
    "paid": ("green", "circle-check"),
    "refused": ("red", "octagon-x"),
    "written_off": ("grey", "circle-slash"),
}


def reader(request: HttpRequest) -> Actor:
    """Who reads; raises NotAllowed without works.view."""
    actor = actor_of(request)
    actor.require("works.view")
    return actor


def tabs(here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs."""
    return [(reverse(name), title, icon, name == here) for name, title, icon in TABS]


def take(
    request: HttpRequest,
    form: Any,
    save: Callable[[dict[str, Any]], Any],
    *,
    leads_to: str,
    page: Callable[[], HttpResponse],
) -> HttpResponse:
    """Call an operation with a valid form and lead on; else the page with what is wrong.

    What was typed stays in the form; a problem of a field stands at the field.
    """
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except Problem as problem:
            _show(form, problem)
        else:
            messages.success(request, _("It is recorded."))
            return redirect(leads_to)
    answer = page()
    answer.status_code = 400
    return answer


def _show(form: Any, problem: Problem) -> None:
    for name, reason in problem.fields.items():
        form.add_error(name if name in form.fields else None, reason)
    if not problem.fields:
        form.add_error(None, list(problem.reasons))


def kept(upload: Any, *, now: Any) -> str:
    """The SHA-256 of an upload, stored."""
    return files.store(chunks=upload.chunks(), filename=upload.name or "", now=now).sha256


@require_safe
def paper(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """An invoice or a notice as it came; never interpreted by the browser as a page."""
    row = queries.paper_seen(reader(request), sha256)
    answer = FileResponse(files.opened(row), content_type=row.media_type)
    answer["Content-Disposition"] = "attachment"
    return answer
