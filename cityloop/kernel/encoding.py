"""Texts that can be kept and shown."""

from __future__ import annotations

import json
from typing import Any

import orjson


def whole(value: Any) -> bool:
    """False for a text with half a character (a lone surrogate), also inside lists and objects."""
    try:
        orjson.dumps(value, default=str)
        return True
    except TypeError:  # of a number beyond 64 bits too
        pass
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True
