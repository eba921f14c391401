"""What a request sent and nobody read: taken off the line, so that the answer arrives.

A server that closes a connection with bytes of the sender still under way makes the sender's system
throw away the answer: a photo that is too large ended as a broken connection instead of as a word.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

SMALL = 16 * 1024  # comes with the head
AT_ONCE = 64 * 1024
MOST, LONGEST = 256 * 1024 * 1024, 60.0  # bytes, seconds: after that whoever sends is cut off


def read_off(environ: dict[str, Any]) -> None:
    """Read what is left of a body, and keep nothing of it.

    Not of a sender that waits for a word before sending (`Expect: 100-continue`): to read would be
    that word.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    if len(length) < 5 or not length.isdigit() or int(length) <= SMALL:  # most have none
        return
    if environ.get("HTTP_EXPECT"):
        return
    left, until = min(int(length), MOST), time.monotonic() + LONGEST
    with suppress(OSError):  # the sender is gone
        while left > 0 and time.monotonic() < until:
            part = environ["wsgi.input"].read(AT_ONCE)
            if not part:
                return
            left -= len(part)
