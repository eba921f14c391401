"""The API's frame: orjson answers, problem+json errors, actor on every request, idempotency."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from inspect import signature
from typing import Annotated, Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.params.models import QueryModel
from ninja.parser import Parser as NinjaParser
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder
from ninja.router import BoundRouter
from ninja.security.base import AuthBase
from ninja.utils import check_csrf
from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import core_schema

from cityloop.kernel import clock, idempotency, misfits
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Problem
from cityloop.kernel.middleware import problem_response
from cityloop.kernel.page import actor_of

_ENCODER = NinjaJSONEncoder()
Once = Callable[..., idempotency.Answer]
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


def no_number(value: Any) -> Any:
    """A bare number is refused: somebody's year or day would be read as seconds since 1970."""
    if isinstance(value, int | float) or str(value).strip().lstrip("+-").isdigit():
        raise ValueError(_("a moment is written as 2026-03-02T08:30:00+08:00"))
    return value


def _of_our_time(value: datetime) -> datetime:
    """Near the ends of the calendar a shift by hours has no date; no city plans so far."""
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise ValueError(
            _("a moment lies between %(first)s and %(last)s")
            % {"first": EARLIEST_YEAR, "last": LATEST_YEAR}
        )
    return value


Moment = Annotated[datetime, BeforeValidator(no_number), AfterValidator(_of_our_time)]


@dataclass(frozen=True, slots=True)
class OneOf:
    """`Annotated[str, OneOf(values)]`: a filter by a fixed list of words; '' does not filter."""

    values: Sequence[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "enum": ["", *self.values]}

    def _known(self, value: str) -> str:
        if value and value not in self.values:
            about = {"value": value[:40], "values": ", ".join(self.values)}
            raise ValueError(_("%(value)s is none of: %(values)s") % about)
        return value


AwareMoment = Annotated[AwareDatetime, BeforeValidator(no_number), AfterValidator(_of_our_time)]


class Renderer(BaseRenderer):
    """JSON with Chinese as it is, not as escapes."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Bytes of the answer."""
        return orjson.dumps(data, default=_ENCODER.default)


class TokenOrSession(AuthBase):
    """A bearer token, or the session of a signed-in browser (then with CSRF check)."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor; raises NotSignedIn, and NotAllowed for a forged form."""
        actor = actor_of(request)
        if not request.META.get("HTTP_AUTHORIZATION"):
            _check_csrf(request)
        return actor


def _check_csrf(request: HttpRequest) -> None:
    if check_csrf(request) is not None:
        raise NotAllowed(_("the session's CSRF token is missing or wrong"), code="csrf")


def plain(data: Any, status: int = 200) -> HttpResponse:
    """An answer in the shape that `response=` describes; tests hold it to that, not every call."""
    return HttpResponse(
        orjson.dumps(data, default=_ENCODER.default), status=status, content_type="application/json"
    )


class Api(NinjaAPI):
    """Ninja's API whose description also says what a problem looks like."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The description; every operation may answer a problem."""
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["Problem"] = PROBLEM
        for operations in schema["paths"].values():
            operations.pop("head", None)  # HTTP itself says what it answers
            for operation in operations.values():
                operation["responses"]["default"] = ANY_PROBLEM
        return schema

    def _get_bound_routers(self) -> list[BoundRouter]:
        """Ninja's, in which every GET answers only to the parameters that it describes, and HEAD
        as GET does; a body of it goes nowhere, as of a page's."""
        first = self._bound_routers_cache is None
        routers = super()._get_bound_routers()
        for router in routers if first else ():
            for view in router.path_operations.values():
                for operation in view.operations:
                    if "GET" in operation.methods:
                        operation.view_func = _only_known(operation)
                        operation.methods = [*operation.methods, "HEAD"]
        return routers


