"""Service requests of Los Angeles (MyLA311), 2017 to 2020: created, serviced, closed, by whom.

What the states mean here: Closed is the whole road, Cancelled a void, Referred Out a forced close,
Open and Pending are still with the crew. Acceptance, filing and dispatch are not in the file: they
stand at the moment of creation and say so; so does the check, at the moment of closing.

Times: 00:00:00 is a day without a time, taken as noon of it. A service before the creation (its
day is often the planned one) counts from the creation, one after the closing as done by then; the
line keeps what the file said. Closed on a day before the creation: rejected. No time of closing:
the last update stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from cityloop.exchange.source import (
    STEP_DERIVED,
    TIME_DERIVED,
    ClassName,
    Limit,
    Record,
    Row,
    Source,
    Stage,
    UnitName,
    Unreadable,
)

ZONE = ZoneInfo("America/Los_Angeles")
BULKY, STREET, LIGHT, WATER, OTHER = (
    ("01", "大件清运", "Collection"), ("02", "街面秩序", "Streets"),
    ("03", "照明", "Street lighting"), ("04", "用水", "Water"), ("05", "其他", "Other"),
)  # fmt: skip
TYPES = {  # request type: (kind, major, minor code, Chinese name)
    "Bulky Items": ("event", BULKY, "01", "大件垃圾"),
    "Metal/Household Appliances": ("event", BULKY, "02", "金属与家电"),
    "Electronic Waste": ("event", BULKY, "03", "电子废物"),
    "Illegal Dumping Pickup": ("event", STREET, "01", "违规倾倒"),
    "Graffiti Removal": ("event", STREET, "02", "乱涂写清除"),
    "Dead Animal Removal": ("event", STREET, "03", "动物尸体清理"),
    "Homeless Encampment": ("event", STREET, "04", "露宿点"),
    "Single Streetlight Issue": ("component", LIGHT, "01", "单盏路灯故障"),
    "Multiple Streetlight Issue": ("component", LIGHT, "02", "多盏路灯故障"),
    "Report Water Waste": ("event", WATER, "01", "浪费用水"),
    "Feedback": ("event", OTHER, "01", "意见反馈"),
    "Other": ("event", OTHER, "02", "其他"),
}
OWNERS = {
    "BOS": "Bureau of Sanitation", "LASAN": "LA Sanitation and Environment",
    "OCB": "Office of Community Beautification", "BSL": "Bureau of Street Lighting",
    "ITA": "Information Technology Agency", "LADWP": "Department of Water and Power",
    "BSS": "Bureau of Street Services",
}  # fmt: skip
CHANNELS = {
    "Call": "hotline12345", "Voicemail": "hotline12345", "Mobile App": "app",
    "Self Service": "web", "Email": "web", "Driver Self Report": "inspector",
    "Council's Office": "leader", "Fax": "petition", "Letter": "petition", "Walk-in": "petition",
}  # fmt: skip
PLATFORM = UnitName("la311", "洛杉矶市311", "Los Angeles 311", "city_platform")
MIDNIGHT, TIMES = "00:00:00", ("createddate", "closeddate", "servicedate")
WITHDRAWN = {"reason_code": "withdrawn", "reason": "Cancelled"}
REFERRED = {"reason_code": "handled_elsewhere", "reason": "Referred Out"}
CLASSES = {
    name: ClassName(kind, major[0], minor, zh, major[1], name, major[2])
    for name, (kind, major, minor, zh) in TYPES.items()
}


def read(row: Row) -> Record:
    """A row as a record."""
    kind, source, stages = row["requesttype"], row["requestsource"], OUTCOMES.get(row["status"])
    _known("requesttype", kind, CLASSES)
    _known("requestsource", source, CHANNELS)
    if stages is None:
        raise _unknown("status", row["status"])
    told, remarks = stages(row, _time(row, "createddate"))
    if any(row[column].endswith(MIDNIGHT) for column in TIMES):
        remarks = (*remarks, "noon")
    lon, lat = _point(row)
    return Record(
        number=row["srnumber"],
        problem=CLASSES[kind],
        unit=_unit(row["owner"], row["assignto"]),
        channel=CHANNELS[source],
        brought_by=source,
        stages=told,
        description=kind,
        address=row["address"],
        lon=lon,
        lat=lat,
        facts={"council": row["ncname"], "district": row["cd"], "status": row["status"]},
        remarks=remarks,
    )


def _known(column: str, value: str, known: Container[str]) -> None:
    if value not in known:
        raise _unknown(column, value)


def _unknown(column: str, value: str) -> Unreadable:
    return Unreadable(
        _("%(column)s is unknown: %(value)s") % {"column": column, "value": value[:30]}
    )


@lru_cache(maxsize=1024)
def _unit(owner: str, crew: str) -> UnitName:
    _known("owner", owner, OWNERS)
    name = OWNERS[owner]
    bureau = UnitName(f"la311-{owner}", name, name, parent=PLATFORM)
    if not crew:
        return bureau
    return UnitName(f"la311-{owner}-{crew}"[:40], f"{owner} {crew}", f"{owner} {crew}",
                    parent=bureau)  # fmt: skip


def _point(row: Row) -> tuple[float, float] | tuple[None, None]:
    if not row["latitude"]:
        return None, None
    try:
        return float(row["longitude"]), float(row["latitude"])
    except ValueError as error:
        raise Unreadable(_("latitude and longitude are no numbers")) from error


Told = tuple[tuple[Stage, ...], tuple[str, ...]]


def _closed(row: Row, created: datetime) -> Told:
    closed, facts = _end(row, created)
    serviced, how, remarks = _service(row, created, closed)
    serviced, closed = serviced.astimezone(UTC), closed.astimezone(UTC)
    stages = (
        *_with_crew(created.astimezone(UTC)),
        Stage("finish", serviced, how),
        Stage("send_check", closed, STEP_DERIVED),
        Stage("check_passed", closed, STEP_DERIVED),
        Stage("close", closed, facts),
    )
    return stages, remarks


def _ended_by(row: Row, created: datetime, *, how: Callable[..., tuple[Stage, ...]]) -> Told:
    ended, facts = _end(row, created)
    return how(created.astimezone(UTC), ended.astimezone(UTC), facts), ()


def _voided(created: datetime, ended: datetime, facts: dict[str, Any]) -> tuple[Stage, ...]:
    return (
        Stage("report", created),
        Stage("accept", created, STEP_DERIVED),
        Stage("request_void", ended, STEP_DERIVED, WITHDRAWN),
        Stage("approve_void", ended, facts, WITHDRAWN),
    )


def _referred(created: datetime, ended: datetime, facts: dict[str, Any]) -> tuple[Stage, ...]:
    return (*_with_crew(created), Stage("force_close", ended, facts, REFERRED))


def _still_open(row: Row, created: datetime) -> Told:
    return _with_crew(created.astimezone(UTC)), ()


def _with_crew(created: datetime) -> tuple[Stage, ...]:
    return (
        Stage("report", created),
        Stage("accept", created, STEP_DERIVED),
        Stage("file", created, STEP_DERIVED),
        Stage("dispatch", created, TIME_DERIVED),
        Stage("receive", created, STEP_DERIVED),
    )


def _end(row: Row, created: datetime) -> tuple[datetime, dict[str, Any]]:
    """When the request ended, and the facts of that line."""
    column = "closeddate" if row["closeddate"] else "updateddate"
    closed, exact = _time(row, column), _has_time(row[column])
    if closed.date() < created.date() or (exact and closed < created):
        raise Unreadable(_("it was closed before it was created: %(at)s") % {"at": row[column]})
    if exact and column == "closeddate":
        return closed, {}
    return max(closed, created), {**TIME_DERIVED, column: row[column]}


def _service(
    row: Row, created: datetime, closed: datetime
) -> tuple[datetime, dict[str, Any], tuple[str, ...]]:
    """When the work was done, the facts of that line, and what had to be bent."""
    if not row["servicedate"]:
        return closed, dict(TIME_DERIVED), ()
    done = _time(row, "servicedate")
    day = done.date()
    bent = "early" if day < created.date() else "late" if day > closed.date() else ""
    at = min(max(done, created), closed)
    if at == done and _has_time(row["servicedate"]):
        return at, {}, ()
    return at, {**TIME_DERIVED, "servicedate": row["servicedate"]}, (bent,) if bent else ()


def _has_time(text: str) -> bool:
    return not text.endswith(MIDNIGHT)


def _time(row: Row, column: str) -> datetime:
    try:
        at = datetime.fromisoformat(row[column])
    except ValueError as error:
        raise Unreadable(_("%(column)s is no time: %(value)s")
                         % {"column": column, "value": row[column][:30]}) from error  # fmt: skip
    if at.tzinfo is not None:
        return at.astimezone(ZONE)
    return (at if _has_time(row[column]) else datetime.combine(at, time(12))).replace(tzinfo=ZONE)


OUTCOMES: dict[str, Callable[[Row, datetime], Told]] = {
    "Closed": _closed,
    "Cancelled": partial(_ended_by, how=_voided),
    "Referred Out": partial(_ended_by, how=_referred),
    "Open": _still_open,
    "Pending": _still_open,
}


SOURCE = Source(
    code="la311",
    platform=PLATFORM.name_en,
    edition_zh="洛杉矶市311服务请求类型",
    edition_en="Request types of Los Angeles 311",
    valid_from=date(2017, 1, 1),
    limit=Limit(
        Decimal(7), "natural_day",
        "The source names no limit; a week is assumed, so lateness says nothing of these units.",
    ),
    columns=(
        "srnumber", "requesttype", "createddate", "closeddate", "servicedate", "updateddate",
        "status", "owner", "assignto", "requestsource", "address", "latitude", "longitude",
        "ncname", "cd",
    ),
    named_by=("requesttype", "owner", "assignto"),
    read=read,
    catalogue=tuple(CLASSES.values()),
    notes={
        "early": noop(
            "%(n)s were serviced on a day before their creation: counted from the creation"
        ),
        "late": noop("%(n)s were serviced on a day after their closing: counted as done by then"),
        "noon": noop("%(n)s name a day without a time: it counts as noon of that day"),
    },
)  # fmt: skip
