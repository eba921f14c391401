"""Who is behind a request: a bearer token, or the session of a signed-in browser.

Named by settings.ACTOR_OF. Raises kernel.errors.NotSignedIn for a token that is not good: a client
that sends one means to be known.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotSignedIn
from cityloop.people import operations, queries
from cityloop.people.queries.actors import digest_of

NOTE_EVERY_SECONDS = 600.0
READING = ("GET", "HEAD", "OPTIONS")
_noted: dict[str, float] = {}


class Request(Protocol):
    """What is read of a request."""

    META: Any
    user: Any


def actor_of_request(request: Request) -> Actor | None:
    """The actor, or None when nobody is signed in."""
    now = clock.now()
    if header := request.META.get("HTTP_AUTHORIZATION"):
        return _of_token(header, now)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    writes = request.META.get("REQUEST_METHOD") not in READING
    return queries.actor_seen_lately(user.pk, now, to_write=writes)


def _of_token(header: str, now: datetime) -> Actor:
    scheme, _space, raw = header.partition(" ")
    actor = queries.actor_for_token(raw.strip(), now) if scheme.lower() == "bearer" else None
    if actor is None:
        raise NotSignedIn(_("the token is unknown, expired or revoked"), code="bad-token")
    _note(digest_of(raw.strip()), now)
    return actor


def _note(digest: str, now: datetime) -> None:
    """Say now and then that the token is in use."""
    at = time.monotonic()
    if _noted.get(digest, -NOTE_EVERY_SECONDS) + NOTE_EVERY_SECONDS > at:
        return
    if len(_noted) > 10_000:
        _noted.clear()
    _noted[digest] = at
    operations.note_token_use(digest=digest, now=now)
