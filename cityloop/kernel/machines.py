"""Programs with a key take a short road through Django.

Half of what Django does around a request is for what an API call has not: templates, coroutines,
signals nobody hears, an address looked up among hundreds. Security layers are settings'
MACHINE_MIDDLEWARE, and none is left out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_resolver
from django.utils.log import log_response

from cityloop.kernel.session import look_after_own

MOST_ADDRESSES = 1000


class MachineHandler(BaseHandler):
    """Django's WSGI handler without what an API call does not need."""

    def __init__(self) -> None:
        super().__init__()
        self._plain: dict[str, ResolverMatch] = {}  # addresses without variables
        self.load_middleware()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request. Instead of by signals, the connection is looked after directly."""
        look_after_own()
        request = WSGIRequest(environ)
        response = self._answer(request)
        status = f"{response.status_code} {response.reason_phrase}"
        cookies = [("Set-Cookie", one.output(header="")) for one in response.cookies.values()]
        start_response(status, [*response.items(), *cookies])
        if response.streaming:  # the server closes it when it has been sent
            stream: Iterable[bytes] = response
            return stream
        for close in response._resource_closers:
            close()
        return [response.content]

    def _answer(self, request: HttpRequest) -> Any:
        """The answer of the layers and the view; errors are logged as Django logs them."""
        # Made by load_middleware; Django's type stubs leave it out.
        response: Any = self._middleware_chain(request)  # type: ignore[attr-defined]
        response._resource_closers.append(request.close)
        if response.status_code >= 400:
            log_response(
                "%s: %s", response.reason_phrase, request.path, response=response, request=request
            )
        return response

    def _get_response(self, request: HttpRequest) -> HttpResponseBase:
        """Inside the layers: the view of this address."""
        request.resolver_match = match = self._match(request.path_info)
        try:
            answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except Exception as error:
            handled: HttpResponseBase | None = self.process_exception_by_middleware(error, request)
            if handled is None:
                raise
            return handled
        return answer

    def _match(self, path: str) -> ResolverMatch:
        """Who answers an address; those without variables are looked up once."""
        known = self._plain.get(path)
        if known is None:
            known = get_resolver().resolve(path)
            if not known.kwargs and not known.args and len(self._plain) < MOST_ADDRESSES:
                self._plain[path] = known
        return known
