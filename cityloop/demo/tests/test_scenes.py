"""Drawn photos: quick, different, dated, and before and after of one place."""

from __future__ import annotations

import io
import itertools
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from PIL import Image, ImageChops

from cityloop.demo import close_ups, scenes
from cityloop.demo.sprites import DRAWINGS
from cityloop.evidence import looking, prints, stamps
from cityloop.evidence import scenes as comparing

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


@pytest.mark.requirement("F08", "F09")
@pytest.mark.parametrize(("before", "after"), [(4, 7), (7, 15), (15, 16)], ids=str)
def test_honest_photos_that_are_large_enough_are_taken_for_what_they_are(tmp_path, before, after):
    """By day, by night and from one to the other: the same scene, and the moment is read."""
    for number, place in enumerate((0, 24 * scenes.FINE_ONES + 5, 48 * scenes.FINE_ONES + 11)):
        kind = sorted(DRAWINGS)[number * 7]
        shots = []
        for fixed, hour in ((False, before), (True, after)):
            at, path = NOON.replace(hour=hour), tmp_path / f"{number}-{fixed}.jpg"
            path.write_bytes(scenes.photo(
                drawing=kind, place=place, at=at, lon=120.13, lat=30.26, fixed=fixed, seed=hour
            ))  # fmt: skip
            shots.append(path)
        assert min(Image.open(shots[0]).size) >= stamps.SMALLEST
        assert comparing.compare(*shots).verdict == "same", (kind, before, after)
    stamp = stamps.read(shots[1])
    assert stamp is not None
    assert stamp.at == timezone.localtime(NOON.replace(hour=after)).replace(tzinfo=None)


@pytest.mark.requirement("F09", "F10")
def test_a_close_up_is_no_other_and_its_copy_is_found(tmp_path):
    one, other = close_ups.picture(1), close_ups.picture(2)
    paths = [tmp_path / name for name in ("one.jpg", "other.jpg", "copy.jpg")]
    for path, picture_ in zip(paths, (one, other, one.crop((90, 60, 1190, 794))), strict=True):
        path.write_bytes(close_ups.jpeg(picture_, quality=75))
    assert comparing.compare(paths[0], paths[1]).verdict == "other"
    assert comparing.compare(paths[0], paths[2]).verdict == "same"


def test_most_photos_are_small():
    sizes = [scenes.scale_of(place) for place in range(24 * scenes.FINE_ONES * 4)]
    assert sizes.count(scenes.FINE) * scenes.FINE_ONES == len(sizes)


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
