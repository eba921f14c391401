"""Messages over the API: one's own, and the city's wording."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from cityloop.kernel import clock, paging
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_of
from cityloop.notify import operations, queries
from cityloop.notify.models import Message

router = Router(tags=["messages"])
Cursor = Annotated[str, Query(max_length=400)]
Size = Annotated[int, Query(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class MessageOut(Schema):
    """A message to the caller."""

    id: int
    topic: str
    case: str
    text: str
    urgent: bool
    medium: str
    state: str
    ordered_at: datetime
    read_at: datetime | None


class MessagesPage(Schema):
    """One page of messages and how many of all are unread."""

    items: list[MessageOut]
    next: str | None
    unread: int


class WordingOut(Schema):
    """A text as it holds; `own`: the city's."""

    topic: str
    audience: str
    media: list[str]
    class_code: str
    language: str
    text: str
    own: bool


class WordingsOut(Schema):
    """Every text."""

    items: list[WordingOut]


class WordingIn(Schema):
    """A text of the city's own; an empty one goes back to the given text."""

    language: Annotated[str, Field(max_length=10)]
    class_code: Annotated[str, Field(max_length=8)] = ""
    text: Annotated[str, Field(max_length=500)]


def _shown(row: Message) -> dict[str, Any]:
    return {
        "id": row.pk, "topic": row.topic, "case": row.case.number, "text": row.text,
        "urgent": row.urgent, "medium": row.medium, "state": row.state,
        "ordered_at": row.ordered_at, "read_at": row.read_at,
    }  # fmt: skip


@router.get("/messages", response=MessagesPage, summary="One's own messages")
def messages(request: HttpRequest, cursor: Cursor = "", size: Size = 50) -> dict[str, Any]:
    """Latest first, whatever medium brought them."""
    actor = actor_of(request)
    found = paging.page(queries.inbox(actor), order=("-id",), cursor=cursor or None, size=size)
    return {
        "items": [_shown(one) for one in found.items],
        "next": found.next,
        "unread": queries.unread(actor),
    }


@router.post("/messages/{message_id}/read", response=MessageOut, summary="A message was read")
@idempotent
def read(request: HttpRequest, message_id: Id) -> tuple[int, dict[str, Any]]:
    """It counts as unread no more."""
    return 200, _shown(operations.mark_read(message_id, actor=actor_of(request), now=clock.now()))


@router.get("/messages/wordings", response=WordingsOut, summary="The texts of messages")
def wordings(request: HttpRequest) -> dict[str, Any]:
    """Topic, audience, media, text: the given ones, and behind each the city's own."""
    return {"items": queries.wordings(actor_of(request))}


@router.put("/messages/wordings/{topic}", response=WordingOut, summary="Set a text")
@idempotent
def set_wording(request: HttpRequest, topic: str, body: WordingIn) -> tuple[int, dict[str, Any]]:
    """For all classes or for some; older texts stay on record."""
    actor = actor_of(request)
    operations.set_wording(topic, actor=actor, now=clock.now(), **body.dict())
    same = (body.language, body.class_code)
    lines = [one for one in queries.wordings(actor) if one.topic == topic]
    held = [one for one in lines if (one.language, one.class_code) == same] or lines
    return 200, WordingOut.from_orm(held[-1]).dict()
