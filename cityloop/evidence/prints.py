"""Perceptual fingerprints: 64 bits of a picture that survive recompression, light and size.

Two prints are alike when few bits differ. To find the like of one among millions, the 64 bits are
cut into three bands: where at most `limit` bits differ, one band differs in at most limit // 3. All
values so near a band are few and known, and the index holds every band. Three, because at eight
bits four bands of 16 need as near a value of each and name thirty times as many rows. A cropped
copy is found because prints of parts of each picture are kept beside that of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image, ImageOps

from cityloop.kernel.files import PLAIN_BELOW

METHOD = "phash-64/1"
BANDS = (22, 21, 21)  # bits
WHOLE, PLAIN, MIRRORED = "whole", "plain", "mirrored"
SIDE = 512
QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
ASKEW = (-5.0, -3.0, -1.5, 1.5, 3.0, 5.0)  # degrees; a print bears about one
CUT = (10, 20)  # hundredths
STRAIGHT = "centre-80"  # what no turning by a few degrees has cut
# Part -> left, top, right, bottom as shares of the picture.
PARTS: dict[str, tuple[float, float, float, float]] = {
    WHOLE: (0, 0, 1, 1),
    "centre-90": (0.05, 0.05, 0.95, 0.95),
    "centre-80": (0.1, 0.1, 0.9, 0.9),
    "centre-70": (0.15, 0.15, 0.85, 0.85),
    "centre-60": (0.2, 0.2, 0.8, 0.8),
    "left-top": (0, 0, 0.85, 0.85),
    "right-top": (0.15, 0, 1, 0.85),
    "left-bottom": (0, 0.15, 0.85, 1),
    "right-bottom": (0.15, 0.15, 1, 1),
    # One edge cut off: a print bears some five hundredths more or less.
    **{f"no-left-{n}": (n / 100, 0, 1, 1) for n in CUT},
    **{f"no-right-{n}": (0, 0, 1 - n / 100, 1) for n in CUT},
    **{f"no-top-{n}": (0, n / 100, 1, 1) for n in CUT},
    **{f"no-bottom-{n}": (0, 0, 1, 1 - n / 100) for n in CUT},
    "left-top-78": (0, 0, 0.78, 0.78),
    "right-top-78": (0.22, 0, 1, 0.78),
    "left-low-78": (0, 0.22, 0.78, 1),
    "right-low-78": (0.22, 0.22, 1, 1),
}
# What a collage of two pictures is cut into: only looked for, never kept.
HALVES = ((0, 0, 0.5, 1), (0.5, 0, 1, 1), (0, 0, 1, 0.5), (0, 0.5, 1, 1))
LATEST = "right-low-78"  # a picture without this part was looked at before there was such a part


def prints_of(path: Path) -> dict[str, int]:
    """Part -> print; {} of a picture too plain to be told apart from another plain one."""
    picture = _upright(path)
    if float(np.asarray(picture).std()) < PLAIN_BELOW:
        return {}
    return {part: hash_of(_part(picture, part)) for part in PARTS}


def disguises(path: Path) -> list[int]:
    """Prints under which the original is found when this is a copy of it in a simple disguise: as
    a mirror shows it, turned by a quarter, askew by some degrees and cut straight again, or as its
    negative, also mirrored."""
    picture = _upright(path)
    other_way = ImageOps.mirror(picture)
    negatives = [ImageOps.invert(one) for one in (picture, other_way)]
    turned = [one.transpose(quarter) for one in (picture, other_way) for quarter in QUARTERS]
    straight = [
        _part(picture.rotate(angle, Image.Resampling.BILINEAR), STRAIGHT) for angle in ASKEW
    ]
    return [hash_of(one) for one in (other_way, *turned, *straight, *negatives)]


def halves(path: Path) -> list[int]:
    """Prints of the halves of a picture that show something: one may be another picture, whole."""
    picture = _upright(path)
    found = [_cut(picture, *box) for box in HALVES]
    return [hash_of(one) for one in found if float(np.asarray(one).std()) >= PLAIN_BELOW]


def _part(picture: Image.Image, part: str) -> Image.Image:
    return _cut(picture, *PARTS[part])


def _cut(picture: Image.Image, x0: float, y0: float, x1: float, y1: float) -> Image.Image:
    """This part of it; the edges as shares of the picture."""
    wide, high = picture.size
    return picture.crop((int(x0 * wide), int(y0 * high), int(x1 * wide), int(y1 * high)))


def hash_of(picture: Image.Image) -> int:
    """The print as the database keeps it: a signed 64-bit number."""
    value = int(str(imagehash.phash(picture)), 16)
    return value - (1 << 64) if value >= 1 << 63 else value


def bands(value: int) -> list[int]:
    """The bands of a print, each in a range of its own."""
    return [start + part for start, _width, part in _bands(value)]


def near(value: int, limit: int) -> list[int]:
    """The bands of which every print within `limit` bits has at least one."""
    radius = limit // len(BANDS)
    return [
        start + (part ^ mask)
        for start, width, part in _bands(value)
        for mask in _masks(width, radius)
    ]


def differing(one: int, other: int) -> int:
    """How many of the 64 bits differ."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()


def _bands(value: int) -> Iterator[tuple[int, int, int]]:
    """(where the values of the band start, its bits, its value), the lowest bits first."""
    start = 0
    for width in BANDS:
        yield start, width, value & ((1 << width) - 1)
        value >>= width
        start += 1 << width


@lru_cache(maxsize=128)
def _masks(width: int, radius: int) -> tuple[int, ...]:
    places = (chosen for count in range(radius + 1) for chosen in combinations(range(width), count))
    return tuple(sum(1 << place for place in chosen) for chosen in places)


def _upright(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.draft("L", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(picture).convert("L")
        upright.thumbnail((SIDE, SIDE))
    return upright
