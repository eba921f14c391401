"""Photos of the demo city: a drawn street with a problem, the same street without it.

Quick to make, each one different, with date and place burnt in and in EXIF as phones write them.
Streets and things are drawn once at double size and kept; a photo is two pastes and a JPEG. Most
are small: too small for the look at stamps and scenes, which takes seconds a photo. One place in
FINE_ONES has photos of double size, at which that look is taken.
"""

from __future__ import annotations

import io
import random
from datetime import datetime
from functools import lru_cache

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from cityloop.demo.sprites import CANVAS, DRAWINGS, GROUND

SIZE = (400, 300)
STREETS, VARIANTS = 24, 6
FINE, FINE_ONES = 2, 8
MARGIN = 16  # how far the camera moves between two photos of one place
WIDE = (SIZE[0] + 2 * MARGIN, SIZE[1] + 2 * MARGIN)
HORIZON, KERB = 176, 226  # where houses end and where the road begins
ON_ROAD, ON_PAVEMENT = 262, 222
ROAD_THINGS = frozenset({"pothole", "cover", "puddle", "river", "rubble", "fence", "weeds"})
WALLS = ("#c9b8a3", "#b7c0c4", "#d2c7b1", "#a9b4a2", "#bfa79a", "#cdbfb4", "#9fb0ba")
SHOPS = ("#b5443a", "#2f6e8c", "#d09a3a", "#4f7d52", "#7a4f80", "#c8693f")
TOWERS = ("#e9e4da", "#3e4a55", "#8a4b3c", "#f3d9a4", "#51606a", "#c7cfd4", "#2f3b33", "#dfe7ea")
NIGHT, DUSK, DAY = "night", "dusk", "day"
SKIES = {DAY: ("#a9cbe6", "#e4eef4"), DUSK: ("#6f7fa6", "#e9b48c"), NIGHT: ("#0e1626", "#26314a")}
LIGHT = {DAY: (1.0, 1.0, 1.0), DUSK: (0.86, 0.76, 0.72), NIGHT: (0.42, 0.44, 0.56)}


def photo(
    *, drawing: str, place: int, at: datetime, lon: float, lat: float, fixed: bool, seed: int
) -> bytes:
    """A JPEG of a place with a thing that is wrong, or put right.

    `place` chooses street and thing, so that before and after show the same; `seed` the moment:
    where the camera stood and how bright it was. Unknown drawings are a heap of rubbish.
    """
    light, scale = light_at(at), scale_of(place)
    dice = random.Random(seed)
    picture = _street(place % STREETS, light, scale).copy()
    _of_its_own(ImageDraw.Draw(picture), random.Random(place), light, scale)
    kind = drawing if drawing in DRAWINGS else "rubbish"
    thing = _thing(kind, place % VARIANTS, fixed, light, scale)
    foot = ON_ROAD if kind in ROAD_THINGS else ON_PAVEMENT
    left, top = MARGIN + 20 + place // STREETS % 90, foot - GROUND * 3 // 4
    picture.paste(thing, (left * scale, top * scale), thing)
    left, top = dice.randrange(2 * MARGIN) * scale, dice.randrange(2 * MARGIN) * scale
    picture = picture.crop((left, top, left + SIZE[0] * scale, top + SIZE[1] * scale))
    strength = dice.uniform(0.9, 1.1)
    picture = picture.point([min(255, int(value * strength)) for value in range(256)] * 3)
    _stamp(picture, at, lon, lat)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=74, exif=_exif(at, lon, lat))
    return out.getvalue()


def scale_of(place: int) -> int:
    """How large the photos of a place are: 1 or FINE times SIZE."""
    return FINE if place // STREETS % FINE_ONES == 0 else 1


def light_at(at: datetime) -> str:
    """day, dusk or night by the local hour."""
    hour = timezone.localtime(at).hour
    if 7 <= hour < 17:
        return DAY
    return DUSK if hour in (6, 17, 18) else NIGHT


