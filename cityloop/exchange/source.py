"""What a mapping says about a source of cases, and what it makes of one row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

Row = Mapping[str, str]
# Facts of a history line that is not in the source as such: the step and its time are our
# inference, or the step is there and its time is ours.
STEP_DERIVED: Mapping[str, Any] = {"derived": "step"}
TIME_DERIVED: Mapping[str, Any] = {"derived": "time"}


class Unreadable(ValueError):
    """A row that cannot become a case; the text is the reason told to the person who imports."""


@dataclass(frozen=True, slots=True)
class ClassName:
    """A class of the source's own catalogue; codes are digits, kind is component or event."""

    kind: str
    major_code: str
    minor_code: str
    name_zh: str
    major_zh: str
    name_en: str = ""
    major_en: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the class inside its catalogue."""
        return self.kind, self.major_code, self.minor_code


@dataclass(frozen=True, slots=True)
class UnitName:
    """A responsible unit of the source; `code` is unique over all sources."""

    code: str
    name_zh: str
    name_en: str = ""
    kind: str = "department"
    region_code: str = ""
    parent: UnitName | None = None


class Stage(NamedTuple):
    """A step of the life cycle that the source tells or implies; `at` in UTC, whose spans are true
    also over a change of the clocks."""

    action: str
    at: datetime
    facts: Mapping[str, Any] = {}
    inputs: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Record:
    """One row, understood. `number` is the source's own; `facts` go into the first history line."""

    number: str
    problem: ClassName
    unit: UnitName | None
    channel: str
    brought_by: str
    stages: tuple[Stage, ...]
    description: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    area_code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()  # what had to be bent, counted in the report


@dataclass(frozen=True, slots=True)
class Limit:
    """The handling limit of every class, for sources that name none: assumed, so provisional."""

    amount: Decimal
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Area:
    """A city of China whose regions the cases lie in; only these districts get streets."""

    city_code: str
    districts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file format: how it is read and whose it is.

    `read` raises Unreadable. Classes that rows name and `catalogue` does not are added to it.
    Columns that are not named may be there. `named_by`: the columns on which alone the class and
    the unit of a row depend.
    """

    code: str
    platform: str
    edition_zh: str
    edition_en: str
    valid_from: date
    limit: Limit
    columns: tuple[str, ...]
    named_by: tuple[str, ...]
    read: Callable[[Row], Record]
    catalogue: tuple[ClassName, ...] = ()
    area: Area | None = None
    notes: Mapping[str, str] = field(default_factory=dict)  # remark -> sentence with %(n)s
