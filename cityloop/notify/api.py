"""Messages over the API: one's own, and the city's wording."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock, paging
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_of
from cityloop.notify import operations, queries, webpush, wording
from cityloop.notify.models import Message, ReplyCheck, Subscription
from cityloop.notify.webpush import Browser

router = Router(tags=["messages"])
Cursor = Annotated[str, Query(max_length=400)]
Size = Annotated[int, Query(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class MessageOut(Schema):
    """A message to the caller; `path` leads to the page of what is no case."""

    id: int
    topic: str
    case: str | None
    path: str
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
        "id": row.pk, "topic": row.topic, "case": row.case.number if row.case else None,
        "path": row.path, "text": row.text, "urgent": row.urgent, "medium": row.medium,
        "state": row.state,
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


class KeyOut(Schema):
    """The city's public key, for `pushManager.subscribe`; '' where it pushes nothing."""

    key: str


class BrowserOut(Schema):
    """A browser in which the caller is told at once."""

    id: int
    endpoint: str
    device: str
    made_at: datetime


class KeysIn(Schema):
    """The browser's key and secret, base64url."""

    p256dh: Annotated[str, Field(max_length=120)]
    auth: Annotated[str, Field(max_length=40)]


class BrowserIn(Schema):
    """A subscription as `PushSubscription.toJSON()` gives it, and the device's name."""

    endpoint: Annotated[str, Field(max_length=500)]
    keys: KeysIn
    device: Annotated[str, Field(max_length=120)] = ""


@router.get("/push/key", response=KeyOut, summary="The city's key for push services")
def push_key(request: HttpRequest) -> dict[str, str]:
    """By it a push service knows that a message comes from the city."""
    actor_of(request)
    return {"key": webpush.public_key(settings.PUSH_KEY) if settings.PUSH_CONTACT else ""}


@router.get("/push/browsers", response=list[BrowserOut], summary="Where one is told at once")
def browsers(request: HttpRequest) -> list[Subscription]:
    """One's own browsers, latest first."""
    return list(queries.subscriptions(actor_of(request)))


@router.post("/push/browsers", response={201: BrowserOut}, summary="Be told in a browser")
@idempotent
def add_browser(request: HttpRequest, body: BrowserIn) -> tuple[int, dict[str, Any]]:
    """From now on; ten browsers a member, the oldest makes room."""
    browser = Browser(body.endpoint, body.keys.p256dh, body.keys.auth)
    row = operations.subscribe(
        browser, device=body.device, actor=actor_of(request), now=clock.now()
    )
    return 201, BrowserOut.from_orm(row).dict()


@router.post(
    "/push/browsers/{browser_id}/end", response=BrowserOut, summary="Be told in a browser no more"
)
@idempotent
def end_browser(request: HttpRequest, browser_id: Id) -> tuple[int, dict[str, Any]]:
    """One's own only; the browser that has ended."""
    row = operations.unsubscribe(browser_id, actor=actor_of(request), now=clock.now())
    return 200, BrowserOut.from_orm(row).dict()


class ReplyOut(Schema):
    """A reply owed to a reporter. `goes_out_at`: when it is sent by itself unless somebody is
    quicker; null: people send it. `sent_by`: the post that sent it last, or `system`."""

    id: int
    case: str
    topic: str
    state: str
    written: bool
    owed_at: datetime
    due_at: datetime
    late: bool
    medium: str
    sending: str
    sent_by: str
    goes_out_at: datetime | None


class RepliesPage(Schema):
    """One page of replies."""

    items: list[ReplyOut]
    next: str | None


class DraftOut(ReplyOut):
    """A reply with its text: the draft, or what was sent last."""

    text: str


class ReplyIn(Schema):
    """The reply as it goes out."""

    text: Annotated[str, Field(min_length=1, max_length=500)]


ReplyState = Annotated[Literal["late", "due", "failed", "sent"], Query()]


def _reply(row: ReporterNotice, now: datetime, going: Mapping[int, datetime]) -> dict[str, Any]:
    sent = list(row.messages.all())
    return {
        "id": row.pk, "case": row.report.case.number, "topic": row.topic, "state": row.state,
        "written": row.written, "owed_at": row.owed_at, "due_at": row.due_at,
        "late": row.due_at < (row.settled_at or now), "medium": row.medium,
        "sending": sent[0].state if sent else "",
        "sent_by": sent[0].ordered_by if sent else row.settled_by,
        "goes_out_at": going.get(row.pk),
    }  # fmt: skip


