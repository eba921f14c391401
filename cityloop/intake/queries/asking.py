"""The one statement that `receive` asks the database, and cases nearby for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.db import connection

from cityloop.cases.models import FINAL, RecordType
from cityloop.intake.channels import Channel
from cityloop.intake.likeness import Candidate, Likeness, Subject, compare
from cityloop.kernel.actor import Actor
from cityloop.people.scope import in_scope, sees_all

JOINABLE = frozenset({RecordType.CASE.value, RecordType.QUICK.value})
ENDED = frozenset(status.value for status in FINAL)
METRES_A_DEGREE = 110_500  # of latitude, rounded down: the box must hold the circle


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


_CANDIDATES = """
SELECT jsonb_build_array(c.id, c.number, c.status, c.record_type, c.problem_class_id,
         c.component_id, left(c.description, 500), round(c.metres::numeric, 1), f.files, f.phashes,
         c.area_code, c.units, c.members) AS one
FROM (
  SELECT c.*, ST_DistanceSphere(c.point, at.point) AS metres
  FROM cases_case c
  WHERE c.point && ST_Expand(at.point, %(dx)s::float8, %(dy)s::float8)
    AND c.reported_at > %(since)s::timestamptz
    AND (%(class)s::bigint IS NULL OR c.problem_class_id IS NULL
         OR c.problem_class_id = %(class)s::bigint OR %(pictures)s::boolean)
  ORDER BY c.reported_at DESC LIMIT 100
) c
LEFT JOIN LATERAL (
  SELECT array_agg(file) FILTER (WHERE file IS NOT NULL) AS files,
         array_agg(phash) FILTER (WHERE phash IS NOT NULL) AS phashes
  FROM intake_report r, LATERAL (
    SELECT unnest(r.files) AS file, unnest(r.phashes) AS phash) u
  WHERE %(pictures)s::boolean AND r.case_id = c.id
) f ON TRUE
WHERE c.metres <= %(metres)s::float8
ORDER BY c.metres LIMIT 20
"""

_CONTEXT = f"""
SELECT nextval('cases_case_id_seq'),
       CASE WHEN %(contact)s::boolean THEN nextval('intake_reporter_id_seq') END,
       p.grid_code, p.community_code, p.in_service,
       (SELECT jsonb_build_object('number', c.number, 'version', c.version, 'status', c.status,
                 'ordinal', r.ordinal, 'digest', r.digest, 'checks', r.checks,
                 'suggestions', r.suggestions, 'case_id', c.id)::text
          FROM intake_report r JOIN cases_case c ON c.id = r.case_id
         WHERE r.channel = %(channel)s::text AND r.source_key = %(key)s::text
           AND r.source_key <> ''),
       (SELECT jsonb_build_object('id', a.id, 'class', a.problem_class_id,
                 'metres', ST_DistanceSphere(a.point, at.point))::text
          FROM assets_component a WHERE a.code = %(component)s::text),
       (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'sha256', f.sha256,
                 'media_type', f.media_type, 'taken_at', f.taken_at, 'phash', f.phash,
                 'metres', ST_DistanceSphere(f.taken_point, at.point),
                 'used_in', (SELECT c.number FROM cases_attachment t
                             JOIN cases_case c ON c.id = t.case_id
                             WHERE t.file_id = f.id ORDER BY t.id LIMIT 1)))::text
          FROM kernel_file f WHERE f.sha256 = ANY(%(photos)s::text[])),
       (SELECT jsonb_agg(one)::text FROM ({_CANDIDATES}) found)
FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) AS point) at
LEFT JOIN LATERAL cityloop_locate(%(lon)s::float8, %(lat)s::float8, %(on)s::date) p ON TRUE
"""  # noqa: S608 (constants only)


def context(asked: Question) -> Context:
    """Everything that deciding on a report needs, in one statement and one round trip.

    Place, report of the same key, component, stored photos, cases nearby, fresh ids.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONTEXT, _parameters(asked))
        row = cursor.fetchone()
    return Context(
        case_id=row[0],
        reporter_id=row[1],
        place=Place(row[2], row[3], row[4]) if row[2] else Place(),
        known=orjson.loads(row[5]) if row[5] else None,
        component=orjson.loads(row[6]) if row[6] else None,
        files={one["sha256"]: one for one in orjson.loads(row[7])} if row[7] else {},
        candidates=[_candidate(one) for one in orjson.loads(row[8])] if row[8] else [],
    )


def _parameters(asked: Question) -> dict[str, Any]:
    metres, lat = asked.channel.metres, asked.lat
    dy = metres / METRES_A_DEGREE
    dx = dy / max(math.cos(math.radians(lat)), 0.01) if lat is not None else dy
    return {
        "contact": asked.contact,
        "channel": asked.channel.code,
        "key": asked.source_key,
        "component": asked.component_code,
        "photos": list(asked.photos),
        "pictures": bool(asked.photos),
        "lon": asked.lon,
        "lat": asked.lat,
        "on": asked.on,
        "class": asked.class_id,
        "since": asked.now - timedelta(hours=asked.channel.hours),
        "metres": float(metres),
        "dx": dx,
        "dy": dy,
    }


def _candidate(one: list[Any]) -> Candidate:
    pk, number, status, kind, chosen, component, text, metres, files, phashes, *_scope = one
    return Candidate(
        case_id=pk,
        number=number,
        status=status,
        open=status not in ENDED,
        joinable=status not in ENDED and kind in JOINABLE,
        metres=float(metres),
        told=Subject(chosen, component, text, frozenset(files or ()), tuple(phashes or ())),
        area_code=_scope[0],
        units=tuple(_scope[1]),
        members=tuple(_scope[2]),
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
