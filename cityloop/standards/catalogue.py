"""The rows of an edition: columns, their meaning, and every flaw named by file, line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cityloop.standards import cells
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
        return sentences([self])[0]


def sentences(flaws: Iterable[Flaw]) -> list[str]:
    """Each flaw as a sentence; the words are looked up once, of which a file may need thousands."""
    words = _("%(file)s, line %(line)s, column %(column)s%(value)s: %(reason)s")
    return [
        words
        % {
            "file": one.file, "line": one.line, "column": one.column, "reason": one.reason,
            "value": f" {one.value[:60]!r}" if one.value else "",
        }
        for one in flaws
    ]  # fmt: skip


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


# -------------------------------------------------------------------------------------- columns

_FAMILIES = {"national": "national", "industry": "national"}
MAX_TEXT = 2000
_KIND = cells.one_of("component", "event")
_UNIT = cells.one_of(*Unit)
_LONG = cells.text(MAX_TEXT)
Columns = dict[str, tuple[str, Callable[[str], Any]]]  # column -> field of the row, reader

EDITION: Columns = {
    "code": ("code", cells.needed(cells.edition_code)),
    "name_zh": ("name_zh", cells.needed(cells.text(120))),
    "name_en": ("name_en", cells.text(200)),
    "kind": ("kind", cells.one_of("national", "industry", "local", "foreign")),
    "family": ("family", cells.or_none(cells.edition_code)),
    "source": ("source", _LONG),
    "valid_from": ("valid_from", cells.needed(cells.day)),
    "valid_to": ("valid_to", cells.or_none(cells.day)),
    "based_on": ("based_on", _LONG),
    "note": ("note", _LONG),
}
CLASSES: Columns = {
    "kind": ("kind", _KIND),
    "major_code": ("major_code", cells.needed(cells.digits(2, 4))),
    "major_zh": ("major_zh", cells.needed(cells.text(60))),
    "major_en": ("major_en", cells.text(120)),
    "minor_code": ("minor_code", cells.needed(cells.digits(2, 4))),
    "minor_zh": ("name_zh", cells.needed(cells.text(120))),
    "minor_en": ("name_en", cells.text(200)),
    "provisional": ("provisional", cells.yes),
    "level": ("level", cells.or_default("2", cells.whole(1, 4))),
    "second_eye": ("second_eye", cells.yes),
    "synonyms": ("synonyms", cells.words),
    "national": ("national", _LONG),
    "source": ("source", _LONG),
}
RULES: Columns = {
    "kind": ("kind", _KIND),
    "major_code": ("major_code", cells.needed(cells.digits(2, 4))),
    "minor_code": ("minor_code", cells.needed(cells.digits(2, 4))),
    "seq": ("seq", cells.whole(1, 999)),
    "condition_zh": ("condition_zh", cells.needed(_LONG)),
    "condition_en": ("condition_en", _LONG),
    "closing_zh": ("closing_zh", cells.needed(_LONG)),
    "closing_en": ("closing_en", _LONG),
    "limit_amount": ("limit_amount", cells.amount),
    "limit_unit": ("limit_unit", _UNIT),
    "place_level": ("place_level", cells.one_of("", "A", "B", "C")),
    "season_from": ("season_from", cells.month_day),
    "season_to": ("season_to", cells.month_day),
    "engineering_amount": ("engineering_amount", cells.or_none(cells.amount)),
    "engineering_unit": ("engineering_unit", cells.one_of("", *Unit)),
    "units_hint": ("units_hint", _LONG),
    "provisional": ("provisional", cells.yes),
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
        found.flaws.append(
            Flaw(sheets.edition.file, 1, "classes", "", _("the edition has no classes"))
        )
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
            found.blame(
                key,
                "major_zh",
                row.major_zh,
                _("major %(code)s was %(name)s above") % {"code": row.major_code, "name": known},
            )


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
