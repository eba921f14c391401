"""The signature of a gateway's receipt: HMAC-SHA256 over moment and body."""

from __future__ import annotations

import hashlib
import hmac

MAX_AGE = 300  # seconds between the gateway's clock and ours


def signature(secret: str, moment: str, body: bytes) -> str:
    """The signature as the gateway sends it."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def good(secret: str, moment: str, body: bytes, given: str, *, seconds: int) -> bool:
    """True for our own secret and a moment near `seconds`; without a secret nothing is good."""
    if not secret or not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return False
    right = hmac.compare_digest(signature(secret, moment, body).encode(), given.encode())
    return right and abs(seconds - int(moment)) <= MAX_AGE