@lru_cache(maxsize=STREETS * 4)
def _street(place: int, light: str, scale: int = 1) -> Image.Image:
    """Sky, houses, shops, pavement and road of one place."""
    dice = random.Random(place)
    picture = Image.new("RGB", (WIDE[0] * 2, WIDE[1] * 2))
    draw = ImageDraw.Draw(picture)
    _sky(draw, light, picture.width)
    far = random.Random(place + 500)
    for x in range(-40, picture.width, 90):
        high = far.randrange(60, 220)
        draw.rectangle((x, HORIZON * 2 - high - 60, x + far.randrange(60, 110), HORIZON * 2),
                       fill=_lit("#9fb0bd", light))  # fmt: skip
    x = -dice.randrange(60)
    while x < picture.width:
        x += _house(draw, x, dice, light) + dice.choice((0, 0, 6, 20))
    _ground(draw, picture.width, picture.height, dice, light)
    for _tree in range(dice.randrange(1, 3)):
        _street_tree(draw, dice.randrange(40, picture.width - 40), dice, light)
    if scale == FINE:  # as it was drawn
        return picture
    return picture.resize(WIDE, Image.Resampling.LANCZOS)


def _sky(draw: ImageDraw.ImageDraw, light: str, width: int) -> None:
    top, low = (_rgb(colour) for colour in SKIES[light])
    for y in range(HORIZON * 2):
        share = y / (HORIZON * 2)
        shade = tuple(int(a + (b - a) * share) for a, b in zip(top, low, strict=True))
        draw.line((0, y, width, y), fill=shade)


def _house(draw: ImageDraw.ImageDraw, x: int, dice: random.Random, light: str) -> int:
    """A house with a shop below; returns its width."""
    wide, floors = dice.randrange(130, 230), dice.randrange(2, 5)
    roof, foot = HORIZON * 2 - 76 - floors * 52, HORIZON * 2 + 6
    draw.rectangle((x, roof, x + wide, foot), fill=_lit(dice.choice(WALLS), light))
    draw.rectangle((x - 3, roof - 8, x + wide + 3, roof), fill=_lit("#7d766c", light))
    for floor in range(floors):
        for column in range(x + 16, x + wide - 30, 42):
            y = roof + 14 + floor * 52
            glass = "#f3d98c" if light != DAY and dice.random() < 0.5 else _lit("#5d6b78", light)
            draw.rectangle((column, y, column + 24, y + 32), fill=glass)
            draw.line((column + 12, y, column + 12, y + 32), fill=_lit("#c9c3b8", light), width=2)
    sign = _lit(dice.choice(SHOPS), DAY if light == NIGHT else light)
    draw.rectangle((x + 6, foot - 72, x + wide - 6, foot - 50), fill=sign)
    for letter in range(x + 20, x + wide - 30, 26):
        draw.rectangle((letter, foot - 67, letter + 15, foot - 55), fill="#f4efdf")
    glass = "#e9d9a6" if light != DAY else "#8b9aa3"
    draw.rectangle((x + 12, foot - 48, x + wide - 12, foot), fill=glass)
    for post in range(x + 12, x + wide - 12, 48):
        draw.line((post, foot - 48, post, foot), fill=_lit("#4c5358", light), width=4)
    return wide


