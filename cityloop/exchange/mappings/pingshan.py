"""Cases of Pingshan district, Shenzhen, 2018: a row names its class on three levels, the channel,
street, community and unit, when it was created, and by a flag whether it was closed on time.

Derived, since the file has one time only: the stages up to the unit follow in five-minute steps;
a case closed on time was handled in half of the limit, one closed late in one and a half; the
limit itself is assumed. Every such history line says so. What the flags say comes out exactly.

No flag: the case is still with its unit. No unit: closed by the platform itself, and as nobody
handled it, neither on time nor late; the report says how many. Neither unit nor
community: no road through the life cycle, the row is rejected.
"""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from cityloop.exchange.source import (
    STEP_DERIVED,
    TIME_DERIVED,
    Area,
    ClassName,
    Limit,
    Record,
    Row,
    Source,
    Stage,
    UnitName,
    Unreadable,
)

ZONE = ZoneInfo("Asia/Shanghai")
NONE = "-"
LIMIT_DAYS = 5
STEP = timedelta(minutes=5)
# Main types that are things, not happenings: facilities of sanitation, traffic, roads, utilities.
THINGS = frozenset({"182", "183", "184", "185"})
CHANNELS = {
    "@坪山": "app", "美丽深圳": "app", "12345": "hotline12345", "12319": "hotline12319",
    "政府信箱": "web", "固话投诉": "hotline12319",
}  # fmt: skip
KINDS = (  # what a unit's name ends with or holds -> kind of organisation; the first that fits
    ("街道办事处）", "street"), ("社区", "community_office"), ("公司", "utility"),
    ("供电局", "utility"), ("营业中心", "utility"), ("街道", "street"), ("办事处", "street"),
)  # fmt: skip
PLATFORM = UnitName(
    "pingshan", "坪山区指挥中心", "Pingshan district platform", "district_platform", "440310"
)
# Communities of the file and their codes in the national table; the first nine are the street's.
COMMUNITIES = {
    "六联社区": "440310001001", "六和社区": "440310001002", "坪山社区": "440310001003",
    "和平社区": "440310001004", "坪环社区": "440310002001", "江岭社区": "440310002002",
    "马峦社区": "440310002003", "沙坣社区": "440310002004", "碧岭社区": "440310003001",
    "汤坑社区": "440310003002", "沙湖社区": "440310003003", "金龟社区": "440310004001",
    "石井社区": "440310004002", "田头社区": "440310004003", "田心社区": "440310004004",
    "坑梓社区": "440310005001", "秀新社区": "440310005002", "金沙社区": "440310005003",
    "沙田社区": "440310005004", "龙田社区": "440310006001", "南布社区": "440310006002",
    "竹坑社区": "440310006003", "老坑社区": "440310006004",
}  # fmt: skip


def read(row: Row) -> Record:
    """A row as a record."""
    unit, area = _unit(row["DISPOSE_UNIT_ID"], row["DISPOSE_UNIT_NAME"]), _area(row)
    if unit is None and not area:
        raise Unreadable(_("it names neither a unit nor a place"))
    source = row["EVENT_SRC_NAME"]
    if source not in CHANNELS:
        raise Unreadable(_("%(column)s is unknown: %(value)s")
                         % {"column": "EVENT_SRC_NAME", "value": source[:20]})  # fmt: skip
    problem = _class_of(row)
    return Record(
        number=row["REC_ID"],
        problem=problem,
        unit=unit,
        channel=CHANNELS[source],
        brought_by=source,
        stages=_stages(row, unit),
        description=f"{row['MAIN_TYPE_NAME']}：{row['SUB_TYPE_NAME']}",
        address="" if row["STREET_NAME"] == NONE else row["STREET_NAME"] + row["COMMUNITY_NAME"],
        area_code=area,
        facts={"property": row["EVENT_PROPERTY_NAME"], "source": source},
        remarks=() if unit else ("nobody",),
    )


