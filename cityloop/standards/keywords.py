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
    from pypinyin import Style, pinyin  # its dictionaries take a second to load

    found: dict[str, None] = {}
    spelling: Any = getattr(Style, style)
    for name in names:
        syllables = pinyin(name, style=spelling, heteronym=True, errors="default")
        for reading in islice(product(*syllables), READINGS):
            spelled = _LATIN.sub("", "".join(reading).lower())
            if spelled:
                found.setdefault(spelled)
    return " ".join(found)


def typed(text: str) -> str:
    """What a person typed, as letters and digits only: 'SS-JG ' -> ssjg; '' for Chinese."""
    return _LATIN.sub("", text.lower())
