"""Close pictures of rubbish by a wall, drawn with thousands of irregular things.

Each has features of its own, as a photograph has, so that the look for copies and for the same
scene tells one from another; streets of scenes.py share their houses and pavements.
"""

from __future__ import annotations

import io
import math
import random
from datetime import datetime

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

SIZE = (1280, 854)
GROUND = 470  # where the wall ends
WALLS = (("#8f7f6d", "#b5a58f", "#6f6255"), ("#7f8a91", "#a9b4ba", "#59646b"),
         ("#9a6a52", "#c08a6c", "#74503f"))  # fmt: skip
GROUNDS = (("#8a8780", "#a5a29a"), ("#75685a", "#94866f"), ("#6b7260", "#8c9379"))
THINGS = ("#2f4a7c", "#d8d3c4", "#1e1f22", "#7a5a3a", "#9a2f2f", "#3f6f57", "#e3c65a", "#c8693f",
          "#efe9db", "#4f7d92")  # fmt: skip


def picture(seed: int) -> Image.Image:
    """A wall, the ground before it and what lies there; another seed, another place."""
    dice = random.Random(seed)
    whole = Image.new("RGB", SIZE, "#bfc9d1")
    draw = ImageDraw.Draw(whole)
    _stones(draw, dice, dice.choice(WALLS))
    _ground(draw, dice, dice.choice(GROUNDS))
    middle = dice.uniform(350, 930)
    for _thing in range(260):
        _lying(draw, dice, middle)
    return whole


def jpeg(whole: Image.Image, *, quality: int = 90) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=quality)
    return out.getvalue()


def stamped(whole: Image.Image, at: datetime) -> Image.Image:
    """With this moment burnt in along the lower edge."""
    shown = whole.copy()
    draw = ImageDraw.Draw(shown)
    wide, high = shown.size
    draw.rectangle((0, high - 60, wide, high), fill="#1b1e22")
    words = f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"
    draw.text((20, high - 50), words, fill="#ffd24a", font=ImageFont.load_default(34))
    return shown


def _stones(draw: ImageDraw.ImageDraw, dice: random.Random, colours: tuple[str, ...]) -> None:
    """A wall of stones of every size, none like another."""
    draw.rectangle((0, 40, SIZE[0], GROUND), fill=colours[2])
    for _stone in range(900):
        x, y = dice.uniform(0, SIZE[0]), dice.uniform(50, GROUND - 10)
        _patch(draw, dice, x, y, dice.uniform(8, 46), dice.choice(colours))


def _ground(draw: ImageDraw.ImageDraw, dice: random.Random, colours: tuple[str, str]) -> None:
    """Stains, cracks and leaves."""
    draw.rectangle((0, GROUND, *SIZE), fill=colours[0])
    for _stain in range(260):
        x, y = dice.uniform(0, SIZE[0]), dice.uniform(GROUND, SIZE[1])
        _patch(draw, dice, x, y, dice.uniform(4, 40), dice.choice(colours))
    for _crack in range(40):
        x, y = dice.uniform(0, SIZE[0]), dice.uniform(GROUND, SIZE[1])
        for _piece in range(6):
            to = x + dice.uniform(-50, 50), y + dice.uniform(-24, 24)
            draw.line((x, y, *to), fill="#4b4a47", width=dice.randrange(1, 4))
            x, y = to
    for _leaf in range(300):
        x, y = dice.uniform(0, SIZE[0]), dice.uniform(GROUND, SIZE[1])
        _patch(draw, dice, x, y, dice.uniform(3, 9), dice.choice(("#b9793c", "#d9c04f", "#5d6f3a")))


def _lying(draw: ImageDraw.ImageDraw, dice: random.Random, middle: float) -> None:
    """One thing of the heap: a bag, a board or a piece of something, light on one side."""
    x, y = dice.gauss(middle, 190), GROUND + 190 - abs(dice.gauss(0, 90))
    size, colour = dice.uniform(10, 62), dice.choice(THINGS)
    if dice.random() < 0.3:
        turn = dice.uniform(-60, 60)
        wide = dice.randrange(5, 15)
        draw.line((x - size, y - turn, x + size, y + turn), fill=colour, width=wide)
        return
    _patch(draw, dice, x, y, size, colour)
    _patch(draw, dice, x - size / 4, y - size / 4, size / 3, dice.choice(THINGS))


def _patch(
    draw: ImageDraw.ImageDraw, dice: random.Random, x: float, y: float, size: float, colour: str
) -> None:
    """A patch with five to eight corners."""
    corners = dice.randrange(5, 9)
    angles = sorted(dice.uniform(0, 2 * math.pi) for _ in range(corners))
    points = []
    for angle in angles:
        reach = dice.uniform(0.5, 1.0) * size
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle) * 0.8))
    draw.polygon(points, fill=colour)
