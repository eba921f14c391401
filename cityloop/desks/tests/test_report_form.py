"""The report form: opens or joins, says what is wrong, keeps what was typed, counts once."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cityloop.cases.models import Attachment, Case
from cityloop.desks import frequent
from cityloop.desks.tests.test_case_page import picture
from cityloop.intake import reference
from cityloop.intake.models import Report
from cityloop.standards.models import Edition, ProblemClass

HERE = {"x": "120.13", "y": "30.26", "system": "wgs84"}


def form(**changes: object) -> dict[str, object]:
    """What a hotline operator sends."""
    given = {
        "repeat_key": "0123456789abcdef", "channel": "hotline12319", "kind": "report",
        "text": "路口井盖破损，车辆经过有响声", "class_code": "", **HERE,
    }  # fmt: skip
    return {**given, **changes}


@pytest.fixture(autouse=True)
def _city(world) -> None:
    ProblemClass.objects.create(
        edition=world.problem_class.edition, kind="component", major_code="01",
        major_zh="公用设施", minor_code="02", name_zh="污水井盖", code="TEST/C0102", level=1,
    )  # fmt: skip
    Edition.objects.update(status="published", published_at=world.now)
    reference.forget()
    frequent.forget()


def sent(as_, **changes: object):
    return as_("acceptor").post("/intake/new/", form(**changes))


@pytest.mark.requirement("D01")
def test_opens_a_case_and_says_which(world, as_) -> None:
    answer = sent(as_)
    case = Case.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/intake/reports/{case.number}-1/"
    html = as_("acceptor").get(answer["Location"]).content.decode()
    assert "A case was opened" in html
    assert "lies in no unit grid" in html  # what was noticed, in words


@pytest.mark.requirement("D07")
def test_joins_the_same_problem_and_says_so(world, as_) -> None:
    sent(as_)
    answer = sent(as_, repeat_key="fedcba9876543210")
    assert Case.objects.count() == 1
    html = as_("acceptor").get(answer["Location"]).content.decode()
    assert "Joined to a case that exists" in html
    assert "2 reports are attached" in html


def test_the_same_form_sent_twice_counts_once(world, as_) -> None:
    first, again = sent(as_), sent(as_)
    assert first["Location"] == again["Location"]
    assert Report.objects.count() == 1


def test_what_is_missing_is_named_at_its_field(world, as_) -> None:
    answer = sent(as_, text="", x="", y="")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="report-text-error"' in html
    assert 'id="report-x-error"' in html
    assert not Case.objects.exists()


def test_what_was_typed_is_kept_after_a_refusal(world, as_) -> None:
    html = sent(as_, x="not a number", reporter_name="王先生").content.decode()
    assert "路口井盖破损" in html
    assert "王先生" in html


def test_photos_are_kept_with_the_case(world, as_) -> None:
    sent(as_, photos=[picture("one.jpg"), picture("two.jpg")])
    stages = Case.objects.get().attachments.values_list("stage", flat=True)
    assert list(stages) == ["report", "report"]


def test_a_disguised_file_is_refused_and_nothing_kept(world, as_) -> None:
    bad = SimpleUploadedFile("p.jpg", b"<html>not a picture</html>", content_type="image/jpeg")
    answer = sent(as_, photos=[bad])
    assert answer.status_code == 422
    assert "is not a photo" in answer.content.decode()
    assert not Case.objects.exists()


def test_each_of_several_bad_files_is_named(world, as_) -> None:
    empty = SimpleUploadedFile("zero.jpg", b"", content_type="image/jpeg")
    bad = SimpleUploadedFile("fake.jpg", b"<html>not a picture</html>", content_type="image/jpeg")
    answer = sent(as_, photos=[bad, picture("good.jpg"), empty])
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "fake.jpg is not a photo" in told and "zero.jpg is empty" in told
    assert not Case.objects.exists()


def test_only_channels_of_the_post_are_offered(world, as_) -> None:
    html = as_("inspector").get("/intake/new/").content.decode()
    assert re.findall(r'<input type="hidden" name="channel" value="(\w+)"', html) == ["inspector"]
    assert '<select name="channel"' not in html  # nothing to choose
    html = as_("acceptor").get("/intake/new/").content.decode()
    offered = re.findall(
        r'<option value="(\w+)"', html.split('id="report-channel"')[1].split("</select>")[0]
    )
    assert "hotline12319" in offered and "inspector" not in offered
    answer = as_("inspector").post("/intake/new/", form())
    assert answer.status_code == 422  # the hotline is no choice of this form


@pytest.mark.requirement("C01")
def test_who_tells_what_they_saw_is_asked_for_no_caller(world, as_) -> None:
    own = as_("inspector").get("/intake/new/").content.decode()
    assert "Telephone" not in own and "Wants an answer" not in own
    called = as_("acceptor").get("/intake/new/").content.decode()
    assert "Telephone" in called and "Wants an answer" in called


@pytest.mark.requirement("D07")
def test_likely_duplicates_stand_beside_the_form(world, as_) -> None:
    sent(as_)
    html = as_("acceptor").post("/intake/beside/", form()).content.decode()
    assert Case.objects.get().number in html
    assert "will be joined" in html


def test_beside_works_without_javascript_and_opens_nothing(world, as_) -> None:
    answer = as_("acceptor").post("/intake/new/", form(look="1", class_words="井盖"))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert not Case.objects.exists()
    assert "上水井盖" in html


@pytest.mark.requirement("D09")
def test_who_reported_is_told_from_the_case_page(world, as_) -> None:
    sent(as_, reporter_phone="13800000000", reporter_name="王先生", answer_wanted="on")
    sent(as_, repeat_key="fedcba9876543210", reporter_phone="13900000000", answer_wanted="on")
    case = Case.objects.get()
    html = as_("acceptor").get(f"/cases/{case.number}/").content.decode()
    assert "13800000000" in html
    assert "Tell the reporter: the report joined this case" in html
    (path,) = re.findall(r'action="(/intake/notices/\d+/told/)"', html)
    answer = as_("acceptor").post(path, {"medium": "phone", "note": "thanked"})
    assert answer.status_code == 303
    html = as_("acceptor").get(f"/cases/{case.number}/").content.decode()
    assert "(Telephone): the report joined this case" in html
    assert as_("acceptor").post(path, {"medium": "phone"}).status_code == 409


def test_handling_units_never_see_who_reported(world, as_) -> None:
    from cityloop.desks.tests.conftest import ACTORS
    from cityloop.kernel.actor import Actor

    sent(as_, reporter_phone="13800000000", reporter_name="王先生")
    case = Case.objects.get()
    one = ACTORS["leader"]
    ACTORS["leader"] = Actor(
        one.member_id, one.name, one.post, permissions=frozenset({"cases.view"}),
        organisation_ids=None,
    )  # fmt: skip
    html = as_("leader").get(f"/cases/{case.number}/").content.decode()
    assert case.number in html
    assert "13800000000" not in html
    assert "王先生" not in html


def test_any_coordinate_system_is_understood(world, as_) -> None:
    sent(as_, x="120.1348", y="30.2577", system="gcj02")
    case = Case.objects.get()
    assert (case.raw_x, case.raw_y, case.raw_system) == (120.1348, 30.2577, "gcj02")
    assert abs(case.point.x - 120.1301) < 0.001
    answer = as_("acceptor").post("/intake/beside/", form(x="500", y="30"))
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()


def test_who_may_not_receive_gets_no_form(world, as_) -> None:
    from cityloop.desks.tests.conftest import ACTORS
    from cityloop.kernel.actor import Actor

    one = ACTORS["water"]
    ACTORS["water"] = Actor(
        one.member_id, one.name, one.post, permissions=frozenset({"cases.view"})
    )
    assert as_("water").get("/intake/new/").status_code == 403
    assert as_("water").post("/intake/beside/", form()).status_code == 403


SCRIPT = {"Accept": "application/json"}


@pytest.mark.requirement("C01")
def test_the_pages_script_is_told_the_number_and_twice_the_same(world, as_) -> None:
    first = as_("acceptor").post("/intake/new/", form(), headers=SCRIPT)
    again = as_("acceptor").post("/intake/new/", form(), headers=SCRIPT)
    case = Case.objects.get()
    assert first.status_code == again.status_code == 200
    assert first.json() == {
        "report": f"{case.number}-1", "case": case.number, "joined": False, "repeated": False,
        "address": f"/intake/reports/{case.number}-1/",
    }  # fmt: skip
    assert again.json() == {**first.json(), "repeated": True}
    assert Report.objects.count() == 1


@pytest.mark.requirement("C01")
def test_the_pages_script_is_told_what_is_wrong_by_field_and_in_sentences(world, as_) -> None:
    empty = form(text="", x="", y="", reporter_phone="call me")
    answer = as_("acceptor").post("/intake/new/", empty, headers=SCRIPT)
    assert answer.status_code == 422
    told = answer.json()
    assert {one["name"] for one in told["invalid_params"]} == {"text", "x", "reporter_phone"}
    assert set(told["reasons"]) == {
        "needed: “Longitude, latitude” or “Address”", "needed: “What is the matter?”",
        "Telephone: digits, and + - * # ( ) between them, 3 to 30 in all",
    }  # fmt: skip
    shape = as_("acceptor").post("/intake/new/", form(x="here"), headers=SCRIPT).json()
    assert shape["reasons"] == ["Longitude: Enter a number."]
    assert as_("nobody").post("/intake/new/", form(), headers=SCRIPT).status_code == 401
    assert not Case.objects.exists()


@pytest.mark.requirement("C01", "O10")
def test_what_another_person_filled_in_is_not_taken_as_ones_own(world, as_) -> None:
    html = as_("acceptor").get("/intake/new/").content.decode()
    (by,) = re.findall(r'name="by" value="(\d+)"', html)
    assert int(by) == world.actors["acceptor"].member_id
    others = form(by=str(world.actors["inspector"].member_id))
    answer = as_("acceptor").post("/intake/new/", others, headers=SCRIPT)
    assert (answer.status_code, answer.json()["code"]) == (403, "anothers-form")
    page = as_("acceptor").post("/intake/new/", others)
    assert page.status_code == 403 and "another person filled in" in page.content.decode()
    assert not Case.objects.exists()
    assert as_("acceptor").post("/intake/new/", form(by=by)).status_code == 303


def flags() -> dict[str, bool]:
    """File name -> kept as one from the album."""
    return dict(Attachment.objects.values_list("filename", "from_album"))


@pytest.mark.requirement("F08")
def test_what_an_inspector_chooses_from_the_album_is_flagged(world, as_) -> None:
    sent = form(
        channel="inspector", photos=[picture("old.jpg")],
        photos_camera=[picture("near.jpg"), picture("far.jpg")],
    )  # fmt: skip
    answer = as_("inspector").post("/intake/new/", sent)
    assert flags() == {"old.jpg": True, "near.jpg": False, "far.jpg": False}
    html = as_("inspector").get(answer["Location"]).content.decode()
    assert "A photo comes from the album, not from the camera" in html
    html = as_("inspector").get("/intake/new/").content.decode()
    assert 'name="photos_camera" accept="image/*" capture="environment"' in html


@pytest.mark.requirement("F08")
def test_what_callers_send_to_the_hotline_is_nobodys_album(world, as_) -> None:
    sent(as_, photos=[picture("sent.jpg")])
    assert flags() == {"sent.jpg": False}
    assert "photos_camera" not in as_("acceptor").get("/intake/new/").content.decode()


def test_more_photos_than_a_report_may_have_are_refused_not_cut(world, as_) -> None:
    answer = sent(as_, photos=[picture(f"{n}.jpg") for n in range(22)])
    assert answer.status_code == 422 and "at most 20 photos" in answer.content.decode()
    assert not Case.objects.exists()


@pytest.mark.requirement("C01")
def test_a_roughly_known_position_is_noticed(world, as_) -> None:
    answer = sent(as_, accuracy_m="180.4")
    html = as_("acceptor").get(answer["Location"]).content.decode()
    assert "knew its position only to within 180 m" in html


@pytest.mark.requirement("D01", "D05")
def test_the_tiles_are_the_classes_that_come_most_often_where_one_sees(world, as_) -> None:
    told = (("第一处井盖", "C0102"), ("第二处路面", "C0102"), ("另一类", "C0101"))
    for number, (text, code) in enumerate(told):
        sent(as_, text=text, class_code=code, repeat_key=f"tile-{number:012}")
    frequent.forget()
    html = as_("acceptor").get("/intake/new/").content.decode()
    tiles = re.findall(r'class="tile"><input type="radio" name="class_code" value="(.*?)"', html)
    assert [one.rsplit("/")[-1] for one in tiles][:2] == ["C0102", "C0101"]


@pytest.mark.requirement("D05")
def test_what_is_passed_on_goes_through_the_guards_of_the_step(world, as_) -> None:
    """Without a place nobody can be sent; the report is taken, and the reason is told."""
    browser = as_("acceptor")
    without = form(then="on", x="", y="", address="说不清在哪里")
    answer = browser.post("/intake/new/", without)
    assert answer.status_code == 303
    case = Case.objects.get()
    assert case.status == "reported"
    told = browser.get(answer["Location"]).content.decode()
    assert "Taken, but not passed on" in told
