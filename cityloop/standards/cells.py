"""How the cells of a catalogue are read: each reader gives a value or says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
_MONTH_DAY = re.compile(r"(?:[0-9]{4}-)?([0-9]{2}-[0-9]{2})")  # Excel makes a date of 06-01
_YES, _NO = {"1", "true", "yes", "y", "是"}, {"", "0", "false", "no", "n", "否"}
MAX_AMOUNT = Decimal("9999.99")


def text(limit: int) -> Callable[[str], str]:
    """A text of at most so many characters."""

    def parse(cell: str) -> str:
        if len(cell) > limit:
            raise ValueError(_("longer than %(limit)s characters") % {"limit": limit})
        if "\x00" in cell:
            raise ValueError(_("holds a NUL character"))
        return cell

    return parse


def needed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same, but not empty."""

    def parse_needed(cell: str) -> Any:
        if not cell:
            raise ValueError(_("is empty"))
        return parse(cell)

    return parse_needed


def one_of(*known: str) -> Callable[[str], str]:
    """One of the known words."""

    def parse(cell: str) -> str:
        if cell not in known:
            raise ValueError(
                _("must be one of %(known)s") % {"known": ", ".join(filter(None, known))}
            )
        return cell

    return parse


def edition_code(cell: str) -> str:
    """The code of an edition or a family."""
    if not _CODE.fullmatch(cell):
        raise ValueError(_("letters, digits, dot, hyphen and underscore only, at most 40"))
    return cell


def digits(least: int, most: int) -> Callable[[str], str]:
    """A code of digits, kept as text."""

    def parse(cell: str) -> str:
        if not (cell.isascii() and cell.isdigit()) or len(cell) > most:
            raise ValueError(
                _("must be %(least)s to %(most)s digits") % {"least": least, "most": most}
            )
        return cell.zfill(least)  # Excel drops the leading zero of 01

    return parse


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit()) or not least <= int(cell) <= most:
            raise ValueError(
                _("must be a whole number from %(least)s to %(most)s")
                % {"least": least, "most": most}
            )
        return int(cell)

    return parse


def yes(cell: str) -> bool:
    """A yes or no; empty is no."""
    if cell.lower() in _YES | _NO:
        return cell.lower() in _YES
    raise ValueError(_("must be 1 or 0"))


def amount(cell: str) -> Decimal:
    """A limit: above nothing, two decimals."""
    try:
        value = Decimal(cell)
    except InvalidOperation as error:
        raise ValueError(_("must be a number")) from error
    if not value.is_finite() or not 0 < value <= MAX_AMOUNT or value != round(value, 2):
        raise ValueError(_("must lie between 0.01 and 9999.99, with at most two decimals"))
    return round(value, 2)


def day(cell: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(_("must be a date, YYYY-MM-DD")) from error


def month_day(cell: str) -> str:
    """MM-DD, or empty."""
    if not cell:
        return ""
    try:
        if (found := _MONTH_DAY.fullmatch(cell)) is None:
            raise ValueError(cell)
        date.fromisoformat(f"2024-{found[1]}")  # a leap year: 02-29 is a day
    except ValueError as error:
        raise ValueError(_("must be MM-DD")) from error
    return found[1]


def words(cell: str) -> tuple[str, ...]:
    """Words between semicolons, each once."""
    parts = (part.strip() for part in re.split(r"[;；]", cell))
    return tuple(dict.fromkeys(text(120)(part) for part in parts if part))


def or_none(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """None where the cell is empty."""
    return lambda cell: parse(cell) if cell else None


def or_default(default: str, parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """The default where the cell is empty."""
    return lambda cell: parse(cell or default)
