"""Real photographs for tests, whole and edited: no drawing has the features of a street."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont
from sklearn.datasets import load_sample_images

TEMPLE, FLOWER = 0, 1
FONT = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"


@cache
def _sample(which: int) -> Image.Image:
    return Image.fromarray(load_sample_images().images[which]).resize((1280, 854))


def photo(which: int) -> Image.Image:
    """One of two photographs: a temple, a flower."""
    return _sample(which).copy()


def jpeg(picture: Image.Image, *, quality: int = 90) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def shorn(picture: Image.Image, edge: str, share: int) -> Image.Image:
    """Without so many hundredths at one edge."""
    wide, high = picture.size
    x, y = wide * share // 100, high * share // 100
    left, top = (x if edge == "left" else 0), (y if edge == "top" else 0)
    right, low = (wide - x if edge == "right" else wide), (high - y if edge == "bottom" else high)
    return picture.crop((left, top, right, low))


def cropped(picture: Image.Image, share: float) -> Image.Image:
    """The middle of it: so much of each side is kept."""
    wide, high = picture.size
    x, y = int(wide * (1 - share) / 2), int(high * (1 - share) / 2)
    return picture.crop((x, y, wide - x, high - y))


def brighter(picture: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(factor)


def beside_grey(picture: Image.Image, side: str) -> Image.Image:
    """A collage: the picture at one side, or squeezed into the left half, and grey beside it."""
    wide, high = picture.size
    across = 2 if side in ("left", "right") else 1
    down = 2 if side in ("top", "bottom") else 1
    whole = Image.new("RGB", (wide * across, high * down), (128,) * 3)
    if side == "squeezed":
        picture = picture.resize((wide // 2, high))
    whole.paste(picture, (wide if side == "right" else 0, high if side == "bottom" else 0))
    return whole


def moved(picture: Image.Image) -> Image.Image:
    """The same place photographed from some steps aside."""
    wide, high = picture.size
    corners = (
        0.06 * wide,
        0.02 * high,
        0.0,
        0.97 * high,
        0.95 * wide,
        high,
        0.98 * wide,
        0.08 * high,
    )
    return picture.transform((wide, high), Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)


def hidden(picture: Image.Image) -> Image.Image:
    """Something stood here before: a heap over a part of the picture."""
    covered = picture.copy()
    draw = ImageDraw.Draw(covered)
    noise = np.random.default_rng(7)
    for x, y in noise.integers((350, 450), (850, 800), size=(220, 2)):
        draw.ellipse((x, y, x + 40, y + 30), fill=tuple(int(v) for v in noise.integers(0, 255, 3)))
    return covered


def stamped(picture: Image.Image, *lines: str) -> Image.Image:
    """Date and place burnt in at the lower left, as cameras and apps do."""
    made = picture.copy()
    draw, font = ImageDraw.Draw(made), ImageFont.truetype(FONT, 40)
    for number, line in enumerate(lines):
        place = (30, made.height - 60 * (len(lines) - number))
        draw.text(place, line, fill="yellow", font=font, stroke_width=2, stroke_fill="black")
    return made
