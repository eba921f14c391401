"""The page of the demo city: situations to look at, and who signs in to see each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cityloop.demo.situations import made
from cityloop.kernel.page import actor_of


@require_safe
def situations(request: HttpRequest) -> HttpResponse:
    """Every living example; empty where this is no demo city."""
    actor_of(request).require("cases.view")
    chinese = str(get_language()).startswith("zh")
    sections = made.sections()
    now = made.today(one for _head, rows in sections for one in rows)
    parts = [
        (
            head.zh if chinese else head.en,
            [(one.zh if chinese else one.en, one, now.get(one.case)) for one in rows],
        )
        for head, rows in sections
    ]
    used = any(one.went_on for one in now.values())
    return render(request, "demo/situations.html", {"parts": parts, "used": used})


urlpatterns = [path("situations/", situations, name="situations")]
