"""Texts that can be kept and shown."""

from __future__ import annotations

import json
from typing import Any

import orjson
from django.utils.translation import gettext as _

from cityloop.kernel.errors import Invalid


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


def says_something(text: str) -> bool:
    """Whether a text has a letter or a digit: spaces, dots and dashes say nothing."""
    return any(sign.isalnum() for sign in text)


def filled_in(**texts: str) -> None:
    """Raise Invalid for those of these texts that say nothing."""
    blank = {name: _("fill this in") for name, text in texts.items() if not says_something(text)}
    if blank:
        raise Invalid(*(f"{name}: {why}" for name, why in blank.items()), fields=blank)
