"""Reports over the API: the door itself, what it would say, and what is owed to reporters."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from cityloop.cases import queries as cases
from cityloop.intake import forms, operations, queries, reference, shapes, views
from cityloop.intake.models import TOPICS
from cityloop.kernel import clock, files, paging
from cityloop.kernel.api import KEY_HEADER, OneOf, idempotent, plain
from cityloop.kernel.errors import Problem, TooLarge
from cityloop.kernel.idempotency import check_key
from cityloop.kernel.page import actor_of

router = Router(tags=["intake"])
MAX_JSON = 256 * 1024
STAGES: dict[str, forms.Stage] = {
    "photos": "report",
    "before": "before",
    "after": "after",
    "paper": "paper",
}
JSON = ("application/json", "text/json", "")
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Words = Annotated[str, Query(max_length=2000)]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class UnknownContentType(Problem):
    """Neither JSON nor a form."""

    status, code, title = 415, "unknown-content-type", "This kind of body is not read"


class ChannelIn(Schema):
    """The city's settings of a channel; they replace those before."""

    changes: dict[str, bool | int | str]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class SettleIn(Schema):
    """How the reporter was told; a written answer needs its paper."""

    medium: Annotated[str, Field(max_length=16)]
    paper_sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    note: Annotated[str, Field(max_length=200)] = ""


class CallerIn(Schema):
    """A phone number, in the body so that no log keeps it."""

    phone: Annotated[str, Field(min_length=3, max_length=30, pattern=r"^[0-9+*#()\- ]+$")]


def _inlined(schema: Any, defined: dict[str, Any]) -> Any:
    """A JSON schema without references, for a body that Ninja does not read itself."""
    if isinstance(schema, list):
        return [_inlined(one, defined) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(defined[schema["$ref"].rpartition("/")[2]], defined)
    return {k: _inlined(v, defined) for k, v in schema.items() if k != "$defs"}


_SCHEMA = forms.ReportIn.model_json_schema()
_BODY = _inlined(_SCHEMA, _SCHEMA.get("$defs", {}))
_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
_FORM = {
    "type": "object",
    "required": ["channel"],
    "properties": {
        **{k: v for k, v in _BODY["properties"].items() if k not in ("photos", "reporter")},
        "reporter_name": {"type": "string", "maxLength": 60},
        "reporter_phone": {"type": "string", "maxLength": 30},
        "answer_wanted": {"type": "boolean"},
        **dict.fromkeys(STAGES, _FILES),
    },
}
REPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _BODY},
            "multipart/form-data": {"schema": _FORM},
        },
    },
    "parameters": [
        {
            **KEY_HEADER,
            "description": "The sender's number where `source_key` gives none. The same again "
            "answers the first receipt with 200 and `repeated`, and does nothing; with another "
            "body it is refused (409, source-key-reused).",
        }
    ],
}


@router.post(
    "/reports",
    summary="Report a problem",
    response={201: shapes.ReceiptOut, 200: shapes.ReceiptOut},
    by_alias=True,
    openapi_extra=REPORT_BODY,
)
def report(request: HttpRequest) -> HttpResponse:
    """Opens a case (201) or joins one (201); the same key again answers the first result (200).

    The key is `source_key`, the sender's own number, or else the Idempotency-Key header.
    """
    actor, now = actor_of(request), clock.now()
    actor.require("intake.receive")
    if request.content_type in FORMS:
        given = _form(request)
    else:
        given = _json(request)
        cases.require_files(actor, [photo.sha256 for photo in given.photos])
    if key := request.META.get("HTTP_IDEMPOTENCY_KEY", ""):
        check_key(key)
    receipt = operations.receive(given.incoming(key), actor=actor, now=now)
    return plain(views.receipt(receipt), 200 if receipt.repeated else 201)


