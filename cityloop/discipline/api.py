"""Draws, false closings, fraud findings and cards for machines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from cityloop.discipline import operations, queries, shapes
from cityloop.discipline.models import Card
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of, actor_with
from cityloop.people.models import Member, Organisation

router = Router(tags=["discipline"])


class CloserOut(Schema):
    """What somebody closed and another team inspected; `rate` is null without an inspection.

    `reopened`: drawn, and reopened before anybody came; these are drawn again when closed again.
    """

    member_id: int
    name: str
    inspected: int
    false: int
    waiting: int
    reopened: int
    rate: float | None


class DrawOut(Schema):
    """A draw: sha256("seed:number") as a share of one lies below `share` for what was drawn.

    `closed` counts the cases closed under their closing condition; those closed by force are named
    in `forced`, and drawn below `forced_share`. All in `again` are drawn: these were drawn before,
    and reopened before anybody inspected them.
    """

    day: date
    seed: str
    seal_id: int
    share: float
    closed: int
    forced_share: float
    forced: list[str]
    again: list[str]
    drawn: list[str]
    without_team: list[str]
    drawn_at: datetime


@router.get("/discipline/closers", response=list[CloserOut], summary="False closings by who closed")
def list_closers(
    request: HttpRequest, since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """Over the draws from `since` to `until`, the last ninety days unless told otherwise."""
    actor = actor_of(request)
    actor.require("discipline.view")
    last = until or timezone.localdate(clock.now())
    first = since or last - timedelta(days=min(90, (last - date.min).days))
    return [
        {
            "member_id": one.member_id, "name": one.name, "inspected": one.inspected,
            "false": one.false, "waiting": one.waiting, "reopened": one.reopened,
            "rate": one.rate,
        }
        for one in queries.closers(actor, since=first, until=last)
    ]  # fmt: skip


@router.get("/discipline/draws", response=list[DrawOut], summary="Draws and their seeds")
def list_draws(request: HttpRequest) -> list[Any]:
    """The latest sixty; with the seed anybody can repeat a draw."""
    actor_of(request).require("discipline.view")
    return list(queries.draws())


def _concerned(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.may("discipline.answer"):
        actor.require("discipline.view")
    return actor


def _note(one: Any) -> dict[str, Any]:
    return {
        "step": one.step, "verdict": getattr(one, "verdict", ""), "text": one.text,
        "by": one.by.name, "at": one.at,
    }  # fmt: skip


def _card_line(row: Card) -> dict[str, Any]:
    return {
        "id": row.pk, "number": row.number, "colour": row.colour, "state": row.state,
        "unit_id": row.unit_id, "trigger": row.rule.trigger, "follows": row.follows_id,
        "proposed_at": row.proposed_at, "issued_at": row.issued_at, "rectify_by": row.rectify_by,
    }  # fmt: skip


def _card(actor: Actor, card_id: int) -> dict[str, Any]:
    row = queries.card_seen(actor, card_id)
    grounds = [
        {
            "case": one.case.number if one.case else None, "finding": one.finding_id,
            "at": one.at,
        }
        for one in row.grounds.all()
    ]  # fmt: skip
    notes = [_note(one) for one in row.notes.all()]
    return {**_card_line(row), "points": queries.taken_by(row), "grounds": grounds, "notes": notes}


@router.get("/discipline/cards", response=shapes.CardPage, summary="Yellow and red cards")
def list_cards(request: HttpRequest, given: Query[shapes.CardQuery]) -> dict[str, Any]:
    """Of the units that you watch over; a unit sees those that were issued to it."""
    rows = queries.cards(_concerned(request), colour=given.colour, state=given.state)
    return paging.listed(
        rows, _card_line, order=("-proposed_at", "-id"), cursor=given.cursor, size=given.size
    )


@router.get("/discipline/cards/{card_id}", response=shapes.CardFile, summary="One card")
def show_card(request: HttpRequest, card_id: shapes.Id) -> dict[str, Any]:
    """404 outside your scope."""
    return _card(_concerned(request), card_id)


@router.post("/discipline/cards/{card_id}/acts", response=shapes.CardFile, summary="Act on a card")
@idempotent
def act_on_card(
    request: HttpRequest, card_id: shapes.Id, body: shapes.CardActIn
) -> tuple[int, dict[str, Any]]:
    """409 where the card does not stand so."""
    actor, now = _concerned(request), clock.now()
    if body.act == "answer":
        operations.answer_card(card_id=card_id, text=body.text, actor=actor, now=now)
    else:
        acts = {
            "approve": operations.approve_card, "refuse": operations.refuse_card,
            "accept": operations.accept_answer, "send_back": operations.send_answer_back,
            "withdraw": operations.withdraw_card,
        }  # fmt: skip
        acts[body.act](card_id=card_id, reason=body.text, actor=actor, now=now)
    return 200, _card(actor, card_id)


@router.get("/discipline/card-rules", response=list[shapes.CardRuleOut], summary="Rules of cards")
def list_rules(request: HttpRequest) -> list[Any]:
    """With the days on which each holds or held."""
    actor_with(request, "discipline.view")
    return queries.rules()


def _finding_line(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "state": queries.state_of(row), "unit_id": row.unit_id,
        "member": row.member.name if row.member else None, "found_at": row.found_at,
    }  # fmt: skip


def _finding(actor: Actor, finding_id: int) -> dict[str, Any]:
    row = queries.finding_seen(actor, finding_id)
    return {
        **_finding_line(row), "account": row.account, "evidence": row.evidence,
        "cases": [one.case.number for one in row.members.all()],
        "notes": [_note(one) for one in row.notes.all()],
    }  # fmt: skip


@router.get("/discipline/fraud", response=shapes.FraudPage, summary="Fraud findings")
def list_findings(request: HttpRequest, given: Query[shapes.FraudQuery]) -> dict[str, Any]:
    """About the units that you watch over, or your own."""
    rows = queries.findings(_concerned(request), state=given.state)
    return paging.listed(
        rows, _finding_line, order=("-found_at", "-id"), cursor=given.cursor, size=given.size
    )


@router.get("/discipline/fraud/{finding_id}", response=shapes.FraudFile, summary="One finding")
def show_finding(request: HttpRequest, finding_id: shapes.Id) -> dict[str, Any]:
    """404 outside your scope."""
    return _finding(_concerned(request), finding_id)


@router.post("/discipline/fraud", response=shapes.FraudFile, summary="Record a fraud finding")
@idempotent
def record_fraud(request: HttpRequest, body: shapes.FraudIn) -> tuple[int, dict[str, Any]]:
    """Needs discipline.find; the unit is told."""
    actor = actor_with(request, "discipline.find")
    unit = Organisation.objects.filter(pk=body.unit_id).first()
    if unit is None:
        raise Invalid(_("there is no such unit"), fields={"unit_id": _("unknown")})
    member = Member.objects.filter(username=body.member).first() if body.member else None
    if body.member and member is None:
        raise Invalid(_("nobody signs in by this name"), fields={"member": _("unknown")})
    given = operations.Accusation(
        kind=body.kind, unit=unit, member=member, numbers=body.cases, account=body.account,
        photos=body.photos, lines=[(one.case, one.version) for one in body.lines],
    )  # fmt: skip
    row = operations.record_fraud(given, actor=actor, now=clock.now())
    return 200, _finding(actor, row.pk)


@router.post(
    "/discipline/fraud/{finding_id}/notes",
    response=shapes.FraudFile,
    summary="State a case, decide, appeal",
)
@idempotent
def say_about_fraud(
    request: HttpRequest, finding_id: shapes.Id, body: shapes.FraudNoteIn
) -> tuple[int, dict[str, Any]]:
    """Each step once; 409 where it is not what comes next."""
    actor, now = _concerned(request), clock.now()
    if body.step in ("statement", "appeal"):
        say = operations.state_case if body.step == "statement" else operations.appeal
        say(finding_id=finding_id, text=body.text, actor=actor, now=now)
    else:
        first = body.step == "decision"
        decide = operations.decide_fraud if first else operations.decide_appeal
        decide(finding_id=finding_id, verdict=body.verdict, reason=body.text, actor=actor, now=now)
    return 200, _finding(actor, finding_id)


@router.get("/discipline/lots", response=list[shapes.LotOut], summary="Lots over decisions")
def list_lots(request: HttpRequest) -> list[Any]:
    """The latest sixty; with the seed anybody can repeat a lot."""
    return list(queries.lots(actor_of(request)))


@router.get(
    "/discipline/error-rates", response=list[shapes.FigureOut], summary="Wrong decisions, by whom"
)
def list_error_rates(request: HttpRequest, given: Query[shapes.FigureQuery]) -> list[Any]:
    """Of the decisions in cases of your scope, the worst first."""
    last = given.until or timezone.localdate(clock.now())
    first = given.since or last - timedelta(days=min(30, (last - date.min).days))
    wanted = queries.Wanted(since=first, until=last, kind=given.kind)
    return queries.figures(actor_of(request), by=given.by, wanted=wanted)


def _decision(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "case": row.case.number, "version": row.version, "kind": row.kind,
        "operator_id": row.member_id, "operator": row.member.name, "at": row.at,
    }  # fmt: skip


@router.get("/discipline/decisions", response=shapes.DecisionPage, summary="Decisions of people")
def list_decisions(request: HttpRequest, given: Query[shapes.DecisionQuery]) -> dict[str, Any]:
    """What the figures count, drawn or not, in cases of your scope."""
    wanted = queries.Wanted(**given.dict(exclude={"cursor", "size"}))
    return paging.listed(
        queries.decisions(actor_of(request), wanted), _decision, order=("-at", "-id"),
        cursor=given.cursor, size=given.size,
    )  # fmt: skip


def _sample(row: Any) -> dict[str, Any]:
    said = getattr(row, "answer", None)
    return {
        "id": row.pk, "case": row.case.number, "version": row.version, "kind": row.kind,
        "operator_id": row.operator_id, "operator": row.operator.name, "hall_id": row.hall_id,
        "decided_at": row.decided_at, "ruling": row.ruling, "mistake": row.mistake,
        "note": row.note, "judge": row.judge.name if row.judge else None,
        "judged_at": row.judged_at, "answer": said.text if said else None,
    }  # fmt: skip


@router.get("/discipline/samples", response=shapes.SamplePage, summary="Decisions drawn by lot")
def list_samples(request: HttpRequest, given: Query[shapes.SampleQuery]) -> dict[str, Any]:
    """In cases of your scope; `state` waiting: those that you may judge."""
    wanted = queries.Wanted(**given.dict(exclude={"cursor", "size"}))
    return paging.listed(
        queries.samples(actor_of(request), wanted), _sample, order=("-decided_at", "-id"),
        cursor=given.cursor, size=given.size,
    )  # fmt: skip


@router.get("/discipline/samples/{sample_id}", response=shapes.SampleOut, summary="One of them")
def show_sample(request: HttpRequest, sample_id: shapes.Id) -> dict[str, Any]:
    """404 outside your scope; who took the decision sees it once it is judged."""
    return _sample(queries.sample(actor_of(request), sample_id))


@router.post(
    "/discipline/samples/{sample_id}/ruling", response=shapes.SampleOut, summary="Judge a decision"
)
@idempotent
def judge_decision(
    request: HttpRequest, sample_id: shapes.Id, body: shapes.RulingIn
) -> tuple[int, dict[str, Any]]:
    """Needs discipline.judge; once, by somebody who had no part in it (409)."""
    actor = actor_of(request)
    row = operations.judge_decision(
        sample_id=sample_id, actor=actor, now=clock.now(), **body.dict()
    )
    return 200, _sample(row)


@router.post(
    "/discipline/samples/{sample_id}/answer", response=shapes.SampleOut, summary="Answer a ruling"
)
@idempotent
def answer_ruling(
    request: HttpRequest, sample_id: shapes.Id, body: shapes.RulingAnswerIn
) -> tuple[int, dict[str, Any]]:
    """By who took the decision, once it is judged, once."""
    actor = actor_of(request)
    row = operations.answer_judgement(
        sample_id=sample_id, text=body.text, actor=actor, now=clock.now()
    )
    return 200, _sample(row)
