"""A band of words below a picture, in letters that the picture's own size makes legible."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

LOOK = "1"  # another one with each change of how a band looks: browsers keep what they have by it
SMALLEST = 16  # pixels of a letter's height on the smallest picture
OF_SIDE = 40  # letters are so many times smaller than the picture's longer side
GROUND, INK = (0, 0, 0), (255, 255, 255)
BETWEEN = " " * 5


def below(picture: Image.Image, words: Sequence[str]) -> Image.Image:
    """The picture, untouched, and below it the words, white on black; none of them is broken.

    `words` are Latin letters, digits and signs: Pillow's own font has no others. Where the picture
    is narrower than the longest of them, the ground becomes wider and the picture stays.
    """
    size = max(SMALLEST, max(picture.size) // OF_SIDE)
    font = ImageFont.load_default(size)
    edge, step = size // 2, round(size * 1.4)
    longest = math.ceil(max(font.getlength(one) for one in words))
    wide = max(picture.width, longest + 2 * edge)
    lines = _lines(words, font, wide - 2 * edge)
    made = Image.new("RGB", (wide, picture.height + 2 * edge + step * len(lines)), GROUND)
    made.paste(picture, ((wide - picture.width) // 2, 0))
    draw = ImageDraw.Draw(made)
    for number, line in enumerate(lines):
        draw.text((edge, picture.height + edge + number * step), line, INK, font)
    return made


def _lines(
    words: Sequence[str], font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: int
) -> list[str]:
    """As many words in a line as there is room for, in their order."""
    lines: list[str] = []
    for one in words:
        longer = f"{lines[-1]}{BETWEEN}{one}" if lines else one
        if lines and font.getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(one)
    return lines
