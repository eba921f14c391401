"""Reads of evidence: the like of a picture in the whole stock, the findings of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import orjson
from django.db import connection
from django.db.models import F, Q, TextField, Value

from cityloop.cases.models import Attachment, Case
from cityloop.evidence import prints
from cityloop.evidence.models import Finding, Print
from cityloop.geo.models import Region
from cityloop.kernel.models import StoredFile

LIMIT = 8  # bits of 64
SHOWN = 5

# The index answers `&&`; the rows it names are then compared bit by bit. A part is compared with
# whole pictures only: two parts of two pictures say little.
_ALIKE = """
SELECT p.file_id, p.part, min(bit_count((p.hash # probe.hash)::bit(64)))
FROM jsonb_to_recordset(%(probes)s::jsonb) AS probe(hash bigint, near integer[], whole boolean)
JOIN evidence_print p ON p.bands && probe.near
WHERE bit_count((p.hash # probe.hash)::bit(64)) <= %(limit)s
  AND (probe.whole OR p.part = 'whole') AND p.file_id <> %(file)s
GROUP BY p.file_id, p.part
"""


@dataclass(frozen=True, slots=True)
class Alike:
    """A stored picture like the one asked for: which of its parts, and how many bits differ."""

    file_id: int
    part: str
    differs: int


@dataclass(frozen=True, slots=True)
class Probe:
    """A print to look for; of a whole picture, or of a part of it."""

    hash: int
    whole: bool


def alike(probes: Iterable[Probe], *, but: int = 0, limit: int = LIMIT) -> list[Alike]:
    """Every stored picture within `limit` bits of a probe, the most alike first; `but` one file.

    Exact: the same as comparing with each picture of the stock.
    """
    rows = [
        {"hash": one.hash, "near": prints.near(one.hash, limit), "whole": one.whole}
        for one in probes
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"probes": orjson.dumps(rows).decode(), "limit": limit, "file": but})
        found = [Alike(*row) for row in cursor.fetchall()]
    nearest: dict[int, Alike] = {}
    for one in sorted(found, key=lambda one: (one.differs, one.part != prints.WHOLE, one.part)):
        nearest.setdefault(one.file_id, one)
    return list(nearest.values())


def cases_with(file_ids: Sequence[int], *, but: Case) -> dict[int, list[str]]:
    """File -> numbers of the other cases to which it belongs."""
    rows = Attachment.objects.filter(file_id__in=file_ids).exclude(case=but)
    found: dict[int, list[str]] = {}
    for file_id, number in rows.order_by("case_id").values_list("file_id", "case__number"):
        if number not in found.setdefault(file_id, []):
            found[file_id].append(number)
    return found


def regions_named(place: str, *, area_code: str, on: date) -> list[tuple[str, str]]:
    """(name, code) of the districts, streets and communities of the case's city on a day whose
    names stand in `place`."""
    said = Value(place, output_field=TextField())
    rows = Region.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, code__startswith=area_code[:4],
        level__in=("district", "street", "community"),
    )  # fmt: skip
    found = rows.alias(said=said).filter(said__contains=F("name"))
    return list(found.order_by("code").values_list("name", "code"))


def photos_of_step(number: str, version: int) -> list[Attachment]:
    """The pictures that one step of a case brought, with their files and the case."""
    rows = Attachment.objects.filter(
        case__number=number, version=version, file__media_type__startswith="image/"
    )
    return list(rows.select_related("file", "case").order_by("pk"))


def photos_before(photo: Attachment, stages: tuple[str, ...]) -> list[Attachment]:
    """Pictures of these parts of the same case up to the step of this one, the latest first."""
    rows = Attachment.objects.filter(
        case_id=photo.case_id, version__lte=photo.version, stage__in=stages,
        file__media_type__startswith="image/",
    )  # fmt: skip
    return list(rows.exclude(file_id=photo.file_id).select_related("file").order_by("-pk"))


def findings(case: Case) -> list[Finding]:
    """What was found out about the photos of a case, by step."""
    rows = Finding.objects.filter(case=case).select_related("file")
    return list(rows.order_by("version", "pk"))


def without_print(limit: int) -> list[StoredFile]:
    """Pictures of the stock that have no print yet, or not of every part."""
    rows = StoredFile.objects.filter(media_type__startswith="image/")
    done = Print.objects.filter(part__in=(prints.LATEST, prints.PLAIN)).values("file_id")
    return list(rows.exclude(pk__in=done).order_by("pk")[:limit])
