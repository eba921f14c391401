"""What a class can be found by: pinyin initials, full pinyin, and the words of its names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, product
from typing import Any

# A name with several readings (长, 重, 行) is kept in each, up to this many.
READINGS = 8
_LATIN = re.compile(r"[^a-z0-9]+")


def initials(names: Iterable[str]) -> str:
    """Every reading's first letters, space-separated: 上水井盖 -> ssjg."""
    return _spelled(names, "FIRST_LETTER")


def full_pinyin(names: Iterable[str]) -> str:
    """Every reading in full, without tones or spaces between syllables: 井盖 -> jinggai."""
    return _spelled(names, "NORMAL")


def _spelled(names: Iterable[str], style: str) -> str:
    found: dict[str, None] = {}
    for name in names:
        for reading in (name,) if name.isascii() else _readings(name, style):
            if spelled := typed(reading):
                found.setdefault(spelled)
    return " ".join(found)


def _readings(name: str, style: str) -> Iterable[str]:
    from pypinyin import Style, pinyin  # its dictionaries take a second to load

    spelling: Any = getattr(Style, style)
    syllables = pinyin(name, style=spelling, heteronym=True, errors="default")
    return ("".join(reading) for reading in islice(product(*syllables), READINGS))


def typed(text: str) -> str:
    """What a person typed, as letters and digits only: 'SS-JG ' -> ssjg; '' for Chinese."""
    return _LATIN.sub("", text.lower())
