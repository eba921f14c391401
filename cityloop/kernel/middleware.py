"""Around every request: size limit, rate limit, problems turned into answers."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cityloop.kernel import session
from cityloop.kernel.errors import (
    Invalid,
    NeedsLength,
    Problem,
    TooLarge,
    TooMany,
    Unavailable,
    WrongMethod,
)

Handler = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("cityloop")


def problem_response(problem: Problem) -> HttpResponse:
    """problem+json of a problem."""
    answer = JsonResponse(
        problem.as_dict(), status=problem.status, json_dumps_params={"ensure_ascii": False}
    )
    answer["Content-Type"] = "application/problem+json"
    if problem.status in (429, 503):
        answer["Retry-After"] = "10"
    if problem.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def answer_of(request: HttpRequest, problem: Problem) -> HttpResponse:
    """problem+json for a machine, a page for a person."""
    if wants_json(request):
        return problem_response(problem)
    from cityloop.kernel.page import problem_page

    return problem_page(request, problem)


def wants_json(request: HttpRequest) -> bool:
    """Machine clients get problem+json, people a page."""
    return request.path.startswith(("/api/", "/healthz", "/tiles/"))


def behind_proxy(get_response: Handler) -> Handler:
    """The address that our own proxy saw: rate limits, lock-outs and the log go by it."""
    if not settings.TRUST_PROXY:
        return get_response

    def handle(request: HttpRequest) -> HttpResponseBase:
        seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if seen:  # the last one: what stands before it the client may have invented
            request.META["REMOTE_ADDR"] = seen
        return get_response(request)

    return handle


def own_devices(get_response: Handler) -> Handler:
    """What of a device our pages may ask for: the camera and the position, nobody else anything."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        answer.headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
        return answer

    return handle


def plans_anew(get_response: Handler) -> Handler:
    """For pages: what they ask is planned for who reads."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        session.keep_plans(False)
        return get_response(request)

    return handle


def plans_kept(get_response: Handler) -> Handler:
    """For machines, which send the same things all day."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        session.keep_plans(True)
        return get_response(request)

    return handle


def limit_body(get_response: Handler) -> Handler:
    """Refuse a body by its announced length before anything reads it, and callers in a hurry.

    An address is limited whatever it claims to be; a key less generously, wherever it comes from.
    """
    addresses, keys = Buckets(rate=200.0, burst=800.0), Buckets(rate=50.0, burst=200.0)

    def handle(request: HttpRequest) -> HttpResponseBase:
        if problem := _unreadable(request):
            return answer_of(request, problem)
        if settings.RATE_LIMITS and request.method not in ("GET", "HEAD", "OPTIONS"):
            now, sent = time.monotonic(), request.META.get("HTTP_AUTHORIZATION")
            key = sent and sent.rpartition(" ")[2]  # however its scheme is written
            in_time = addresses.take(request.META.get("REMOTE_ADDR", ""), now)
            if not (in_time and (key is None or keys.take(key, now))):
                return answer_of(request, TooMany(_("slow down and send again in some seconds")))
        return get_response(request)

    return handle


def _unreadable(request: HttpRequest) -> Problem | None:
    """What speaks against reading the request at all, by its head alone."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return NeedsLength(_("send the length of the body: Content-Length, not chunks"))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > settings.MAX_BODY_BYTES:
        limit = settings.MAX_BODY_BYTES // 1024 // 1024
        return TooLarge(_("a request may have at most %(limit)s MB") % {"limit": limit})
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return Invalid(_("an address holds no NUL character"), code="nul")
    return None


class Buckets:
    """Token buckets a process: `rate` writes a second, `burst` at once, for each caller."""

    def __init__(self, *, rate: float, burst: float, callers: int = 10_000) -> None:
        self.rate, self.burst, self.callers = rate, burst, callers
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, at: float) -> bool:
        """True when the caller may go on; `at` is a monotonic clock in seconds."""
        level, since = self._levels.pop(caller, (self.burst, at))
        level = min(self.burst, level + (at - since) * self.rate)
        allowed = level >= 1
        self._levels[caller] = (level - 1 if allowed else level, at)
        if len(self._levels) > self.callers:
            self._levels.popitem(last=False)
        return allowed


def database_away(request: HttpRequest) -> HttpResponse:
    """503. The page is made without the request: its usual context would ask the database who is
    signed in."""
    error = Unavailable(_("the database does not answer: try again in some seconds"))
    if wants_json(request):
        return problem_response(error)
    answer = HttpResponse(render_to_string("500.html", {"away": True}), status=error.status)
    answer["Retry-After"] = "5"
    return answer


def problems(get_response: Handler) -> Handler:
    """Problems raised by operations become an answer that says what to do."""
    return Problems(get_response)


class Problems:
    """Middleware with Django's exception hook."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if answer.status_code == 405 and wants_json(request):
            allowed = answer.headers.get("Allow", "")
            answer = problem_response(WrongMethod(_("allowed: %(methods)s") % {"methods": allowed}))
            answer["Allow"] = allowed
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A Problem as page or problem+json; anything else goes on to the 500 handler."""
        if isinstance(error, InterfaceError | OperationalError):
            log.error("the database does not answer", exc_info=error)
            return database_away(request)
        return answer_of(request, error) if isinstance(error, Problem) else None


def language_of_client(get_response: Handler) -> Handler:
    """The language a machine client asks for, else the city's; no cookie and no session is read."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        asked = request.META.get("HTTP_ACCEPT_LANGUAGE")
        language = translation.get_language_from_request(request) if asked else None
        translation.activate(language or settings.LANGUAGE_CODE)
        answer = get_response(request)
        answer.headers.setdefault("Vary", "Accept-Language")
        return answer

    return handle
