"""Feedback over the API."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from ninja import Path, Query, Router

from cityloop.cases import queries as cases
from cityloop.feedback import operations, queries, shapes
from cityloop.feedback.models import Entry
from cityloop.feedback.queries import MANAGE
from cityloop.kernel import clock, paging
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_of, actor_with

router = Router(tags=["feedback"])
Id = Annotated[int, Path(ge=1, lt=2**63)]


def _out(row: Entry) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "text": row.text, "page": row.page, "title": row.title,
        "language": row.language, "version": row.version,
        "picture": row.picture.sha256 if row.picture else None, "written_at": row.written_at,
        "state": row.head.state, "same": row.same_as_id is not None,
        "published": row.published_at is not None,
    }  # fmt: skip


def _whole(row: Entry) -> dict[str, Any]:
    answers = queries.answers_to(row)
    told = [{"state": one.state, "text": one.text, "at": one.at} for one in answers]
    return {**_out(row), "answers": told}


def _managed(row: Entry) -> dict[str, Any]:
    return {
        **_out(row), "member": row.member.name, "post": row.post,
        "organisation": row.organisation.code, "same_as": row.same_as_id, "shown_as": row.shown_as,
    }  # fmt: skip


def _wish(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "words": row.shown_as, "state": row.state, "count": row.count,
        "mine": row.mine, "published_at": row.published_at,
    }  # fmt: skip


@router.get("/feedback", response=shapes.FeedbackList, summary="Your feedback")
def list_own(request: HttpRequest, given: Query[shapes.FeedbackPaging]) -> dict[str, Any]:
    """What you said, latest first, with its state."""
    return paging.listed(
        queries.own(actor_of(request)), _out, order=queries.ORDER, cursor=given.cursor,
        size=given.size,
    )  # fmt: skip


@router.post("/feedback", response=shapes.WholeFeedbackOut, summary="Say what hinders you")
@idempotent
def say(request: HttpRequest, body: shapes.FeedbackIn) -> tuple[int, dict[str, Any]]:
    """Whoever may sign in may; the same words again within ten minutes are one entry."""
    actor = actor_of(request)
    cases.require_files(actor, [body.picture])
    told = operations.NewEntry(
        kind=body.kind, text=body.text, page=body.page, title=body.title,
        language=translation.get_language() or "", picture=operations.picture_of(body.picture),
    )  # fmt: skip
    row = operations.say(told, actor=actor, limited=settings.RATE_LIMITS, now=clock.now())
    return 200, _whole(queries.own_entry(actor, row.pk))


@router.get("/feedback/wishes", response=shapes.WishList, summary="Wishes of colleagues")
def list_wishes(request: HttpRequest, given: Query[shapes.FeedbackPaging]) -> dict[str, Any]:
    """Those that the administrators show to the staff, latest first; without who wrote them."""
    return paging.listed(
        queries.wishes(actor_of(request)), _wish, order=queries.WISHED, cursor=given.cursor,
        size=given.size,
    )  # fmt: skip


@router.post("/feedback/wishes/{entry_id}/support", response=shapes.WishOut,
             summary="Wish the same")  # fmt: skip
@idempotent
def support(request: HttpRequest, entry_id: Id) -> tuple[int, dict[str, Any]]:
    """Counts once, however often it is sent; not for one's own wish."""
    return 200, _wish(operations.support(entry_id, actor=actor_of(request), now=clock.now()))


@router.get("/feedback/managed", response=shapes.ManagedFeedbackList,
            summary="Feedback of those whom you administer")  # fmt: skip
def list_managed(request: HttpRequest, given: Query[shapes.FeedbackQuery]) -> dict[str, Any]:
    """Latest first, with who wrote it; needs feedback.manage."""
    rows = queries.managed(
        actor_with(request, MANAGE), kind=given.kind, state=given.state, page=given.page,
        words=given.q,
    ).select_related("picture")  # fmt: skip
    return paging.listed(rows, _managed, order=queries.ORDER, cursor=given.cursor, size=given.size)


@router.get("/feedback/{entry_id}", response=shapes.WholeFeedbackOut, summary="One entry")
def get_entry(request: HttpRequest, entry_id: Id) -> dict[str, Any]:
    """Your own, or of somebody whom you administer; with its answers."""
    return _whole(queries.seen_entry(actor_of(request), entry_id))


@router.post("/feedback/{entry_id}/answer", response=shapes.WholeFeedbackOut,
             summary="Answer feedback")  # fmt: skip
@idempotent
def answer(
    request: HttpRequest, entry_id: Id, body: shapes.FeedbackAnswerIn
) -> tuple[int, dict[str, Any]]:
    """The writer is told, and whoever said the same; needs feedback.manage."""
    actor = actor_with(request, MANAGE)
    operations.answer(entry_id, actor=actor, now=clock.now(), **body.dict())
    return 200, _whole(queries.seen_entry(actor, entry_id))


@router.post("/feedback/{entry_id}/same", response=shapes.WholeFeedbackOut,
             summary="Mark feedback as the same as another")  # fmt: skip
@idempotent
def mark_same(
    request: HttpRequest, entry_id: Id, body: shapes.SameFeedbackIn
) -> tuple[int, dict[str, Any]]:
    """Its writer hears what the other is answered; needs feedback.manage."""
    actor = actor_with(request, MANAGE)
    operations.mark_same(entry_id, other_id=body.other, actor=actor, now=clock.now())
    return 200, _whole(queries.seen_entry(actor, entry_id))


@router.post("/feedback/{entry_id}/publish", response=shapes.WholeFeedbackOut,
             summary="Show a wish to the staff")  # fmt: skip
@idempotent
def publish(
    request: HttpRequest, entry_id: Id, body: shapes.PublishFeedbackIn
) -> tuple[int, dict[str, Any]]:
    """In these words, without its writer; for the city's administrators."""
    actor = actor_with(request, MANAGE)
    operations.publish(entry_id, words=body.words, actor=actor, now=clock.now())
    return 200, _whole(queries.seen_entry(actor, entry_id))