def _draft(row: ReporterNotice, now: datetime) -> dict[str, Any]:
    sent = list(row.messages.all())
    text = sent[0].text if sent else wording.draft(row)
    going = queries.going_out([row.pk], now=now)
    return {**_reply(row, now, going), "text": text}


@router.get("/replies", response=RepliesPage, summary="Replies to those who reported")
def replies(
    request: HttpRequest, state: ReplyState = "late", cursor: Cursor = "", size: Size = 50
) -> dict[str, Any]:
    """Late or due ones by their clock, those that did not arrive, or those given, latest first."""
    now = clock.now()
    rows = queries.replies(actor_of(request), state, now=now)
    order = queries.ORDER.get(state, ("due_at", "id"))
    found = paging.page(rows, order=order, cursor=cursor or None, size=size)
    going = queries.going_out([one.pk for one in found.items], now=now)
    return {"items": [_reply(one, now, going) for one in found.items], "next": found.next}


@router.get("/replies/{notice_id}", response=DraftOut, summary="One reply with its draft")
def reply(request: HttpRequest, notice_id: Id) -> dict[str, Any]:
    """The text as the template gives it today, or as it was sent."""
    return _draft(queries.reply(actor_of(request), notice_id), clock.now())


@router.post("/replies/{notice_id}/send", response=DraftOut, summary="Send a reply")
@idempotent
def send(request: HttpRequest, notice_id: Id, body: ReplyIn) -> tuple[int, dict[str, Any]]:
    """In these words; the answer counts as given once a medium has taken it."""
    actor, now = actor_of(request), clock.now()
    operations.send_reply(notice_id, text=body.text, actor=actor, now=now)
    return 200, _draft(queries.reply(actor, notice_id), now)


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


class CheckOut(Schema):
    """A reply drawn by lot; `judge_id` is null until a second person has judged it."""

    id: int
    day: date
    case: str
    text: str
    author_id: int
    quality: str
    fault: str
    note: str
    judge_id: int | None
    judged_at: datetime | None


class CheckIn(Schema):
    """How good it is; a poor one needs its fault."""

    quality: Literal["good", "poor"]
    fault: Literal["", "vague", "wrong", "beside", "tone"] = ""
    note: Annotated[str, Field(max_length=300)] = ""


class OperatorOut(Schema):
    """Replies of somebody that were judged; `rate` of poor ones is null without any."""

    member_id: int
    name: str
    judged: int
    poor: int
    waiting: int
    rate: float | None


def _check(row: ReplyCheck) -> dict[str, Any]:
    return {
        "id": row.pk, "day": row.draw.day,
        "case": row.message.case.number if row.message.case else "",
        "text": row.message.text, "author_id": row.author_id, "quality": row.quality,
        "fault": row.fault, "note": row.note, "judge_id": row.judge_id,
        "judged_at": row.judged_at,
    }  # fmt: skip


@router.get("/reply-checks", response=list[CheckOut], summary="Replies drawn by lot")
def list_reply_checks(request: HttpRequest) -> list[dict[str, Any]]:
    """Those not judged first, then the latest; a hundred at most."""
    return [_check(row) for row in queries.reply_checks(actor_of(request))]


@router.get("/reply-checks/operators", response=list[OperatorOut], summary="Poor replies by sender")
def list_operators(
    request: HttpRequest, since: date | None = None, until: date | None = None
) -> list[Any]:
    """Over the draws from `since` to `until`, the last ninety days unless told otherwise."""
    last = until or timezone.localdate(clock.now())
    first = since or last - timedelta(days=min(90, (last - date.min).days))
    return list(queries.operators(actor_of(request), since=first, until=last))


@router.post("/reply-checks/{check_id}", response=CheckOut, summary="Judge a drawn reply")
@idempotent
def judge_reply(request: HttpRequest, check_id: Id, body: CheckIn) -> tuple[int, dict[str, Any]]:
    """By somebody who did not send it, once."""
    actor = actor_of(request)
    row = operations.judge_reply(check_id, actor=actor, now=clock.now(), **body.dict())
    return 200, _check(row)
