"""The stamp on a photo as its case shows it: what it says, who gets it, what stays untouched."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from PIL import Image, ImageChops, ImageStat

from cityloop.cases.change import Paper
from cityloop.cases.models import Attachment, Case
from cityloop.cases.tests.world import World
from cityloop.evidence import stamps
from cityloop.evidence.tests import pictures
from cityloop.kernel import bands, files

pytestmark = pytest.mark.requirement("F08")


def shot(
    world: World, size: tuple[int, int] = (960, 640), *, exif: bool = False, **more: Any
) -> Paper:
    """A photograph of the case as it was found; `exif`: with the camera's time and place."""
    facts = Image.Exif()
    if exif:
        facts.get_ifd(0x8769)[0x9003] = "2026:03:02 08:30:05"
        facts.get_ifd(0x8825).update({1: "S", 2: (30.0, 15.0, 36.5), 3: "E", 4: (120.0, 7.0, 48.0)})
    out = io.BytesIO()
    pictures.photo(pictures.TEMPLE).resize(size).save(out, "JPEG", quality=90, exif=facts)
    row = files.store(chunks=[out.getvalue()], filename="p.jpg", now=world.now)
    return Paper(file=row, stage="report", filename="p.jpg", **more)


def kept(world: World, paper: Paper, **changes: Any) -> Attachment:
    """The photo as a new case has it."""
    case = world.report(papers=[paper], **changes)
    return case.attachments.select_related("file", "case").get()


def address(photo: Attachment) -> str:
    return f"/files/{photo.file.sha256}/1280/{photo.pk}"


def opened(answer: HttpResponse) -> Image.Image:
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    return Image.open(io.BytesIO(answer.content))


def lettered(monkeypatch: pytest.MonkeyPatch, ask: Any) -> list[str]:
    """The words that the band was given for this answer."""
    given: list[str] = []
    draw = bands.below

    def watched(picture: Image.Image, words: list[str]) -> Image.Image:
        given.extend(words)
        return draw(picture, words)

    monkeypatch.setattr(bands, "below", watched)
    opened(ask())
    monkeypatch.undo()
    return given


@pytest.mark.parametrize("size", [(960, 640), (640, 960), (64, 48), (2000, 1500)])
def test_a_stamped_photo_is_the_photo_and_a_band_below_it(world, as_, size) -> None:
    photo = kept(world, shot(world, size))
    before = files.location(photo.file.sha256).read_bytes()
    client = as_("leader")
    made = opened(client.get(address(photo)))
    plain = opened(client.get(f"/files/{photo.file.sha256}/1280"))
    left = (made.width - plain.width) // 2
    picture = made.crop((left, 0, left + plain.width, plain.height))
    apart = ImageStat.Stat(ImageChops.difference(picture, plain)).mean
    assert max(apart) < 8  # JPEG's own loss
    band = made.convert("L").crop((0, plain.height, made.width, made.height))
    assert plain.height < made.height and band.getextrema() >= (0, 200)
    assert ImageStat.Stat(band).median == [0]
    assert left == 0 or plain.width < 640  # wider than the picture only where words need it
    assert files.location(photo.file.sha256).read_bytes() == before
    assert not files.is_altered(photo.file.sha256) and not made.getexif()


def test_it_says_when_where_and_of_which_case_and_whose_word_that_is(
    world, as_, settings, monkeypatch
) -> None:
    ask = as_("leader").get
    photo = kept(world, shot(world, exif=True))
    words = lettered(monkeypatch, lambda: ask(address(photo)))
    number = photo.case.number
    camera = [
        "TAKEN 2026-03-02 08:30:05 (EXIF)", "PLACE 30.26014S 120.13000E WGS84 (EXIF)",
        "GRID 330106001001001", f"CASE {number}", "CAMERA",
    ]  # fmt: skip
    assert words == camera
    photo = kept(world, shot(world, (800, 600), from_album=True))
    words = lettered(monkeypatch, lambda: ask(address(photo)))
    assert words[:2] == [
        "RECEIVED 2026-03-02 09:00:00 (SERVER)", "PLACE 30.26000N 120.13000E WGS84 (CASE)"
    ]  # fmt: skip
    assert words[-1] == "ALBUM"
    photo = kept(world, shot(world, (700, 600)), lon=None, lat=None, grid_code="")
    words = lettered(monkeypatch, lambda: ask(address(photo)))
    assert words == [
        "RECEIVED 2026-03-02 09:00:00 (SERVER)", "PLACE UNKNOWN", f"CASE {photo.case.number}"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "hours", "way"),
    [
        ("p.jpg", None, ""),  # nobody said by which way it came
        ("same-angle-20260302091507.jpg", None, "CAMERA"),
        ("p.jpg", 0, "CAMERA"),
        ("p.jpg", 5, ""),  # a camera's, but not of just now
    ],
)
def test_a_camera_is_said_only_where_something_speaks_for_it(
    world, as_, monkeypatch, name, hours, way
) -> None:
    paper = shot(world, exif=hours is not None)
    world.wait(hours=hours or 0)
    photo = kept(world, Paper(file=paper.file, stage="report", filename=name))
    words = lettered(monkeypatch, lambda: as_("leader").get(address(photo)))
    assert [one for one in words if one in ("CAMERA", "ALBUM")] == ([way] if way else [])


