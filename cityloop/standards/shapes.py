"""What protection periods look like over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Schema

from cityloop.standards import queries, worktime
from cityloop.standards.models import ProtectionPeriod


class OwnLimit(Schema):
    """The limit of one class in a protection period."""

    class_code: Annotated[str, Field(max_length=20, alias="class")]
    amount: Annotated[Decimal, Field(gt=0, le=9999, decimal_places=2)]
    unit: worktime.Unit


class ProtectionIn(Schema):
    """Days of a holiday or an event; `factor` multiplies the limits of what is filed in them."""

    name: Annotated[str, Field(max_length=60)]
    name_en: Annotated[str, Field(max_length=60)] = ""
    first: date
    last: date
    factor: Annotated[Decimal, Field(gt=0, le=10, decimal_places=2)] = Decimal(1)
    limits: Annotated[list[OwnLimit], Field(max_length=200)] = []
    duty: Annotated[str, Field(max_length=2000)] = ""
    why: Annotated[str, Field(max_length=500)]


class ProtectionOut(Schema):
    """A protection period; `limits` replace the usual ones of single classes."""

    id: int
    name: str
    name_en: str
    first: date
    last: date
    factor: Decimal
    limits: list[dict[str, str]]
    duty: str
    overlaps: list[str]  # names of others with days in common: of limits the stricter holds


def protection(row: ProtectionPeriod) -> dict[str, Any]:
    """A protection period as the interface shows it."""
    return {
        "id": row.pk, "name": row.name_zh, "name_en": row.name_en, "first": row.starts_on,
        "last": row.ends_on, "factor": row.factor, "limits": row.limits, "duty": row.duty,
        "overlaps": [one.name_zh for one in queries.overlapping(row)],
    }  # fmt: skip
