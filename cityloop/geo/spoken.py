"""How people say a place: two roads in either order, a corner, the city's name in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

ENDS = "路街道巷弄里"  # of the name of a road
# What is said behind the second road.
_TAIL = re.compile(
    rf"(?:(?<=[{ENDS}])路?口|的?(?:十字|丁字)?(?:交叉路?口|交汇处|交界处|交叉)|附近|旁边?)+$"
)
# What is said between the two: 与, 和 and the like only behind a road, or 和平路 would be cut.
_JOINS = "与|和|跟|同|及|靠近|近|、|/|／|，|,"
_BETWEEN = re.compile(rf"(?<=[{ENDS}])\s*(?:(?:路?口)?\s*(?:{_JOINS})|路?口)\s*")
_BORDER = re.compile(rf"(?<=[{ENDS}])(?=\S{{2,}})")
# A district or street in front is a word of its own: the road may be the second of the two.
_REGION = re.compile(r"^([一-鿿]{2,6}?(?:街道|区|县|镇|乡))(?=\S{3,})")
MOST = 6  # readings: each is a question to the database


def readings(text: str, cities: Iterable[str] = ()) -> Iterator[str]:
    """Other ways to read what was said, the likeliest first; `cities` are names of provinces and
    cities, which no address repeats. The words of a reading stand apart."""
    bare = without_city(text, cities)
    front = _REGION.match(bare)
    region = front[1] if front else ""
    core = _TAIL.sub("", bare[len(region) :]).strip()
    parts = [one for one in _BETWEEN.split(core) if one]
    cores = [" ".join(parts)]
    if len(parts) == 1 and " " not in core:  # said in one breath: 文三路学院路
        borders = [one.start() for one in _BORDER.finditer(core)]
        cores += [f"{core[:place]} {core[place:]}" for place in borders]
    found = [bare, *(f"{region} {one}".strip() for one in cores)]
    told = [one for one in dict.fromkeys(found) if one and one != text]
    yield from told[:MOST]


def without_city(text: str, cities: Iterable[str]) -> str:
    """The text without province and city in front, however short they are called."""
    names = {short for name in cities for short in (name, name.rstrip("省市"))}
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1 and text.startswith(name) and len(text) > len(name) + 1:
            return without_city(text[len(name) :].strip(), names - {name})
    return text