def _class_of(row: Row) -> ClassName:
    return _class(
        row["EVENT_TYPE_ID"], row["EVENT_TYPE_NAME"], row["MAIN_TYPE_ID"], row["MAIN_TYPE_NAME"],
        row["SUB_TYPE_ID"], row["SUB_TYPE_NAME"],
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _class(kind_id: str, kind: str, main_id: str, main: str, sub_id: str, sub: str) -> ClassName:
    """Majors are the event types; the level between survives as a synonym."""
    if not all(one.isascii() and one.isdigit() for one in (kind_id, sub_id)):
        raise Unreadable(_("it names no class"))
    nature = "component" if main_id in THINGS else "event"
    return ClassName(nature, kind_id.zfill(2), sub_id.zfill(2), sub, kind, synonyms=(main,))


@lru_cache(maxsize=1024)
def _unit(number: str, name: str) -> UnitName | None:
    """A unit is its number and its name: some numbers carry two names, some names two numbers."""
    if NONE in (number, name):
        return None
    kind = next((kind for part, kind in KINDS if part in name), "department")
    code = f"pingshan-{number}-{zlib.crc32(name.encode()) & 0xFFFF:04x}"
    return UnitName(code, name, kind=kind, parent=PLATFORM)


def _area(row: Row) -> str:
    name = row["COMMUNITY_NAME"]
    if name not in COMMUNITIES and name != NONE:
        raise Unreadable(_("%(column)s is unknown: %(value)s")
                         % {"column": "COMMUNITY_NAME", "value": name[:20]})  # fmt: skip
    return COMMUNITIES.get(name, "")


def _stages(row: Row, unit: UnitName | None) -> tuple[Stage, ...]:
    created = _time(row["CREATE_TIME"])
    flags = row["INTIME_ARCHIVE_NUM"], row["OVERTIME_ARCHIVE_NUM"]
    if flags not in {("1", "0"), ("0", "1"), (NONE, NONE)}:
        raise Unreadable(_("its flags contradict each other: %(flags)s")
                         % {"flags": "/".join(flags)})  # fmt: skip
    begun: tuple[Stage, ...] = (
        Stage("report", created),
        Stage("accept", created + STEP, STEP_DERIVED),
        Stage("file", created + 2 * STEP, STEP_DERIVED),
    )
    if unit is None:
        why = {"reason_code": "handled_elsewhere", "reason": "the source names no unit"}
        return (*begun, Stage("force_close", created + 3 * STEP, TIME_DERIVED, why))
    begun = (
        *begun,
        Stage("dispatch", created + 3 * STEP, TIME_DERIVED),
        Stage("receive", created + 4 * STEP, STEP_DERIVED),
    )
    return begun if flags[0] == NONE else (*begun, *_ended(created, late=flags[1] == "1"))


def _ended(created: datetime, *, late: bool) -> tuple[Stage, ...]:
    handled = created + timedelta(days=LIMIT_DAYS) * (1.5 if late else 0.5)
    return (
        Stage("finish", handled, TIME_DERIVED),
        Stage("send_check", handled + STEP, STEP_DERIVED),
        Stage("check_passed", handled + 2 * STEP, STEP_DERIVED),
        Stage("close", handled + 3 * STEP, TIME_DERIVED),
    )


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)
    except ValueError as error:
        raise Unreadable(_("%(column)s is no time: %(value)s")
                         % {"column": "CREATE_TIME", "value": text[:30]}) from error  # fmt: skip


SOURCE = Source(
    code="pingshan",
    platform=PLATFORM.name_zh,
    edition_zh="深圳坪山民生诉求事项目录（由案件归纳）",
    edition_en="Catalogue of Pingshan, Shenzhen, as found in its cases",
    valid_from=date(2018, 1, 1),
    limit=Limit(
        Decimal(LIMIT_DAYS), "natural_day",
        "The source names no limit; five days are assumed so that its flags can be kept.",
    ),
    columns=(
        "REC_ID", "CREATE_TIME", "EVENT_SRC_NAME", "EVENT_PROPERTY_NAME", "EVENT_TYPE_ID",
        "EVENT_TYPE_NAME", "MAIN_TYPE_ID", "MAIN_TYPE_NAME", "SUB_TYPE_ID", "SUB_TYPE_NAME",
        "STREET_NAME", "COMMUNITY_NAME", "DISPOSE_UNIT_ID", "DISPOSE_UNIT_NAME",
        "INTIME_ARCHIVE_NUM", "OVERTIME_ARCHIVE_NUM",
    ),
    named_by=(
        "EVENT_TYPE_ID", "EVENT_TYPE_NAME", "MAIN_TYPE_ID", "MAIN_TYPE_NAME", "SUB_TYPE_ID",
        "SUB_TYPE_NAME", "DISPOSE_UNIT_ID", "DISPOSE_UNIT_NAME",
    ),
    read=read,
    area=Area("440300", ("440310",)),
    notes={
        "nobody": noop(
            "%(n)s name no unit: closed by the platform, counted neither as on time nor as late"
        ),
    },
)  # fmt: skip
