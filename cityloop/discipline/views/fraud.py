"""Fraud findings: all of them, a new one from cases, one with what was said about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.cases import queries as cases
from cityloop.cases.models import Status
from cityloop.discipline import forms, operations, queries
from cityloop.discipline.models import FraudFinding
from cityloop.discipline.views import frame
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import pager, take
from cityloop.kernel.page import actor_with

ORDER = ("-found_at", "-id")
FIND, DECIDE = "discipline.find", "discipline.decide"


@require_safe
def fraud(request: HttpRequest) -> HttpResponse:
    """Findings about the units that the reader watches over."""
    actor = frame.reader(request)
    form = forms.FraudFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    shown = paging.page(
        queries.findings(actor, **given), order=ORDER, cursor=request.GET.get("after"),
        size=frame.SIZE,
    )  # fmt: skip
    facts = {
        "rows": [(row, frame.FRAUD_LOOKS[queries.state_of(row)]) for row in shown.items],
        "form": form, "filtered": any(given.values()), "tabs": frame.tabs(actor, "fraud"),
        "cases_form": forms.CasesForm() if actor.may(FIND) else None,
        **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "discipline/fraud_list.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Record a finding: the cases by number, then their photos and lines to choose from."""
    actor = frame.reader(request)
    actor.require(FIND)
    numbers = (request.POST if request.method == "POST" else request.GET).get("numbers", "")
    evidence = _evidence(actor, numbers)
    if request.method != "POST":
        form = forms.AccusationForm(
            actor=actor, evidence=evidence, initial={"numbers": numbers[:400]}
        )
        return _new(request, actor, form)
    form = forms.AccusationForm(request.POST, actor=actor, evidence=evidence)

    def save(facts: dict[str, Any]) -> FraudFinding:
        lines = [tuple(one.rsplit(":", 1)) for one in facts.pop("lines")]
        given = operations.Accusation(
            numbers=facts.pop("numbers").split(),
            lines=[(number, int(version)) for number, version in lines], **facts,
        )  # fmt: skip
        return operations.record_fraud(given, actor=actor, now=clock.now())

    return take(
        request, form, save, leads_to=lambda row: reverse("fraud-finding", args=[row.pk]),
        page=lambda: _new(request, actor, form),
    )  # fmt: skip


def _new(request: HttpRequest, actor: Actor, form: forms.AccusationForm) -> HttpResponse:
    facts = {"form": form, "tabs": frame.tabs(actor, "fraud")}
    return render(request, "discipline/fraud_new.html", facts)


def _evidence(actor: Actor, numbers: str) -> dict[str, list[tuple[str, str]]]:
    """Photos and lines of the cases named that the actor sees."""
    named = [one[:30] for one in numbers.split()][:20]
    found = list(cases.visible(actor).filter(number__in=named))
    photos = [
        (sha, f"{one['case']} · {frame.STAGES.get(one['stage'], one['stage'])} · {sha[:8]}")
        for sha, one in queries.photos_of(found).items()
    ]
    lines = [
        (f"{one.case.number}:{one.version}",
         f"{one.case.number} · {one.version} · {_status(one.target)} · {one.actor}")
        for one in queries.lines_of(found)
    ]  # fmt: skip
    return {"photos": photos, "lines": lines}


def _status(code: str) -> str:
    """Where a line of the history leads, in words."""
    return str(dict(Status.choices).get(code, code))


@require_safe
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding."""
    actor = frame.concerned(request)
    return _page(request, actor, queries.finding_seen(actor, finding_id))


def _page(request: HttpRequest, actor: Actor, row: FraudFinding, **given: Any) -> HttpResponse:
    name = _next(actor, row)
    facts: dict[str, Any] = {
        "finding": row, "state": frame.FRAUD_LOOKS[queries.state_of(row)],
        "photos": [
            {**one, "stage": frame.STAGES.get(one["stage"], one["stage"])}
            for one in row.evidence
            if one["what"] == "photo"
        ],
        "lines": [
            {**one, "status": _status(one.get("target", ""))}
            for one in row.evidence
            if one["what"] == "line"
        ],
        "tabs": frame.tabs(actor, "fraud"), "act": name,
        "form": given.get("form") or (_form(name) if name else None),
    }  # fmt: skip
    return render(request, "discipline/fraud_finding.html", facts)


def _next(actor: Actor, row: FraudFinding) -> str:
    """What the reader may say now: one of the steps of a note, or ''."""
    said = {one.step: one for one in row.notes.all()}
    own, state = row.unit_id in actor.own_units, queries.state_of(row)
    if own and actor.may(frame.ANSWER):
        if state == "open" and "statement" not in said:
            return "statement"
        return "appeal" if state == "upheld" and "appeal" not in said else ""
    if not actor.may(DECIDE) or own or row.found_by_id == actor.member_id:
        return ""
    if state == "open":
        return "decision"
    first = said.get("decision")
    another = first is not None and first.by_id != actor.member_id
    return "appeal_decision" if state == "appealed" and another else ""


def _form(name: str, data: Any = None) -> Any:
    return (forms.VerdictForm if name.endswith("decision") else forms.WordsForm)(data)


@require_POST
def say(request: HttpRequest, finding_id: int, name: str) -> HttpResponse:
    """A statement, a decision, an appeal, the decision on it."""
    decides = name.endswith("decision")
    actor = actor_with(request, DECIDE if decides else frame.ANSWER)
    acts: dict[str, Callable[..., Any]] = {
        "statement": operations.state_case, "decision": operations.decide_fraud,
        "appeal": operations.appeal, "appeal_decision": operations.decide_appeal,
    }  # fmt: skip
    if name not in acts:
        raise NotFound(_("there is nothing at this address"))
    row, form = queries.finding_seen(actor, finding_id), _form(name, request.POST)

    def save(facts: dict[str, Any]) -> Any:
        return acts[name](finding_id=finding_id, actor=actor, now=clock.now(), **facts)

    return take(
        request, form, save, leads_to=lambda done: reverse("fraud-finding", args=[finding_id]),
        page=lambda: _page(request, actor, row, form=form),
    )  # fmt: skip
