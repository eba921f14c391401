"""The one statement that `receive` asks the database, and cases nearby for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from cityloop.cases.models import FINAL, RecordType
from cityloop.intake.channels import Channel
from cityloop.intake.likeness import Candidate, Likeness, Subject, compare
from cityloop.kernel.actor import Actor
from cityloop.kernel.rows import first_row
from cityloop.people.scope import in_scope, sees_all

JOINABLE = frozenset({RecordType.CASE.value, RecordType.QUICK.value})
ENDED = frozenset(status.value for status in FINAL)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a report before it is decided."""

    channel: Channel
    now: datetime
    on: date
    lon: float | None = None
    lat: float | None = None
    class_id: int | None = None
    component_code: str = ""
    source_key: str = ""
    photos: Sequence[str] = ()
    contact: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The unit grid of the point; codes are '' outside every grid."""

    grid_code: str = ""
    community_code: str = ""
    in_service: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """All that one statement told."""

    case_id: int
    reporter_id: int | None
    place: Place
    known: dict[str, Any] | None  # the report that came with the same key before
    component: dict[str, Any] | None
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # by sha256
    candidates: list[Candidate] = field(default_factory=list)


# The order of the function's parameters and columns: context.sql.
_CONTEXT = """SELECT * FROM intake_context(%s::text, %s::text, %s::float8, %s::float8, %s::date,
%s::bigint, %s::text, %s::text, %s::timestamptz, %s::float8, %s::boolean)"""


def context(asked: Question) -> Context:
    """Everything that deciding on a report needs, in one statement and one round trip.

    Place, report of the same key, component, stored photos, cases nearby, fresh ids. When the key
    is known, nothing else is told.
    """
    channel = asked.channel
    since = asked.now - timedelta(hours=channel.hours)
    # Texts: turning a list or a moment into a parameter costs the driver more than the query.
    row = first_row(_CONTEXT, (
        channel.code, asked.source_key, asked.lon, asked.lat, asked.on.isoformat(),
        asked.class_id, asked.component_code, " ".join(asked.photos), since.isoformat(),
        float(channel.metres), asked.contact,
    )) or ()  # fmt: skip
    return Context(
        case_id=row[0] or 0,
        reporter_id=row[1],
        place=Place(row[2], row[3], row[4]) if row[2] else Place(),
        known=orjson.loads(row[5]) if row[5] else None,
        component=orjson.loads(row[6]) if row[6] else None,
        files={one["sha256"]: one for one in orjson.loads(row[7])} if row[7] else {},
        candidates=[_candidate(one) for one in orjson.loads(row[8])] if row[8] else [],
    )


def _candidate(one: list[Any]) -> Candidate:
    pk, number, status, kind, chosen, component, text, metres, area, units, members, told = one
    files, phashes = told or ([], [])
    return Candidate(
        case_id=pk,
        number=number,
        status=status,
        open=status not in ENDED,
        joinable=status not in ENDED and kind in JOINABLE,
        metres=float(metres),
        told=Subject(
            class_id=chosen,
            component_id=component,
            text=text,
            files=frozenset(file for some in files or () for file in some),
            phashes=tuple(phash for some in phashes or () for phash in some),
        ),
        area_code=area,
        units=tuple(units),
        members=tuple(members),
    )


def duplicates(actor: Actor, asked: Question, text: str = "") -> list[Likeness]:
    """Visible cases nearby that may be the same problem, surest first (D07)."""
    found = context(asked)
    subject = Subject(asked.class_id, (found.component or {}).get("id"), text[:2000])
    alike = compare(subject, found.candidates)
    return [one for one in alike if sees_all(actor) or _seen(actor, one.candidate)]


def _seen(actor: Actor, case: Candidate) -> bool:
    if actor.member_id in case.members:
        return True
    return in_scope(actor, organisation_ids=case.units, region_code=case.area_code)
