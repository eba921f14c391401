"""What is odd about a photo: noted for the person who judges it, never decided alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils.timezone import get_default_timezone

from cityloop.cases.change import Paper
from cityloop.cases.models import Attachment, Case
from cityloop.geo.coordinates import metres_between

FAR_METRES = 200
OLD = timedelta(hours=24)
JUST_NOW = timedelta(hours=1)
CLOCKS_DIFFER = timedelta(minutes=10)  # between a camera and us
SHOWN = 5
FRAME = "same-angle"  # the page's own camera names so what it took, with the moment as 14 digits
_FRAME_NAME = re.compile(rf"{FRAME}-\d{{14}}\.jpg")

_SAME = """
SELECT a.file_id, array_agg(DISTINCT c.number) FROM cases_attachment a
JOIN cases_case c ON c.id = a.case_id
WHERE a.file_id = ANY(%s) GROUP BY a.file_id
"""


def remarked(papers: Sequence[Paper], case: Case, *, now: datetime) -> list[Paper]:
    """The papers with their remarks, and whether the case has them; one query, none without."""
    if not papers:
        return []
    holders = _cases_with([paper.file.pk for paper in papers])
    return [_remarked(paper, case, holders.get(paper.file.pk, []), now) for paper in papers]


def _remarked(paper: Paper, case: Case, holders: Sequence[str], now: datetime) -> Paper:
    others = [number for number in holders if number != case.number]
    return replace(
        paper, remarks=tuple(remarks(paper, case, others, now)), known=case.number in holders
    )


def remarks(
    paper: Paper, case: Case, other_cases: Sequence[str], now: datetime
) -> list[dict[str, Any]]:
    """Codes with their evidence: same_picture, from_album, old_photo, taken_too_early,
    taken_elsewhere."""
    found: list[dict[str, Any]] = []
    if other_cases:
        found.append({"code": "same_picture", "cases": sorted(other_cases)[:SHOWN]})
    if paper.from_album:
        found.append({"code": "from_album"})
    taken_at, taken_point = paper.file.taken_at, paper.file.taken_point
    if taken_at is not None and not -OLD <= now - taken_at <= OLD:
        found.append({"code": "old_photo", "taken_at": taken_at.isoformat()})
    since = proves_since(paper.stage, case, at=now)
    if taken_at is not None and since is not None and taken_at < since - CLOCKS_DIFFER:
        about = {"taken_at": taken_at.isoformat(), "since": since.isoformat()}
        found.append({"code": "taken_too_early", **about})
    if taken_point is not None and case.point is not None:
        metres = metres_between((taken_point.x, taken_point.y), (case.point.x, case.point.y))
        if metres > FAR_METRES:
            found.append({"code": "taken_elsewhere", "metres": round(metres)})
    return found


def proves_since(stage: str, case: Case, *, at: datetime) -> datetime | None:
    """Before this moment nobody can have photographed what a picture handed in `at` is to prove:
    the result before the report, the check before the result; None for what proves neither."""
    if stage not in ("after", "check"):
        return None
    handled = case.handled_at if stage == "check" else None
    return handled if handled and handled <= at else case.reported_at


def framed(paper: Attachment) -> bool:
    """True for what says to be a frame of the page's camera: it has no EXIF, and never had any.

    As good as any word of a browser: it excuses a date that is missing, and proves nothing.
    """
    return not paper.from_album and bool(_FRAME_NAME.fullmatch(paper.filename))


def stamp(paper: Attachment) -> list[str]:
    """What is stamped on a photo as its case shows it: when, where, in which unit grid, of which
    case, and by which way it came, where that is known. Latin letters and digits (F08).

    Each says whose word it is. The city's time; degrees of WGS 84.
    """
    file, case = paper.file, paper.case
    taken = file.taken_at is not None
    at = (file.taken_at or paper.added_at).astimezone(get_default_timezone())
    when = "TAKEN {} (EXIF)" if taken else "RECEIVED {} (SERVER)"
    point, whose = (file.taken_point, "EXIF") if file.taken_point else (case.point, "CASE")
    words = [
        when.format(at.strftime("%Y-%m-%d %H:%M:%S")),
        f"PLACE {_degrees(point)} WGS84 ({whose})" if point else "PLACE UNKNOWN",
        f"GRID {case.grid_code}" if case.grid_code else "",
        f"CASE {case.number}",
        _way(paper),
    ]
    return [one for one in words if one]


def _degrees(point: Point) -> str:
    north, east = "N" if point.y >= 0 else "S", "E" if point.x >= 0 else "W"
    return f"{abs(point.y):.5f}{north} {abs(point.x):.5f}{east}"


def _way(paper: Attachment) -> str:
    """Not from the album is said of everything that nobody marked: only a frame of the page's
    camera, or the camera's own time just before, speaks for the camera."""
    if paper.from_album:
        return "ALBUM"
    taken_at = paper.file.taken_at
    fresh = taken_at is not None and abs(paper.added_at - taken_at) <= JUST_NOW
    return "CAMERA" if fresh or framed(paper) else ""


def _cases_with(file_ids: list[int]) -> dict[int, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(_SAME, [file_ids])
        return dict(cursor.fetchall())
