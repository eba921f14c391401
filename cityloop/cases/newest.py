"""Lines that no seal covers yet: what was kept of them outside the database is looked for in it.

A seal proves what is there when it is made. Whoever deletes a line, or a whole case, within the
minute before it would leave nothing that the seals miss; so each line is kept in a file as it is
written (kernel/witness.py), and asked for once the next seals are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from django.db import connection, transaction

from cityloop.kernel import witness
from cityloop.kernel.faults import Tally
from cityloop.kernel.turns import take_turn

CHUNK = 2000
MISSED = "missed"  # what a line is called that was kept and was gone when it was looked for
_MISSING = """
SELECT n.name, n.hash
  FROM unnest(%s::text[], %s::text[], %s::int4[], %s::text[]) AS n(name, number, version, hash)
  LEFT JOIN cases_case c ON c.number = n.number
  LEFT JOIN cases_event e ON e.case_id = c.id AND e.version = n.version AND e.hash = n.hash
 WHERE e.id IS NULL
"""


def look_back() -> int:
    """Look for the lines that were kept until the last look but one; what is not there is noted for
    good. Returns how many are missing. The worker calls it after each seal.
    """
    with transaction.atomic():
        take_turn("cityloop.newest")
        missing = list(_missing(witness.kept_longest()))
        witness.settle(MISSED, missing)
    return len(missing)


def count_missing(tally: Tally) -> None:
    """Name the lines that were kept as they were written and are not in the database."""
    for name, _hash in _missing(chain(witness.told(MISSED), witness.kept())):
        number, _slash, version = name.partition("/")
        what = "the line is gone, or another one: it was noted as it was written"
        tally.add(f"case {number} version {version}", what, kind="missed")


def _missing(notes: Iterable[witness.Note]) -> Iterator[witness.Note]:
    notes = iter(notes)
    while some := list(islice(notes, CHUNK)):
        names, hashes = [name for name, _hash in some], [digest for _name, digest in some]
        parts = [name.partition("/") for name in names]
        numbers, versions = [one[0] for one in parts], [int(one[2]) for one in parts]
        with connection.cursor() as cursor:
            cursor.execute(_MISSING, [names, numbers, versions, hashes])
            yield from cursor.fetchall()
