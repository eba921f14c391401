"""Sampled decisions: those that wait, one beside what was decided, the figures, their lists."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.cases import fields
from cityloop.discipline import forms, operations, queries
from cityloop.discipline.models import Decision, Ruling, Sample
from cityloop.discipline.views import frame
from cityloop.intake import checks
from cityloop.intake import queries as intake
from cityloop.intake.channels import BY_CODE
from cityloop.intake.models import Report
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.office import pager, take
from cityloop.kernel.page import actor_of, actor_with
from cityloop.kernel.templatetags.ui import named
from cityloop.people.models import Organisation
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule

DAYS = 30
BY_SAMPLE, BY_LINE = ("-decided_at", "-id"), ("-at", "-id")


@require_safe
def samples(request: HttpRequest) -> HttpResponse:
    """Drawn decisions in the reader's scope; first those that wait for this reader."""
    actor = frame.sampler(request)
    asked = request.GET.copy()
    if "state" not in asked and not asked.get("after") and actor.may(frame.JUDGE):
        asked["state"] = queries.WAITING
    form = forms.SampleFilter(asked)
    wanted = queries.Wanted(**form.cleaned_data) if form.is_valid() else queries.Wanted()
    shown = paging.page(
        queries.samples(actor, wanted), order=BY_SAMPLE, cursor=request.GET.get("after"),
        size=frame.SIZE,
    )  # fmt: skip
    facts = {
        "rows": [(row, *frame.RULING_LOOKS[row.ruling]) for row in shown.items], "form": form,
        "tabs": frame.tabs(actor, "samples"), "lots": queries.lots(actor, limit=14),
        "waiting": wanted.state == queries.WAITING, **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "discipline/samples.html", facts, status=200 if form.is_valid() else 400)


@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: HttpRequest, sample_id: int) -> HttpResponse:
    """One drawn decision; a second person judges it here, its operator answers once."""
    if request.method != "POST":
        actor = actor_of(request)
        return _page(request, actor, queries.sample(actor, sample_id))
    actor = actor_with(request, frame.JUDGE)
    row = queries.sample(actor, sample_id)
    form = forms.JudgeForm(request.POST, kind=row.kind)

    def save(facts: dict[str, Any]) -> Sample:
        return operations.judge_decision(sample_id=sample_id, actor=actor, now=clock.now(), **facts)

    return take(
        request, form, save, leads_to=lambda done: reverse("samples"),
        page=lambda: _page(request, actor, queries.sample(actor, sample_id), judge=form),
    )  # fmt: skip


@require_POST
def answer(request: HttpRequest, sample_id: int) -> HttpResponse:
    """What the operator has to say, once."""
    actor, form = actor_of(request), forms.WordsForm(request.POST)
    row = queries.sample(actor, sample_id)

    def save(facts: dict[str, Any]) -> Sample:
        return operations.answer_judgement(
            sample_id=sample_id, actor=actor, now=clock.now(), **facts
        )

    return take(
        request, form, save, leads_to=lambda done: reverse("sample", args=[sample_id]),
        page=lambda: _page(request, actor, row, words=form),
    )  # fmt: skip


def _page(request: HttpRequest, actor: Actor, row: Sample, **given: Any) -> HttpResponse:
    open_now, own = row.ruling == Ruling.OPEN, row.operator_id == actor.member_id
    said, line = getattr(row, "answer", None), queries.line_of(row)
    why_not = queries.why_not(actor, row) if open_now else ""
    facts = {
        "row": row, "line": line, "look": frame.RULING_LOOKS[row.ruling], "answer": said,
        "problem_class": queries.class_then(row), "words": _words(line.action, line.facts),
        "told": _told(queries.report_of(actor, row)),
        "tabs": frame.tabs(actor, "samples"), "why_not": why_not,
        "judge": given.get("judge")
        or (forms.JudgeForm(kind=row.kind) if open_now and not why_not else None),
        "form": given.get("words")
        or (forms.WordsForm() if own and not open_now and said is None else None),
    }  # fmt: skip
    return render(request, "discipline/sample.html", facts)


