"""Permits as they stood at a moment: their facts, with every later change taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry

from cityloop.permits.models import Permit, PermitChange

DAYS = ("valid_from", "valid_until", "revoked_on")
PLACES = ("point", "ground")
# What of a permit speaks of a case; the rest may change without another testimony.
SPEAKING = ("number", "kind_id", "supervisor_id", "ground", *DAYS)


def as_it_stood(permit_ids: Iterable[int], at: datetime) -> list[Permit]:
    """These permits with what was written down of them up to then; not to be saved."""
    found = Permit.objects.in_bulk(list(permit_ids))
    later = PermitChange.objects.filter(permit__in=found, at__gt=at).order_by("-at", "-id")
    for change in later:
        _take_back(found[change.permit_id or 0], change)
    return list(found.values())


def _take_back(row: Permit, change: PermitChange) -> None:
    for name, (old, _new) in change.fields.items():
        setattr(row, name, _read(name, old))


def _read(name: str, value: Any) -> Any:
    """A fact as the row keeps it, from the line of history."""
    if value is None:
        return None
    if name in PLACES:
        return GEOSGeometry(value, srid=4326)
    return date.fromisoformat(value) if name in DAYS else value
