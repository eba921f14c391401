"""The rows of an edition: columns, their meaning, and every flaw named by file, line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cityloop.standards.sheets import Line, Sheets
from cityloop.standards.worktime import Unit


STANDARD_DIGITS = 2


class ClassKey(NamedTuple):
    """What names a class inside an edition."""

    kind: str
    major_code: str
    minor_code: str

    def __str__(self) -> str:
        """C0101; with a hyphen where another city's major codes are not two digits long."""
        between = "" if len(self.major_code) == STANDARD_DIGITS else "-"
        return f"{self.kind[:1].upper()}{self.major_code}{between}{self.minor_code}"


class RuleKey(NamedTuple):
    """What names a filing rule inside an edition."""

    of: ClassKey
    seq: int
    place_level: str
    season_from: str

    def __str__(self) -> str:
        return f"{self.of}-{self.seq:03}{self.place_level}{self.season_from.replace('-', '')}"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong in a file."""

    file: str
    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        shown = f" {self.value[:60]!r}" if self.value else ""
        told = {"file": self.file, "line": self.line, "column": self.column, "reason": self.reason}
        return _("%(file)s, line %(line)s, column %(column)s%(value)s: %(reason)s") % {
            **told,
            "value": shown,
        }


@dataclass(frozen=True, slots=True)
class EditionRow:
    """What an edition says of itself."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    family: str
    source: str
    valid_from: date
    valid_to: date | None
    based_on: str
    note: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class; `national` is edition:kind:major:minor of the class it corresponds to, or ''."""

    kind: str
    major_code: str
    major_zh: str
    major_en: str
    minor_code: str
    name_zh: str
    name_en: str
    provisional: bool
    level: int
    second_eye: bool
    synonyms: tuple[str, ...]
    national: str
    source: str

    @property
    def key(self) -> ClassKey:
        """Kind, major and minor code."""
        return ClassKey(self.kind, self.major_code, self.minor_code)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One filing rule."""

    kind: str
    major_code: str
    minor_code: str
    seq: int
    condition_zh: str
    condition_en: str
    closing_zh: str
    closing_en: str
    limit_amount: Decimal
    limit_unit: str
    place_level: str
    season_from: str
    season_to: str
    engineering_amount: Decimal | None
    engineering_unit: str
    units_hint: str
    provisional: bool
    source: str

    @property
    def of(self) -> ClassKey:
        """The class it belongs to."""
        return ClassKey(self.kind, self.major_code, self.minor_code)

    @property
    def key(self) -> RuleKey:
        """Class, sequence, place level and start of season."""
        return RuleKey(self.of, self.seq, self.place_level, self.season_from)


@dataclass(slots=True)
class Catalogue:
    """A whole edition as read, with every flaw that was found; without flaws it may be stored."""

    edition: EditionRow | None
    classes: dict[ClassKey, ClassRow] = field(default_factory=dict)
    rules: dict[RuleKey, RuleRow] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    # Where each row stands, by key; the edition's own line under None.
    places: dict[Any, Line] = field(default_factory=dict)

    def blame(self, key: Any, column: str, value: str, reason: str) -> None:
        """Note a flaw of the row with this key."""
        line = self.places.get(key) or Line("rows", 0, {})  # built by a program, not read
        self.flaws.append(Flaw(line.file, line.number, column, value, reason))


# ---------------------------------------------------------------------------------------- cells

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
_FAMILIES = {"national": "national", "industry": "national"}
_YES, _NO = {"1", "true", "yes", "y", "是"}, {"", "0", "false", "no", "n", "否"}
MAX_TEXT = 2000
MAX_AMOUNT = Decimal("9999.99")


