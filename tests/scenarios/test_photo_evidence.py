"""A picture that has proved another case is noticed, whatever was done to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from PIL import Image, ImageOps

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.evidence import operations, queries, wording
from cityloop.evidence.models import Finding
from cityloop.evidence.tests import pictures
from cityloop.intake import operations as intake
from cityloop.kernel import files, jobs
from tests.town import Town, neighbour

pytestmark = pytest.mark.slow

PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


def finished_with(town: Town, picture: Image.Image, *, quality: int = 90) -> Case:
    """A case whose unit proves the result with this picture; then the worker looks at it."""
    case = town.case("handling")
    content = pictures.jpeg(picture, quality=quality)
    sha256 = files.store(chunks=[content], filename="p.jpg", now=town.now).sha256
    cases.perform(
        case.number, "finish", actor=town.actor("water"), now=town.now,
        inputs={"result": "完成"}, papers=[cases.paper(sha256=sha256, stage="after")],
    )  # fmt: skip
    town.deliver()
    return Case.objects.get(pk=case.pk)


def _collage(old: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (old.width, old.height * 2))
    whole.paste(old, (0, old.height))
    whole.paste(pictures.hidden(pictures.photo(pictures.FLOWER)), (0, 0))
    return whole


def proven(town: Town, number: str, picture: Image.Image) -> Case:
    """The unit ends the case with this picture, and it is looked at."""
    content = pictures.jpeg(picture)
    sha256 = files.store(chunks=[content], filename="p.jpg", now=town.now).sha256
    cases.perform(
        number, "finish", actor=town.actor("water"), now=town.now,
        inputs={"result": "完成"}, papers=[cases.paper(sha256=sha256, stage="after")],
    )  # fmt: skip
    case = Case.objects.get(number=number)
    operations.examine(number=case.number, version=case.version, now=town.now)
    return case


def found(case: Case, kind: str) -> list[Finding]:
    return [one for one in queries.findings(case) if one.kind == kind]


@pytest.mark.requirement("F10", "D08")
def test_an_edited_picture_of_another_case_is_shown_with_that_case(town: Town) -> None:
    photo = pictures.photo(pictures.TEMPLE)
    first = finished_with(town, photo)
    assert found(first, "reused") == []

    # Another case, the same picture: cropped, darker, squeezed; and a third with another picture.
    edited = pictures.brighter(pictures.cropped(photo, 0.85), 0.7)
    second = finished_with(town, edited, quality=40)
    (finding,) = found(second, "reused")
    assert finding.facts["cases"] == [first.number] and finding.odd
    assert first.number in wording.words_of(finding)
    assert found(finished_with(town, pictures.photo(pictures.FLOWER)), "reused") == []

    # A negative of it, and a collage of it with another picture.
    for made in (ImageOps.invert(photo), _collage(photo)):
        (finding,) = found(finished_with(town, made), "reused")
        assert first.number in finding.facts["cases"] and finding.odd

    # It is shown, and stops nothing: who checks decides.
    assert second.status == "handled"
    town.carry(second.number, "closed")


@pytest.mark.slow
@pytest.mark.requirement("F08", "F09", "F10")
def test_the_checker_sees_whether_the_proof_shows_the_place_and_the_day(
    town: Town, settings
) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": PLAIN}
    temple = pictures.photo(pictures.TEMPLE)
    seen = files.store(chunks=[pictures.jpeg(temple)], filename="p.jpg", now=town.now).sha256
    report = town.report(photos=[intake.PhotoIn(seen)], address="人民路12号")
    town.carry(report.case, "handling")
    town.deliver()

    # The unit sends a picture of another place, with the date of last week and another road on it.
    stamp = (f"{town.now - timedelta(days=7):%Y-%m-%d} 10:30:00", "杭州市西湖区文三路9号")
    photo = pictures.stamped(pictures.photo(pictures.FLOWER), *stamp)
    sha256 = files.store(chunks=[pictures.jpeg(photo)], filename="p.jpg", now=town.now).sha256
    town.wait(minutes=30)
    cases.perform(
        report.case, "finish", actor=town.actor("water"), now=town.now,
        inputs={"result": "完成"}, papers=[cases.paper(sha256=sha256, stage="after")],
    )  # fmt: skip
    case = Case.objects.get(number=report.case)
    operations.examine(number=case.number, version=case.version, now=town.now)
    kinds = {one.kind: one for one in queries.findings(case) if one.file.sha256 == sha256}
    assert set(kinds) == {"scene", "stamp", "stamp_time", "stamp_place"}
    assert kinds["scene"].odd and kinds["scene"].score is not None and kinds["scene"].score < 0.25
    assert kinds["stamp"].facts["text"].startswith(stamp[0][:10])
    assert "the step was taken" in wording.words_of(kinds["stamp_time"])
    assert "文三路" in wording.words_of(kinds["stamp_place"])
    assert all(one.method for one in kinds.values())

    # A worker that catches up with days long past looks for copies only.
    assert "examine" in "".join(jobs.handlers("case.papers"))
    town.deliver()

    # Every sentence stands beside the photo on the page; asked again, the worker adds nothing.
    browser = Client()
    browser.force_login(town.members["shift_leader"], backend=BACKEND)
    page = browser.get(f"/cases/{case.number}/").content.decode()
    assert "文三路" in page
    before = len(queries.findings(case))
    operations.examine(number=case.number, version=case.version, now=town.now)
    assert len(queries.findings(case)) == before


@pytest.mark.requirement("F10", "F14", "D08")
def test_the_proof_that_failed_proves_no_rework_and_the_old_check_no_new_one(town: Town) -> None:
    """Saved again it is another file, and yet the picture that was judged before."""
    result = pictures.photo(pictures.TEMPLE)
    undone = pictures.hidden(pictures.photo(pictures.FLOWER))
    case = finished_with(town, result)
    number = case.number

    def papers(picture: Image.Image, stage: str, quality: int) -> list[cases.Paper]:
        content = pictures.jpeg(picture, quality=quality)
        stored = files.store(chunks=[content], filename="p.jpg", now=town.now).sha256
        return [cases.paper(sha256=stored, stage=stage)]

    def step(action: str, by: str, shown: list[cases.Paper], **inputs: object) -> None:
        cases.perform(
            number, action, actor=town.actor(by), now=town.now, inputs=inputs, papers=shown
        )

    town.step(number, "send_check", "acceptor", inspector="inspector2")
    step(
        "check_failed",
        "inspector2",
        papers(undone, "check", 90),
        reason_code="undone",
        reason="未清理",
    )
    town.step(number, "rework", "dispatcher", reason="核查未通过")
    town.step(number, "receive", "water")
    town.wait(minutes=30)
    step("finish", "water", papers(result, "after", 70), result="已清理")
    town.deliver()
    (again,) = found(case, "reused")
    assert again.facts["stage"] == "after" and again.odd
    assert "photo of the result" in wording.words_of(again)

    town.step(number, "send_check", "acceptor", inspector="inspector2")
    step("check_passed", "inspector2", papers(undone, "check", 72))
    town.deliver()
    (_first, old) = found(case, "reused")
    assert old.facts["stage"] == "check" and old.odd


@pytest.mark.requirement("F08", "F09", "D08")
def test_a_picture_too_small_to_look_at_is_said_to_be_so(town: Town) -> None:
    for side, odd in ((300, False), (40, True)):
        case = finished_with(town, pictures.photo(pictures.TEMPLE).resize((side * 4 // 3, side)))
        operations.examine(number=case.number, version=case.version, now=town.now)
        (finding,) = found(case, "too_small")
        assert (finding.facts["side"], finding.odd) == (side, odd)
        assert f"Only {side} pixels" in wording.words_of(finding)


@pytest.mark.requirement("F08", "F10")
def test_a_result_stamped_before_the_report_is_odd_on_the_same_day(town: Town) -> None:
    """Within a day of its step, and yet of a moment when there was nothing to prove."""
    report = town.report(address="人民路12号")
    before = timezone.localtime(town.now - timedelta(hours=10))
    town.carry(report.case, "handling")
    photo = pictures.stamped(
        pictures.photo(pictures.FLOWER), f"{before:%Y-%m-%d %H:%M:%S}", "人民路12号"
    )
    case = proven(town, report.case, photo)
    (odd,) = found(case, "stamp_time")
    assert odd.odd and set(odd.facts) == {"at", "timed", "since"}
    assert datetime.fromisoformat(odd.facts["since"]) == case.reported_at
    with translation.override("en"):
        assert "was not there before" in wording.words_of(odd)


@pytest.mark.requirement("F08", "F10")
def test_a_stamp_written_above_another_hides_neither_its_time_nor_its_place(town: Town) -> None:
    neighbour("西湖区")
    report = town.report(address="人民路12号")
    before = timezone.localtime(town.now - timedelta(hours=10))
    town.carry(report.case, "handling")
    photo = pictures.stamped(
        pictures.photo(pictures.FLOWER), f"{timezone.localtime(town.now):%Y-%m-%d %H:%M:%S}",
        "人民路12号", f"{before:%Y-%m-%d %H:%M:%S}", "杭州市西湖区文三路9号",
    )  # fmt: skip
    case = proven(town, report.case, photo)
    (time,), (place,) = found(case, "stamp_time"), found(case, "stamp_place")
    assert time.odd and set(time.facts) == {"at", "timed", "others"}
    (other,) = time.facts["others"]
    assert abs(datetime.fromisoformat(other) - before) < timedelta(minutes=1)
    assert place.odd and "文三路" in place.facts["place"] and place.facts["district"] == "西湖区"
