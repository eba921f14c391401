"""Date and place burnt into a photo: read from the picture, understood from the text.

The reading model is loaded when the first photo is read: only the worker comes here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

METHOD = "rapidocr-3.10/PP-OCRv6/3"
SMALLEST = 320  # pixels: on a smaller picture no stamp can be read
ONE_CLOCK = timedelta(minutes=10)  # what differs by less is the same moment, told twice
SURE = 0.8  # less sure readings are textures, not letters

SAME_SPOT = 0.5  # share of two boxes that is common where an app wrote both
Box = tuple[float, float, float, float]

# The reader drops spaces: "2026-03-0209:15" is a day and a time.
_WHEN = re.compile(
    r"(20\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{2}|\d(?!\d))\s*日?"
    r"(?:\D{0,8}?(\d{1,2})\s*[:：时]\s*(\d{2})(?:\s*[:：分]\s*(\d{2}))?)?"
)
# Some cameras write digits alone: 20261128 140310.
_DIGITS = re.compile(
    r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[ T_-]?"
    r"([01]\d|2[0-3])([0-5]\d)([0-5]\d)(?!\d)"
)
_PLACE = re.compile(r"[一-鿿]{2,}.*?(?:[省市区县镇乡村路街巷道弄号桥园站坊苑城里]|社区)")
# Many cameras write the time above the day: "10:23 / 2026-11-28 星期六".
_CLOCK = re.compile(
    r"(?<![\d:：])([01]?\d|2[0-3])\s*[:：]\s*([0-5]\d)(?:\s*[:：]\s*([0-5]\d))?(?![\d:：])"
)
# Some clocks go to twelve: 下午 03:15, 03:15 PM.
_AFTERNOON = re.compile(r"下午|傍晚|晚上|夜间|中午|p\.?m(?![a-z])", re.IGNORECASE)
_MORNING = re.compile(r"上午|凌晨|早上|清晨|a\.?m(?![a-z])", re.IGNORECASE)
_CODE = re.compile(r"\d{8}|\d{1,3}\.\d{3,}")  # of a grid or a case; degrees
# An address is read part by part: regions, then roads, then communities and villages. No part
# swallows the end of another; a name may itself end like a region (古镇路) or a village (花园路).
_ROAD_END = "路街巷弄桥大"
_ADDRESS = re.compile(
    r"(?:(?![路街巷弄桥])[一-鿿]){1,6}?"
    rf"(?:街道|(?:省|市|县|镇|乡|(?<![小社园校厂景片街库])区)(?![{_ROAD_END}]))"
    rf"|(?P<road>(?:(?!社区|[村苑园](?![{_ROAD_END}]))[一-鿿]){{1,8}}?"
    r"(?:大道|路|街(?!道)|巷|弄|桥)(?!社区))"
    r"|(?P<home>[一-鿿]{1,8}?(?:社区|新村|村|苑|园)+(?!社区))"
)
# A district after the city's name, or at the beginning; not a community, a campus, a park.
_DISTRICT = re.compile(
    r"(?:市|^|[\s:：·])\s*([一-鿿]{1,4}?(?<![小社园校厂景片街库])[区县])(?![一-鿿]{0,4}社区)"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is burnt into a picture; `at` is local time, `timed` False where only a day is read.

    `others`: further moments with their time of the day, other than its own: signs in the scene
    tell days. `places`: further places, which may be signs in the scene.
    """

    text: str
    at: datetime | None
    timed: bool
    place: str
    score: float
    others: tuple[datetime, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a picture; `box`: left, top, right, bottom as shares of its sides."""

    text: str
    score: float
    box: Box


@lru_cache(maxsize=64)
def lines(path: Path) -> tuple[Line, ...]:
    """Every line of text that the reader sees on a picture; `score` is its own."""
    answer = _reader()(str(path))
    if answer.boxes is None:
        return ()
    high, wide = answer.img.shape[:2]
    return tuple(
        Line(str(text), float(score), _around(corners, wide, high))
        for corners, text, score in zip(answer.boxes, answer.txts, answer.scores, strict=True)
    )


def _around(corners: Iterable[Iterable[float]], wide: int, high: int) -> Box:
    across, down = zip(*corners, strict=True)
    return (
        float(min(across)) / wide, float(min(down)) / high,
        float(max(across)) / wide, float(max(down)) / high,
    )  # fmt: skip


def read(path: Path) -> Stamp | None:
    """The stamp on a picture, None where there is none."""
    return understood((one.text, one.score) for one in lines(path))


def burnt_in(path: Path, other: Path) -> tuple[Box, ...]:
    """Where something was written onto a picture: dates, times, places and codes, and whatever
    stands at the same spot of the other one. The scene of two such pictures is what is left."""
    there = [one.box for one in lines(other)]
    return tuple(
        _with_its_edge(one.box)
        for one in lines(path)
        if _written(one.text) or any(_share(one.box, box) > SAME_SPOT for box in there)
    )


def _written(text: str) -> bool:
    return any(found.search(text) for found in (_WHEN, _DIGITS, _CLOCK, _CODE)) or _is_place(text)


def _share(one: Box, other: Box) -> float:
    """The common ground of two boxes as a share of all that they cover."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    each = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return across * down / (each - across * down)


def _with_its_edge(box: Box) -> Box:
    """With the band or the outline that letters are drawn on: half a line around."""
    edge = (box[3] - box[1]) / 2
    return box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge


def understood(lines: Iterable[tuple[str, float]]) -> Stamp | None:
    """The stamp that these lines of text make; None without a date or a place."""
    sure = [(text, score) for text, score in lines if score >= SURE]
    read = _moments(" ".join(text for text, _score in sure))
    at, timed = read[0] if read else (None, False)
    place, *places = [text for text, _score in sure if _is_place(text)] or [""]
    if at is None and not place:
        return None
    told = [(text, score) for text, score in sure if text == place or _tells_when(text)]
    score = min((score for _text, score in told), default=SURE)
    others = tuple(one for one, clock in read[1:] if clock and at and abs(one - at) > ONE_CLOCK)
    words = " ".join(text for text, _score in told)[:200]
    return Stamp(words, at, timed, place[:120], score, others, tuple(places))


def names_in(text: str) -> tuple[list[str], list[str]]:
    """Roads, and communities or villages, that an address or a stamp names; regions left out."""
    found = list(_ADDRESS.finditer(text))
    roads, homes = ([one[kind] for one in found if one[kind]] for kind in ("road", "home"))
    return roads, homes


def same_place(place: str, known: str) -> bool | None:
    """Whether two addresses name a road or community in common; None where they cannot be
    compared: one names none, or one a road only and the other a community only."""
    (roads, homes), (known_roads, known_homes) = names_in(place), names_in(known)
    here, there = [*roads, *homes], [*known_roads, *known_homes]
    if any(one in known for one in here) or any(one in place for one in there):
        return True
    comparable = (roads and known_roads) or (homes and known_homes)
    return False if comparable else None


def districts_in(place: str) -> list[str]:
    """Districts that a place writes out, known or not: 西湖区 of 杭州市西湖区文三路."""
    return list(dict.fromkeys(_DISTRICT.findall(place)))


def regions_apart(named: Iterable[tuple[str, str]], area_code: str) -> dict[str, str]:
    """Name -> code of the regions that a place names and in which `area_code` does not lie, nor
    they in it; `named` are (name, code) of all regions that its words may mean, by which a name
    that is part of a longer one is not meant, and one of several may be the right one."""
    meant: dict[str, list[str]] = {}
    for name, code in named:
        meant.setdefault(name, []).append(code)
    longest = [name for name in meant if not any(name != o and name in o for o in meant)]
    return {
        name: meant[name][0]
        for name in longest
        if not any(area_code.startswith(one) or one.startswith(area_code) for one in meant[name])
    }


def _tells_when(text: str) -> bool:
    return bool(_WHEN.search(text) or _DIGITS.search(text))


def _moments(text: str) -> list[tuple[datetime, bool]]:
    """The moments that a text tells, in its order, each with whether it tells a time of the day."""
    told: list[tuple[datetime, bool]] = []
    every = [*_WHEN.finditer(text), *_DIGITS.finditer(text)]
    for found in sorted(every, key=lambda one: one.start()):
        year, month, day, *clock = found.groups()
        if clock[0] is None and not told:
            clock = _time_before(text[: found.start()])
        parts = [int(one or 0) for one in (year, month, day, *clock)]
        parts[3] = _of_24(parts[3], text)
        try:
            # Five numbers; a stamp tells the camera's own clock and no zone.
            at = datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            continue  # 2026-13-40 is no date
        told.append((at, clock[0] is not None))
    return told


def _of_24(hour: int, text: str) -> int:
    """The hour of a clock that goes to twelve, where the text says which half of the day it is."""
    if hour < 12 and _AFTERNOON.search(text):
        return hour + 12
    return 0 if hour == 12 and _MORNING.search(text) else hour


def _time_before(text: str) -> list[str | None]:
    """Hour, minute and second where the text before a day tells exactly one time."""
    found = {one.groups() for one in _CLOCK.finditer(text)}
    return list(found.pop()) if len(found) == 1 else [None, None, None]


def _is_place(text: str) -> bool:
    return bool(_PLACE.search(text)) and not _WHEN.fullmatch(text.strip())


@lru_cache(maxsize=1)
def _reader() -> Any:
    """The reading model, which lies in the package: nothing is fetched."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)  # a picture without words is no news
    return RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False})
