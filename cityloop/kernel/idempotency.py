"""The same write sent twice does one thing: the answer is kept with the caller's key for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.models import RememberedCall

Answer = tuple[int, bytes]


class KeyReused(Refused):
    """The key was used for another request."""

    code, title = "idempotency-key-reused", "This idempotency key belongs to another request"


def caller_of(actor: Actor) -> str:
    """Whose the keys are: the member's, else the post's."""
    return f"member:{actor.member_id}" if actor.member_id else actor.post[:60]


def once(
    *, caller: str, key: str, request: bytes, now: datetime, act: Callable[[], Answer]
) -> Answer:
    """`act()` once a key: in one transaction with its answer; later calls get the kept answer.

    A second call that comes while the first still runs waits for it. A refused act leaves nothing,
    so it may be sent again. Raises KeyReused when the same key comes with another request.
    """
    check_key(key)
    digest = hashlib.sha256(request).hexdigest()
    with transaction.atomic():
        if not _claim(caller, key, digest, now):
            return _kept(caller, key, digest)
        status, body = act()
        RememberedCall.objects.filter(caller=caller, key=key).update(status=status, body=body)
    return status, body


def once_in_pieces(
    *, caller: str, key: str, request: bytes, now: datetime, act: Callable[[], Answer]
) -> Answer:
    """The same for a long `act` that commits piece by piece, and by itself does no piece twice.

    No transaction is open around it. When it breaks off, the pieces done stay and no answer is
    kept: sent again with the same key it does the rest, and tells that.
    """
    check_key(key)
    digest = hashlib.sha256(request).hexdigest()
    with one_at_a_time(caller, key):
        if RememberedCall.objects.filter(caller=caller, key=key).exists():
            return _kept(caller, key, digest)
        status, body = act()
        keep(caller=caller, key=key, digest=digest, now=now, answer=(status, body))
    return status, body


def keep(*, caller: str, key: str, now: datetime, answer: Answer, digest: str = "") -> None:
    """Keep the answer of a call for a day; the first that is kept stays."""
    with transaction.atomic():
        if _claim(caller, key, digest, now):
            mine = RememberedCall.objects.filter(caller=caller, key=key)
            mine.update(status=answer[0], body=answer[1])


def kept(caller: str, key: str) -> Answer | None:
    """The answer of a call whose key says all about it, None where there is none."""
    call = RememberedCall.objects.filter(caller=caller, key=key).first()
    return (call.status or 200, bytes(call.body or b"")) if call else None


@contextmanager
def one_at_a_time(caller: str, key: str) -> Iterator[None]:
    """Whoever sends this key meanwhile waits. The server lets go when the connection is lost."""
    name = [f"idempotency {caller} {key}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", name)
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)
        except DatabaseError:  # whatever broke it is told by what `yield` raised
            connection.close()


def check_key(key: str) -> None:
    """Raises Invalid for a key that is too short to be one of its own, or too long."""
    if not 8 <= len(key) <= 200:
        raise Invalid(_("an idempotency key has 8 to 200 characters"), code="bad-idempotency-key")


def _claim(caller: str, key: str, digest: str, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO kernel_remembered_call (caller, key, request_digest, called_at)
               VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [caller, key, digest, now],
        )
        return bool(cursor.rowcount == 1)


def _kept(caller: str, key: str, digest: str) -> Answer:
    call = RememberedCall.objects.get(caller=caller, key=key)
    if call.request_digest != digest:
        raise KeyReused(_("use a new key for a new request"))
    return call.status or 200, bytes(call.body or b"")
