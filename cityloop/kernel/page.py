"""What every page needs: the signed-in actor, the menu, error pages."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound, NotSignedIn, Problem, TooLarge
from cityloop.kernel.manifest import MenuItem, OfficeTab, subsystems
from cityloop.kernel.middleware import database_away, problem_response, wants_json


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a session or token; raises NotSignedIn. Asked once a request.

    Who people are is known above the kernel: settings.ACTOR_OF names the function that says it.
    """
    kept = getattr(request, "_cityloop_actor", None)
    if kept is None:
        kept = _finder(settings.ACTOR_OF)(request)
        if kept is None:
            raise NotSignedIn
        request._cityloop_actor = kept  # type: ignore[attr-defined]
    return cast(Actor, kept)


@lru_cache(maxsize=4)
def _finder(name: str) -> Callable[[HttpRequest], Actor | None]:
    return cast(Callable[[HttpRequest], Actor | None], import_string(name))


def actor_with(request: HttpRequest, permission: str) -> Actor:
    """The actor, who must have the permission; raises NotSignedIn, NotAllowed."""
    actor = actor_of(request)
    actor.require(permission)
    return actor


def menu(actor: Actor) -> list[MenuItem]:
    """The main menu's lines for this actor, in order."""
    lines = [line for app in subsystems() for line in app.menu]
    if actor.terminal:
        lines = [line for line in lines if line.terminal]
    seen = [line for line in lines if not line.permission or actor.may(line.permission)]
    return sorted(seen, key=lambda line: line.position)


def personal() -> list[MenuItem]:
    """The lines of the menu behind the person's name: everybody's, on a light client too."""
    return [line for app in subsystems() for line in app.personal]


def office_tabs(actor: Actor) -> list[OfficeTab]:
    """The tabs of the back office that this actor may open, in order."""
    every = [tab for app in subsystems() for tab in app.office if actor.may(tab.permission)]
    tabs = [tab for tab in every if actor.sees_all or not tab.for_city]
    return sorted(tabs, key=lambda tab: tab.position)


class OfficeTabs(list[tuple[str, str, str, bool]]):
    """The tabs of one group as ui/tabs.html wants them, and the `groups` beside it."""

    groups: list[tuple[str, str, bool]]  # first address, title, whether it is the one open


def office(request: HttpRequest, current: str) -> OfficeTabs:
    """The tabs of the back office around the one whose address `current` names."""
    tabs = [(_group_of(tab), tab) for tab in office_tabs(actor_of(request))]
    here = next((group for group, tab in tabs if tab.address == current), "")
    found = OfficeTabs(
        (reverse(tab.address), _(tab.title), tab.icon, tab.address == current)
        for group, tab in tabs if group == here
    )  # fmt: skip
    first = dict(reversed(tabs))
    found.groups = [
        (reverse(first[group].address), _(group), group == here)
        for group in dict.fromkeys(group for group, _tab in tabs)
    ]
    return found


def _group_of(wanted: OfficeTab) -> str:
    """The group of a tab: its own, else that of the tabs before it, whoever may see those."""
    tabs = sorted((tab for app in subsystems() for tab in app.office), key=lambda t: t.position)
    named = [tab.group for tab in tabs if tab.group and tab.position <= wanted.position]
    return wanted.group or (named[-1] if named else "")


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page: actor, menu, address of the live stream."""
    most = {"file_most": settings.MAX_FILE_BYTES, "body_most": settings.MAX_BODY_BYTES}
    try:
        actor = actor_of(request)
    except NotSignedIn:
        return {"actor": None, "menu": [], **most}
    live = settings.LIVE_URL or f"//{request.get_host().split(':')[0]}:{settings.LIVE_PORT}"
    parts = [one for app in subsystems() for one in app.live_parts if actor.may(one.permission)]
    return {
        "actor": actor, "menu": menu(actor), "personal": personal(), "live_url": f"{live}/live/",
        "live_parts": parts, **most,
    }  # fmt: skip


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A person's view of a problem; who is not signed in goes to the sign-in page."""
    if isinstance(problem, NotSignedIn):
        return redirect(f"{settings.LOGIN_URL}?next={request.get_full_path()}")
    return render(request, "problem.html", {"problem": problem}, status=problem.status)


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(problem) if wants_json(request) else problem_page(request, problem)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 for a form that holds more than one may."""
    if isinstance(exception, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
        about = {"limit": limit}
        long = _("what is typed into a form has at most %(limit)s MB together: shorten it") % about
        return _answer(request, TooLarge(long))
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return _answer(request, TooLarge(_("the form sends too many fields or files at once")))
    return _answer(request, Problem(_("the request cannot be read")))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    return _answer(request, NotAllowed(_("this is not for you")))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without the token of the page it stands on (Django's CSRF check)."""
    return _answer(
        request,
        NotAllowed(_("the form has expired: load the page again and send it once more"),
                   code="csrf"),
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404"""
    return _answer(request, NotFound(_("there is nothing at this address")))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: says that it is our fault, tells nothing of the inside; 503 where the database is away.

    Makes no query, nor do the context processors: they would fail as the page did.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    if wants_json(request):
        problem = Problem(
            _("an error of ours; it has been written to the log"), code="server-error"
        )
        problem.status = 500
        return problem_response(problem)
    return HttpResponse(render_to_string("500.html"), status=500)
