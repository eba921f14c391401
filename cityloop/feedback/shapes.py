"""What the API of feedback takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

from cityloop.feedback.models import Kind, State
from cityloop.feedback.queries import SAME
from cityloop.kernel.api import OneOf

Cursor = Annotated[str, Field(max_length=400)]
Size = Annotated[int, Field(ge=1, le=200)]


class FeedbackPaging(Schema):
    """Which part of a list."""

    cursor: Cursor | None = None
    size: Size = 50


class FeedbackQuery(FeedbackPaging):
    """`state`: 'same' for entries that are answered by another; `page`: how its path begins."""

    kind: Annotated[str, OneOf(Kind.values)] = ""
    state: Annotated[str, OneOf((*State.values, SAME))] = ""
    page: Annotated[str, Field(max_length=300)] = ""
    q: Annotated[str, Field(max_length=100)] = ""


class FeedbackIn(Schema):
    """`picture`: the SHA-256 of a picture that was stored by you."""

    kind: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    page: Annotated[str, Field(max_length=2000)] = ""
    title: Annotated[str, Field(max_length=1000)] = ""
    picture: Annotated[str, Field(max_length=64, pattern="^([0-9a-f]{64})?$")] = ""


class FeedbackAnswerOut(Schema):
    """What the writer was told, and where it left the entry."""

    state: str
    text: str
    at: datetime


class FeedbackOut(Schema):
    """An entry as its writer sees it; `state` and `answers` may be those of one that says the same
    (`same`)."""

    id: int
    kind: str
    text: str
    page: str
    title: str
    language: str
    version: str
    picture: str | None
    written_at: datetime
    state: str
    same: bool
    published: bool


class WholeFeedbackOut(FeedbackOut):
    """With its answers, latest first."""

    answers: list[FeedbackAnswerOut]


class FeedbackList(Schema):
    """A page of one's own entries."""

    items: list[FeedbackOut]
    next: str | None


class ManagedFeedbackOut(FeedbackOut):
    """With who wrote it; `same_as`: the id of the entry that is answered for it."""

    member: str
    post: str
    organisation: str
    same_as: int | None
    shown_as: str


class ManagedFeedbackList(Schema):
    """A page of the office's list."""

    items: list[ManagedFeedbackOut]
    next: str | None


class WishOut(Schema):
    """A wish as the staff reads it; `count`: how many wish the same, `mine`: you are one."""

    id: int
    words: str
    state: str
    count: int
    mine: bool
    published_at: datetime


class WishList(Schema):
    """A page of wishes."""

    items: list[WishOut]
    next: str | None


class FeedbackAnswerIn(Schema):
    """What is done or declined needs words."""

    state: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(max_length=4000)] = ""


class SameFeedbackIn(Schema):
    """The entry that is answered for this one too."""

    other: Annotated[int, Field(ge=1, lt=2**63)]


class PublishFeedbackIn(Schema):
    """How the staff reads the wish."""

    words: Annotated[str, Field(min_length=1, max_length=4000)]
