"""The API's frame: orjson answers, problem+json errors, actor on every request, idempotency."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from cityloop.kernel import clock, idempotency
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, NotSignedIn, Problem
from cityloop.kernel.middleware import problem_response
from cityloop.kernel.page import actor_of


class Renderer(BaseRenderer):
    """JSON with Chinese as it is, not as escapes."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Bytes of the answer."""
        return orjson.dumps(data, default=NinjaJSONEncoder().default)


class TokenOrSession(AuthBase):
    """A bearer token, or the session of a signed-in browser (then with CSRF check)."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor; raises NotSignedIn."""
        if not request.headers.get("Authorization"):
            _check_csrf(request)
        return actor_of(request)


def _check_csrf(request: HttpRequest) -> None:
    if check_csrf(request) is not None:
        raise NotSignedIn(_("the session's CSRF token is missing or wrong"), code="csrf")


def build_api() -> NinjaAPI:
    """The NinjaAPI to which every subsystem's router is added."""
    api = NinjaAPI(
        title="CityLoop",
        version="1",
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
    fields = {
        ".".join(str(part) for part in one["loc"][1:]) or "body": str(one["msg"])
        for one in error.errors
    }
    return problem_response(
        Invalid(*(f"{name}: {reason}" for name, reason in fields.items()), fields=fields)
    )


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    problem = Problem(str(error.message), code="bad-body")
    problem.status = error.status_code
    return problem_response(problem)


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """A write that honours the Idempotency-Key header; the view returns (status, JSON-able)."""

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def act() -> idempotency.Answer:
            status, data = view(request, *args, **kwargs)
            return status, orjson.dumps(data, default=NinjaJSONEncoder().default)

        key = request.headers.get("Idempotency-Key")
        if key is None:
            status, body = act()
        else:
            actor = actor_of(request)
            status, body = idempotency.once(
                caller=f"member:{actor.member_id}" if actor.member_id else actor.post[:60],
                key=key,
                request=f"{request.method} {request.path}".encode() + _content(request),
                now=clock.now(),
                act=act,
            )
        return HttpResponse(body, status=status, content_type="application/json")

    return handle


def _content(request: HttpRequest) -> bytes:
    """What makes two requests the same: the raw body, or for forms with files their fields."""
    if request.content_type == "multipart/form-data":
        files = [(k, f.name, f.size) for k, fs in request.FILES.lists() for f in fs]
        return repr((sorted(request.POST.lists()), files)).encode()
    return request.body
