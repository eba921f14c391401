"""Rows of a report for the one statement that writes it together with its case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from cityloop.cases import record
from cityloop.cases.change import Change
from cityloop.intake.models import Report, Reporter
from cityloop.intake.operations.incoming import Draft
from cityloop.kernel import jobs
from cityloop.kernel.phones import plain_phone
from cityloop.kernel.rows import First, Row, Rows, columns_of

REPORT = columns_of(Report, without=("id",))
REPORTER = columns_of(Reporter)
UNAMBIGUOUS = "intake.unambiguous"


def report_row(draft: Draft, *, case_id: int, ordinal: int, reporter_id: int | None) -> Row:
    """The report as a row; `ordinal` is its place among the reports of its case."""
    given, known = draft.given, draft.known
    return {
        "case_id": case_id,
        "ordinal": ordinal,
        "channel": draft.channel.code,
        "kind": given.kind,
        "source_key": draft.key,
        "digest": draft.digest,
        "received_at": draft.now,
        "occurred_at": given.occurred_at,
        "member_id": draft.actor.member_id,
        "reporter_id": reporter_id,
        "answer_wanted": reporter_id is not None and given.answer_wanted,
        "priority": draft.channel.priority,
        "text": draft.text,
        "point": point(draft.lon, draft.lat),
        "raw_x": given.x,
        "raw_y": given.y,
        "raw_system": given.system if given.x is not None else "",
        "address": draft.address,
        "source": given.source.strip(),
        "link": given.link,
        "problem_class_id": known.id if known else None,
        "component_code": given.component_code,
        "suggestions": draft.suggestions,
        "checks": draft.checks,
        "files": [paper.file.pk for paper in draft.papers],
        "phashes": draft.phashes,
    }


def point(lon: float | None, lat: float | None) -> str | None:
    """A point as the database reads it."""
    return None if lon is None or lat is None else f"SRID=4326;POINT({lon!r} {lat!r})"


def reporter_row(draft: Draft, reporter_id: int) -> Row:
    """Name and phone with the day until which they are kept."""
    return {
        "id": reporter_id,
        "name": draft.given.reporter_name.strip(),
        "phone": plain_phone(draft.given.reporter_phone),
        "address": "",
        "keep_until": draft.now + timedelta(days=draft.channel.retention_days),
        "forgotten_at": None,
    }


def rows_of(draft: Draft, *, case_id: int, ordinal: int, reporter_id: int | None) -> list[Rows]:
    """All rows of intake for one report."""
    row = report_row(draft, case_id=case_id, ordinal=ordinal, reporter_id=reporter_id)
    rows = [Rows("intake_report", REPORT, [row])]
    if reporter_id is not None:
        rows.append(Rows("intake_reporter", REPORTER, [reporter_row(draft, reporter_id)]))
    return rows


def job_rows(topic: str, payload: dict[str, Any]) -> Rows:
    """Deferred work as part of the same statement."""
    found = [record.job_row(job) for job in jobs.job_rows(topic, payload)]
    return Rows("procrastinate_jobs", record.JOB, found)


def write(changes: Sequence[Change], rows: Sequence[Rows], *, first: First | None = None) -> None:
    """All changes and all rows in one statement; rows of one table go as one part."""
    ordered = sorted(rows, key=lambda part: part.table)
    merged = [
        Rows(table, columns, [row for part in parts for row in part.rows])
        for (table, columns), parts in groupby(ordered, key=lambda p: (p.table, p.columns))
    ]
    record.write(changes, also=merged, first=first)
