"""What goes wrong in the demo city, drawn: one function a thing, and the table of them.

Each draws on a transparent canvas of 320 x 240, its ground line at y = 200, its middle at x = 160.
`fixed` draws the same place put right: a closed cover, a straight sign; most things are then gone.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from PIL.ImageDraw import ImageDraw

CANVAS = (320, 240)
GROUND, MIDDLE = 200, 160
Drawing = Callable[[ImageDraw, random.Random, bool], None]
BAGS = ("#2f4a7c", "#d8d3c4", "#1e1f22", "#7a5a3a", "#9a2f2f", "#3f6f57", "#e3c65a")


def rubbish(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A heap of bags on the pavement."""
    if fixed:
        return
    for _bag in range(14):
        x, y = dice.gauss(MIDDLE, 42), GROUND - dice.uniform(0, 34)
        wide, high = dice.uniform(22, 40), dice.uniform(18, 30)
        draw.ellipse((x - wide, y - high, x + wide, y + 6), fill=dice.choice(BAGS))
        draw.line((x, y - high, x + 4, y - high - 8), fill="#4a4a4a", width=3)


def litter(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """Paper, leaves and stains."""
    if fixed:
        return
    for _scrap in range(46):
        x, y = dice.uniform(20, 300), dice.uniform(170, 236)
        size = dice.uniform(3, 10)
        points = [(x + dice.uniform(-size, size), y + dice.uniform(-size, size) / 2)
                  for _ in range(4)]  # fmt: skip
        draw.polygon(points, fill=dice.choice(("#e8e4d8", "#b9793c", "#8f5a2a", "#d9c04f")))


def rubble(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A load of earth and bricks."""
    if fixed:
        return
    draw.polygon([(40, GROUND + 8), (120, 130), (170, 118), (230, 150), (292, GROUND + 8)],
                 fill="#8a7355")  # fmt: skip
    for _stone in range(60):
        x = dice.uniform(60, 270)
        y = dice.uniform(140 + abs(x - 165) / 2, GROUND + 6)
        size = dice.uniform(3, 10)
        draw.polygon([(x, y - size), (x + size, y), (x, y + size / 2), (x - size, y)],
                     fill=dice.choice(("#a65a3a", "#6e5a44", "#b8a48a", "#55483a")))  # fmt: skip


def pothole(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A hole in the road; fixed: a dark patch of new asphalt."""
    if fixed:
        draw.polygon([(70, 186), (258, 182), (272, 232), (58, 234)], fill="#45474b")
        return
    rim = [(MIDDLE + dice.uniform(70, 96) * cos, 210 + dice.uniform(17, 24) * sin)
           for cos, sin in _circle(14)]  # fmt: skip
    draw.polygon(rim, fill="#4b4641", outline="#2b2825")
    draw.ellipse((110, 202, 205, 222), fill="#2e2a27")
    for _crack in range(6):
        x, y = float(MIDDLE), 210.0
        for _piece in range(4):
            nx, ny = x + dice.uniform(-48, 48), y + dice.uniform(-14, 14)
            draw.line((x, y, nx, ny), fill="#3a3733", width=2)
            x, y = nx, ny


def cover(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A manhole without its cover and a cone; fixed: closed."""
    draw.ellipse((96, 188, 224, 232), fill="#55575a", outline="#2f3032", width=5)
    if not fixed:
        draw.ellipse((108, 194, 212, 226), fill="#0b0b0c")
        draw.pieslice((108, 194, 212, 226), 300, 350, fill="#5b5d60")
        if dice.random() < 0.5:
            draw.polygon([(236, 214), (252, 150), (268, 214)], fill="#e2622b")
            draw.polygon([(243, 188), (247, 172), (257, 172), (261, 188)], fill="#f4f0e6")
        return
    for row in range(198, 226, 7):
        draw.line((116, row, 204, row), fill="#3d3f42", width=2)
    for column in range(122, 204, 12):
        draw.line((column, 197, column, 224), fill="#3d3f42", width=2)


def cars(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A car on the pavement."""
    if fixed:
        return
    paint = dice.choice(("#c8ccd0", "#8f1f22", "#22344f", "#ececec", "#3b3b3d"))
    draw.rounded_rectangle((36, 140, 286, 200), 16, fill=paint)
    draw.polygon([(84, 142), (118, 102), (216, 102), (252, 142)], fill=paint)
    draw.polygon([(98, 140), (124, 110), (162, 110), (162, 140)], fill="#2c3a46")
    draw.polygon([(172, 140), (172, 110), (210, 110), (236, 140)], fill="#2c3a46")
    for x in (88, 236):
        draw.ellipse((x - 27, 176, x + 27, 228), fill="#161718")
        draw.ellipse((x - 13, 190, x + 13, 214), fill="#9a9da0")
    draw.rectangle((132, 176, 190, 190), fill="#1c4f9c")


def bikes(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """Bicycles thrown over one another; fixed: in a row."""
    colours = ("#f2b01e", "#2a8fd0", "#3aa655")
    for index in range(5 if fixed else 8):
        lean = 0.0 if fixed else dice.uniform(-40, 40)
        x = 70.0 + index * 44 if fixed else dice.uniform(60, 250)
        y = GROUND + (0.0 if fixed else dice.uniform(-16, 16))
        _bike(draw, x, y, lean, colours[0] if fixed else dice.choice(colours))


def _bike(draw: ImageDraw, x: float, y: float, lean: float, colour: str) -> None:
    for wheel in (-26, 26):
        draw.ellipse((x + wheel - 19, y - 38, x + wheel + 19, y), outline="#222222", width=4)
    top = x + lean
    draw.line([(x - 26, y - 19), (top - 6, y - 56), (x + 26, y - 19)], fill=colour, width=5)
    draw.line([(top - 20, y - 64), (top - 2, y - 64)], fill="#222222", width=6)
    draw.line([(x + 26, y - 19), (top + 20, y - 70), (top + 32, y - 66)], fill=colour, width=5)


def stall(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A stall on the pavement."""
    if fixed:
        return
    draw.rectangle((66, 130, 254, 192), fill=dice.choice(("#8a5a34", "#5c6d7a", "#7c3b3b")))
    for index in range(22):
        x, y = 76 + index % 11 * 16, 126 + index // 11 * 14
        draw.ellipse((x, y, x + 15, y + 14),
                     fill=dice.choice(("#d8402f", "#e6a52c", "#6aa63c", "#c9d04a")))  # fmt: skip
    for x in (62, 258):
        draw.line((x, 52, x, 204), fill="#50514f", width=5)
    for index in range(8):
        fill = "#c4392f" if index % 2 else "#f2ede0"
        draw.polygon([(40 + index * 30, 66), (70 + index * 30, 66), (66 + index * 27, 34),
                      (44 + index * 27, 34)], fill=fill)  # fmt: skip


def adverts(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """Small ads on a post; fixed: clean."""
    draw.rectangle((138, 20, 182, 206), fill="#9aa0a3", outline="#777c7f", width=2)
    if fixed:
        return
    for _ad in range(11):
        x, y = dice.uniform(122, 168), dice.uniform(40, 170)
        draw.rectangle((x, y, x + 32, y + 22), fill=dice.choice(("#f3ecc8", "#ffffff", "#f0b8b8")))
        for line in (6, 12):
            draw.line((x + 4, y + line, x + 26, y + line), fill="#a02020", width=2)


def banner(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A cloth banner between two posts."""
    for x in (28, 292):
        draw.line((x, 30, x, 206), fill="#6c6f72", width=7)
    if fixed:
        return
    draw.polygon([(28, 62), (160, 84), (292, 56), (292, 104), (160, 132), (28, 108)],
                 fill=dice.choice(("#b3262e", "#1f5aa6", "#c77b16")))  # fmt: skip
    for index in range(8):
        x = 56 + index * 28
        draw.rectangle((x, 84, x + 17, 104), fill="#f6e7b4")


def laundry(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """Clothes on a line over the pavement."""
    if fixed:
        return
    draw.line((10, 60, 310, 66), fill="#4a4a4a", width=3)
    for index in range(6):
        x = 30 + index * 46
        draw.polygon([(x, 62), (x + 36, 62), (x + 32, 62 + dice.uniform(50, 90)), (x + 3, 128)],
                     fill=dice.choice(("#d9e2ec", "#c23b4a", "#3f6fa8", "#e5d27a")))  # fmt: skip


def puddle(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """Standing water."""
    if fixed:
        return
    draw.ellipse((10, 176, 310, 238), fill="#7d93a3")
    draw.ellipse((50, 184, 220, 214), fill="#a4b8c6")
    for _ring in range(4):
        x, y = dice.uniform(80, 240), dice.uniform(190, 224)
        draw.ellipse((x - 16, y - 4, x + 16, y + 4), outline="#dbe6ee", width=2)


def wires(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A cable that hangs down; fixed: tight."""
    draw.line((20, 10, 20, 206), fill="#6c6156", width=9)
    draw.line((300, 10, 300, 206), fill="#6c6156", width=9)
    sag = 8 if fixed else dice.uniform(120, 150)
    for low in (0, 10):
        points = [(20 + step * 14, 30 + low + sag * (1 - ((step - 10) / 10) ** 2))
                  for step in range(21)]  # fmt: skip
        draw.line(points, fill="#1f1f20", width=3)


def smoke(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A fire of leaves; fixed: swept ashes."""
    if fixed:
        draw.ellipse((120, 190, 200, 206), fill="#77726b")
        return
    for step in range(16):
        x, y = MIDDLE + dice.gauss(step * 3, 12), 176 - step * 10
        size = 14 + step * 2.4
        grey = 150 + step * 4
        draw.ellipse((x - size, y - size, x + size, y + size), fill=(grey, grey, grey, 150))
    for _flame in range(9):
        x = dice.uniform(128, 192)
        draw.polygon([(x - 9, 202), (x, 160 + dice.uniform(0, 24)), (x + 9, 202)],
                     fill=dice.choice(("#f08a24", "#f6c945", "#d94f1e")))  # fmt: skip


def furniture(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A sofa and a mattress left behind."""
    if fixed:
        return
    paint = dice.choice(("#7b5a44", "#5d6b58", "#6a4a5c"))
    draw.rounded_rectangle((50, 110, 232, 168), 12, fill=paint)
    draw.rounded_rectangle((40, 146, 244, 196), 12, fill=paint, outline="#3a2d24", width=3)
    draw.line((142, 114, 142, 190), fill="#3a2d24", width=3)
    draw.polygon([(236, 92), (276, 84), (300, 200), (258, 206)], fill="#d8d2c2")


def fence(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """Site hoarding, fallen on one side; fixed: upright and closed."""
    for index in range(4):
        x = 20 + index * 72
        tilt = 0.0 if fixed or index < 2 else dice.uniform(36, 60)
        draw.polygon([(x, 200), (x + tilt, 92 + tilt), (x + 68 + tilt, 92 + tilt), (x + 68, 200)],
                     fill="#2f7fb5", outline="#dfe9ee")  # fmt: skip
        draw.polygon([(x, 178), (x + 68, 178), (x + 68, 188), (x, 188)], fill="#e8b93a")


def tree(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A tree that fell; fixed: a young one, staked."""
    if fixed:
        draw.line((160, 90, 160, 204), fill="#6b4f37", width=9)
        for stake in (132, 188):
            draw.line((stake, 204, 160, 138), fill="#a98555", width=5)
        for _leaf in range(9):
            x, y = 160 + dice.gauss(0, 22), 84 + dice.gauss(0, 16)
            draw.ellipse((x - 22, y - 20, x + 22, y + 20), fill="#4e7d48")
        return
    draw.line((40, 202, 220, 168), fill="#6b4f37", width=18)
    for _leaf in range(20):
        x, y = 240 + dice.gauss(0, 30), 160 + dice.gauss(0, 22)
        draw.ellipse((x - 24, y - 20, x + 24, y + 20), fill=dice.choice(("#4e7d48", "#3f6a3c")))


def waste_bin(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A bin that overflows; fixed: emptied and shut."""
    draw.polygon([(112, 110), (208, 110), (198, 206), (122, 206)], fill="#2f6a4d")
    draw.line((132, 120, 138, 196), fill="#275a41", width=5)
    draw.line((188, 120, 182, 196), fill="#275a41", width=5)
    if fixed:
        draw.rounded_rectangle((104, 94, 216, 114), 8, fill="#275a41")
        return
    for _bag in range(9):
        x, y = dice.uniform(110, 206), dice.uniform(74, 110)
        draw.ellipse((x - 20, y - 16, x + 20, y + 16), fill=dice.choice(BAGS))
    litter(draw, dice, False)


def lamp(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A street lamp whose head hangs; fixed: straight and lit."""
    draw.line((160, 24, 160, 206), fill="#54585c", width=8)
    if fixed:
        draw.line((160, 28, 216, 18), fill="#54585c", width=6)
        draw.ellipse((204, 10, 250, 30), fill="#fff2b8")
        return
    draw.line((160, 34, 204, 66), fill="#54585c", width=6)
    draw.polygon([(198, 60), (224, 92), (210, 100), (190, 70)], fill="#44474b")


def sign(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A bent road sign; fixed: upright."""
    lean = 0.0 if fixed else dice.uniform(46, 70)
    draw.line((160, 206, 160 + lean, 70), fill="#8b9094", width=7)
    x, y = 160 + lean, 66
    draw.rectangle((x - 62, y - 28, x + 62, y + 16), fill="#1c56a3", outline="#f2f2f2", width=4)
    for index in range(4):
        draw.rectangle((x - 50 + index * 26, y - 16, x - 32 + index * 26, y + 4), fill="#f2f2f2")


def rail(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A railing with a piece torn down; fixed: whole."""
    for index in range(9):
        x = 16 + index * 36
        broken = not fixed and 3 <= index <= 5
        lean = dice.uniform(20, 44) if broken else 0.0
        draw.line((x, 204, x + lean, 138 + lean), fill="#dfe3e6", width=7)
        if index and not broken:
            draw.line((x - 36, 148, x, 148), fill="#dfe3e6", width=5)
            draw.line((x - 36, 176, x, 176), fill="#dfe3e6", width=5)


def weeds(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A trampled bed with rubbish; fixed: green."""
    draw.ellipse((6, 160, 314, 238), fill="#5f8f4a" if fixed else "#7d7a4a")
    for _blade in range(70):
        x, y = dice.uniform(20, 300), dice.uniform(178, 230)
        top = x + dice.uniform(-6, 6), y - dice.uniform(8, 22)
        green = "#3f7a37" if fixed else dice.choice(("#8a8444", "#6b7a3e"))
        draw.line((x, y, *top), fill=green, width=3)
    if not fixed:
        litter(draw, dice, False)


def river(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """Floating rubbish on water; fixed: clear water."""
    draw.rectangle((0, 168, 320, 240), fill="#4f7f93" if fixed else "#5c6a4e")
    for _wave in range(14):
        x, y = dice.uniform(0, 280), dice.uniform(174, 234)
        draw.line((x, y, x + 34, y), fill="#86aab8" if fixed else "#77855f", width=2)
    for _piece in range(0 if fixed else 26):
        x, y = dice.uniform(20, 296), dice.uniform(180, 230)
        draw.ellipse((x, y, x + dice.uniform(8, 22), y + 7), fill=dice.choice(BAGS))


def box(draw: ImageDraw, dice: random.Random, fixed: bool) -> None:
    """A cabinet with its door open; fixed: shut."""
    draw.rectangle((96, 92, 216, 206), fill="#8d979c", outline="#667075", width=4)
    if fixed:
        draw.line((156, 98, 156, 202), fill="#667075", width=3)
        draw.ellipse((164, 144, 174, 154), fill="#3a3f42")
        return
    draw.rectangle((106, 102, 206, 198), fill="#22262a")
    for _wire in range(8):
        x = dice.uniform(112, 200)
        draw.line((x, 104, x + dice.uniform(-18, 18), 194),
                  fill=dice.choice(("#c23b2e", "#e0b83a", "#3b7fc4")), width=3)  # fmt: skip
    draw.polygon([(216, 92), (262, 108), (262, 220), (216, 206)], fill="#7a8489")


def _circle(parts: int) -> list[tuple[float, float]]:
    from math import cos, pi, sin

    return [(cos(2 * pi * n / parts), sin(2 * pi * n / parts)) for n in range(parts)]


DRAWINGS: dict[str, Drawing] = {
    function.__name__: function
    for function in (
        rubbish, litter, rubble, pothole, cover, cars, bikes, stall, adverts, banner, laundry,
        puddle, wires, smoke, furniture, fence, tree, waste_bin, lamp, sign, rail, weeds, river,
        box,
    )
}  # fmt: skip
