"""The palette: find a case, a page, a rule, a unit or a place from anywhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cityloop.desks.views.case_list import answered
from cityloop.kernel import clock
from cityloop.kernel import palette as finding
from cityloop.kernel.page import actor_of


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """What is found for `q`, as a page, or for htmx as the list in the dialog."""
    words = request.GET.get("q", "")
    groups = finding.found(actor_of(request), words, now=clock.now())
    context = {"words": words.strip()[: finding.MAX_WORDS], "groups": groups}
    return answered(request, page="desks/palette.html", part="desks/_palette.html", context=context)
