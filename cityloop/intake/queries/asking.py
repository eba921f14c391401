"""The one statement that `receive` asks the database, and cases nearby for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from cityloop.cases.models import FINAL, Case, RecordType
from cityloop.intake.channels import Channel
from cityloop.intake.likeness import Candidate, Likeness, Subject, one_a_case, tellings
from cityloop.intake.queries.suggestions import doubted, meant_by
from cityloop.kernel.actor import Actor
from cityloop.kernel.rows import all_rows
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

    @property
    def since(self) -> datetime:
        """Cases reported before are not told."""
        return self.now - timedelta(hours=self.channel.hours)


@dataclass(frozen=True, slots=True)
class Place:
    """The unit grid of the point; codes are '' outside every grid."""

    grid_code: str = ""
    community_code: str = ""
    in_service: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """All that one statement told."""

    asked: Question
    case_id: int
    reporter_id: int | None
    place: Place
    known: dict[str, Any] | None  # the report that came with the same key before
    component: dict[str, Any] | None
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # by sha256
    candidates: list[Candidate] = field(default_factory=list)


# The function of context.sql for several questions; `n` brings the answers back to them.
_CONTEXT = """
SELECT q.n, c.* FROM jsonb_to_recordset($1::jsonb) AS q(n int, channel text, key text, lon float8,
  lat float8, day date, class bigint, component text, photos text, since timestamptz,
  metres float8, contact boolean),
LATERAL intake_context(q.channel, q.key, q.lon, q.lat, q.day, q.class, q.component, q.photos,
  q.since, q.metres, q.contact) c"""


def context(asked: Question) -> Context:
    """Everything that deciding on a report needs, in one statement and one round trip.

    Place, report of the same key, component, stored photos, cases nearby, fresh ids. When the key
    is known, nothing else is told.
    """
    return contexts([asked])[0]


def contexts(asked: Sequence[Question]) -> list[Context]:
    """The same for several, in their order, still in one statement."""
    questions = [_as_row(n, one) for n, one in enumerate(asked)]
    rows = all_rows(_CONTEXT, [orjson.dumps(questions).decode()])
    told = {row[0]: _told(asked[row[0]], row[1:]) for row in rows}
    return [told[n] for n in range(len(asked))]


def _as_row(n: int, asked: Question) -> dict[str, Any]:
    channel = asked.channel
    return {
        "n": n, "channel": channel.code, "key": asked.source_key, "lon": asked.lon,
        "lat": asked.lat, "day": asked.on, "class": asked.class_id,
        "component": asked.component_code, "photos": " ".join(asked.photos),
        "since": asked.since, "metres": channel.metres,
        "contact": asked.contact,
    }  # fmt: skip


def _told(asked: Question, row: Sequence[Any]) -> Context:
    """The columns of context.sql, in their order."""
    case_id, reporter_id, grid, community, in_service, known, component, files, nearby = row
    return Context(
        asked=asked,
        case_id=case_id or 0,
        reporter_id=reporter_id,
        place=Place(grid, community, in_service) if grid else Place(),
        known=orjson.loads(known) if known else None,
        component=orjson.loads(component) if component else None,
        files={one["sha256"]: one for one in orjson.loads(files)} if files else {},
        candidates=[_candidate(one) for one in orjson.loads(nearby)] if nearby else [],
    )


def _candidate(one: list[Any]) -> Candidate:
    (pk, number, status, kind, chosen, component, text, metres, area, units, members, shown,
     others, first) = one  # fmt: skip
    files, phashes = shown or ([], [])
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
        also_told=tuple(Subject(chosen or own, None, words) for own, words in others or ()),
        own_words=Subject(chosen or first[0], None, first[1]) if first else None,
        area_code=area,
        units=tuple(units),
        members=tuple(members),
    )


def duplicates(actor: Actor, asked: Question, text: str = "") -> list[Likeness]:
    """Visible cases nearby that may be the same problem, surest first (D07); as receiving a report
    would judge them."""
    found = context(asked)
    subject = Subject(asked.class_id, (found.component or {}).get("id"), text[:2000])
    told = tellings(subject, found.candidates)
    meant = meant_by(subject.text, on=asked.on) if told and not asked.class_id else []
    alike = one_a_case(doubted(one, subject, meant, on=asked.on) for one in told)
    alike = [one if joins(asked.channel, one) else replace(one, same=False) for one in alike]
    return [one for one in alike if sees_all(actor) or seen_by(actor, one.candidate)]


def joins(channel: Channel, like: Likeness) -> bool:
    """Whether a report of this channel may join the case: a sender who is owed a written answer,
    by a clock of their own, joins none that came otherwise (C07). A statement, only for these."""
    if not channel.written_report:
        return True
    return Case.objects.filter(pk=like.candidate.case_id, channel=channel.code).exists()


def seen_by(actor: Actor, case: Candidate) -> bool:
    """Whether the case is one of the actor's ground, or one they took part in."""
    if actor.member_id in case.members:
        return True
    return in_scope(actor, organisation_ids=case.units, region_code=case.area_code)
