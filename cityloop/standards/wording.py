"""Rows of a catalogue and their differences in the reader's words, side by side."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cityloop.standards.catalogue import ClassKey, ClassRow, RuleRow
from cityloop.standards.difference import Change, Difference, What
from cityloop.standards.models import Edition, EditionChange
from cityloop.standards.queries.calendars import limit_text

Names = Mapping[ClassKey, tuple[str, str]]  # of classes: Chinese, English
KINDS = {
    Edition.Kind.NATIONAL: lazy("national standard"),
    Edition.Kind.INDUSTRY: lazy("standard of the trade"),
    Edition.Kind.LOCAL: lazy("catalogue of this city"),
    Edition.Kind.FOREIGN: lazy("catalogue of another city"),
}
ACTS = {
    # what was done: (word, tone, icon)
    EditionChange.What.LOADED: (pgettext_lazy("edition", "loaded"), "blue", "upload"),
    EditionChange.What.PUBLISHED: (pgettext_lazy("edition", "published"), "green", "stamp"),
    EditionChange.What.WITHDRAWN: (pgettext_lazy("edition", "withdrawn"), "grey", "trash-2"),
}
LOOKS = {
    # kind of change: (word, tone, icon)
    What.ADDED: (pgettext_lazy("row", "added"), "green", "plus"),
    What.CHANGED: (pgettext_lazy("row", "changed"), "blue", "pencil"),
    What.REMOVED: (pgettext_lazy("row", "removed"), "red", "minus"),
}
LEVELS = {
    1: lazy("1, settled on the spot"), 2: lazy("2, usual"), 3: lazy("3, serious"),
    4: lazy("4, grave"),
}  # fmt: skip


def _yes(value: bool) -> str:
    return str(_("yes")) if value else str(_("no"))


def _limit(row: RuleRow) -> str:
    return limit_text(row.limit_amount, row.limit_unit)


def _engineering(row: RuleRow) -> str:
    amount = row.engineering_amount
    return "" if amount is None else limit_text(amount, row.engineering_unit)


def _season(row: RuleRow) -> str:
    return f"{row.season_from} – {row.season_to}" if row.season_from else ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is shown of a row: label, the fields it is made of, its text. `plain`: told of rows that
    are new or gone, too; the others only where they changed. `prose`: cut where it differs."""

    label: str | Promise
    fields: tuple[str, ...]
    text: Callable[[Any], str]
    plain: bool = True
    prose: bool = False


def _prose(label: str | Promise, name: str, *, plain: bool = True) -> Fact:
    return Fact(label, (name,), _of(name), plain, prose=True)


def _of(name: str) -> Callable[[Any], str]:
    return lambda row: str(getattr(row, name))


CLASS_FACTS = (
    _prose(lazy("Chinese name"), "name_zh"),
    _prose(lazy("English name"), "name_en"),
    _prose(lazy("Major class"), "major_zh"),
    _prose(lazy("Major class (English)"), "major_en", plain=False),
    Fact(lazy("Level"), ("level",), lambda row: str(LEVELS[row.level])),
    Fact(lazy("Second eye"), ("second_eye",), lambda row: _yes(row.second_eye), plain=False),
    Fact(lazy("Provisional"), ("provisional",), lambda row: _yes(row.provisional), plain=False),
    Fact(lazy("Synonyms"), ("synonyms",), lambda row: "; ".join(row.synonyms), prose=True),
    Fact(lazy("National class"), ("national",), _of("national"), plain=False),
    _prose(lazy("Where the row comes from"), "source", plain=False),
)
RULE_FACTS = (
    _prose(lazy("Filing condition"), "condition_zh"),
    _prose(lazy("Filing condition (English)"), "condition_en", plain=False),
    _prose(lazy("Closing condition"), "closing_zh"),
    _prose(lazy("Closing condition (English)"), "closing_en", plain=False),
    Fact(lazy("Limit"), ("limit_amount", "limit_unit"), _limit),
    Fact(lazy("Limit with works"), ("engineering_amount", "engineering_unit"), _engineering),
    Fact(lazy("Level of the place"), ("place_level",), _of("place_level")),
    Fact(lazy("Season"), ("season_from", "season_to"), _season),
    Fact(lazy("Units"), ("units_hint",), lambda row: row.units_hint.replace(";", "; "), prose=True),
    Fact(lazy("Provisional"), ("provisional",), lambda row: _yes(row.provisional), plain=False),
    _prose(lazy("Where the row comes from"), "source", plain=False),
)
Pieces = list[tuple[str, bool]]  # of a text, and whether each is only on this side


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A fact on both sides, in pieces; nothing where the row is not on that side."""

    label: str | Promise
    before: Pieces
    after: Pieces


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A changed row as the page shows it. `name`: of the class."""

    key: str
    name: str
    look: tuple[str | Promise, str, str]
    facts: list[ShownFact]


