"""The dispatch as the person on duty gets it: what, where, until when, photos, map (E14).

Opening it is the read receipt: whoever was called and opens the page first is written down.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cityloop.cases import fields
from cityloop.desks import looks, queries
from cityloop.duty import operations as duty
from cityloop.duty import queries as duty_queries
from cityloop.kernel import clock
from cityloop.kernel.page import actor_of

FOUND = ("report", "verify", "before")


@require_safe
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """One case for a phone: enough to go there and act."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    queries.case_file(actor, number)  # who may not see the case opens nothing
    if request.method == "GET":
        duty.open_dispatch(number=number, actor=actor, now=now)
    file = queries.case_file(actor, number)
    context = {
        "case": file.case, "file": file, "status": looks.STATUS[file.case.status], "now": now,
        "photos": [one for one in file.papers
                   if one.stage in FOUND and one.file.media_type.startswith("image/")],
        "stages": looks.STAGE, "calls": duty_queries.calls_of(file.case.pk),
        "called_as": fields.CALLED_AS,
    }  # fmt: skip
    return render(request, "desks/dispatch_sheet.html", context)
