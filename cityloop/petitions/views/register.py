"""The register: list, new line, one petition with chain, transfer and letters; figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.office import pager
from cityloop.kernel.page import actor_of, actor_with
from cityloop.petitions import forms, operations, queries, wording
from cityloop.petitions.models import Petition
from cityloop.petitions.views import frame


def state_of(row: Petition, now: datetime) -> tuple[Any, str, str]:
    """(words, tone, icon) of where a petition stands."""
    if row.answered_at:
        return frame.STATES["answered"]
    if queries.is_late(row, now=now):
        return frame.STATES["late"]
    return frame.STATES["transferred" if row.report_id else "waiting"]


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The petitions of the house, latest first."""
    actor, now = actor_of(request), clock.now()
    form = forms.RegisterFilter(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {"q": "", "kind": "", "state": ""}
    rows = queries.petitions(
        actor, kind=given["kind"], state=given["state"], words=given["q"].strip(),
        today=timezone.localdate(now),
    )  # fmt: skip
    after = request.GET.get("after")
    shown = paging.page(rows, order=queries.ORDER, cursor=after, size=frame.SIZE)
    context = {
        "rows": [(row, state_of(row, now), frame.who(queries.petitioner_of(actor, row)))
                 for row in shown.items],
        "form": form, "tabs": frame.tabs("petitions"), "icons": frame.KIND_ICONS,
        "asked": any(given.values()), "may_register": actor.may(queries.REGISTER),
        **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "petitions/register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new line of the register."""
    actor, now = actor_with(request, queries.REGISTER), clock.now()
    today = timezone.localdate(now)
    if request.method != "POST":
        form = forms.PetitionForm(initial={"received_on": today}, on=today)
        return _new_page(request, form)
    form = forms.PetitionForm(request.POST, on=today)
    return frame.take(
        request, form,
        lambda given: operations.register(operations.NewPetition(**given), actor=actor, now=now),
        leads_to=_page_of, page=lambda: _new_page(request, form),
    )  # fmt: skip


def _new_page(request: HttpRequest, form: forms.PetitionForm) -> HttpResponse:
    context = {"form": form, "tabs": frame.tabs("petitions")}
    return render(request, "petitions/new.html", context)


def _page_of(row: Petition) -> str:
    return reverse("petition", args=[row.number])


@require_safe
def petition(request: HttpRequest, number: str) -> HttpResponse:
    """One petition with everything that happened to it."""
    return _page(request, number)


def _page(request: HttpRequest, number: str, **typed: Any) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    row = queries.petition(actor, number)
    chain = queries.chain_of(actor, row)
    context = {
        "row": row, "state": state_of(row, now), "person": queries.petitioner_of(actor, row),
        "chain": chain, "repetitions": queries.repetitions_of(actor, row), "why": frame.WHY,
        "letters": list(row.letters.select_related("sent_by").order_by("sent_at", "pk")),
        "may_register": actor.may(queries.REGISTER), "tabs": frame.tabs("petitions"),
        "icons": frame.KIND_ICONS, "due_at": queries.dead_line(row.due_on), "now": now,
        "may_see": actor.may(queries.SEE_REPORTER),
        **_forms(actor, row, chain, now), **typed,
    }  # fmt: skip
    return render(request, "petitions/petition.html", context)


def _forms(actor: Actor, row: Petition, chain: list[Petition], now: datetime) -> dict[str, Any]:
    """The forms of what this actor may do to the petition now."""
    found: dict[str, Any] = {}
    if actor.may(queries.REGISTER) and row.report is None:
        chosen = row.problem_class.code if row.problem_class else ""
        start = {"text": row.matter[:2000], "address": row.place, "class_code": chosen}
        found["transfer_form"] = forms.TransferForm(initial=start, on=timezone.localdate(now))
    if actor.may(queries.REPLY):
        before = [one.pk for one in chain].index(row.pk) if row in chain else 0
        text = wording.draft(row, earlier=before)
        found["letter_form"] = forms.LetterForm(initial={"text": text})
    return found


@require_POST
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """A case is opened for the petition."""
    actor, now = actor_with(request, queries.REGISTER), clock.now()
    form = forms.TransferForm(request.POST, on=timezone.localdate(now))
    return frame.take(
        request, form,
        lambda given: operations.transfer(
            number, operations.Transfer(**given), actor=actor, now=now
        ),
        leads_to=_page_of, page=lambda: _page(request, number, transfer_form=form),
    )  # fmt: skip


@require_POST
def decide(request: HttpRequest, number: str, earlier: str) -> HttpResponse:
    """The clerk says whether it is the same matter."""
    actor, same = actor_with(request, queries.REGISTER), "same" in request.POST
    try:
        reason = request.POST.get("reason", "")
        operations.decide(number, earlier, same=same, reason=reason, actor=actor, now=clock.now())
    except (Refused, Invalid) as problem:
        messages.error(request, "; ".join(problem.reasons))
    else:
        words = _("Both stand in one chain now.") if same else _("They stay apart.")
        messages.success(request, words)
    return redirect("petition", number)


@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """The letter goes out as it is written here."""
    actor, now = actor_with(request, queries.REPLY), clock.now()
    form = forms.LetterForm(request.POST)
    return frame.take(
        request, form,
        lambda given: operations.send_letter(number, actor=actor, now=now, **given),
        leads_to=lambda sent: reverse("petition-letter", args=[number, sent.pk]),
        page=lambda: _page(request, number, letter_form=form),
    )  # fmt: skip


@require_safe
def letter(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    """A letter on paper: house, address, salutation, the text as it was sent."""
    actor = actor_of(request)
    sent = queries.letter(actor, number, letter_id)
    row = sent.petition
    context = {"sent": sent, "row": row, "person": queries.petitioner_of(actor, row),
               "house": row.organisation}  # fmt: skip
    return render(request, "petitions/letter.html", context)


@require_safe
def repeated(request: HttpRequest) -> HttpResponse:
    """Matters that came again, and proposals that wait for a clerk."""
    actor = actor_of(request)
    after = request.GET.get("after")
    shown = paging.page(queries.chains(actor), order=queries.LATEST, cursor=after, size=frame.SIZE)
    context = {
        "rows": [(row, frame.who(queries.petitioner_of(actor, row))) for row in shown.items],
        "undecided": queries.undecided(actor), "why": frame.WHY,
        "tabs": frame.tabs("petitions-repeated"), "icons": frame.KIND_ICONS,
        **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "petitions/repeated.html", context)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Counts and the transfer rate by kind over a period."""
    actor, today = actor_with(request, queries.VIEW), timezone.localdate(clock.now())
    usual = {"since": today.replace(month=1, day=1).isoformat(), "until": today.isoformat()}
    asked = {name: request.GET[name] for name in usual if request.GET.get(name)}
    form = forms.PeriodForm({**usual, **asked})
    rows = queries.figures(actor, **form.cleaned_data) if form.is_valid() else []
    context = {"form": form, "rows": rows, "tabs": frame.tabs("petitions-figures")}
    return render(request, "petitions/figures.html", context)