def _json(request: HttpRequest) -> forms.ReportIn:
    if request.content_type not in JSON:
        raise UnknownContentType(_("send %(kinds)s") % {"kinds": ", ".join((*JSON[:1], *FORMS))})
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > MAX_JSON:
        raise TooLarge(_("a report without files has at most %(n)s kB") % {"n": MAX_JSON // 1024})
    return forms.from_json(request.body)


def _form(request: HttpRequest) -> forms.ReportIn:
    """Files are stored first: by their content, so that sending them again costs nothing."""
    photos = [
        forms.Photo(
            sha256=files.store(
                chunks=file.chunks(), filename=file.name or "", now=clock.now()
            ).sha256,
            stage=stage,
            filename=(file.name or "")[:120],
        )
        for name, stage in STAGES.items()
        for file in request.FILES.getlist(name)
    ]
    fields = [(name, str(value)) for name, value in request.POST.items()]
    if any("\ufffd" in value for _name, value in fields):
        raise forms.BadBody(_("the form is not UTF-8: a text holds broken characters"))
    return forms.from_form(fields, photos)


@router.get("/reports/{number}", response=shapes.ReportOut, by_alias=True, summary="One report")
def read_report(request: HttpRequest, number: str) -> HttpResponse:
    """The report as it came, what was noticed, who is owed an answer; the reporter for few."""
    actor = actor_of(request)
    actor.require("cases.view")
    return plain(views.reports([queries.report(actor, number)], actor=actor)[0])


@router.get(
    "/cases/{number}/reports",
    response=shapes.ReportsOut,
    by_alias=True,
    summary="All reports of a case",
)
def read_reports(request: HttpRequest, number: str) -> HttpResponse:
    """The one that opened the case, and those that joined it."""
    actor = actor_of(request)
    actor.require("cases.view")
    found = queries.reports_of(actor, number)
    return plain({"items": views.reports(found, actor=actor)})


@router.get("/channels", response=list[shapes.ChannelOut], summary="The channels")
def channels(request: HttpRequest) -> list[dict[str, Any]]:
    """Every channel as the city has set it, with what it requires."""
    actor_of(request).require("intake.receive")
    return [views.channel(one) for one in reference.all_channels()]


@router.put("/channels/{code}", response=shapes.ChannelOut, summary="Set a channel")
@idempotent
def set_channel(request: HttpRequest, code: str, body: ChannelIn) -> tuple[int, dict[str, Any]]:
    """Replace the city's settings; {} goes back to the standard ones."""
    one = operations.set_channel(
        code, body.changes, reason=body.reason, actor=actor_of(request), now=clock.now()
    )
    return 200, views.channel(one)


@router.get(
    "/intake/suggest", response=shapes.SuggestedOut, by_alias=True, summary="What a text may mean"
)
def suggest(request: HttpRequest, text: Words = "", class_code: str = "") -> HttpResponse:
    """The likeliest classes, and the filing rules of the given or the likeliest class."""
    actor_of(request).require("intake.receive")
    today = timezone.localdate(clock.now())
    guesses = queries.suggest_classes(text, on=today)
    chosen = reference.class_of(class_code, today) if class_code else None
    known = chosen or (guesses[0].known if guesses else None)
    rules = queries.suggest_rules(known.id, text, on=today) if known else []
    model = queries.text_model()
    found = {
        "classes": [views.guess(one) for one in guesses],
        "rules": [views.rule_guess(one) for one in rules],
        "model": {"trained_at": model.trained_at, **model.metrics} if model else None,
    }
    return plain(found)


@router.get(
    "/intake/duplicates", response=shapes.LikenessesOut, summary="Cases nearby that may be the same"
)
def duplicates(
    request: HttpRequest,
    lon: Lon,
    lat: Lat,
    class_code: str = "",
    text: Words = "",
    channel: str = "hotline12345",
) -> dict[str, Any]:
    """Within the metres and hours of the channel, surest first; `same` ones would be joined."""
    actor, now = actor_of(request), clock.now()
    actor.require("intake.receive")
    today = timezone.localdate(now)
    asked = queries.Question(
        channel=reference.channel(channel), now=now, on=today, lon=lon, lat=lat,
        class_id=reference.class_of(class_code, today).id if class_code else None,
    )  # fmt: skip
    return {"items": [views.likeness(one) for one in queries.duplicates(actor, asked, text)]}


@router.post("/intake/earlier", response=shapes.EarlierPage, summary="Earlier reports of a caller")
def earlier(request: HttpRequest, body: CallerIn) -> dict[str, Any]:
    """The latest reports made from a phone number."""
    actor = actor_of(request)
    found = queries.earlier_reports(actor, body.phone)
    return {
        "items": [
            {
                "report": queries.report_number(one.case.number, one.ordinal),
                "received_at": one.received_at,
                "status": one.case.status,
                "text": one.text,
            }
            for one in found
        ]
    }


@router.get("/intake/notices", response=shapes.OwedPage, summary="Answers that are owed")
def notices(
    request: HttpRequest,
    topic: Annotated[str, OneOf(TOPICS)] = "",
    cursor: Annotated[str, Query(max_length=400)] = "",
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Who is to be told what, the longest waiting first."""
    actor = actor_of(request)
    actor.require("intake.reporter")
    rows = queries.notices_owed(actor, topic=topic)
    found = paging.page(rows, order=("owed_at", "id"), cursor=cursor or None, size=size)
    return {"items": [views.owed(one, actor=actor) for one in found.items], "next": found.next}


@router.post(
    "/intake/notices/{notice_id}/settle", response=shapes.NoticeOut, summary="The reporter was told"
)
@idempotent
def settle(request: HttpRequest, notice_id: int, body: SettleIn) -> tuple[int, dict[str, Any]]:
    """Note by which medium; a written answer is proven by its paper."""
    cases.require_files(actor_of(request), [body.paper_sha256])
    one = operations.settle(
        notice_id, medium=body.medium, paper_sha256=body.paper_sha256, note=body.note,
        actor=actor_of(request), now=clock.now(),
    )  # fmt: skip
    return 200, views.notice(one)


@router.get("/intake/account", response=shapes.AccountOut, summary="A day's reports by channel")
def account(request: HttpRequest, day: Day = None) -> dict[str, Any]:
    """Received, opened, joined and flagged, held against the history of cases (O02): of the cases
    that you may see."""
    actor = actor_of(request)
    actor.require("intake.receive")
    return views.account(queries.account(actor, day or timezone.localdate(clock.now())))
