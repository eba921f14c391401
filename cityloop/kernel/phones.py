"""Telephone numbers as they are kept and compared: one number, however it was typed."""

from __future__ import annotations

import re
import unicodedata

_FILLING = re.compile(r"[\s\-‐-―.()]+")
_HOME = re.compile(r"(?:\+|00)86(?=\d)|86(?=1\d{10}$)")
# A zero dialled before a mobile number of elsewhere; no city's code is 013 to 019.
_TRUNK = re.compile(r"^0(?=1[3-9]\d{9}$)")


# Mobile numbers, also in groups, and those of a city with its code.
IN_TEXT = re.compile(r"(?<!\d)(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8})(?!\d)")


# What SQL compares kept numbers with, too.
MOBILE = r"^1[3-9][0-9]{9}$"


def masked(text: str) -> str:
    """The text with all but the first three and the last two digits of each number hidden."""
    return IN_TEXT.sub(lambda found: f"{found[0][:3]}******{found[0][-2:]}", text)


def plain_phone(typed: str) -> str:
    """A number without spaces, dashes, brackets, China's own prefix and the zero before a mobile
    number: 0571 8888-0000, +86 138 0000 0000 and 0138 0000 0000 as 057188880000, 13800000000 and
    13800000000. Whatever is no number stays what it is."""
    text = _FILLING.sub("", unicodedata.normalize("NFKC", typed).replace("\x00", ""))
    home = _HOME.match(text)
    if home is None:
        return _TRUNK.sub("", text)
    rest = _TRUNK.sub("", text[home.end():])  # fmt: skip
    # Abroad the zero of a city's code is left out: +86 571 ... is 0571 ...
    return rest if rest.startswith(("0", "1", "4")) or len(rest) < 9 else f"0{rest}"