def _name(limit: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise ValueError(_("longer than %(limit)s characters") % {"limit": limit})
        if "\x00" in text:
            raise ValueError(_("holds a NUL character"))
        return text

    return parse


def _needed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def parse_needed(text: str) -> Any:
        if not text:
            raise ValueError(_("is empty"))
        return parse(text)

    return parse_needed


def _one_of(*known: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(_("must be one of %(known)s") % {"known": ", ".join(filter(None, known))})
        return text

    return parse


def _edition_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(_("letters, digits, dot, hyphen and underscore only, at most 40"))
    return text


def _digits(least: int, most: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not (text.isascii() and text.isdigit()) or len(text) > most:
            raise ValueError(_("must be %(least)s to %(most)s digits") % {"least": least, "most": most})
        return text.zfill(least)  # Excel drops the leading zero of 01

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise ValueError(_("must be a whole number from %(least)s to %(most)s") % {"least": least, "most": most})
        return int(text)

    return parse


def _yes(text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValueError(_("must be 1 or 0"))


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(_("must be a number")) from error
    if not amount.is_finite() or not 0 < amount <= MAX_AMOUNT or amount != round(amount, 2):
        raise ValueError(_("must lie between 0.01 and 9999.99, with at most two decimals"))
    return round(amount, 2)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("must be a date, YYYY-MM-DD")) from error


def _month_day(text: str) -> str:
    if not text:
        return ""
    try:
        date.fromisoformat(f"2024-{text}")  # a leap year: 02-29 is a day
    except ValueError as error:
        raise ValueError(_("must be MM-DD")) from error
    return text


def _words(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[;；]", text))
    return tuple(dict.fromkeys(_name(120)(part) for part in parts if part))


def _or_none(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: parse(text) if text else None


def _or(default: str, parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: parse(text or default)


_KIND = _one_of("component", "event")
_UNIT = _one_of(*Unit)
_LONG = _name(MAX_TEXT)
Columns = dict[str, tuple[str, Callable[[str], Any]]]  # column -> field of the row, reader

EDITION: Columns = {
    "code": ("code", _needed(_edition_code)),
    "name_zh": ("name_zh", _needed(_name(120))),
    "name_en": ("name_en", _name(200)),
    "kind": ("kind", _one_of("national", "industry", "local", "foreign")),
    "family": ("family", _or_none(_edition_code)),
    "source": ("source", _LONG),
    "valid_from": ("valid_from", _needed(_day)),
    "valid_to": ("valid_to", _or_none(_day)),
    "based_on": ("based_on", _LONG),
    "note": ("note", _LONG),
}
CLASSES: Columns = {
    "kind": ("kind", _KIND),
    "major_code": ("major_code", _needed(_digits(2, 6))),
    "major_zh": ("major_zh", _needed(_name(60))),
    "major_en": ("major_en", _name(120)),
    "minor_code": ("minor_code", _needed(_digits(2, 6))),
    "minor_zh": ("name_zh", _needed(_name(120))),
    "minor_en": ("name_en", _name(200)),
    "provisional": ("provisional", _yes),
    "level": ("level", _or("2", _whole(1, 4))),
    "second_eye": ("second_eye", _yes),
    "synonyms": ("synonyms", _words),
    "national": ("national", _LONG),
    "source": ("source", _LONG),
}
RULES: Columns = {
    "kind": ("kind", _KIND),
    "major_code": ("major_code", _needed(_digits(2, 6))),
    "minor_code": ("minor_code", _needed(_digits(2, 6))),
    "seq": ("seq", _whole(1, 999)),
    "condition_zh": ("condition_zh", _needed(_LONG)),
    "condition_en": ("condition_en", _LONG),
    "closing_zh": ("closing_zh", _needed(_LONG)),
    "closing_en": ("closing_en", _LONG),
    "limit_amount": ("limit_amount", _amount),
    "limit_unit": ("limit_unit", _UNIT),
    "place_level": ("place_level", _one_of("", "A", "B", "C")),
    "season_from": ("season_from", _month_day),
    "season_to": ("season_to", _month_day),
    "engineering_amount": ("engineering_amount", _or_none(_amount)),
    "engineering_unit": ("engineering_unit", _one_of("", *Unit)),
    "units_hint": ("units_hint", _LONG),
    "provisional": ("provisional", _yes),
    "source": ("source", _LONG),
}
NOT_NEEDED = {"family", "valid_to", "based_on", "note"}


# ----------------------------------------------------------------------------------------- rows


def parse(sheets: Sheets) -> Catalogue:
    """All rows of an edition and all their flaws."""
    found = Catalogue(None, places={None: sheets.edition})
    values = _read_line(sheets.edition, EDITION, found.flaws)
    if values is not None:
        values["family"] = values["family"] or _FAMILIES.get(values["kind"], values["code"])
        found.edition = EditionRow(**values)
        _check_dates(found, sheets.edition)
    if not sheets.classes:
        found.flaws.append(Flaw(sheets.edition.file, 1, "classes", "", _("the edition has no classes")))
    for line in sheets.classes:
        if (values := _read_line(line, CLASSES, found.flaws)) is not None:
            row = ClassRow(**values)
            _keep(found, found.classes, row.key, row, line)
    for line in sheets.filing_rules:
        if (values := _read_line(line, RULES, found.flaws)) is not None:
            rule = RuleRow(**values)
            _keep(found, found.rules, rule.key, rule, line)
    _check_classes(found)
    _check_rules(found)
    return found


def _read_line(line: Line, columns: Columns, flaws: list[Flaw]) -> dict[str, Any] | None:
    """The row's values by field; None after noting what is wrong."""
    before = len(flaws)
    values: dict[str, Any] = {}
    for column in line.cells.keys() - columns.keys():
        reason = _("unknown column")
        flaws.append(Flaw(line.file, line.number, column, line.cells[column], reason))
    if line.surplus:
        reason = _("more cells than the header has")
        flaws.append(Flaw(line.file, line.number, "(none)", line.surplus[0], reason))
    for column, (name, reader) in columns.items():
        text = line.cells.get(column)
        if text is None and column not in NOT_NEEDED:
            flaws.append(Flaw(line.file, line.number, column, "", _("the column is missing")))
            continue
        try:
            values[name] = reader(text or "")
        except ValueError as error:
            flaws.append(Flaw(line.file, line.number, column, text or "", str(error)))
    return values if len(flaws) == before else None


def _keep(found: Catalogue, rows: dict[Any, Any], key: Any, row: Any, line: Line) -> None:
    """Keep a row under its key, once."""
    first = found.places.setdefault(key, line)
    if first is not line:
        reason = _("is given twice, first in line %(line)s") % {"line": first.number}
        found.flaws.append(Flaw(line.file, line.number, "code", str(key), reason))
        return
    rows[key] = row


def _check_dates(found: Catalogue, line: Line) -> None:
    edition = found.edition
    if edition and edition.valid_to and edition.valid_to < edition.valid_from:
        reason = _("lies before valid_from %(day)s") % {"day": edition.valid_from}
        flaw = Flaw(line.file, line.number, "valid_to", str(edition.valid_to), reason)
        found.flaws.append(flaw)


def _check_classes(found: Catalogue) -> None:
    """A major code has one name."""
    majors: dict[tuple[str, str], str] = {}
    for key, row in found.classes.items():
        known = majors.setdefault((row.kind, row.major_code), row.major_zh)
        if known != row.major_zh:
            found.blame(key, "major_zh", row.major_zh, _("major %(code)s was %(name)s above") % {"code": row.major_code, "name": known})


def _check_rules(found: Catalogue) -> None:
    """Seasons and engineering limits come in pairs."""
    for key, row in found.rules.items():
        if bool(row.season_from) != bool(row.season_to):
            found.blame(key, "season_to", row.season_to, _("a season needs its first and last day"))
        if (row.engineering_amount is None) != (not row.engineering_unit):
            reason = _("an engineering limit needs amount and unit")
            found.blame(key, "engineering_unit", row.engineering_unit, reason)


def missing_classes(found: Catalogue, known: Iterable[ClassKey]) -> None:
    """Blame every rule whose class is neither in the edition nor among `known` ones."""
    there = found.classes.keys() | set(known)
    for key, row in found.rules.items():
        if row.of not in there:
            found.blame(key, "minor_code", str(row.of), _("no such class in this edition"))