def shown(change: Change, names: Names) -> ShownChange:
    """A change in the reader's words. `names`: of the classes that rules belong to."""
    row = change.before if change.after is None else change.after
    table = CLASS_FACTS if isinstance(row, ClassRow) else RULE_FACTS
    facts = [_fact(fact, change) for fact in table if _is_told(fact, change)]
    return ShownChange(change.key, _name(row, names), LOOKS[change.what],
                       [one for one in facts if one.before or one.after])  # fmt: skip


def counted(found: Difference) -> list[tuple[str, str, int]]:
    """(key of Difference.counts, words, number) of every kind of change that there is."""
    words: dict[str, Callable[[int], str]] = {
        "classes_added": lambda n: ngettext("%(n)s class added", "%(n)s classes added", n),
        "classes_changed": lambda n: ngettext("%(n)s class changed", "%(n)s classes changed", n),
        "classes_removed": lambda n: ngettext("%(n)s class removed", "%(n)s classes removed", n),
        "rules_added": lambda n: ngettext("%(n)s rule added", "%(n)s rules added", n),
        "rules_changed": lambda n: ngettext("%(n)s rule changed", "%(n)s rules changed", n),
        "rules_removed": lambda n: ngettext("%(n)s rule removed", "%(n)s rules removed", n),
    }
    return [(key, words[key](n) % {"n": n}, n) for key, n in found.counts().items() if n]


def in_words(found: Difference) -> str:
    """ "3 classes added, 1 rule changed"; that nothing differs where nothing does."""
    parts = [words for _key, words, _number in counted(found)]
    return _(", ").join(parts) if parts else str(_("no class and no rule differs"))


def name_of(pair: tuple[str, str]) -> str:
    """Of (Chinese, English) that of the reader, or the Chinese one."""
    return pair[1] if pair[1] and (get_language() or "").startswith("en") else pair[0]


def _name(row: ClassRow | RuleRow, names: Names) -> str:
    if isinstance(row, ClassRow):
        return name_of((row.name_zh, row.name_en))
    return name_of(names.get(row.of, ("", "")))


def _is_told(fact: Fact, change: Change) -> bool:
    if change.what is What.CHANGED:
        return any(name in change.fields for name in fact.fields)
    return fact.plain


def _fact(fact: Fact, change: Change) -> ShownFact:
    texts = ["" if row is None else fact.text(row) for row in (change.before, change.after)]
    if change.what is What.CHANGED:
        whole = ([(text or "–", bool(text))] for text in texts)
        return ShownFact(fact.label, *(_pieces(*texts) if fact.prose else whole))
    return ShownFact(fact.label, *([(text, False)] if text else [] for text in texts))


_TOKEN = re.compile(r"[0-9A-Za-z.]+|.", re.DOTALL)
LONG, ALIKE = 600, 0.4  # longer, or less alike, is not marked piece by piece


def _pieces(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Both texts cut where they differ."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    match = difflib.SequenceMatcher(None, a, b, autojunk=False)
    if not old or not new or len(a) + len(b) > LONG or match.ratio() < ALIKE:
        return [(old or "–", False)], [(new or "–", False)]
    codes = match.get_opcodes()
    return (
        list(_joined(a, ((i, j, tag != "equal") for tag, i, j, _k, _l in codes))),
        list(_joined(b, ((i, j, tag != "equal") for tag, _k, _l, i, j in codes))),
    )


def _joined(tokens: list[str], cuts: Iterator[tuple[int, int, bool]]) -> Iterator[tuple[str, bool]]:
    for first, last, differs in cuts:
        if first < last:
            yield "".join(tokens[first:last]), differs
