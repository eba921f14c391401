"""Names for what is generated: roads, neighbourhoods, places of interest. A table. Pure.

Stems are made of two characters as street names of the region are; a stem is used once a district.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

_FIRST = "文庆景凤新学望清丰秋春云兰松竹梅荷桂柳桃莲溪湖江潮浦塘桥岭石玉天龙鹤枫杨棠茗杏雁鹭朝"
_SECOND = "晖华芳翠苑盛泰和平安康宁乐福德仁礼智信诚达兴隆昌裕祥瑞明光耀映涛波澜晴霞雪月星风"
_SIDES = ("", "东", "西", "南", "北")

_ROAD_ENDINGS = {
    "primary": ("路", "大道", "路"),
    "secondary": ("路", "街", "路", "路"),
    "branch": ("巷", "弄", "里", "支路"),
}

# Ending of a place's name and how many of a hundred communities have one.
PLACES = (
    ("社区服务中心", 100),
    ("卫生服务站", 80),
    ("农贸市场", 45),
    ("幼儿园", 70),
    ("小学", 35),
    ("公园", 40),
    ("公交站", 90),
    ("公共厕所", 85),
    ("垃圾中转站", 25),
    ("停车场", 60),
)
NEIGHBOURHOODS = ("苑", "花园", "公寓", "新村", "小区", "名邸")


def stems(seed: str) -> Iterator[str]:
    """Different stems in an order of their own for each seed; some 8,000, then ValueError."""
    pairs = [a + b for a in _FIRST for b in _SECOND]
    random.Random(seed).shuffle(pairs)  # noqa: S311 (a drawing, no secret)
    for side in _SIDES:
        for pair in pairs:
            yield pair + side
    raise ValueError(f"no more names for {seed}")


def road_name(stem: str, kind: str, place_in_list: int) -> str:
    """A stem with an ending that suits the kind of road."""
    endings = _ROAD_ENDINGS[kind]
    return stem + endings[place_in_list % len(endings)]


def short_community(name: str) -> str:
    """A community's name without its ending: 清波门社区 -> 清波门."""
    for ending in ("社区居委会", "居委会", "村委会", "社区", "村"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name[: -len(ending)]
    return name
