"""How files name the attributes of a component, and how their values are read. Pure.

Names: the attribute table of the standard (domain/standards.md 1.5), its Chinese names, older
spellings, and our own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.assets.models import DataSource, State

ALIASES = {
    # ours: as files write it, lower case
    "code": ("code", "objid", "obj_id", "部件标识码", "部件编码", "标识码"),
    "name": ("name", "objname", "obj_name", "部件名称", "名称"),
    "competent": ("competent", "deptcode1", "competent_code", "主管部门代码"),
    "competent_name": ("competent_name", "deptname1", "主管部门名称", "主管部门"),
    "owner": ("owner", "deptcode2", "owner_code", "权属单位代码"),
    "owner_name": ("owner_name", "deptname2", "ownername", "权属单位名称", "权属单位"),
    "maintainer": ("maintainer", "deptcode3", "maintainer_code", "养护单位代码"),
    "maintainer_name": ("maintainer_name", "deptname3", "养护单位名称", "养护单位"),
    "grid": ("grid", "grid_code", "bgid", "bgcode", "所在单元网格", "单元网格"),
    "state": ("state", "objstate", "部件状态", "状态"),
    "original_on": ("original_on", "ordate", "初始日期"),
    "changed_on": ("changed_on", "chdate", "变更日期"),
    "data_source": ("data_source", "datasource", "数据来源"),
    "picture": ("picture", "照片"),
    "note": ("note", "备注"),
    "x": ("x", "lon", "lng", "longitude", "pointx", "经度"),
    "y": ("y", "lat", "latitude", "pointy", "纬度"),
}
UNITS = ("competent", "owner", "maintainer")
_OURS = {alias: ours for ours, aliases in ALIASES.items() for alias in aliases}
STATES = {
    "完好": State.INTACT, "正常": State.INTACT, "破损": State.DAMAGED, "损坏": State.DAMAGED,
    "丢失": State.LOST, "缺失": State.LOST, "废弃": State.ABANDONED, "占用": State.OCCUPIED,
    "": State.INTACT, **{state.value: state for state in State},
}  # fmt: skip
SOURCES = {
    "实测": DataSource.SURVEYED, "地形图": DataSource.TOPOGRAPHIC, "其他": DataSource.OTHER,
    "其它": DataSource.OTHER, "": "", **{one.value: one for one in DataSource},
}  # fmt: skip
_DAY = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?$")
MOST_NAME, MOST_NOTE = 60, 200
SURPLUS = "\x1fsurplus"  # not the name of any column
BROKEN = "�"


class BadValue(ValueError):
    """A value that cannot be read; its text is the reason for the person."""


@lru_cache(maxsize=1000)
def ours(name: str) -> str:
    """Our name of a file's column, or the column's own where the standard has none."""
    return _OURS.get(name.strip().lower(), name.strip())


def named(row: Mapping[str, Any]) -> dict[str, str]:
    """A file's row under our names, every value as text without blanks at the ends."""
    return {ours(name): _text(value) for name, value in row.items() if name}


def surplus(row: Mapping[Any, Any]) -> dict[str, str]:
    """Cells behind the last column of the header: the row is shifted, so it is not taken."""
    return {SURPLUS: str(len(row[None]))} if None in row else {}


def holdable(row: dict[str, str]) -> None:
    """Raise BadValue for a row that no table could hold as it stands."""
    if any(BROKEN in value for value in row.values()):
        raise BadValue(_("broken characters: the file's encoding is mixed or wrong"))
    if any("\x00" in value for value in row.values()):
        raise BadValue(_("it holds a NUL character"))
    if more := row.pop(SURPLUS, ""):
        raise BadValue(
            ngettext(
                "it has %(n)s cell more than the header",
                "it has %(n)s cells more than the header",
                int(more),
            )
            % {"n": more}
        )
    if len(row.get("name", "")) > MOST_NAME or len(row.get("note", "")) > MOST_NOTE:
        raise BadValue(
            _("a name has at most %(name)s characters, a note %(note)s")
            % {"name": MOST_NAME, "note": MOST_NOTE}
        )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None or value != value:  # noqa: PLR0124 (NaN: GDAL's missing number)
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | datetime):
        return value.isoformat()[:10]
    return str(value).strip()


def state(value: str) -> str:
    """A state in Chinese or by its code."""
    found = STATES.get(value, STATES.get(value.lower()))
    if found is None:
        raise BadValue(_("unknown state %(value)s") % {"value": value[:20]})
    return str(found)


def source(value: str) -> str:
    """A source of the position; an unknown word counts as other."""
    return str(SOURCES.get(value, SOURCES.get(value.lower(), DataSource.OTHER)))


def day(value: str, name: str, today: date) -> date | None:
    """A day as 2026-03-02, 2026/3/2, 20260302 or 2026年3月2日, not to come; None for nothing."""
    if not value:
        return None
    found = _DAY.match(value)
    try:
        read = date(*(int(part) for part in found.groups())) if found else _no_day(value, name)
    except ValueError:
        return _no_day(value, name)
    if read > today:
        raise BadValue(
            _("%(name)s: %(value)s has not come yet") % {"name": name, "value": value[:20]}
        )
    return read


def _no_day(value: str, name: str) -> date:
    raise BadValue(_("%(name)s: %(value)s is no day") % {"name": name, "value": value[:20]})


def degrees(value: str, name: str) -> float:
    """A coordinate."""
    try:
        return float(value)
    except ValueError:
        raise BadValue(
            _("%(name)s: %(value)s is no coordinate") % {"name": name, "value": value[:20] or "-"}
        ) from None


def check_code(code: str) -> str:
    """A component's code: 16 ASCII digits."""
    if len(code) != 16 or not (code.isascii() and code.isdigit()):
        raise BadValue(_("the code %(code)s has not 16 digits") % {"code": code[:24] or "-"})
    return code


def others(row: Mapping[str, str]) -> dict[str, str]:
    """What the file says beyond the standard's attributes, kept as it is."""
    return {
        name[:60]: value[:500]
        for name, value in row.items()
        if value and (name not in ALIASES or name == "picture")
    }