def test_the_stamp_is_of_the_case_that_is_looked_at_and_for_who_sees_that_case(
    world, as_, monkeypatch
) -> None:
    paper = shot(world)
    first, second = kept(world, paper), kept(world, paper)
    case = Case.objects.get(pk=first.case_id)
    for action, by, inputs, _photos in world.mainstream()[:3]:  # dispatched: with water
        case = world.step(case, action, by, **inputs)
    water, leader = as_("water"), as_("leader")
    for photo in (first, second):
        words = lettered(monkeypatch, lambda photo=photo: leader.get(address(photo)))
        assert f"CASE {photo.case.number}" in words
    opened(water.get(address(first)))
    opened(water.get(f"/files/{paper.file.sha256}/1280"))  # the content, by its own case
    assert water.get(address(second)).status_code == 404
    assert as_("roads").get(address(first)).status_code == 404
    assert as_("").get(address(first)).status_code == 302


def test_an_address_that_fits_no_photo_is_none(world, as_) -> None:
    photo, other = kept(world, shot(world)), kept(world, shot(world, (320, 240)))
    letter = files.store(chunks=[PDF], filename="letter.pdf", now=world.now)
    paper = kept(world, Paper(file=letter, stage="paper", filename="letter.pdf"))
    mixed = f"/files/{photo.file.sha256}/1280/{other.pk}"
    digits = f"/files/{photo.file.sha256}/1280/{10**30}"
    smaller = f"/files/{photo.file.sha256}/480/{photo.pk}"
    for wrong in (mixed, digits, smaller, address(paper)):
        assert as_("leader").get(wrong).status_code == 404, wrong


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1600, 1200), (900, 1600), (160, 120)])
def test_the_band_can_be_read(world, as_, tmp_path, size) -> None:
    photo = kept(world, shot(world, size, exif=True))
    path = tmp_path / "stamped.jpg"
    path.write_bytes(as_("leader").get(address(photo)).content)
    read = stamps._reader()(str(path))  # every line of it, not only the moment
    text = re.sub(r"\s", "", " ".join(read.txts))
    for words in ("2026-03-0208:30:05", "30.26014S120.13000E", "330106001001001"):
        assert words in text, text
    assert photo.case.number in text
    stamp = stamps.read(path)
    assert stamp is not None and stamp.at is not None
    assert f"{stamp.at:%Y-%m-%d %H:%M:%S}" == "2026-03-02 08:30:05"


def test_pages_show_it_where_a_photo_is_large_with_the_original_beside(world, as_) -> None:
    case = world.report(papers=[shot(world)])
    for action, by, inputs, photos in world.mainstream():
        world.wait(minutes=1)
        case = world.step(case, action, by, photos=photos, **inputs)
    papers = list(case.attachments.select_related("file"))
    assert len(papers) == 3
    html = as_("leader").get(f"/cases/{case.number}/").content.decode()
    paper = as_("leader").get(f"/cases/{case.number}/print/").content.decode()
    for photo in papers:
        original = f'href="/files/{photo.file.sha256}"'
        for page in (html, paper):
            assert f'src="{address(photo)}"' in page
            assert original in page
    words = html.split('class="pair-words')[1].split("</div>")[0]
    assert words.count(f"Case {case.number}") == 2  # beside the picture in the reader's language
    at = world.now + timedelta(hours=8) - timedelta(minutes=1)
    assert f"Received {at:%Y-%m-%d %H:%M:%S} (our clock)" in words
