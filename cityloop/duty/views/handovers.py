"""Calls, the handover of shifts, what secondees leave."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.cases import fields
from cityloop.duty import forms, operations, piles, queries
from cityloop.duty.models import Handover
from cityloop.duty.operations.handovers import HAND_OVER
from cityloop.duty.operations.roster import MANAGE
from cityloop.duty.views import frame
from cityloop.kernel import clock, office, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.manifest import open_items


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Who was told of which dispatch, who opened it and when, who followed."""
    actor = frame.reader(request)
    rows = queries.calls(actor)
    shown = paging.page(rows, order=("-id",), cursor=request.GET.get("after"), size=frame.SIZE)
    facts = {
        "rows": shown.items, "tabs": frame.tabs("duty-calls"), "tones": frame.CALL_TONES,
        "called_as": fields.CALLED_AS,
        "next": f"?after={shown.next}" if shown.next else "",
        "first": request.path if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "duty/calls.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
def handovers(request: HttpRequest) -> HttpResponse:
    """What is open in the hall now, the end of a shift, the handovers before."""
    actor = frame.reader(request)
    if request.method != "POST":
        return _handovers(request, actor)
    actor.require(HAND_OVER)
    form = forms.EndShiftForm(request.POST, found=queries.open_piles(actor, now=clock.now()))
    done = office.act(
        request, form,
        lambda facts: operations.end_shift(
            shift=facts["shift"], remark=facts["remark"], remarks=form.remarks(), actor=actor,
            now=clock.now()),
        done=_("The shift is written down; the coming person accepts it."),
        to=lambda row: reverse("duty-handover", args=[row.pk]),
    )  # fmt: skip
    return done or _handovers(request, actor, form=form, status=400)


def _handovers(
    request: HttpRequest, actor: Actor, *, form: Any = None, status: int = 200
) -> HttpResponse:
    now = clock.now()
    rows = queries.handovers(actor).order_by()
    shown = paging.page(rows, order=("-ended_at", "-id"), cursor=request.GET.get("after"),
                        size=frame.SIZE)  # fmt: skip
    facts: dict[str, Any] = {
        "rows": [(row, queries.is_late(row, now)) for row in shown.items],
        "tabs": frame.tabs("duty-handovers"),
        "late": [row for row in queries.waiting(actor) if queries.is_late(row, now)],
        "next": f"?after={shown.next}" if shown.next else "",
        "first": request.path if request.GET.get("after") else "",
    }  # fmt: skip
    if actor.may(HAND_OVER) and actor.platforms:
        found = queries.open_piles(actor, now=now)
        facts |= {
            "piles": found, "total": sum(pile.cases for pile in found),
            "beside": [_beside(*astuple(one)) for one in open_items(actor, now)],
            "form": form or forms.EndShiftForm(found=found),
        }  # fmt: skip
    return render(request, "duty/handovers.html", facts, status=status)


@require_safe
def handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    """The record on paper: every open case by pile, remarks, both signatures, the proof."""
    actor = frame.reader(request)
    return _handover(request, actor, queries.handover_seen(actor, handover_id))


def _beside(label: str, count: int, late: int, path: str) -> dict[str, Any]:
    """A line of other open work, in the reader's language."""
    return {"label": _(label), "count": count, "late": late, "path": path}


def _handover(
    request: HttpRequest, actor: Actor, row: Handover, *, form: Any = None, status: int = 200
) -> HttpResponse:
    now = clock.now()
    facts: dict[str, Any] = {
        "row": row, "piles": [pile for pile in queries.piles_of(row) if pile.cases],
        "missing": queries.missing(row), "intact": operations.digest_holds(row),
        "late": queries.is_late(row, now), "now": now, "marks": piles.MARKS,
        "beside": [_beside(*one) for one in row.beside],
    }  # fmt: skip
    own = row.left_by_id == actor.member_id or row.desk != queries.desk_of(actor)
    here = row.hall_id in {number for number, _kind in actor.platforms}
    if form or (row.accepted_at is None and actor.may(HAND_OVER) and here and not own):
        facts["form"] = form or forms.AcceptForm()
    return render(request, "duty/handover.html", facts, status=status)


@require_POST
def accept(request: HttpRequest, handover_id: int) -> HttpResponse:
    """The coming person signs."""
    actor = frame.reader(request)
    actor.require(HAND_OVER)
    row = queries.handover_seen(actor, handover_id)
    form = forms.AcceptForm(request.POST)
    done = office.act(
        request, form,
        lambda facts: operations.accept_handover(
            handover_id=row.pk, actor=actor, now=clock.now(), **facts),
        done=_("The shift is yours."), to=reverse("duty-handover", args=[row.pk]),
    )  # fmt: skip
    return done or _handover(request, actor, row, form=form, status=409)


@require_safe
def secondments(request: HttpRequest) -> HttpResponse:
    """Secondments that end soon or have ended, and what is left in hand (A28)."""
    actor = frame.reader(request)
    rows = queries.secondments(actor, now=clock.now())
    facts = {
        "rows": rows, "tabs": frame.tabs("duty-secondments"), "days": queries.WARN_DAYS,
        "keeps": actor.may(MANAGE),
    }  # fmt: skip
    return render(request, "duty/secondments.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
def successor(request: HttpRequest, holding_id: int) -> HttpResponse:
    """Name who takes over."""
    return _secondment(
        request, holding_id, forms.SuccessorForm,
        lambda actor, facts: operations.name_successor(
            holding_id=holding_id, actor=actor, now=clock.now(), **facts),
        _("Name a successor"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, holding_id: int) -> HttpResponse:
    """End a secondment today and hand over at once."""
    return _secondment(
        request, holding_id, forms.EndSecondmentForm,
        lambda actor, facts: operations.end_secondment(
            holding_id=holding_id, actor=actor, now=clock.now(), **facts),
        _("End it today"),
    )  # fmt: skip


def _secondment(
    request: HttpRequest, holding_id: int, make: Any, save: Any, title: str
) -> HttpResponse:
    actor = frame.reader(request)
    actor.require(MANAGE)
    row = queries.secondment_seen(actor, holding_id)
    form = make(request.POST if request.method == "POST" else None, unit=row.post.organisation)
    done = office.act(
        request, form, lambda facts: save(actor, facts), done=_("It is recorded."),
        to=reverse("duty-secondments"),
    )  # fmt: skip
    facts = {"row": row, "form": form, "title": title, "tabs": frame.tabs("duty-secondments"),
             "numbers": queries.in_hand(row, timezone.localdate(clock.now()))}  # fmt: skip
    status = 400 if form.is_bound and form.errors else 200
    return done or render(request, "duty/secondment.html", facts, status=status)
