"""Photos of the demo city: drawn streets with a problem, before and after, date burnt in.

Small and quick to draw, each one different, with the time and place in EXIF as a phone writes them.
"""

from __future__ import annotations

import io
import random
from datetime import datetime
from functools import lru_cache

from django.utils import timezone
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

SIZE = (400, 300)
HORIZON = 120
WALLS = ("#c9b8a3", "#b7c0c4", "#d2c7b1", "#a9b4a2", "#bfa79a")
PROBLEMS = {
    "01": "cover", "02": "sign", "03": "bin", "04": "tree", "05": "box",
    "E01": "rubbish", "E02": "banner", "E03": "fence", "E04": "stall", "E05": "puddle",
}  # fmt: skip


def photo(
    chance: random.Random,
    *,
    problem: str,
    at: datetime,
    lon: float,
    lat: float,
    fixed: bool,
    place: int,
) -> bytes:
    """A JPEG of the place with the problem, or of the same place without it.

    `place` chooses the street: before and after of one case show the same one.
    """
    picture = _street(place % 24).copy()
    draw = ImageDraw.Draw(picture)
    if not fixed:
        _draw_problem(draw, problem, random.Random(place))
    left, top = chance.randrange(24), chance.randrange(16)
    width, height = SIZE
    picture = picture.crop((left, top, width - 24 + left, height - 16 + top)).resize(SIZE)
    picture = ImageEnhance.Brightness(picture).enhance(chance.uniform(0.8, 1.15))
    _stamp(picture, at, lon, lat)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=72, exif=_exif(at, lon, lat))
    return out.getvalue()


@lru_cache(maxsize=24)
def _street(place: int) -> Image.Image:
    """Sky, houses, pavement and road of one place."""
    dice = random.Random(place)
    picture = Image.new("RGB", SIZE, "#bcd3e6")
    draw = ImageDraw.Draw(picture)
    x = -20
    while x < SIZE[0]:
        wide, high = dice.randrange(50, 110), dice.randrange(60, 115)
        wall = dice.choice(WALLS)
        draw.rectangle((x, HORIZON - high + 30, x + wide, HORIZON + 30), fill=wall)
        for column in range(x + 8, x + wide - 14, 20):
            for row in range(HORIZON - high + 40, HORIZON + 10, 22):
                draw.rectangle((column, row, column + 10, row + 12), fill="#5d6b78")
        x += wide + dice.randrange(2, 12)
    draw.rectangle((0, HORIZON + 30, SIZE[0], 190), fill="#b9b2a8")
    for column in range(0, SIZE[0], 26):
        draw.line((column, HORIZON + 30, column * 1.2 - 40, 190), fill="#a49d93")
    draw.rectangle((0, 190, SIZE[0], 196), fill="#8d8a84")
    draw.rectangle((0, 196, *SIZE), fill="#6a6c70")
    for column in range(dice.randrange(40), SIZE[0], 90):
        draw.rectangle((column, 246, column + 46, 251), fill="#d9d6cc")
    _tree(draw, dice.randrange(30, 370), dice)
    return picture


def _tree(draw: ImageDraw.ImageDraw, x: int, dice: random.Random) -> None:
    draw.rectangle((x - 4, 100, x + 4, 186), fill="#6b4f37")
    for _leaf in range(7):
        dx, dy = dice.randrange(-26, 26), dice.randrange(-26, 20)
        draw.ellipse((x + dx - 20, 84 + dy - 18, x + dx + 20, 84 + dy + 18), fill="#4e7d48")


def _draw_problem(draw: ImageDraw.ImageDraw, problem: str, dice: random.Random) -> None:
    x, y = dice.randrange(110, 270), dice.randrange(196, 236)
    kind = PROBLEMS.get(problem, "rubbish")
    if kind == "cover":
        draw.ellipse((x - 44, y - 16, x + 44, y + 16), fill="#3a3b3d", outline="#2a2a2b", width=4)
        draw.polygon([(x - 20, y - 8), (x + 8, y + 12), (x + 24, y - 6)], fill="#0c0c0d")
    elif kind in {"puddle"}:
        draw.ellipse((x - 90, y, x + 90, y + 40), fill="#8298a8")
        draw.ellipse((x - 60, y + 8, x + 20, y + 24), fill="#a9bdca")
    elif kind == "stall":
        draw.rectangle((x - 50, y - 50, x + 50, y), fill="#c2573d")
        draw.polygon([(x - 60, y - 50), (x, y - 86), (x + 60, y - 50)], fill="#e2a93b")
    elif kind in {"banner", "sign"}:
        draw.polygon([(x - 70, 120), (x + 74, 134), (x + 70, 160), (x - 72, 148)], fill="#b3262e")
        draw.line((x - 60, 136, x + 60, 148), fill="#f3d9a4", width=5)
    elif kind in {"bin", "box", "fence"}:
        draw.rectangle((x - 26, y - 60, x + 26, y), fill="#3f6f57")
        draw.polygon([(x - 30, y - 60), (x + 34, y - 76), (x + 26, y - 60)], fill="#2c5240")
    else:
        _heap(draw, x, y, dice)


def _heap(draw: ImageDraw.ImageDraw, x: int, y: int, dice: random.Random) -> None:
    colours = ("#2f4a7c", "#d8d3c4", "#1e1f22", "#7a5a3a", "#9a2f2f", "#3f6f57")
    for _piece in range(16):
        dx, dy = dice.randrange(-60, 60), dice.randrange(-26, 18)
        wide, high = dice.randrange(14, 34), dice.randrange(10, 24)
        draw.ellipse((x + dx, y + dy, x + dx + wide, y + dy + high), fill=dice.choice(colours))


def _stamp(picture: Image.Image, at: datetime, lon: float, lat: float) -> None:
    draw = ImageDraw.Draw(picture)
    local = timezone.localtime(at)
    text = f"{local:%Y-%m-%d %H:%M:%S}  {lat:.5f}, {lon:.5f}"
    draw.rectangle((0, SIZE[1] - 22, SIZE[0], SIZE[1]), fill="#00000088")
    draw.text((8, SIZE[1] - 18), text, fill="#ffffff", font=_font())


@lru_cache(maxsize=1)
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(13)


def _exif(at: datetime, lon: float, lat: float) -> Image.Exif:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: f"{timezone.localtime(at):%Y:%m:%d %H:%M:%S}"}
    exif[0x8825] = {1: "N", 2: _degrees(lat), 3: "E", 4: _degrees(lon)}
    return exif


def _degrees(value: float) -> tuple[float, float, float]:
    whole, rest = divmod(abs(value) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return whole, minutes, round(seconds, 2)
