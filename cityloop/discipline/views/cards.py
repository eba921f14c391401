"""Cards: all of them, those of the own unit, one with its forms, the notice to print, the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.discipline import forms, operations, queries
from cityloop.discipline.models import Card, State
from cityloop.discipline.views import frame
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import pager, take
from cityloop.kernel.page import actor_with

ORDER = ("-proposed_at", "-id")
DECIDE = "discipline.decide"
ACTS: Mapping[str, Callable[..., Card]] = {
    "approve": operations.approve_card, "refuse": operations.refuse_card,
    "answer": operations.answer_card, "accept": operations.accept_answer,
    "send-back": operations.send_answer_back, "withdraw": operations.withdraw_card,
}  # fmt: skip
# What may be done from a state, by who decides: (act, words of the button, chief button).
BY_STATE = {
    State.PROPOSED: ("approve", "refuse"),
    State.ISSUED: ("withdraw",),
    State.ANSWERED: ("accept", "send-back", "withdraw"),
    State.RECTIFIED: ("withdraw",),
}


def titles() -> dict[str, str]:
    """What the forms are called."""
    return {
        "approve": _("Issue the card"), "refuse": _("Do not issue it"),
        "answer": _("Answer the card"), "accept": _("Accept the answer"),
        "send-back": _("Send the answer back"), "withdraw": _("Withdraw the card"),
    }  # fmt: skip


@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """Cards of the units that the reader watches over."""
    actor = frame.reader(request)
    form = forms.CardFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    rows = queries.cards(actor, **given)
    return _list(request, actor, rows, form=form, filtered=any(given.values()), here="cards")


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What was issued to the reader's own unit, and what it is accused of."""
    actor = actor_with(request, frame.ANSWER)
    findings = queries.findings(actor).filter(unit_id__in=actor.own_units)
    accused = [
        (row, frame.FRAUD_LOOKS[queries.state_of(row)]) for row in findings.order_by("-pk")[:50]
    ]
    return _list(request, actor, queries.own_cards(actor), own=True, here="", findings=accused)


def _list(
    request: HttpRequest, actor: Actor, rows: Any, *, here: str, **facts: Any
) -> HttpResponse:
    shown = paging.page(rows, order=ORDER, cursor=request.GET.get("after"), size=frame.SIZE)
    now = clock.now()
    lines = [
        (row, *frame.COLOURS[row.colour], *frame.CARD_TONES[row.state], row.overdue(now))
        for row in shown.items
    ]
    facts |= {"rows": lines, **pager(request, shown.next)}
    if here:
        facts["tabs"] = frame.tabs(actor, here)
    return render(request, "discipline/cards.html", facts)


@require_safe
def card(request: HttpRequest, card_id: int) -> HttpResponse:
    """One card."""
    actor = frame.concerned(request)
    return _page(request, actor, queries.card_seen(actor, card_id))


def _page(request: HttpRequest, actor: Actor, row: Card, **given: Any) -> HttpResponse:
    facts = _facts(row) | {"tabs": frame.tabs(actor, "cards"), "acts": _acts(actor, row, given)}
    return render(request, "discipline/card.html", facts)


def _facts(row: Card) -> dict[str, Any]:
    now = clock.now()
    return {
        "card": row, "tone": frame.COLOURS[row.colour], "state": frame.CARD_TONES[row.state],
        "late": row.overdue(now), "grounds": list(row.grounds.all()), "now": now,
        "notes": list(row.notes.all()),
        "cost": queries.taken_by(row) if row.issued_at else queries.cost_of(row),
    }  # fmt: skip


def _acts(actor: Actor, row: Card, given: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """(act, title, form) of what the reader may do now."""
    own = row.unit_id in actor.own_units
    names: tuple[str, ...] = ()
    if actor.may(DECIDE) and not own:
        names = BY_STATE.get(State(row.state), ())
    elif actor.may(frame.ANSWER) and own and row.state == State.ISSUED:
        names = ("answer",)
    found = titles()
    return [(name, found[name], given.get(name) or _form(name)) for name in names]


def _form(name: str, data: Any = None) -> Any:
    kind = forms.WordsForm if name == "answer" else forms.ReasonForm
    return kind(data, auto_id=f"{name}-%s")


@require_POST
def act(request: HttpRequest, card_id: int, name: str) -> HttpResponse:
    """One of the acts on a card."""
    actor = actor_with(request, frame.ANSWER if name == "answer" else DECIDE)
    if name not in ACTS:
        raise NotFound(_("there is nothing at this address"))
    row = queries.card_seen(actor, card_id)
    form = _form(name, request.POST)

    def save(facts: dict[str, Any]) -> Card:
        return ACTS[name](card_id=card_id, actor=actor, now=clock.now(), **facts)

    return take(
        request, form, save, leads_to=lambda done: reverse("card", args=[card_id]),
        page=lambda: _page(request, actor, row, **{name: form}),
    )  # fmt: skip


@require_safe
def notice(request: HttpRequest, card_id: int) -> HttpResponse:
    """The written notice (通知书) of an issued card, on paper."""
    actor = frame.concerned(request)
    row = queries.card_seen(actor, card_id)
    if row.issued_at is None:
        raise NotFound(_("this card was not issued: there is no notice"))
    return render(request, "discipline/notice.html", _facts(row))


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The rules with their days; leaders set them."""
    actor = frame.reader(request)
    if request.method != "POST":
        return _rules(request, actor, forms.RuleForm())
    actor.require("discipline.rules")
    form = forms.RuleForm(request.POST)

    def save(facts: dict[str, Any]) -> Any:
        valid_from = facts.pop("valid_from")
        terms = operations.Terms(**facts)
        return operations.set_rule(terms, valid_from=valid_from, actor=actor, now=clock.now())

    return take(
        request, form, save, leads_to=lambda done: reverse("card-rules"),
        page=lambda: _rules(request, actor, form),
    )  # fmt: skip


def _rules(request: HttpRequest, actor: Actor, form: forms.RuleForm) -> HttpResponse:
    facts = {
        "rows": queries.rules(), "today": timezone.localdate(clock.now()),
        "tabs": frame.tabs(actor, "card-rules"),
        "form": form if actor.may_for_city("discipline.rules") else None,
    }  # fmt: skip
    return render(request, "discipline/rules.html", facts)
