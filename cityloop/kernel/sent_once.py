"""A form that a page sends twice is carried out once: a double press, a reload, a way back.

Each page that is shown masks Django's form token anew, so the token with the fields says which
showing of which form this is; nothing has to stand in the forms for it. A form shown again may say
the same again.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cityloop.kernel import clock, idempotency
from cityloop.kernel.middleware import Handler, wants_json

TOKEN = "csrfmiddlewaretoken"  # noqa: S105  # the name of Django's field
CALLER = "form"  # the token is known to one browser alone: no caller has to be told apart


def forms_once(get_response: Handler) -> Handler:
    """Middleware, below those of messages and of the CSRF check."""
    return FormsOnce(get_response)


class FormsOnce:
    """Middleware with Django's hook before the view, which runs after the CSRF check."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with ExitStack() as held:
            request._cityloop_held = held  # type: ignore[attr-defined]
            answer = self.get_response(request)
            key = getattr(request, "_cityloop_form", "")
            if key and _ends_it(request, answer):
                idempotency.keep(
                    caller=CALLER, key=key, now=clock.now(),
                    answer=(answer.status_code, answer.headers["Location"].encode()),
                )  # fmt: skip
        return answer

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """The first answer again for a form that was carried out; None lets the view work."""
        if not _is_form(request):
            return None
        key = _showing_of(request)
        request._cityloop_held.enter_context(  # type: ignore[attr-defined]
            idempotency.one_at_a_time(CALLER, key)
        )
        if kept := idempotency.kept(CALLER, key):
            messages.info(request, _("This form was sent twice; it was carried out once."))
            return redirect(kept[1].decode())
        request._cityloop_form = key  # type: ignore[attr-defined]
        return None


def _is_form(request: HttpRequest) -> bool:
    """A form of a page, sent by the browser itself: scripts have keys of their own."""
    return (
        request.method == "POST" and not wants_json(request) and TOKEN in request.POST
        and "HX-Request" not in request.headers and request.accepts("text/html")
    )  # fmt: skip


def _showing_of(request: HttpRequest) -> str:
    """Names one showing of one form, filled in one way: 64 hexadecimal digits."""
    fields = sorted((name, values) for name, values in request.POST.lists())
    files = sorted((name, list(map(_digest, every))) for name, every in request.FILES.lists())
    whole = repr((request.get_full_path(), fields, files))
    return hashlib.sha256(whole.encode()).hexdigest()


def _digest(file: UploadedFile[bytes]) -> tuple[str, str]:
    """Name and digest of an upload, which is left to be read from its beginning."""
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return str(file.name), found.hexdigest()


def _ends_it(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """The form was taken: its answer leads on. What changes the browser itself, such as signing in
    or a language, is done in every browser that asks."""
    leads_on = answer.status_code in (302, 303) and not answer.cookies
    return leads_on and not request.session.modified