def _words(action: str, facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What the operator chose and wrote: (name, words)."""
    found = []
    if code := facts.get("reason_code"):
        known = dict(fields.reasons(action))
        found.append((_("Reason"), str(known.get(code, code))))
    for name, label in (("reason", _("In words")), ("opinion", _("Opinion"))):
        if words := facts.get(name):
            found.append((label, str(words)))
    if action in ("dispatch", "dispatch_across", "dispatch_by_order") and facts.get("unit"):
        unit = Organisation.objects.filter(pk=facts["unit"]).defer("search").first()
        found.append((_("Unit"), unit.name if unit else "–"))
    if action == "file":
        rule = FilingRule.objects.filter(pk=facts.get("rule") or 0).first()
        amount, unit_of_limit = facts["limit"]
        limit = standards.limit_text(Decimal(str(amount)), str(unit_of_limit))
        found += [(_("Filing rule"), named(rule, "condition")), (_("Limit"), limit)]
    return found


def _told(report: Report | None) -> dict[str, Any]:
    """The report that joined, beside the case that it joined, and why."""
    if report is None:
        return {}
    why = [checks.sentence(one) for one in report.checks if one["code"] == "joined"]
    number = intake.report_number(report.case.number, report.ordinal)
    channel = BY_CODE[report.channel].label if report.channel in BY_CODE else report.channel
    return {"report": report, "number": number, "channel": channel, "why": why}


@require_safe
def error_rates(request: HttpRequest) -> HttpResponse:
    """Wrong decisions and returned dispatches of a period, by operator or by hall."""
    actor = frame.sampler(request)
    today = timezone.localdate(clock.now())
    usual = {
        "since": str(today - timedelta(days=DAYS)),
        "until": str(today),
        "by": queries.OPERATOR,
    }
    form = forms.FigureFilter({**usual, **{k: str(v) for k, v in request.GET.items() if v}})
    rows, by = [], queries.OPERATOR
    if form.is_valid():
        given = dict(form.cleaned_data)
        by = given.pop("by") or queries.OPERATOR
        wanted = queries.Wanted(**given)
        rows = [
            (one, Decision(one.kind).label, _links(one, by, wanted))
            for one in queries.figures(actor, by=by, wanted=wanted)
        ]
    facts = {"form": form, "rows": rows, "by": by, "tabs": frame.tabs(actor, "error-rates")}
    status = 200 if form.is_valid() else 400
    return render(request, "discipline/error_rates.html", facts, status=status)


def _links(one: queries.Figure, by: str, wanted: queries.Wanted) -> dict[str, str]:
    """Each number leads to what it counts."""
    same = {"kind": one.kind, by: one.key, "since": wanted.since, "until": wanted.until}
    query = urlencode({name: str(value) for name, value in same.items() if value is not None})
    drawn, taken = reverse("samples"), reverse("decisions")
    return {
        "decided": f"{taken}?{query}", "returned": f"{taken}?{query}&returned=on",
        "sampled": f"{drawn}?{query}&state=", "judged": f"{drawn}?{query}&state=judged",
        "wrong": f"{drawn}?{query}&state=wrong",
    }  # fmt: skip


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """The decisions that a figure counts, drawn or not, in the reader's scope."""
    actor = frame.sampler(request)
    form = forms.DecisionFilter(request.GET)
    wanted = queries.Wanted(**form.cleaned_data) if form.is_valid() else queries.Wanted()
    shown = paging.page(
        queries.decisions(actor, wanted), order=BY_LINE, cursor=request.GET.get("after"),
        size=frame.SIZE,
    )  # fmt: skip
    facts = {
        "rows": [(row, Decision(row.kind).label) for row in shown.items], "form": form,
        "tabs": frame.tabs(actor, "error-rates"), **pager(request, shown.next),
    }  # fmt: skip
    status = 200 if form.is_valid() else 400
    return render(request, "discipline/decisions.html", facts, status=status)
