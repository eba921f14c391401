"""The wall: the leaders' pages one after another, for a screen that nobody touches.

Each page is a document of its own, so that a screen that hangs for months never grows; the script
goes on to the next when the server answers, and stays where it is while it does not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from cityloop.command.views import frame
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor

TITLES = {name: title for name, title, _icon in frame.TABS}
USUAL = ("today", "month", "heat")
ALIAS = {"map": "heat"}
EVERY, SHORTEST, LONGEST = 20, 5, 600
PLACES, MONTH_PLACES = 14, 6  # lines that fit on a screen
LOST = pgettext_lazy("wall", "No answer from the server since")
STOPPED = pgettext_lazy("wall", "Stopped")
# As base.html has them, in the dark whatever the reader chose; the last one makes them large.
SHEETS = tuple(
    f"{name}.css"
    for name in ("ui/tokens", "ui/dark", "ui/base", "ui/table", "ui/parts", "ui/media",
                 "command/command", "ui/wall")
)  # fmt: skip
READ_ONLY = frozenset({"wall"})
RENEWED, RENEW_SECONDS = "wall_renewed", 600


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """One page of the round: `pages` with commas, `every` so many seconds, `at` which is shown."""
    actor, now = frame.reader(request)
    asked = ",".join(ALIAS.get(one, one) for one in request.GET.get("pages", "").split(","))
    pages = frame.chosen(asked, list(TITLES)) or list(USUAL)
    every = min(max(_number(request.GET.get("every"), EVERY), SHORTEST), LONGEST)
    at = _number(request.GET.get("at"), 0) % len(pages)
    _stay_signed_in(request, actor, now)
    context = {
        **_facts(actor, pages[at], now), "shown": pages[at], "every": every, "at": at,
        "title": TITLES[pages[at]],
        "round": [(TITLES[name], _address(pages, every, n), n == at)
                  for n, name in enumerate(pages)],
        "next": _address(pages, every, (at + 1) % len(pages)),
        "leave": reverse(pages[at]), "sheets": SHEETS, "lost_words": LOST, "stopped_words": STOPPED,
    }  # fmt: skip
    return render(request, "command/wall.html", context)


def _facts(actor: Actor, name: str, now: datetime) -> dict[str, Any]:
    if name == "today":
        return frame.today_facts(actor, now=now)
    if name == "month":
        return frame.month_facts(actor, now=now, places=MONTH_PLACES)
    if name == "heat":
        return frame.heat_facts(actor, now=now)
    last = clock.local_day(now) - timedelta(days=1)
    return frame.ranking_facts(actor, day=last, now=now, places=PLACES)


def _address(pages: list[str], every: int, at: int) -> str:
    query = urlencode({"pages": ",".join(pages), "every": every, "at": at}, safe=",")
    return f"{reverse('wall')}?{query}"


def _number(text: str | None, otherwise: int) -> int:
    return (
        int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else otherwise
    )


def _stay_signed_in(request: HttpRequest, actor: Actor, now: datetime) -> None:
    """The sign-in of an account that can only look does not end while its page runs; anybody
    else's ends as ever."""
    if actor.roles != READ_ONLY:
        return
    last = request.session.get(RENEWED, 0)
    if now.timestamp() - last > RENEW_SECONDS:
        request.session[RENEWED] = int(now.timestamp())  # kept anew, with its whole age
