"""Texts that can be kept and shown."""

from __future__ import annotations

from typing import Any

import orjson


def whole(value: Any) -> bool:
    """False for a text with half a character (a lone surrogate), also inside lists and objects."""
    try:
        orjson.dumps(value, default=str)
    except TypeError:
        return False
    return True
