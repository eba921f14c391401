"""What is wrong with the seals over the history, and with their notes outside the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from cityloop.cases import chain
from cityloop.cases.models import CaseEvent, Seal
from cityloop.kernel import witness
from cityloop.kernel.faults import Tally
from cityloop.kernel.marks import Marks
from cityloop.kernel.models import Marker

TOLD_EVERY = 1000  # notes
CHUNK = 5000
SEALED_WITHIN = timedelta(hours=1)  # the worker seals every minute
WITNESSED = "seal"  # what a seal is called where it is noted outside the database
AGAIN = "again"  # and one noted anew, after notes were lost
SET_RIGHT = "clock"  # and one before which the clock was put back, as somebody at the machine said
INVENTED = "invented times"  # a marker: the last line of a demo city's story


def digest(
    first: int, upto: int, previous: str, sealed_at: datetime | None = None
) -> tuple[int, str]:
    """How many lines, and the seal over them; without its moment, as seals once were.

    Hashed here: a database that is asked for the digest may have been taught another one.
    """
    found, count = hashlib.sha256(previous.encode()), 0
    rows = CaseEvent.objects.filter(pk__gte=first, pk__lte=upto).order_by("pk")
    for (line,) in rows.values_list("hash").iterator(chunk_size=CHUNK):
        found.update(line.encode())
        count += 1
    found.update(chain.instant(sealed_at).encode() if sealed_at else b"")
    return count, found.hexdigest()


def invented() -> int:
    """The last line whose time is a story's; 0 in a real city."""
    return Marker.objects.filter(pk=INVENTED).values_list("value", flat=True).first() or 0


def verify_seals(tally: Tally) -> int:
    """How many seals there are; each that is not what it was, or not in its turn, is told."""
    previous, count, before, story = "", 0, None, invented()
    set_right = dict(witness.told(SET_RIGHT))
    for one in all_seals():
        count += 1
        span = (one.first_event, one.last_event, previous)
        lines, found = digest(*span, one.sealed_at)
        if found != one.digest:  # of before seals told their moment?
            lines, found = digest(*span)
        if one.previous != previous or lines != one.events or found != one.digest:
            what = (f"{one.events} lines were sealed, {lines} are there; they, or the seal's own "
                    f"columns, were altered")  # fmt: skip
            tally.add(f"seal {one.pk}", what, kind="seal")
        if before is not None and one.last_event > story:
            if set_right.get(str(one.pk)) == one.digest:
                before = min(before, one.sealed_at)
            elif one.sealed_at < before - SEALED_WITHIN:
                tally.add(f"seal {one.pk}", PUT_BACK, kind="clock")
            _dated_back(one, before, story, tally)
        previous, before = one.digest, one.sealed_at
    return count


PUT_BACK = (
    "it is dated before the one in front of it: if the clock had been wrong and was set right, say"
    " so with --clock-was-wrong"
)


def set_right() -> int:
    """Say that the clock had been wrong before each seal that is dated before the one in front of
    it; noted outside the database, so it takes somebody at the machine. Returns how many are new.
    """
    known, before, found = dict(witness.told(SET_RIGHT)), None, []
    for one in all_seals():
        back = before is not None and one.sealed_at < before - SEALED_WITHIN
        if back and str(one.pk) not in known:
            found.append((str(one.pk), one.digest))
        before = one.sealed_at
    with transaction.atomic():
        witness.note(SET_RIGHT, found)
    return len(found)


def _dated_back(one: Seal, before: datetime, story: int, tally: Tally) -> None:
    """A line says that it was recorded before the seal in front of it, which does not have it."""
    rows = CaseEvent.objects.filter(
        pk__range=(max(one.first_event, story + 1), one.last_event),
        recorded_at__lt=before - SEALED_WITHIN, imported=False,
    )  # fmt: skip
    for number, version in rows.values_list("case__number", "version").order_by("pk"):
        tally.add(f"case {number} version {version}", "the line is dated before it was sealed",
                  kind="dated")  # fmt: skip


def as_noted(now: datetime, tally: Tally) -> tuple[int, int]:
    """Every seal that was noted outside the database is there, and is the same; and each is noted
    but for the newest. Returns how many were noted, and how many of them again."""
    counts, seen = {WITNESSED: 0, AGAIN: 0}, Marks()
    for kind in counts:
        notes = witness.told(kind)
        while some := list(islice(notes, TOLD_EVERY)):
            numbers = [int(pk) for pk, _digest in some]
            there = dict(Seal.objects.filter(pk__in=numbers).values_list("pk", "digest"))
            for number, (_pk, digest) in zip(numbers, some, strict=True):
                counts[kind] += not seen.add(number)
                if there.get(number) != digest:
                    what = "it is gone" if number not in there else "it is another one"
                    what = f"{what}: it was noted outside the database"
                    tally.add(f"seal {number}", what, kind="noted")
    for number in _unnoted(now, seen):
        what = "it is not noted outside the database: the notes were lost, or could not be written"
        tally.add(f"seal {number}", what, kind="unnoted")
    return sum(counts.values()), counts[AGAIN]


def _unnoted(now: datetime, seen: Marks) -> Iterator[int]:
    """Seals that should be noted by now, and are not."""
    rows = Seal.objects.filter(sealed_at__lt=now - SEALED_WITHIN).order_by("pk")
    numbers = rows.values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    return (number for number in numbers if number not in seen)


def note_again(*, now: datetime) -> int:
    """Note the seals that are not noted outside the database, the youngest too: after notes were
    lost.

    They stand there as noted again: a proof tells how many, for what they prove begins today.
    Returns how many.
    """
    seen = Marks()
    for kind in (WITNESSED, AGAIN):
        for pk, _digest in witness.told(kind):
            seen.add(int(pk))
    missing = list(_unnoted(now + SEALED_WITHIN, seen))
    digests = Seal.objects.in_bulk(missing)
    with transaction.atomic():
        witness.note(AGAIN, [(f"{pk}", digests[pk].digest) for pk in missing])
    return len(missing)


def unsealed(now: datetime, tally: Tally) -> None:
    """Lines are sealed within minutes: old ones behind the last seal mean that seals are gone."""
    last = Seal.objects.order_by("-id").values_list("last_event", flat=True).first() or 0
    rows = CaseEvent.objects.filter(pk__gt=last, recorded_at__lt=now - SEALED_WITHIN)
    oldest = rows.order_by("pk").first()
    if oldest is None:
        return
    what = f"no seal covers the lines from number {oldest.pk} on: no worker ran, or seals are gone"
    tally.add("the seals", what, count=rows.count())


def all_seals() -> Iterator[Seal]:
    """Every seal, oldest first."""
    yield from Seal.objects.order_by("id").iterator()
