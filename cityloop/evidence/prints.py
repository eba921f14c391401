"""Perceptual fingerprints: 64 bits of a picture that survive recompression, light and size.

Two prints are alike when few bits differ. To find the like of one among millions, the 64 bits are
cut into four bands of 16: where at most `limit` bits differ, one band differs in at most
limit // 4. All values so near a band are few and known, and the index holds every band. A cropped
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
BANDS, BAND_BITS = 4, 16
MASK = (1 << BAND_BITS) - 1
WHOLE, PLAIN, MIRRORED = "whole", "plain", "mirrored"
SIDE = 512
QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
ASKEW = (-5.0, -3.0, -1.5, 1.5, 3.0, 5.0)  # degrees; a print bears about one
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
}


def prints_of(path: Path) -> dict[str, int]:
    """Part -> print; {} of a picture too plain to be told apart from another plain one."""
    picture = _upright(path)
    if float(np.asarray(picture).std()) < PLAIN_BELOW:
        return {}
    return {part: hash_of(_part(picture, part)) for part in PARTS}


def disguises(path: Path) -> list[int]:
    """Prints under which the original is found when this is a copy of it in a simple disguise: as
    a mirror shows it, turned by a quarter, or askew by some degrees and cut straight again."""
    picture = _upright(path)
    other_way = ImageOps.mirror(picture)
    turned = [one.transpose(quarter) for one in (picture, other_way) for quarter in QUARTERS]
    straight = [
        _part(picture.rotate(angle, Image.Resampling.BILINEAR), STRAIGHT) for angle in ASKEW
    ]
    return [hash_of(one) for one in (other_way, *turned, *straight)]


def _part(picture: Image.Image, part: str) -> Image.Image:
    wide, high = picture.size
    x0, y0, x1, y1 = PARTS[part]
    return picture.crop((int(x0 * wide), int(y0 * high), int(x1 * wide), int(y1 * high)))


def hash_of(picture: Image.Image) -> int:
    """The print as the database keeps it: a signed 64-bit number."""
    value = int(str(imagehash.phash(picture)), 16)
    return value - (1 << 64) if value >= 1 << 63 else value


def bands(value: int) -> list[int]:
    """The four bands of a print, each marked with its place."""
    return [band << BAND_BITS | part for band, part in enumerate(_parts(value))]


def near(value: int, limit: int) -> list[int]:
    """The bands of which every print within `limit` bits has at least one."""
    masks = _masks(limit // BANDS)
    return [
        band << BAND_BITS | part ^ mask for band, part in enumerate(_parts(value)) for mask in masks
    ]


def differing(one: int, other: int) -> int:
    """How many of the 64 bits differ."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()


def _parts(value: int) -> list[int]:
    return [(value >> (BAND_BITS * band)) & MASK for band in range(BANDS)]


@lru_cache(maxsize=BAND_BITS + 1)
def _masks(radius: int) -> tuple[int, ...]:
    return tuple(_spread(radius))


def _spread(radius: int) -> Iterator[int]:
    for count in range(radius + 1):
        for places in combinations(range(BAND_BITS), count):
            yield sum(1 << place for place in places)


def _upright(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.draft("L", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(picture).convert("L")
        upright.thumbnail((SIDE, SIDE))
    return upright
