"""Drawn photos: quick, different, dated, and before and after of one place."""

from __future__ import annotations

import io
import itertools
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageChops

from cityloop.demo import scenes
from cityloop.demo.sprites import DRAWINGS
from cityloop.evidence import looking, prints

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def picture(drawing: str = "rubbish", *, fixed: bool = False, at: datetime = NOON, seed: int = 1):
    """A photo of place 7, opened."""
    content = scenes.photo(
        drawing=drawing, place=7, at=at, lon=120.13, lat=30.26, fixed=fixed, seed=seed
    )
    return Image.open(io.BytesIO(content))


@pytest.mark.requirement("F08")
def test_a_photo_carries_time_and_place():
    exif = picture().getexif()
    assert exif.get_ifd(0x8769)[0x9003] == "2026:11:20 12:00:00"
    assert float(exif.get_ifd(0x8825)[2][0]) == 30.0


@pytest.mark.parametrize("drawing", sorted(DRAWINGS))
def test_before_and_after_show_one_street_with_and_without_the_thing(drawing):
    before, after = picture(drawing), picture(drawing, fixed=True)
    box = ImageChops.difference(before.convert("L"), after.convert("L")).point(
        lambda value: 255 if value > 16 else 0
    ).getbbox()  # fmt: skip
    assert box is not None
    assert box[1] > 20  # the sky above is the same


def test_two_photos_of_one_place_differ_a_little_and_night_is_dark():
    one, other = picture(seed=1), picture(seed=2)
    assert one.tobytes() != other.tobytes()
    night = picture(at=NOON.replace(hour=15))
    assert sum(night.convert("L").resize((1, 1)).getpixel((0, 0)) for _ in "x") < 90


def test_an_unknown_thing_is_a_heap_of_rubbish():
    assert picture("dragon").tobytes() == picture("rubbish").tobytes()


@pytest.mark.requirement("F10")
def test_pictures_of_two_places_never_pass_for_one():
    """Streets are drawn from a few; the look for edited copies must not take one for another."""
    found: list[int] = []
    for place in range(5, 5 + 24 * 30, 24):  # thirty places in one street
        content = scenes.photo(
            drawing="rubbish", place=place, at=NOON, lon=120.13, lat=30.26, fixed=False, seed=place
        )
        found.append(prints.hash_of(Image.open(io.BytesIO(content)).convert("RGB")))
    pairs = itertools.combinations(found, 2)
    assert min(((a ^ b) & (2**64 - 1)).bit_count() for a, b in pairs) > looking.CERTAIN
