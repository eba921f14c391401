"""Whether two photographs show the same scene: features found in both, in the same arrangement.

OpenCV is loaded when the first pair is compared: only the worker comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

METHOD = "sift-ransac/2"  # 2: without what was written onto the pictures
SIDE = 900  # pixels of the longer side
NEAREST = 0.8  # a match counts when the second best is clearly worse
AWAY = 6.0  # pixels by which a matched feature may miss its place
ENOUGH = 40  # features in place that leave no doubt
BY_CHANCE = 8  # so many agree in pictures of different places
GROWN = 12.0  # how much larger or smaller the same scene may appear, in area
FEW = 30  # a picture with fewer features cannot be compared
UNLIKELY, LIKELY = 0.25, 0.6


Boxes = tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two scenes are: `score` 0 to 1, None when a picture has too few features."""

    score: float | None
    matched: int

    @property
    def verdict(self) -> str:
        """same, unclear, other, or unknown."""
        if self.score is None:
            return "unknown"
        return "same" if self.score >= LIKELY else "unclear" if self.score >= UNLIKELY else "other"


def compare(one: Path, other: Path, written: tuple[Boxes, Boxes] = ((), ())) -> Likeness:
    """The features of one picture that are found in the other in the same arrangement, without
    those of `written`: boxes of both, as shares of their sides."""
    import cv2
    import numpy as np

    places, words = features(one, written[0])
    other_places, other_words = features(other, written[1])
    if min(len(places), len(other_places)) < FEW:
        return Likeness(None, 0)
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(words, other_words, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < NEAREST * p[1].distance]
    if len(good) < 4:
        return Likeness(0.0, len(good))
    here = np.array([places[m.queryIdx] for m in good], dtype=np.float32)
    there = np.array([other_places[m.trainIdx] for m in good], dtype=np.float32)
    found, inside = cv2.findHomography(here, there, cv2.RANSAC, AWAY)
    if found is None or inside is None or not _possible(found):
        return Likeness(0.0, 0)
    kept = inside.ravel() == 1
    # Many features that all fall on one spot are one: writing and railings look alike everywhere.
    spots = [{(int(x / AWAY), int(y / AWAY)) for x, y in one[kept]} for one in (here, there)]
    matched = min(len(one) for one in spots)
    return Likeness(min(1.0, max(0, matched - BY_CHANCE) / ENOUGH), matched)


def _possible(found: Any) -> bool:
    """Whether a camera that moved a little could see the picture so: no mirror, no sliver."""
    import cv2
    import numpy as np

    frame = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], dtype=np.float32)
    seen = cv2.perspectiveTransform(frame[None], found)[0]
    ratio = cv2.contourArea(seen) / SIDE**2
    mirrored = cv2.contourArea(seen, oriented=True) * cv2.contourArea(frame, oriented=True) < 0
    return bool(cv2.isContourConvex(seen)) and not mirrored and 1 / GROWN < ratio < GROWN


def _pixels(begin: float, end: float, side: int) -> slice:
    return slice(max(0, int(begin * side)), max(0, int(end * side) + 1))


@lru_cache(maxsize=16)
def features(path: Path, written: Boxes = ()) -> tuple[list[tuple[float, float]], Any]:
    """Places and descriptions of a picture's features, none of them where it was written on."""
    import cv2
    import numpy as np

    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        return [], None
    scale = SIDE / max(picture.shape)
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shown = np.full(picture.shape, 255, dtype=np.uint8)
    high, wide = picture.shape
    for left, top, right, low in written:
        shown[_pixels(top, low, high), _pixels(left, right, wide)] = 0
    finder = cv2.SIFT_create(nfeatures=2000)  # type: ignore[attr-defined]  # stubs lack it
    found, words = finder.detectAndCompute(picture, shown)
    return [(point.pt[0], point.pt[1]) for point in found], words
