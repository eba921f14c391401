"""Signatures by HMAC-SHA256: of a gateway's receipt, and of a link to a photo."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta

MAX_AGE = 300  # seconds between the gateway's clock and ours
PHOTO_SHOWN = timedelta(days=90)  # after closing
_TOKEN = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,11})-([0-9a-f]{32})")


def signature(secret: str, moment: str, body: bytes) -> str:
    """The signature as the gateway sends it."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def good(secret: str, moment: str, body: bytes, given: str, *, seconds: int) -> bool:
    """True for our own secret and a moment near `seconds`; without a secret nothing is good."""
    if not secret or not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return False
    right = hmac.compare_digest(signature(secret, moment, body).encode(), given.encode())
    return right and abs(seconds - int(moment)) <= MAX_AGE


def photo_token(secret: str, photo_id: int, until: int) -> str:
    """What stands in the link to a photo: which one, until when (seconds), signed."""
    return f"{photo_id}-{until}-{_of_photo(secret, photo_id, until)}"


def photo_of(secret: str, token: str) -> tuple[int, int] | None:
    """The photo and the end that a token names; None unless it is our own, unchanged."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return None
    photo_id, until = int(parts[1]), int(parts[2])
    right = hmac.compare_digest(_of_photo(secret, photo_id, until), parts[3])
    return (photo_id, until) if right else None


def _of_photo(secret: str, photo_id: int, until: int) -> str:
    what = f"cityloop.notify.photo:{photo_id}:{until}".encode()
    return hmac.new(secret.encode(), what, hashlib.sha256).hexdigest()[:32]
