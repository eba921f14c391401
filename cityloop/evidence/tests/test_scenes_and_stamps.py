# ruff: noqa: DTZ001 (what a camera writes is local time)
"""Scenes compared by features; stamps read from real pixels and understood from text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cityloop.cases.models import Attachment, Case
from cityloop.evidence import looking, scenes, stamps, wording
from cityloop.evidence.tests import pictures
from cityloop.kernel import files


def kept(folder: Path, name: str, picture: Image.Image) -> Path:
    path = folder / name
    path.write_bytes(pictures.jpeg(picture, quality=75))
    return path


@pytest.mark.requirement("F09", "F10")
def test_the_same_place_is_known_and_another_is_not(tmp_path: Path) -> None:
    temple = pictures.photo(pictures.TEMPLE)
    before = kept(tmp_path, "before.jpg", pictures.hidden(temple))
    after = kept(tmp_path, "after.jpg", pictures.moved(pictures.brighter(temple, 0.7)))
    other = kept(tmp_path, "other.jpg", pictures.photo(pictures.FLOWER))
    fog = kept(tmp_path, "fog.jpg", Image.new("RGB", (800, 600), (180, 180, 180)))
    assert scenes.compare(before, after).verdict == "same"
    assert scenes.compare(before, other).verdict == "other"
    assert scenes.compare(before, fog) == scenes.Likeness(None, 0)


def _likeness(folder: Path, one: Image.Image, other: Image.Image) -> scenes.Likeness:
    """As the worker compares two photos of a case."""
    shots = []
    for number, picture in enumerate((one, other)):
        file = files.store(
            chunks=[pictures.jpeg(picture, quality=75)], filename=f"{number}.jpg",
            now=datetime(2026, 3, 2, 1, 15, tzinfo=UTC),
        )  # fmt: skip
        shots.append(Attachment(file=file))
    return looking._likeness(*shots)


@pytest.mark.slow
@pytest.mark.requirement("F08", "F09", "F10")
def test_the_stamp_makes_no_scene_of_two_places(settings, tmp_path: Path, db: None) -> None:
    """A long stamp has more features in the same arrangement than many a street."""
    settings.MEDIA_ROOT = tmp_path
    told = ("330102001051007  202611280001040", "120.155070, 30.274084", "杭州市上城区人民路12号")
    temple, flower = pictures.photo(pictures.TEMPLE), pictures.photo(pictures.FLOWER)
    before = pictures.stamped(temple, "2026-03-02 09:15:07", *told)
    bare = scenes.compare(
        kept(tmp_path, "a.jpg", before),
        kept(tmp_path, "b.jpg", pictures.stamped(flower, "2026-03-02 09:41:52", *told)),
    )
    assert bare.verdict == "same"  # what the stamp alone would prove
    other = pictures.stamped(flower, "2026-03-02 09:41:52", *told)
    assert _likeness(tmp_path, other, before).verdict == "other"
    after = pictures.stamped(pictures.moved(temple), "2026-03-02 09:41:52", *told)
    assert _likeness(tmp_path, after, before).verdict == "same"


@pytest.mark.slow
@pytest.mark.requirement("F08")
def test_a_stamp_is_read_from_the_picture(tmp_path: Path) -> None:
    lines = ("2026-03-02 09:15:07", "杭州市上城区人民路12号")
    photo = pictures.stamped(pictures.photo(pictures.TEMPLE), *lines)
    stamp = stamps.read(kept(tmp_path, "stamped.jpg", photo))
    assert stamp is not None and stamp.at == datetime(2026, 3, 2, 9, 15, 7)
    assert "人民路" in stamp.place and stamp.score > 0.9


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026年11月21日19:30:05", datetime(2026, 11, 21, 19, 30, 5)),
        ("2026-11-2119:30", datetime(2026, 11, 21, 19, 30)),
        ("2026.1.5", datetime(2026, 1, 5)),
        ("2026-13-40 09:00 2026/03/02 08:00", datetime(2026, 3, 2, 8, 0)),
        ("拍摄时间：2026-03-02 星期一 08:01", datetime(2026, 3, 2, 8, 1)),
        ("10:23 2026-11-28 星期六", datetime(2026, 11, 28, 10, 23)),
        ("10:23 11:40 2026-11-28", datetime(2026, 11, 28)),
        ("2026-11-28 下午 03:15", datetime(2026, 11, 28, 15, 15)),
        ("03:15 PM 2026-11-28", datetime(2026, 11, 28, 15, 15)),
        ("2026-11-28 12:05 AM", datetime(2026, 11, 28, 0, 5)),
        ("2026-11-28 12:05 PM", datetime(2026, 11, 28, 12, 5)),
        ("2026-11-28 下午 15:15", datetime(2026, 11, 28, 15, 15)),
        ("2026-11-28 上午 09:15", datetime(2026, 11, 28, 9, 15)),
    ],
)
def test_dates_as_cameras_write_them(text: str, at: datetime) -> None:
    stamp = stamps.understood([(text, 0.99)])
    assert stamp is not None and stamp.at == at


@pytest.mark.parametrize("text", ["20261128 140310", "20261128140310", "20261128_140310"])
def test_digits_alone_are_a_moment_and_the_number_of_a_case_is_none(text: str) -> None:
    stamp = stamps.understood([(text, 0.99)])
    assert stamp is not None and stamp.at == datetime(2026, 11, 28, 14, 3, 10) and stamp.timed
    assert stamps.understood([("202611280001042", 0.99)]) is None


def test_a_second_stamp_hides_no_first_one() -> None:
    """Only what tells a time of the day is a stamp beside another: signs tell days."""
    words = [("2026-11-28 22:25", 0.99), ("2026-10-0309:10", 0.97), ("施工许可 2026年3月1日", 0.99)]
    stamp = stamps.understood(words)
    assert stamp is not None and stamp.at == datetime(2026, 11, 28, 22, 25)
    assert stamp.others == (datetime(2026, 10, 3, 9, 10),)
    again = stamps.understood([("2026-11-28 22:25", 0.99), ("22:26 2026-11-28", 0.99)])
    assert again is not None and again.others == ()
    close = stamps.understood([("2026-11-28 22:25", 0.99), ("2026-11-28 05:03", 0.99)])
    assert close is not None and close.others == (datetime(2026, 11, 28, 5, 3),)
    two = stamps.understood([("人民路12号", 0.99), ("西湖区文三路9号", 0.99)])
    assert two is not None and (two.place, two.places) == ("人民路12号", ("西湖区文三路9号",))


def test_what_the_reader_is_not_sure_of_is_no_stamp() -> None:
    assert stamps.understood([("2026-03-02", 0.5), ("美装", 0.99)]) is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), st.sampled_from(["", " ", "  "]))
def test_every_written_moment_is_understood(at: datetime, gap: str) -> None:
    at = at.replace(microsecond=0)
    for form in ("%Y-%m-%d{}%H:%M:%S", "%Y年%m月%d日{}%H:%M:%S", "%Y/%m/%d{}%H:%M:%S"):
        stamp = stamps.understood([(at.strftime(form.format(gap)), 1.0)])
        assert stamp is not None and stamp.at == at and stamp.timed


@pytest.mark.parametrize(
    ("place", "address", "same"),
    [
        ("上城区人民路12号", "人民路与桥头街口", True),
        ("西湖区文三路9号", "人民路12号", False),
        # What the city writes before the road is not the road.
        ("杭州市上城区定安路", "上城区清波街道定安路公交站", True),
        ("西湖区文三路", "西湖区翠苑街道文三路5号", True),
        ("杭州市上城区清波街道中山路", "上城区清波街道定安路3号", False),
        ("浙江杭州定安路", "上城区定安路", True),
        ("上城区古镇路1号", "花园路", False),
        ("花园路3号", "上城区清波街道花园路", True),
        ("上城区清波街道柳翠井巷社区", "柳翠井巷社区门口", True),
        ("翠苑新村", "古荡新村", False),
        ("翠苑社区", "文三路5号", None),
        ("30.25N 120.16E", "人民路12号", None),
        ("人民路12号", "", None),
    ],
)
def test_places_are_compared_by_the_roads_they_name(place: str, address: str, same: object) -> None:
    assert stamps.same_place(place, address) is same


@pytest.mark.parametrize(
    ("place", "districts"),
    [
        ("浙江省杭州市西湖区文三路9号", ["西湖区"]), ("上城区人民路12号", ["上城区"]),
        ("地点：杭州市 桐庐县", ["桐庐县"]), ("绿城小区3幢", []), ("市民中心园区", []),
        ("翠苑一区社区门口", []), ("西湖景区", []),
    ],
)  # fmt: skip
def test_districts_are_read_from_a_place(place: str, districts: list[str]) -> None:
    assert stamps.districts_in(place) == districts


@pytest.mark.parametrize(
    ("named", "apart"),
    [
        ([("西湖区", "330106")], {"西湖区": "330106"}),
        ([("试验区", "330199"), ("东街道", "330199001")], {}),
        ([("西街道", "330199002")], {"西街道": "330199002"}),
        ([("东街道", "330106009"), ("东街道", "330199001")], {}),  # one of two may be meant
        ([("湖区", "330106"), ("试验湖区", "330199")], {}),  # part of a longer name
    ],
)
def test_regions_are_compared_with_where_the_case_lies(
    named: list[tuple[str, str]], apart: dict[str, str]
) -> None:
    assert stamps.regions_apart(named, "330199001002") == apart


@pytest.mark.slow
@pytest.mark.requirement("F09")
@pytest.mark.parametrize(
    ("name", "album", "odd"),
    [
        ("same-angle-20260302091507.jpg", False, False),
        ("same-angle-20260302091507.jpg", True, True),
        ("IMG_0001.jpg", False, True),
    ],
)
def test_a_frame_of_the_pages_camera_is_not_blamed_for_having_no_date(
    settings, tmp_path: Path, db: None, name: str, album: bool, odd: bool
) -> None:
    settings.MEDIA_ROOT = tmp_path
    now = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)
    content = pictures.jpeg(pictures.photo(pictures.TEMPLE))
    file = files.store(chunks=[content], filename=name, now=now)
    photo = Attachment(
        case=Case(pk=1), version=7, file=file, stage="after", filename=name, from_album=album,
        added_at=now,
    )  # fmt: skip
    (finding,) = looking.stamp(photo)
    assert (finding.kind, finding.odd) == ("no_stamp", odd)
    with translation.override("en"):
        assert ("that of the step" in wording.words_of(finding)) is not odd
