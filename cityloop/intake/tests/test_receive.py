"""What becomes of a report: opened, flagged or refused with every reason; never lost."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import shapely
from django.contrib.gis.geos import Point
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent
from cityloop.geo import operations as geo
from cityloop.intake import operations, reference
from cityloop.intake.models import Report, Reporter
from cityloop.intake.operations import PhotoIn
from cityloop.intake.tests.city import (
    CELL,
    MIDDLE,
    OUTSIDE,
    SINCE,
    SOUTH,
    WEST,
    address,
    administrator,
    component,
)
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, Problem
from cityloop.people import operations as people


def codes(receipt: operations.Receipt) -> list[str]:
    """Codes of the findings."""
    return [one["code"] for one in receipt.checks]


@pytest.mark.requirement("C01", "D01")
def test_an_inspectors_report_opens_a_case_with_place_class_and_clock(city):
    photo = city.photo()
    receipt = city.receive(photos=(photo,))
    case = Case.objects.get(number=receipt.case)
    assert (receipt.status, receipt.joined, list(receipt.checks)) == ("reported", False, [])
    assert case.grid_code == "330106001001013" and case.area_code == "330106001001"
    assert case.problem_class == city.classes["C0101"] and case.level == 2
    assert case.timers.get().due_at == city.now + timedelta(minutes=15)
    assert case.attachments.get().file.sha256 == photo.sha256
    report = Report.objects.get()
    assert report.case == case and receipt.number == f"{case.number}-1"
    assert report.member_id == city.actors["inspector"].member_id


@pytest.mark.requirement("C01", "O05")
def test_the_point_is_kept_raw_and_in_wgs84(city):
    receipt = city.receive(x=120.13718, y=30.26012, system="gcj02")
    case = Case.objects.get(number=receipt.case)
    assert (case.raw_x, case.raw_y, case.raw_system) == (120.13718, 30.26012, "gcj02")
    assert case.point.distance(Point(120.13718, 30.26012)) == pytest.approx(0.0053, abs=0.001)


@pytest.mark.requirement("C02", "D06")
@pytest.mark.parametrize(
    ("channel", "verified"),
    [("inspector", ""), ("hotline12345", "wanted"), ("web", "wanted"), ("leader", "")],
)
def test_public_reports_are_verified_before_they_are_filed(city, channel, verified):
    receipt = city.receive(channel)
    assert Case.objects.get(number=receipt.case).verified == verified


@pytest.mark.requirement("D06")
def test_a_public_report_cannot_be_filed_unseen(city):
    receipt = city.receive("hotline12345")
    with pytest.raises(cases.Refused, match=r"verified|核实"):
        city.step(receipt.case, "accept", "acceptor")


@pytest.mark.requirement("C07")
def test_a_leaders_instruction_has_its_own_clock_first_priority_and_owes_a_letter(city):
    receipt = city.receive("leader")
    case = Case.objects.get(number=receipt.case)
    assert case.timers.get().due_at == city.now + timedelta(minutes=5)
    assert Report.objects.get().priority == 1
    assert CaseEvent.objects.get().facts["written_report"] is True
    city.step(receipt.case, "accept", "acceptor")
    assert case.timers.get(kind="filing").due_at == city.now + timedelta(minutes=10)
    assert reference.flows()[0] == city.flow  # the variant never becomes the city's flow


@pytest.mark.requirement("C29")
def test_a_quick_report_is_a_record_of_its_own_kind(city):
    with pytest.raises(cases.Refused):
        city.receive(kind="quick_report", text="", photos=())
    receipt = city.receive(kind="quick_report", text="", photos=(city.photo(),))
    assert Case.objects.get(number=receipt.case).record_type == "quick"


@pytest.mark.requirement("C30", "B09")
def test_a_small_matter_is_handled_on_the_spot_with_two_photos(city):
    photos = (city.photo(stage="before"), city.photo(stage="after"))
    receipt = city.receive(kind="self_handle", class_code="E0101", photos=photos)
    case = Case.objects.get(number=receipt.case)
    assert (case.status, case.record_type) == ("closed", "self_handled")


@pytest.mark.requirement("C30")
@pytest.mark.parametrize(
    ("class_code", "stages"),
    [("E0101", ("before",)), ("E0101", ()), ("C0101", ("before", "after"))],
)
def test_self_handling_without_proof_or_of_larger_matters_is_refused(city, class_code, stages):
    photos = tuple(city.photo(stage=stage) for stage in stages)
    with pytest.raises(cases.Refused):
        city.receive(kind="self_handle", class_code=class_code, photos=photos)
    assert not Case.objects.exists() and not Report.objects.exists()


def test_a_reminder_is_settled_at_once(city):
    receipt = city.receive(kind="remind", class_code="E0102")
    case = Case.objects.get(number=receipt.case)
    assert (case.status, case.record_type) == ("closed", "reminder")


@pytest.mark.requirement("A30")
def test_a_point_outside_every_grid_is_kept_and_flagged(city):
    receipt = city.receive("hotline12319", x=OUTSIDE[0], y=OUTSIDE[1])
    case = Case.objects.get(number=receipt.case)
    assert "outside_grids" in codes(receipt)
    assert (case.grid_code, case.in_service_area) == ("", False)


@pytest.mark.requirement("A30")
def test_a_machine_is_told_at_once_that_its_point_is_outside(city):
    with pytest.raises(operations.OutsideCity):
        city.receive("sensor", by="exchange", x=OUTSIDE[0], y=OUTSIDE[1])
    assert not Report.objects.exists()


@pytest.mark.requirement("A30")
def test_outside_the_served_area_is_flagged(city):
    corner = shapely.box(WEST, SOUTH, WEST + CELL, SOUTH + CELL)
    geo.set_service_area(
        name="phase 1", shape=corner, starts_on=SINCE, actor=Actor.system(), now=city.now
    )
    receipt = city.receive()
    case = Case.objects.get(number=receipt.case)
    assert "outside_service" in codes(receipt)
    assert (case.grid_code[:12], case.in_service_area) == ("330106001001", False)


@pytest.mark.requirement("B07")
def test_an_address_that_means_one_place_gives_the_point(city):
    address("测试大厦", *MIDDLE)
    receipt = city.receive("hotline12345", x=None, y=None, address="测试大厦")
    assert "placed_by_address" in codes(receipt)
    assert Case.objects.get(number=receipt.case).grid_code == "330106001001013"


def test_an_ambiguous_or_unknown_address_leaves_the_place_open(city):
    address("人民路东口", *MIDDLE)
    address("人民路西口", *MIDDLE)
    receipt = city.receive("hotline12345", x=None, y=None, address="人民路")
    assert codes(receipt)[:2] == ["address_ambiguous", "no_place"]
    unknown = city.receive("hotline12345", x=None, y=None, address="不存在的地方", text="另一件事")
    assert codes(unknown) == ["no_place"]
    with pytest.raises(Problem):
        city.step(unknown.case, "send_verify", "acceptor",
                  inspector=city.actors["inspector"].member_id)  # fmt: skip


@pytest.mark.requirement("A02")
def test_a_component_is_linked_and_gives_its_class(city):
    row = component(city)
    receipt = city.receive(class_code="", component_code=row.code)
    case = Case.objects.get(number=receipt.case)
    assert case.component == row and case.problem_class == row.problem_class


@pytest.mark.requirement("A02")
def test_a_component_that_is_far_unknown_or_of_another_class_is_flagged(city):
    far = component(city, point=Point(MIDDLE[0] + 0.002, MIDDLE[1], srid=4326))
    assert "component_far" in codes(city.receive(component_code=far.code))
    receipt = city.receive(component_code=far.code, class_code="E0101")
    assert "component_class" in codes(receipt)
    assert "component_unknown" in codes(city.receive(component_code="0000"))


@pytest.mark.requirement("C01")
def test_a_missing_photo_is_noticed_where_one_is_expected(city):
    assert codes(city.receive()) == ["photo_missing"]
    assert "photo_missing" not in codes(city.receive("hotline12345", class_code="E0102"))


@pytest.mark.requirement("D07")
def test_doubtful_photos_are_noticed_and_remarked_on_the_paper(city):
    old = city.photo(
        taken_at=city.now - timedelta(days=3), taken_point=Point(120.2, 30.3, srid=4326)
    )
    album = PhotoIn(city.photo().sha256, from_album=True)
    receipt = city.receive(photos=(old, album))
    assert codes(receipt) == ["old_photo", "taken_elsewhere", "from_album"]
    remarks = Case.objects.get(number=receipt.case).attachments.order_by("id")[0].remarks
    assert [one["code"] for one in remarks] == ["old_photo", "taken_elsewhere"]


@pytest.mark.requirement("D07")
def test_a_photo_of_another_case_is_noticed(city):
    photo = city.photo()
    first = city.receive(photos=(photo,))
    elsewhere = city.receive(
        photos=(photo,), x=MIDDLE[0] + 0.002, y=MIDDLE[1], class_code="E0102", text="别的事情"
    )
    assert elsewhere.checks[0] == {"code": "same_picture", "cases": [first.case]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "", "class_code": ""}, "text"),
        ({"x": None, "y": None}, "point"),
        ({"x": 120.0, "y": None}, "point"),
        ({"accuracy_m": -1.0}, "accuracy_m"),
        ({"accuracy_m": float("nan")}, "accuracy_m"),
        ({"text": "长" * 2001}, "text"),
        ({"address": "长" * 201}, "address"),
        ({"occurred_at": "later"}, "occurred_at"),
        ({"occurred_at": "ages ago"}, "occurred_at"),
        ({"occurred_at": "naive"}, "occurred_at"),
        ({"photos": (PhotoIn("f" * 64),)}, "photos"),
        ({"photos": (PhotoIn("not a sum"),)}, "photos"),
        ({"photos": (PhotoIn("f" * 64, stage="nonsense"),)}, "photos"),
        ({"photos": (PhotoIn("f" * 64),) * 21}, "photos"),
        ({"reporter_phone": "call me"}, "reporter_phone"),
        ({"reporter_name": "名\x00字"}, "reporter_name"),
        ({"component_code": "1\x00"}, "component_code"),
        ({"kind": "close"}, "kind"),
        ({"repeat_key": "short"}, "repeat_key"),
        ({"source_key": "k" * 121}, "source_key"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept(city, change, field):
    times = {
        "later": city.now + timedelta(hours=1),
        "ages ago": city.now - timedelta(days=4000),
        "naive": city.now.replace(tzinfo=None),
    }
    if "occurred_at" in change:
        change = {"occurred_at": times[change["occurred_at"]]}
    with pytest.raises(operations.BadReport) as refusal:
        city.receive(**change)
    assert field in refusal.value.fields
    assert not Report.objects.exists() and not Reporter.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.requirement("C02")
def test_what_a_channel_requires_is_named_as_the_form_names_it(city):
    for channel, language, wanted in (
        ("inspector", "zh-hans", {"必填：“经度、纬度”", "必填：“问题描述”或“类别”"}),
        ("hotline12319", "zh-hans", {"必填：“经度、纬度”或“地址”", "必填：“问题描述”"}),
        ("media", "en", {
            "needed: “What is the matter?”", "needed: “Newspaper, programme or account”",
            "needed: “Link to the report” or “Photos and recordings”",
        }),
    ):  # fmt: skip
        with translation.override(language), pytest.raises(operations.BadReport) as refusal:
            city.receive(channel, text="", class_code="", x=None, y=None)
        assert set(refusal.value.fields.values()) == wanted


@pytest.mark.requirement("C01")
def test_a_point_that_the_device_knew_roughly_is_noticed_and_once(city):
    exact = city.receive(repeat_key="a-key-of-its-own", accuracy_m=8.0)
    again = city.receive(repeat_key="a-key-of-its-own", accuracy_m=11.5)  # measured once more
    assert codes(exact) == ["photo_missing"] and again.repeated
    rough = city.receive(accuracy_m=62.4, text="别的事情", class_code="E0102")
    assert rough.checks[0] == {"code": "rough_position", "metres": 62}


def test_all_objections_come_at_once(city):
    with pytest.raises(operations.BadReport) as refusal:
        city.receive(text="长" * 3000, x=None, y=None, kind="close")
    assert {"text", "point", "kind"} <= set(refusal.value.fields)


@pytest.mark.parametrize("point", [(float("nan"), 30.0), (float("inf"), 30.0), (181.0, 30.0)])
def test_a_point_that_no_place_has_is_refused(city, point):
    with pytest.raises(Problem):
        city.receive(x=point[0], y=point[1])


@pytest.mark.parametrize("code", ["C9999", "TEST/X", "999999999999999999999", "'; DROP TABLE x"])
def test_an_unknown_class_is_named(city, code):
    with pytest.raises(operations.UnknownClass) as refusal:
        city.receive(class_code=code)
    assert set(refusal.value.fields) == {"class_code"}


def test_a_class_is_known_by_either_code_and_by_id(city):
    expected = city.classes["E0102"]
    for code in ("E0102", "TEST/E0102", str(expected.pk)):
        receipt = city.receive(class_code=code, text=f"由 {code} 说明的一件事")
        assert Case.objects.get(number=receipt.case).problem_class == expected
        city.wait(days=2)


def test_long_ago_is_noticed_and_a_phones_fast_clock_is_forgiven(city):
    receipt = city.receive(occurred_at=city.now - timedelta(days=60))
    assert "long_ago" in codes(receipt)
    ahead = city.receive(occurred_at=city.now + timedelta(minutes=4), class_code="E0102", text="甲")
    assert "long_ago" not in codes(ahead)


@pytest.mark.parametrize(
    ("text", "kept", "code"),
    [
        ("井盖\x00破\x07损", "井盖破损", "text_cleaned"),
        ("井盖\ud800破损", "井盖破损", "text_cleaned"),
        ("锟斤拷锟斤拷", "锟斤拷锟斤拷", "broken_text"),
        ("井盖�破损", "井盖�破损", "broken_text"),
        ("坏了", "坏了", "short_text"),
    ],
)
def test_odd_texts_are_kept_as_far_as_they_can_be_and_noticed(city, text, kept, code):
    receipt = city.receive(text=text)
    assert code in codes(receipt)
    assert Case.objects.get(number=receipt.case).description == kept
    assert Report.objects.get().text == kept


@pytest.mark.requirement("O10", "C03")
def test_a_telephone_number_in_the_words_stays_in_the_report(city):
    receipt = city.receive(text="请打电话13812345678给我", address="桥头小店 0571-88880000 旁")
    assert "phone_in_text" in codes(receipt)
    case = Case.objects.get(number=receipt.case)
    assert case.description == "请打电话138******78给我"
    assert case.address == "桥头小店 057******00 旁"
    assert "13812345678" not in json.dumps(list(CaseEvent.objects.values_list("facts", flat=True)))
    assert Report.objects.get().text == "请打电话13812345678给我"


def test_who_may_not_receive_is_refused(city):
    with pytest.raises(NotAllowed):
        city.receive(by="dispatcher")
    with pytest.raises(operations.WrongChannel):
        city.receive("hotline12345", by="inspector")
    with pytest.raises(operations.UnknownChannel):
        city.receive("carrier pigeon")


@pytest.mark.requirement("O10")
def test_name_and_phone_go_nowhere_but_to_the_reporter(city):
    receipt = city.receive("hotline12345", reporter_name="王小明", reporter_phone="13912345678")
    person = Report.objects.get().reporter
    assert (person.name, person.phone) == ("王小明", "13912345678")
    assert person.keep_until == city.now + timedelta(days=730)
    facts = str(CaseEvent.objects.values_list("facts", flat=True)[0])
    row = str(Case.objects.filter(number=receipt.case).values()[0])
    assert "王小明" not in facts + row and "13912345678" not in facts + row


@pytest.mark.requirement("D04")
def test_a_clear_report_files_itself_only_where_the_city_lets_it(city):
    people.set_responsibility(kind="component", lead=city.unit, source_document="test",
                              actor=Actor.system(), now=city.now)  # fmt: skip
    photo = city.photo()
    clear = city.receive(photos=(photo,))
    assert operations.file_unambiguous(number=clear.case, now=city.now) == "filed"
    case = Case.objects.get(number=clear.case)
    assert case.limit_amount == Decimal(8) and case.proposal["unit"] == city.unit.pk
    admin = administrator(city)
    operations.set_channel(
        "inspector", {"auto_file": "unambiguous"}, reason="order 7", actor=admin, now=city.now
    )
    city.wait(days=2)
    city.receive(photos=(city.photo(),), text="又一个井盖破损了")
    assert queued("intake.unambiguous") == 1
    city.receive(text="没有照片的井盖破损", class_code="C0102")  # a finding: a person looks first
    assert queued("intake.unambiguous") == 1


def queued(topic: str) -> int:
    """Deferred jobs of a topic."""
    return ProcrastinateJob.objects.filter(args__topic=topic).count()


@pytest.mark.requirement("D04")
@pytest.mark.parametrize("class_code", ["E0102", "C0101"])
def test_a_choice_of_rules_or_units_stays_with_the_acceptor(city, class_code):
    receipt = city.receive(class_code=class_code)  # two rules; or no unit in the matrix
    assert operations.file_unambiguous(number=receipt.case, now=city.now) == "reported"
