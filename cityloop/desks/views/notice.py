"""The overdue notice of a case on paper: what was missed, the final day, what follows (H06)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cityloop.desks import looks, queries
from cityloop.kernel import clock
from cityloop.kernel.errors import NotFound
from cityloop.kernel.page import actor_of
from cityloop.standards import queries as standards


@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """The latest notice of the case; NotFound where none was given."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    file = queries.case_file(actor, number)
    given = [line for line in file.lines if line.action == "give_notice"]
    if not given:
        raise NotFound(_("no overdue notice was given for this case"))
    line, case = given[-1], file.case
    facts = line.facts
    context = {
        "case": case, "file": file, "line": line, "facts": facts, "now": now,
        "status": looks.STATUS[case.status],
        "unit": file.names.units.get(facts.get("unit") or 0),
        "limit": standards.limit_text(Decimal(facts["limit"][0]), facts["limit"][1]),
        "missed": datetime.fromisoformat(facts["missed"]),
        "final_day": date.fromisoformat(facts["final_day"]),
    }  # fmt: skip
    return render(request, "desks/notice.html", context)
