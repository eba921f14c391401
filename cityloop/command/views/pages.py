"""Today, month, heat map, ranking; the switch of the weekly digest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.cases import lifecycle
from cityloop.command import measures, operations, queries
from cityloop.command.views import frame
from cityloop.kernel import clock
from cityloop.kernel.page import actor_of

ORDERING = frozenset(lifecycle.BY_ACTION["urge"].roles)


def _page(request: HttpRequest, name: str, facts: dict[str, Any]) -> HttpResponse:
    return render(request, f"command/{name}.html", {"tabs": frame.tabs(name), **facts})


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """How the city stands now."""
    actor, now = frame.reader(request)
    facts = frame.today_facts(actor, now=now)
    facts["may_order"] = actor.may("cases.step") and bool(actor.roles & ORDERING)
    return _page(request, "today", facts)


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """What changed in the month."""
    actor, now = frame.reader(request)
    facts = frame.month_facts(actor, now=now)
    if queries.ROLE in actor.roles:
        facts |= {"digest": True, "digest_on": queries.digest_wanted(actor)}
    return _page(request, "month", facts)


@require_safe
def heat(request: HttpRequest) -> HttpResponse:
    """Where cases lie close together, and those that are open."""
    actor, now = frame.reader(request)
    return _page(request, "heat", frame.heat_facts(actor, now=now))


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """The ranking of a day: of yesterday, unless the address names an earlier one."""
    actor, now = frame.reader(request)
    last = clock.local_day(now) - timedelta(days=1)
    day = measures.known_day(request.GET.get("day", ""), latest=last) or last
    return _page(request, "ranking", frame.ranking_facts(actor, day=day, now=now))


@require_POST
def digest(request: HttpRequest) -> HttpResponse:
    """Switch the reader's own weekly digest on or off."""
    wanted = request.POST.get("wanted") == "1"
    operations.set_digest(wanted=wanted, actor=actor_of(request), now=clock.now())
    told = _("You get the weekly digest.") if wanted else _("You get no weekly digest any more.")
    messages.success(request, told)
    return redirect("month")