def _of_its_own(draw: ImageDraw.ImageDraw, dice: random.Random, light: str, scale: int = 1) -> None:
    """What only this place has: a tower, a hoarding, a van. Streets are few, and a picture of one
    that hangs together must not pass for an edited copy of another."""
    foot = HORIZON + 3
    for _tower in range(dice.randrange(1, 3)):
        left, wide = dice.randrange(-30, WIDE[0] - 40), dice.randrange(60, 150)
        roof, wall = dice.randrange(4, 96), dice.choice(TOWERS)
        draw.rectangle(_by(scale, left, roof, left + wide, foot - 38), fill=_lit(wall, light))
        for y in range(roof + 10, foot - 60, dice.randrange(16, 30)):
            band = _by(scale, left + 8, y, left + wide - 8, y + 6)
            draw.rectangle(band, fill=_lit("#55636f", light))
    left, wide = dice.randrange(0, WIDE[0] - 60), dice.randrange(50, 130)
    high, colour = dice.randrange(26, 60), dice.choice(TOWERS + SHOPS)
    hoarding = _by(scale, left, foot - high, left + wide, foot + 8)
    draw.rectangle(hoarding, fill=_lit(colour, light))
    left, wide = dice.randrange(WIDE[0] // 2, WIDE[0] - 60), dice.randrange(70, 150)
    high, ground = dice.randrange(34, 74), KERB + dice.randrange(8, 34)
    paint = _lit(dice.choice(TOWERS + SHOPS), light)
    body = _by(scale, left, ground - high, left + wide, ground)
    draw.rounded_rectangle(body, radius=8 * scale, fill=paint)
    window = _by(scale, left + 8, ground - high + 7, left + wide // 2, ground - high // 2)
    draw.rectangle(window, fill=_lit("#39444d", light))
    for wheel in (left + 18, left + wide - 18):
        tyre = _by(scale, wheel - 9, ground - 9, wheel + 9, ground + 9)
        draw.ellipse(tyre, fill=_lit("#1c1f22", light))


def _by(scale: int, *box: float) -> tuple[float, ...]:
    """A box in the measures of the small picture, in a picture so many times as large."""
    return tuple(one * scale for one in box)


def _ground(
    draw: ImageDraw.ImageDraw, width: int, height: int, dice: random.Random, light: str
) -> None:
    """Tiled pavement, kerb, road with markings."""
    top, kerb = HORIZON * 2 + 6, KERB * 2
    draw.rectangle((0, top, width, kerb), fill=_lit("#b9b2a8", light))
    for row, y in enumerate(range(top, kerb, 24)):
        draw.line((0, y, width, y), fill=_lit("#a69f95", light), width=2)
        for x in range(row % 2 * 24, width, 48):
            draw.line((x, y, x - 6, y + 24), fill=_lit("#a69f95", light), width=2)
    draw.rectangle((0, kerb - 40, width, kerb - 26), fill=_lit("#d3b04a", light))  # for the blind
    draw.rectangle((0, kerb, width, kerb + 10), fill=_lit("#8d8a84", light))
    draw.rectangle((0, kerb + 10, width, height), fill=_lit("#63666a", light))
    for x in range(dice.randrange(120), width, 190):
        draw.rectangle((x, kerb + 112, x + 96, kerb + 122), fill=_lit("#dcd9cf", light))


def _street_tree(draw: ImageDraw.ImageDraw, x: int, dice: random.Random, light: str) -> None:
    foot = KERB * 2 - 20
    draw.rectangle((x - 8, foot - 170, x + 8, foot), fill=_lit("#6b4f37", light))
    for _leaf in range(16):
        dx, dy = dice.gauss(0, 34), dice.gauss(0, 26)
        green = dice.choice(("#4e7d48", "#5d8c50", "#3f6d40"))
        draw.ellipse((x + dx - 34, foot - 210 + dy - 30, x + dx + 34, foot - 210 + dy + 30),
                     fill=_lit(green, light))  # fmt: skip


@lru_cache(maxsize=len(DRAWINGS) * VARIANTS * 6)
def _thing(kind: str, variant: int, fixed: bool, light: str, scale: int = 1) -> Image.Image:
    """A thing that is wrong, or put right, on a transparent ground, in this light."""
    picture = Image.new("RGBA", CANVAS)
    DRAWINGS[kind](ImageDraw.Draw(picture), random.Random(variant), fixed)
    red, green, blue = (
        [int(value * share) for value in range(256)] for share in LIGHT[light]
    )  # fmt: skip
    picture = picture.point([*red, *green, *blue, *range(256)])
    size = CANVAS[0] * scale * 3 // 4, CANVAS[1] * scale * 3 // 4
    return picture.resize(size, Image.Resampling.LANCZOS)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _lit(colour: str, light: str) -> tuple[int, ...]:
    return tuple(
        int(part * share) for part, share in zip(_rgb(colour), LIGHT[light], strict=True)
    )  # fmt: skip


def _stamp(picture: Image.Image, at: datetime, lon: float, lat: float) -> None:
    draw = ImageDraw.Draw(picture)
    text = f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}  {lat:.5f}, {lon:.5f}"
    scale, (wide, high) = picture.width // SIZE[0], picture.size
    draw.rectangle((0, high - 22 * scale, wide, high), fill="#1b1e22")
    draw.text((8 * scale, high - 19 * scale), text, fill="#ffd24a", font=_font(13 * scale))


@lru_cache(maxsize=2)
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def _exif(at: datetime, lon: float, lat: float) -> Image.Exif:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: f"{timezone.localtime(at):%Y:%m:%d %H:%M:%S}"}
    exif[0x8825] = {1: "N", 2: _degrees(lat), 3: "E", 4: _degrees(lon)}
    return exif


def _degrees(value: float) -> tuple[float, float, float]:
    whole, rest = divmod(abs(value) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return whole, minutes, round(seconds, 2)
