"""What a later edition of a family keeps of an earlier one: classes of the same code and name.

The same code with another name is another class: nothing that was said of the one holds for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db import connection

from cityloop.standards.catalogue import ClassKey, EditionRow
from cityloop.standards.models import Edition
from cityloop.standards.queries.classes import class_names
from cityloop.standards.queries.editions import MAX_CHAIN

# After WITH RECURSIVE. `kept`: what names `edition` by its code speaks of the class, too, that
# `later`, an edition of the same family, has in force under the same code with the same name.
KEPT = f"""
based(edition, code, base, step) AS (
  SELECT id, code, id, 0 FROM standards_edition
  UNION ALL SELECT b.edition, b.code, e.based_on_id, b.step + 1 FROM based b
  JOIN standards_edition e ON e.id = b.base
  WHERE e.based_on_id IS NOT NULL AND b.step < {MAX_CHAIN}
), in_force AS (
  SELECT DISTINCT ON (b.edition, c.kind, c.major_code, c.minor_code)
         b.edition, c.id AS class_id, c.edition_id AS home,
         c.kind, c.major_code, c.minor_code, c.name_zh
  FROM based b JOIN standards_problemclass c ON c.edition_id = b.base
  ORDER BY b.edition, c.kind, c.major_code, c.minor_code, b.step
), kept AS (
  SELECT o.code AS edition, n.code AS later, b.class_id, b.home, b.kind, b.major_code, b.minor_code
  FROM standards_edition o
  JOIN standards_edition n ON n.family = o.family AND n.valid_from > o.valid_from
  JOIN in_force a ON a.edition = o.id
  JOIN in_force b ON b.edition = n.id AND b.kind = a.kind AND b.major_code = a.major_code
                 AND b.minor_code = a.minor_code AND b.name_zh = a.name_zh
)"""  # noqa: S608 (a constant)
_ALL = f"""WITH RECURSIVE {KEPT} SELECT k.edition, e.code, k.kind, k.major_code, k.minor_code
FROM kept k JOIN standards_edition e ON e.id = k.home"""  # noqa: S608 (the same)
_EARLIER = f"""WITH RECURSIVE {KEPT} SELECT o.code, a.kind, a.major_code, a.minor_code, a.name_zh
FROM in_force a JOIN standards_edition o ON o.id = a.edition
WHERE o.family = %s AND o.valid_from < %s"""  # noqa: S608 (the same)


def kept_classes() -> dict[str, frozenset[tuple[str, str, str, str]]]:
    """Edition -> (edition, kind, major, minor) of the classes that later editions kept of it."""
    found: dict[str, set[tuple[str, str, str, str]]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_ALL)
        for edition, *of_class in cursor.fetchall():
            found[edition].add(tuple(of_class))
    return {edition: frozenset(classes) for edition, classes in found.items()}


def kept_by(later: Edition) -> dict[str, frozenset[ClassKey]]:
    """Earlier edition of the family -> the codes of its classes that `later` kept."""
    names = {key: zh for key, (zh, _en) in class_names(later).items()}
    return kept_under(names, family=later.family, since=later.valid_from)


def kept_under(
    names: Mapping[ClassKey, str], *, family: str, since: date
) -> dict[str, frozenset[ClassKey]]:
    """The same of an edition that need not be stored: the Chinese names of all classes in force
    under it, its family and its first day."""
    found: dict[str, set[ClassKey]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [family, since])
        for edition, kind, major, minor, name in cursor.fetchall():
            key = ClassKey(kind, major, minor)
            if names.get(key) == name:
                found[edition].add(key)
    return {edition: frozenset(keys) for edition, keys in found.items()}


def predecessor(of: Edition | EditionRow) -> Edition | None:
    """The published edition of its family that held last before it begins."""
    earlier = Edition.objects.filter(
        family=of.family, status=Edition.Status.PUBLISHED, valid_from__lt=of.valid_from
    )
    return earlier.select_related("based_on").order_by("-valid_from").first()


def order_of_editions(on: date) -> dict[str, tuple[int, bool]]:
    """Edition -> its place by age, the oldest first, and whether it was published and had begun."""
    rows = Edition.objects.order_by("valid_from", "code")
    return {
        one.code: (age, one.is_published and one.valid_from <= on)
        for age, one in enumerate(rows.only("code", "status", "valid_from"), 1)
    }
