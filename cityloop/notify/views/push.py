"""Being told in a browser: asked for and ended on the page of messages; the worker's script."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_of
from cityloop.notify import forms, operations, queries, webpush
from cityloop.notify.webpush import Browser

WORKER = Path(__file__).parent.parent / "static/notify/worker.js"
HELD = "push"  # in the session: the browser that was asked for in it


def facts_of(actor: Actor) -> dict[str, Any]:
    """What the panel shows; nothing where the city pushes nothing."""
    if not settings.PUSH_CONTACT:
        return {}
    return {
        "push_key": webpush.public_key(settings.PUSH_KEY),
        "browsers": queries.subscriptions(actor),
    }


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Tell the member in this browser from now on, until they sign out in it."""
    actor, form = actor_of(request), forms.BrowserForm(request.POST)
    if form.is_valid():
        device = request.headers.get("User-Agent", "")
        made = operations.subscribe(
            Browser(**form.cleaned_data), device=device, actor=actor, now=clock.now()
        )
        request.session[HELD] = made.pk
        messages.success(request, _("From now on you are told in this browser."))
        return redirect("messages")
    messages.error(request, _("The browser gave no address; try again."))
    return redirect("messages")


@require_POST
def unsubscribe(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Tell the member there no more."""
    operations.unsubscribe(subscription_id, actor=actor_of(request), now=clock.now())
    messages.success(request, _("You are told in that browser no more."))
    return redirect("messages")


def signed_out(*, request: HttpRequest | None, **_more: Any) -> None:
    """The browser in which a member signs out shows nothing more of theirs."""
    held = request.session.get(HELD) if request is not None else None
    if held:
        operations.end_left(held, now=clock.now())


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows what is pushed; from the root, so that it serves every page."""
    answer = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@lru_cache(maxsize=1)
def _script() -> bytes:
    return WORKER.read_bytes()