def _only_known(operation: Operation) -> Callable[..., Any]:
    """The view of a read, refusing what it would ignore: a misspelt filter lists too much."""
    known: set[str] = set()
    for model in operation.models:
        if issubclass(model, QueryModel):
            known |= set(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
    view = operation.view_func

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if unknown := sorted(set(request.GET) - known):
            why = _("this address has no such parameter")
            raise Invalid(
                *(f"{name[:40]}: {why}" for name in unknown[:20]),
                code="unknown-parameter", fields={name[:40]: why for name in unknown[:20]},
            )  # fmt: skip
        return view(request, *args, **kwargs)

    return handle


_TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457; `reasons` are sentences for people, `code` is for programs.",
    "required": ["type", "title", "status", "code", "detail", "reasons"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "detail": _TEXT,
        "reasons": {"type": "array", "items": _TEXT},
        "invalid_params": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": _TEXT, "reason": _TEXT}},
        },
    },
}
ANY_PROBLEM = {
    "description": "A problem; nothing was written.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Parser(NinjaParser):
    """Bodies as Ninja reads them; one with NUL, which no column can hold, is noted on the way.

    Ninja answers whatever a parser raises with "cannot parse", so `idempotent` refuses it.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        """The JSON value."""
        value = super().parse_body(request)
        request.holds_nul = b"\\u0000" in request.body and _holds_nul(value)  # type: ignore[attr-defined]
        return value


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\x00" in value


DESCRIPTION = """\
Sign in with a bearer token: an administrator makes one for a member in the back office (Members,
the member, Tokens); it may do what that member may. Browsers use their session, with its CSRF
token. Every write takes an `Idempotency-Key`; errors are `application/problem+json` (RFC 9457);
lists are paged by the `next` cursor; a parameter that an address does not describe is refused."""


def build_api() -> NinjaAPI:
    """The NinjaAPI to which every subsystem's router is added."""
    api = Api(
        title="CityLoop",
        version="1",
        description=DESCRIPTION,
        parser=Parser(),
        urls_namespace="api",
        renderer=Renderer(),
        auth=TokenOrSession(),
        docs_url="/docs",
    )
    for error, handler in (
        (Problem, _problem),
        (ValidationError, _invalid),
        (AuthenticationError, _not_signed_in),
        (Http404, _not_found),
        (HttpError, _http_error),
    ):
        api.add_exception_handler(error, handler)  # type: ignore[arg-type]  # Ninja's own type
    return api


def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem_response(error)


def _not_signed_in(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(NotSignedIn())


def _not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(NotFound())


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {_field(one["loc"]): misfits.words(one) for one in error.errors}
    return problem_response(
        Invalid(*(f"{name}: {reason}" for name, reason in fields.items()), fields=fields)
    )


def _field(path: Sequence[str | int]) -> str:
    """A field as its caller knows it: 'kind', 'photos.0.sha256', of a body as a whole 'body'.

    Left out: where it was read from, the parameter that gathers fields, the branches of a choice.
    """
    parts = [part for part in path[1:] if isinstance(part, int) or "[" not in part]
    if len(parts) > 1 and isinstance(parts[1], str):
        del parts[0]
    return ".".join(map(str, parts)) or "body"


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    problem = Problem(str(error.message), code="bad-body")
    problem.status = error.status_code
    return problem_response(problem)


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """A write that honours the Idempotency-Key header.

    The view returns (status, JSON-able); None as the second means no content.
    """
    return _with_key(view, idempotency.once)


def idempotent_in_pieces(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a long write that commits piece by piece and does no piece twice."""
    return _with_key(view, idempotency.once_in_pieces)


def _with_key(view: Callable[..., Any], once: Once) -> Callable[..., Any]:
    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "holds_nul", False):
            raise Invalid(_("the body holds a NUL character"), code="nul")

        def act() -> idempotency.Answer:
            status, data = view(request, *args, **kwargs)
            return status, b"" if data is None else orjson.dumps(data, default=_ENCODER.default)

        key = request.headers.get("Idempotency-Key")
        if key is None:
            status, body = act()
        else:
            status, body = once(
                caller=idempotency.caller_of(actor_of(request)),
                key=key,
                request=f"{request.method} {request.get_full_path()}".encode() + _content(request),
                now=clock.now(),
                act=act,
            )
        return HttpResponse(body, status=status, content_type="application/json" if body else None)

    # Ninja looks names of annotations up in the globals of the function it gets: here, not there.
    handle.__signature__ = signature(view, eval_str=True)  # type: ignore[attr-defined]
    handle._ninja_contribute_to_operation = [_tell_of_key]  # type: ignore[attr-defined]
    return handle


def _tell_of_key(operation: Any) -> None:
    """The header stands in the description of the interface."""
    operation.openapi_extra = {**(operation.openapi_extra or {}), "parameters": [KEY_HEADER]}


KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "The same key again answers the same and does nothing.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
}


def _content(request: HttpRequest) -> bytes:
    """What makes two requests the same: the raw body, or for forms their fields and files."""
    if request.content_type != "multipart/form-data":
        return request.body
    files = [(k, f.name, _digest(f)) for k, fs in request.FILES.lists() for f in fs]
    return repr((sorted(request.POST.lists()), files)).encode()


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
