"""The hash chain of a case: each history line covers its content and the line before.

Anyone can recompute it: SHA-256 over the previous hash and the line as JSON with sorted keys,
UTF-8, times in UTC with microseconds.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson


def line_hash(  # noqa: PLR0913 (a line has that many columns)
    *,
    number: str,
    version: int,
    action: str,
    source: str,
    target: str,
    role: str,
    member_id: int | None,
    actor: str,
    at: datetime,
    recorded_at: datetime,
    facts: dict[str, Any],
    imported: bool,
    previous: str,
) -> str:
    """Hex SHA-256 of a history line."""
    content = {
        "number": number,
        "version": version,
        "action": action,
        "source": source,
        "target": target,
        "role": role,
        "member": member_id,
        "actor": actor,
        "at": instant(at),
        "recorded_at": instant(recorded_at),
        "facts": facts,
        "imported": imported,
    }
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(previous.encode() + body).hexdigest()


@lru_cache(maxsize=1024)
def instant(moment: datetime) -> str:
    """A moment as the chain writes it: 2026-03-02T01:00:00.000000Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
