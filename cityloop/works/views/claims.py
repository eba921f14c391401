"""The ledger of claims: what is unrecovered from whom, and one claim with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.works import forms, operations, queries
from cityloop.works.models import NoteKind
from cityloop.works.views import frame

MOST_PARTIES = 100


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Every claim in the actor's scope, latest first, below the table of ages."""
    actor = frame.reader(request)
    form = forms.ClaimFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    found = queries.claims(actor, standing=given.get("standing", ""), words=given.get("q", ""))
    shown = paging.page(
        found, order=("-opened_on", "-id"), cursor=request.GET.get("after"), size=frame.SIZE
    )
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    owed = queries.ageing(actor, on=timezone.localdate(clock.now()))
    facts = {
        "form": form, "rows": shown.items, "tones": frame.CLAIM_TONES, "filtered": bool(query),
        "standings": dict(queries.STANDINGS), "tabs": frame.tabs("works-claims"),
        "owed": owed[:MOST_PARTIES], "whole": queries.whole(owed),
        "next": f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "works/claims.html", facts)


@require_safe
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim with its payments and notes."""
    actor = frame.reader(request)
    return _page(request, actor, queries.claim_seen(actor, claim_id))


def _page(request: HttpRequest, actor: Actor, row: Any, **given: Any) -> HttpResponse:
    payments, notes = row.payments.order_by("-pk"), row.notes.order_by("-pk")
    lines = sorted(chain(payments, notes), key=_moment, reverse=True)
    facts: dict[str, Any] = {
        "row": row, "tones": frame.CLAIM_TONES, "standings": dict(queries.STANDINGS),
        "tabs": frame.tabs("works-claims"), "lines": lines,
    }  # fmt: skip
    facts |= _forms(actor, row)
    return render(request, "works/claim.html", {**facts, **given})


def _forms(actor: Actor, row: Any) -> dict[str, Any]:
    """What the actor may still do with the claim."""
    if not actor.may("works.claim") or row.written_off:
        return {}
    if actor.belongs_to(*queries.at_stake(row.order)):
        return {}  # others decide over this money
    found: dict[str, Any] = {"payment_form": forms.PaymentForm(auto_id="payment-%s")}
    found["note_form"] = _note_form(row)
    if row.notice_on is None:
        found["notice_form"] = forms.NoticeForm(auto_id="notice-%s")
    if "leader" in actor.roles and row.left:
        found["off_form"] = forms.WriteOffForm(auto_id="off-%s")
    return found


def _note_form(row: Any) -> forms.NoteForm:
    """Before the notice, and once nothing is owed, there is nothing to remind of or to refuse."""
    form = forms.NoteForm(auto_id="note-%s")
    if row.notice_on is None or not row.left:
        kind: Any = form.fields["kind"]
        kind.choices = [one for one in kind.choices if one[0] == NoteKind.REMARK]
    return form


def _moment(line: Any) -> Any:
    return line.at if hasattr(line, "at") else line.recorded_at


def _change(
    request: HttpRequest,
    claim_id: int,
    name: str,
    form: Any,
    save: Callable[[Actor, dict[str, Any]], Any],
) -> HttpResponse:
    actor = frame.reader(request)
    actor.require("works.claim")
    row = queries.claim_seen(actor, claim_id)
    return frame.take(
        request, form, lambda facts: save(actor, facts),
        leads_to=reverse("works-claim", args=[claim_id]),
        page=lambda: _page(request, actor, row, **{name: form}),
    )  # fmt: skip


@require_POST
def notice(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The notice that was served."""
    now = clock.now()

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        sha256 = frame.kept(facts.pop("file"), now=now)
        return operations.send_notice(
            claim_id=claim_id, sha256=sha256, actor=actor, now=now, **facts
        )

    form = forms.NoticeForm(request.POST, request.FILES, auto_id="notice-%s")
    return _change(request, claim_id, "notice_form", form, save)


@require_POST
def payment(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Money that came."""
    form = forms.PaymentForm(request.POST, auto_id="payment-%s")
    return _change(
        request, claim_id, "payment_form", form,
        lambda actor, facts: operations.record_payment(
            claim_id=claim_id, actor=actor, now=clock.now(), **facts
        ),
    )  # fmt: skip


@require_POST
def note(request: HttpRequest, claim_id: int) -> HttpResponse:
    """A remark, a reminder or a refusal."""
    form = forms.NoteForm(request.POST, auto_id="note-%s")
    return _change(
        request, claim_id, "note_form", form,
        lambda actor, facts: operations.note_claim(
            claim_id=claim_id, actor=actor, now=clock.now(), **facts
        ),
    )  # fmt: skip


@require_POST
def write_off(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Give up what is left."""
    form = forms.WriteOffForm(request.POST, auto_id="off-%s")
    return _change(
        request, claim_id, "off_form", form,
        lambda actor, facts: operations.write_off(
            claim_id=claim_id, actor=actor, now=clock.now(), **facts
        ),
    )  # fmt: skip
