"""The emergency team and the cameras of a protection period (H10). Nothing is deleted."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.duty.models import Camera, TeamMember
from cityloop.duty.operations.roster import words
from cityloop.duty.queries import protection as queries
from cityloop.geo.coordinates import to_wgs84
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Problem, Refused
from cityloop.kernel.reports import ImportReport, Rejection
from cityloop.kernel.tables import read_table
from cityloop.people.models import Member
from cityloop.standards.models import ProtectionPeriod

MANAGE = "standards.manage"  # who enters a period says who stands by in it
MAX_PHONE, MAX_CODE, MAX_NAME = 40, 40, 80
COLUMNS = ("code", "name", "lon", "lat")


@dataclass(frozen=True, slots=True)
class Reached:
    """How and when somebody is reached; phone '' is the one of their account, no hours day and
    night."""

    phone: str = ""
    starts: time | None = None
    ends: time | None = None


@transaction.atomic
def put_on_team(
    *, period_id: int, member: Member, reached: Reached, actor: Actor, now: datetime
) -> TeamMember:
    """Put somebody on the emergency team; they are told. Raises Invalid, Refused, NotFound."""
    period = _period(period_id, actor, now)
    if not member.active:
        raise _bad("member", _("this account is closed: %(name)s") % {"name": member.name})
    if TeamMember.objects.filter(period_id=period.pk, member=member, ended_at=None).exists():
        raise Refused(_("%(name)s is of the team already") % {"name": member.name})
    return _add(period, member, reached, actor, now)


@transaction.atomic
def change_on_team(*, row_id: int, reached: Reached, actor: Actor, now: datetime) -> TeamMember:
    """Somebody is reached otherwise from now on, and told. Raises Invalid, Refused, NotFound."""
    row, period = _of_team(row_id, actor, now)
    given = (reached.phone.strip() or row.member.phone, reached.starts, reached.ends)
    if given == (row.phone, row.starts, row.ends):
        raise Refused(_("nothing would change"))
    _end(row, actor, now)
    return _add(period, row.member, reached, actor, now)


@transaction.atomic
def take_off_team(*, row_id: int, actor: Actor, now: datetime) -> TeamMember:
    """Somebody is of the team no more; they are told. Raises Refused, NotFound."""
    row, period = _of_team(row_id, actor, now)
    _end(row, actor, now)
    _tell("team_left", [row], period)
    return row


def tell_teams(*, now: datetime) -> int:
    """Tell the teams of periods that have begun, each once, and those whose period was called off.
    Returns how many people."""
    today, told = timezone.localdate(now), 0
    known = ProtectionPeriod.objects.values("pk")
    with transaction.atomic():
        rows = TeamMember.objects.select_for_update(of=("self",)).select_related("member")
        for period in ProtectionPeriod.objects.filter(starts_on__lte=today, ends_on__gte=today):
            begun = rows.filter(period_id=period.pk, ended_at=None, begun_at=None)
            told += _tell("team_begins", begun, period)
            begun.update(begun_at=now)
        off = rows.filter(ended_at=None).exclude(period_id__in=known)
        told += _tell("team_left", off, None)
        off.update(ended_at=now)
        Camera.objects.filter(ended_at=None).exclude(period_id__in=known).update(ended_at=now)
    return told


@transaction.atomic
def add_camera(
    *,
    period_id: int,
    code: str,
    name: str,
    lon: float,
    lat: float,
    actor: Actor,
    now: datetime,
    system: str = "wgs84",
) -> Camera:
    """One more camera to watch; its place in degrees of a coordinate system.

    Raises Invalid, UnknownSystem, Refused, NotFound."""
    period = _period(period_id, actor, now)
    code, name = words(code, MAX_CODE, "code"), words(name, MAX_NAME, "name")
    place = Point(*to_wgs84(lon, lat, system), srid=4326)
    if Camera.objects.filter(period_id=period.pk, code=code, ended_at=None).exists():
        raise Refused(_("there is a camera of this code: %(code)s") % {"code": code})
    return Camera.objects.create(
        period_id=period.pk,
        code=code,
        name=name,
        point=place,
        set_at=now,
        set_by=actor.post[:120],
    )


@transaction.atomic
def end_camera(*, row_id: int, actor: Actor, now: datetime) -> Camera:
    """A camera is watched no more. Raises NotFound, Refused."""
    row = Camera.objects.select_for_update().filter(pk=row_id).first()
    if row is None:
        raise NotFound(_("there is no such camera"))
    _period(row.period_id, actor, now)
    if row.ended_at is not None:
        raise Refused(_("it was ended before"))
    row.ended_at, row.ended_by = now, actor.post[:120]
    row.save(update_fields=["ended_at", "ended_by"])
    return row


def import_cameras(path: Path, *, period_id: int, actor: Actor, now: datetime) -> ImportReport:
    """Cameras from a table: all rows, or none and the reason for each bad one.

    Columns: code, name, lon, lat in degrees and, where it is not WGS 84, system. A camera that
    stands already just so is `joined`. Raises BadTable, NotAllowed, NotFound, Refused.
    """
    began, report = stopwatch.monotonic(), ImportReport()
    with transaction.atomic():
        _period(period_id, actor, now)
        for line, row in read_table(path, COLUMNS):
            try:
                with transaction.atomic():
                    _put(row, report, period_id, actor, now)
            except Problem as problem:
                report.rejected.append(Rejection(line, row["code"], str(problem)))
        if report.rejected:
            transaction.set_rollback(True)
            report.take_nothing()
    report.seconds = stopwatch.monotonic() - began
    return report


def _put(
    row: dict[str, str], report: ImportReport, period_id: int, actor: Actor, now: datetime
) -> None:
    lon, lat, system = _degrees(row, "lon"), _degrees(row, "lat"), row.get("system") or "wgs84"
    known = Camera.objects.filter(period_id=period_id, code=row["code"], ended_at=None).first()
    place = Point(*to_wgs84(lon, lat, system), srid=4326)
    if known and known.name == row["name"] and known.point.equals_exact(place, 1e-7):
        report.joined += 1
        return
    add_camera(
        period_id=period_id, code=row["code"], name=row["name"], lon=lon, lat=lat, system=system,
        actor=actor, now=now,
    )  # fmt: skip
    report.imported += 1


def _degrees(row: dict[str, str], name: str) -> float:
    try:
        return float(row[name])
    except ValueError as error:
        raise _bad(name, f"{name}: {_('degrees as 120.155')}") from error


def _period(period_id: int, actor: Actor, now: datetime) -> ProtectionPeriod:
    """A period that is not over, locked; raises NotAllowed, NotFound, Refused."""
    actor.require_for_city(MANAGE)
    row = ProtectionPeriod.objects.select_for_update().filter(pk=period_id).first()
    if row is None:
        raise NotFound(_("there is no such protection period"))
    if row.ends_on < timezone.localdate(now):
        raise Refused(_("this protection period is over"))
    return row


def _of_team(row_id: int, actor: Actor, now: datetime) -> tuple[TeamMember, ProtectionPeriod]:
    actor.require_for_city(MANAGE)
    rows = TeamMember.objects.select_for_update(of=("self",)).select_related("member")
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise NotFound(_("nobody of a team has this number"))
    period = _period(row.period_id, actor, now)
    if row.ended_at is not None:
        raise Refused(_("it was ended before"))
    return row, period


def _add(
    period: ProtectionPeriod, member: Member, reached: Reached, actor: Actor, now: datetime
) -> TeamMember:
    phone = reached.phone.replace("\x00", "").strip() or member.phone
    if (reached.starts is None) != (reached.ends is None):
        raise _bad("ends", _("hours have a beginning and an end"))
    begun = now if period.starts_on <= timezone.localdate(now) else None  # they are told just now
    row = TeamMember.objects.create(
        period_id=period.pk, event=period.name_zh, member=member, starts=reached.starts,
        ends=reached.ends, phone=words(phone, MAX_PHONE, "phone"), begun_at=begun, set_at=now,
        set_by=actor.post[:120],
    )  # fmt: skip
    _tell("team_named", [row], period)
    return row


def _end(row: TeamMember, actor: Actor, now: datetime) -> None:
    row.ended_at, row.ended_by = now, actor.post[:120]
    row.save(update_fields=["ended_at", "ended_by"])


def _tell(topic: str, rows: Iterable[TeamMember], period: ProtectionPeriod | None) -> int:
    """Each of them, in the same transaction; the words of the topic are notify's. How many."""
    days = f"{period.starts_on} – {period.ends_on}" if period else ""
    told = list(rows)
    for row in told:
        values = {"title": row.event, "days": days, "phone": row.phone,
                  "hours": row.hours or queries.day_and_night()}  # fmt: skip
        payload = {
            "topic": topic, "members": [row.member_id], "about": f"team:{row.pk}",
            "path": f"/duty/protection/{period.pk}/" if period else "", "values": values,
        }  # fmt: skip
        jobs.defer("notify.tell", payload)
    return len(told)


def _bad(name: str, why: str) -> Invalid:
    return Invalid(why, fields={name: why})
