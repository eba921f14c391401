"""Petitions, suggestions and the contact page over the API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from cityloop.intake.models import Reporter
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of, actor_with
from cityloop.petitions import operations, queries, shapes
from cityloop.petitions.models import Petition, Suggestion
from cityloop.petitions.published import Line

router = Router(tags=["petitions"])
Number = Annotated[str, Path(max_length=40)]
Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


def _person(person: Reporter | None) -> dict[str, Any] | None:
    if person is None:
        return None
    return {"name": person.name, "phone": person.phone, "address": person.address}


def _petition(actor: Actor, row: Petition) -> dict[str, Any]:
    return {
        "number": row.number, "kind": row.kind, "received_on": row.received_on,
        "subject": row.subject, "text": row.text, "place": row.place,
        "head_count": row.head_count, "petitioner": _person(queries.petitioner_of(actor, row)),
        "registered_at": row.registered_at, "due_on": row.due_on,
        "late": queries.is_late(row, now=clock.now()),
        "case": row.report.case.number if row.report else None,
        "transferred_at": row.transferred_at, "answered_at": row.answered_at,
        "first": row.first.number if row.first else None,
    }  # fmt: skip


def _whole(actor: Actor, number: str) -> dict[str, Any]:
    row = queries.petition(actor, number)
    return {
        **_petition(actor, row),
        "chain": [one.number for one in queries.chain_of(actor, row)],
        "repetitions": [
            {"earlier": one.earlier.number, "house": one.earlier.organisation.name,
             "received_on": one.earlier.received_on, "why": one.why, "answer": one.answer,
             "reason": one.reason, "decided_at": one.decided_at}
            for one in queries.repetitions_of(actor, row)
        ],
        "letters": [
            {"id": one.pk, "text": one.text, "medium": one.medium, "sent_at": one.sent_at}
            for one in row.letters.order_by("sent_at", "pk")
        ],
    }  # fmt: skip


@router.get("/petitions", response=shapes.PetitionPage, summary="Register of petitions")
def list_petitions(request: HttpRequest, given: Query[shapes.PetitionQuery]) -> dict[str, Any]:
    """Of your houses, latest first."""
    actor, today = actor_of(request), timezone.localdate(clock.now())
    rows = queries.petitions(actor, kind=given.kind, state=given.state, words=given.q, today=today)
    return paging.listed(
        rows, lambda row: _petition(actor, row), order=queries.ORDER, cursor=given.cursor,
        size=given.size,
    )  # fmt: skip


@router.get("/petitions/figures", response=list[shapes.KindCountOut],
            summary="Figures of petitions")  # fmt: skip
def petition_figures(request: HttpRequest, since: Day, until: Day) -> list[dict[str, Any]]:
    """By kind, of petitions received from `since` to `until`, then all together."""
    if since > until:
        why = _("The days stand in order.")
        raise Invalid(why, fields={"until": why})
    rows = queries.figures(actor_of(request), since=since, until=until)
    return [{**asdict(row), "rate": row.rate} for row in rows]


@router.get("/petitions/repeated", response=shapes.PetitionPage, summary="Repeated petitions")
def list_repeated(request: HttpRequest, given: Query[shapes.SuggestionQuery]) -> dict[str, Any]:
    """The first petition of each chain, the one that came again latest first."""
    actor = actor_of(request)
    return paging.listed(
        queries.chains(actor), lambda row: _petition(actor, row), order=queries.LATEST,
        cursor=given.cursor, size=given.size,
    )  # fmt: skip


@router.get("/petitions/{number}", response=shapes.WholePetitionOut, summary="One petition")
def get_petition(request: HttpRequest, number: Number) -> dict[str, Any]:
    """With its chain, proposals and letters."""
    return _whole(actor_of(request), number)


@router.post("/petitions", response=shapes.WholePetitionOut, summary="Register a petition")
@idempotent
def register(request: HttpRequest, body: shapes.PetitionIn) -> tuple[int, dict[str, Any]]:
    """Needs petitions.register; earlier ones of the same person come back as proposals."""
    actor = actor_of(request)
    given = operations.NewPetition(**body.dict())
    row = operations.register(given, actor=actor, now=clock.now())
    return 200, _whole(actor, row.number)


@router.post("/petitions/{number}/transfer", response=shapes.WholePetitionOut,
             summary="Open the case of a petition")  # fmt: skip
@idempotent
def transfer(
    request: HttpRequest, number: Number, body: shapes.TransferIn
) -> tuple[int, dict[str, Any]]:
    """Through intake, once; joins the open case of the same problem."""
    actor = actor_of(request)
    told = operations.Transfer(**body.dict())
    operations.transfer(number, told, actor=actor, now=clock.now())
    return 200, _whole(actor, number)


@router.post("/petitions/{number}/repeats", response=shapes.WholePetitionOut,
             summary="Decide whether a petition repeats another")  # fmt: skip
@idempotent
def decide(
    request: HttpRequest, number: Number, body: shapes.DecideIn
) -> tuple[int, dict[str, Any]]:
    """A proposal is decided once."""
    actor = actor_of(request)
    operations.decide(
        number, body.earlier, same=body.same, reason=body.reason, actor=actor, now=clock.now()
    )
    return 200, _whole(actor, number)


@router.post("/petitions/{number}/letters", response=shapes.WholePetitionOut,
             summary="Send a reply letter")  # fmt: skip
@idempotent
def send_letter(
    request: HttpRequest, number: Number, body: shapes.LetterIn
) -> tuple[int, dict[str, Any]]:
    """Kept as it is sent; the first one stops the reply clock."""
    actor = actor_of(request)
    operations.send_letter(number, actor=actor, now=clock.now(), **body.dict())
    return 200, _whole(actor, number)


def _suggestion(actor: Actor, row: Suggestion) -> dict[str, Any]:
    return {
        "number": row.number, "subject": row.subject, "text": row.text,
        "received_at": row.received_at, "due_at": row.due_at, "outcome": row.outcome,
        "sender": _person(queries.sender_of(actor, row)), "reply": row.reply,
        "replied_at": row.replied_at,
    }  # fmt: skip


@router.get("/suggestions", response=shapes.CitizensSuggestionPage, summary="Suggestions")
def list_suggestions(request: HttpRequest, given: Query[shapes.SuggestionQuery]) -> dict[str, Any]:
    """Of citizens, latest first."""
    actor = actor_of(request)
    return paging.listed(
        queries.suggestions(actor, state=given.state, now=clock.now()),
        lambda row: _suggestion(actor, row), order=queries.SUGGESTED, cursor=given.cursor,
        size=given.size,
    )  # fmt: skip


@router.get("/suggestions/{number}", response=shapes.CitizensSuggestionOut,
            summary="One suggestion")  # fmt: skip
def get_suggestion(request: HttpRequest, number: Number) -> dict[str, Any]:
    """As it came, with its answer."""
    actor = actor_of(request)
    return _suggestion(actor, queries.suggestion(actor, number))


@router.post("/suggestions", response=shapes.CitizensSuggestionOut,
             summary="Write down a suggestion")  # fmt: skip
@idempotent
def enter_suggestion(request: HttpRequest, body: shapes.SuggestionIn) -> tuple[int, dict[str, Any]]:
    """One that came by letter, telephone or visit; never a case."""
    actor = actor_of(request)
    given = operations.NewSuggestion(**body.dict())
    row = operations.enter_suggestion(given, actor=actor, now=clock.now())
    return 200, _suggestion(actor, queries.suggestion(actor, row.number))


@router.post("/suggestions/{number}/answer", response=shapes.CitizensSuggestionOut,
             summary="Answer a suggestion")  # fmt: skip
@idempotent
def answer_suggestion(
    request: HttpRequest, number: Number, body: shapes.SuggestionAnswerIn
) -> tuple[int, dict[str, Any]]:
    """Once; the sender reads it at the address that was given at the start."""
    actor = actor_of(request)
    operations.answer_suggestion(number, actor=actor, now=clock.now(), **body.dict())
    return 200, _suggestion(actor, queries.suggestion(actor, number))


def _contact() -> dict[str, Any]:
    page = queries.contact_page()
    return {"lines": [asdict(one) for one in page.lines], "rules_zh": page.rules_zh,
            "rules_en": page.rules_en, "set_at": page.set_at}  # fmt: skip


@router.get("/contact", response=shapes.ContactOut, summary="The public contact page")
def get_contact(request: HttpRequest) -> dict[str, Any]:
    """Channels and rules as everybody reads them."""
    actor_of(request)
    return _contact()


@router.put("/contact", response=shapes.ContactOut, summary="Publish the contact page")
@idempotent
def publish_contact(request: HttpRequest, body: shapes.ContactIn) -> tuple[int, dict[str, Any]]:
    """Replaces the page; the one before stays on record."""
    operations.publish_contact(
        [Line(**one.dict()) for one in body.lines], rules_zh=body.rules_zh,
        rules_en=body.rules_en, actor=actor_with(request, queries.PUBLISH), now=clock.now(),
    )  # fmt: skip
    return 200, _contact()
