"""What becomes of the lines of the matrix when an edition of the classes takes another's place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.kernel.manifest import Succession
from cityloop.people.models import ANY, Responsibility
from cityloop.standards import queries as standards
from cityloop.standards.catalogue import ClassKey
from cityloop.standards.models import Edition

MAX_LISTED = 10
Kept = Mapping[str, frozenset[ClassKey]]


def lines_kept(*, old: Edition, new: Edition, on: date, kept: Kept) -> Succession:
    """How many lines of `old`, named or kept from an earlier edition, hold for `new` too.

    Of the lines on the first day of `new`, or today where that has passed. A line for several
    classes may hold for some of them only.
    """
    day = max(new.valid_from, on)
    before = {**standards.kept_by(old), old.code: frozenset(standards.class_keys(old))}
    counted, lost = Counter[str](), Counter[ClassKey]()
    for spoken, left in _spoken_of(before, kept, day):
        counted["all" if left == spoken else "some" if left else "none"] += 1
        lost.update(spoken - left)
    told = {"old": old.code, "new": new.code, "codes": _listed(sorted(map(str, lost)))}
    return Succession(tuple(_notes(counted, told)))


def _spoken_of(
    before: Kept, after: Kept, day: date
) -> Iterator[tuple[frozenset[ClassKey], frozenset[ClassKey]]]:
    """Of each line: the classes that it speaks of now, and those of them that it goes on with."""
    valid = Q(valid_to=None) | Q(valid_to__gt=day)
    rows = Responsibility.objects.filter(valid, valid_from__lte=day, edition_code__in=before)
    for edition, *cell in rows.values_list(
        "edition_code", "class_kind", "major_code", "minor_code"
    ):
        spoken = _matching(before[edition], *cell)
        if spoken:
            yield spoken, spoken & after.get(edition, frozenset())


def _matching(keys: frozenset[ClassKey], kind: str, major: str, minor: str) -> frozenset[ClassKey]:
    if ANY not in (major, minor):
        return keys & {ClassKey(kind, major, minor)}
    return frozenset(
        key for key in keys
        if key.kind == kind and major in (ANY, key.major_code) and minor in (ANY, key.minor_code)
    )  # fmt: skip


def _notes(kept: Counter[str], told: Mapping[str, str]) -> Iterator[str]:
    if number := kept["all"]:
        words = ngettext(
            "%(number)s line of the responsibility matrix for %(old)s holds for %(new)s too",
            "%(number)s lines of the responsibility matrix for %(old)s hold for %(new)s too",
            number,
        )
        yield words % {**told, "number": number}
    if number := kept["some"]:
        words = ngettext(
            "%(number)s line for several classes holds for those that %(new)s kept only",
            "%(number)s lines for several classes hold for those that %(new)s kept only",
            number,
        )
        yield words % {**told, "number": number}
    if number := kept["none"]:
        words = ngettext(
            "%(number)s line does not hold for %(new)s: its class has another name or is gone",
            "%(number)s lines do not hold for %(new)s: their classes have other names or are gone",
            number,
        )
        yield words % {**told, "number": number}
    if told["codes"]:
        yield _("codes of %(old)s whose lines do not hold for %(new)s: %(codes)s") % told


def _listed(codes: list[str]) -> str:
    return ", ".join(codes[:MAX_LISTED]) + (" ..." if len(codes) > MAX_LISTED else "")
