"""Disputes: the list, one record, and what is entered there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.cases import guards, receiving
from cityloop.cases.models import DisputeLevel, Status
from cityloop.coordination import forms, operations, queries
from cityloop.coordination.models import Dispute
from cityloop.coordination.operations import Decision
from cityloop.coordination.views.frame import Words, handed_out, reader, stored, tabs
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.office import act, pager

TAB, SIZE = "disputes", 50


@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    """The disputes of cases that the actor sees, latest first."""
    actor = reader(request)
    form = forms.DisputeFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    unit = given.get("unit")
    filters = queries.Filters(
        state=given.get("state", ""), level=given.get("level", ""), case=given.get("case", ""),
        unit_id=unit.pk if unit else None,
    )  # fmt: skip
    shown = paging.page(
        queries.disputes(actor, filters), order=("-opened_at", "-id"),
        cursor=request.GET.get("after"), size=SIZE,
    )  # fmt: skip
    facts = {
        "tabs": tabs(TAB), "form": form, "rows": rows_of(shown.items),
        "filtered": bool(request.GET), **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "coordination/disputes.html", facts)


def rows_of(found: list[Dispute]) -> list[dict[str, Any]]:
    """Disputes with the names of their parties."""
    units = queries.parties_of(found)
    return [
        {"dispute": row, "parties": [units[one] for one in row.parties if one in units]}
        for row in found
    ]


@require_safe
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """One record: parties, meetings, level, decision, and the forms that are the actor's."""
    return _page(request, reader(request), dispute_id)


def _page(
    request: HttpRequest, actor: Actor, dispute_id: int, *, status: int = 200, **given: Any
) -> HttpResponse:
    row = queries.dispute_seen(actor, dispute_id)
    now = clock.now()
    facts: dict[str, Any] = {"tabs": tabs(TAB), "now": now, **rows_of([row])[0]}
    if row.open and actor.may("coordination.manage"):
        facts["meeting_form"] = forms.SiteMeetingForm(initial={"place": row.case.address})
        if row.level != DisputeLevel.COMMISSION:  # there is no higher one
            facts["raise_form"] = forms.RaiseForm(initial={"level": row.level})
    if row.open and actor.may("coordination.decide"):
        role = "leader" if "leader" in actor.roles else "supervisor"
        facts["who_decides"] = guards.beyond_level(row.level, actor, role=role)
        if not facts["who_decides"]:
            facts["decision_form"] = forms.DecisionForm(without=_closed_to(row))
    return render(request, "coordination/dispute.html", {**facts, **given}, status=status)


def _closed_to(row: Dispute) -> set[int]:
    """A frozen case goes to the unit that is named: not where nobody can receive it."""
    if row.case.status != Status.COORDINATING:
        return set()
    return receiving.closed_to(row.case, on=timezone.localdate(clock.now()))


def _change(
    request: HttpRequest,
    dispute_id: int,
    name: str,
    form: django_forms.Form,
    save: Callable[[Actor, dict[str, Any]], Any],
    *,
    needs: str,
    done: Words,
) -> HttpResponse:
    actor = reader(request)
    actor.require(needs)
    queries.dispute_seen(actor, dispute_id)
    answer = act(
        request, form, lambda facts: save(actor, facts), done=done,
        to=lambda result: reverse("dispute", args=[dispute_id]),
    )  # fmt: skip
    return answer or _page(request, actor, dispute_id, status=400, **{name: form})


@require_POST
def meeting(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Record a site meeting."""
    now = clock.now()

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        facts["file"] = stored(facts["file"], now=now)
        return operations.record_site_meeting(dispute_id=dispute_id, actor=actor, now=now, **facts)

    form = forms.SiteMeetingForm(request.POST, request.FILES)
    return _change(
        request, dispute_id, "meeting_form", form, save,
        needs="coordination.manage", done=_("The meeting is kept."),
    )  # fmt: skip


@require_POST
def raise_level(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Pass it to the next level."""
    now = clock.now()

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.raise_dispute(dispute_id=dispute_id, actor=actor, now=now, **facts)

    form = forms.RaiseForm(request.POST)
    return _change(
        request, dispute_id, "raise_form", form, save,
        needs="coordination.manage", done=_("The next level has it."),
    )  # fmt: skip


@require_POST
def decide(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Settle whose duty it is."""
    now = clock.now()

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        facts["file"] = stored(facts["file"], now=now)
        return operations.decide_dispute(
            dispute_id=dispute_id, decision=Decision(**facts), actor=actor, now=now
        )

    form = forms.DecisionForm(request.POST, request.FILES)
    return _change(
        request, dispute_id, "decision_form", form, save,
        needs="coordination.decide", done=_("The dispute is decided."),
    )  # fmt: skip


@require_safe
def paper(request: HttpRequest, dispute_id: int, sha256: str) -> HttpResponseBase:
    """A paper of the dispute."""
    return handed_out(queries.document_of(reader(request), dispute_id, sha256))
