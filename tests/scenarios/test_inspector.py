"""An inspector sees a broken cover on the morning walk; in the evening the case is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cityloop.cases import proof, queries, views
from cityloop.cases.models import Attachment, Case, Flow, Timer
from cityloop.geo import queries as geo
from cityloop.intake import operations as intake
from cityloop.kernel import clock
from cityloop.people import queries as people
from tests.browser import browser_of
from tests.town import COMPONENT, DISTRICT, SINCE, Town, forget


@pytest.mark.requirement(
    "A01", "A02", "A04", "B08", "C01", "D03", "D10", "E01", "F01", "F04", "F06"
)
def test_the_day_of_a_broken_cover(town: Town) -> None:
    # On site: the phone offers the covers around; the inspector picks one, takes a photo, sends.
    place = town.grid(0).geom.point_on_surface
    code = f"{DISTRICT}{COMPONENT[1:]}000000"
    receipt = town.report(
        x=place.x, y=place.y, class_code="", component_code=code, text="井盖断裂，边缘翘起",
        photos=[intake.PhotoIn(town.stored())],
    )  # fmt: skip
    case = Case.objects.get(number=receipt.case)
    assert (receipt.status, receipt.joined, list(receipt.checks)) == ("reported", False, [])
    assert case.grid_code == geo.locate(place.x, place.y, on=SINCE).grid_code
    assert case.component.code == code and case.problem_class == town.chosen()

    # The platform: accepted within its quarter of an hour, filed by another person under a rule.
    town.wait(minutes=10)
    case = town.step(case.number, "accept", "acceptor")
    rule = town.rule()
    town.wait(minutes=10)
    case = town.step(case.number, "file", "shift_leader", filing_rule=rule.pk)
    assert (case.limit_amount, case.limit_unit) == (rule.limit_amount, rule.limit_unit)

    # The matrix knows the unit: the cover belongs to WATER; GREEN assists.
    assert case.proposal["unit"] == town.units["WATER"].pk and case.proposal["unambiguous"]
    town.wait(minutes=10)
    case = town.step(
        case.number, "dispatch", "dispatcher", unit=case.proposal["unit"],
        assists=case.proposal["assists"],
    )  # fmt: skip
    due = case.handling_due_at

    # The unit: received, given to a worker, mended, confirmed.
    town.wait(minutes=20)
    town.step(case.number, "receive", "water")
    town.step(case.number, "assign", "water", worker="water_worker")
    town.now = due - timedelta(minutes=5)
    town.step(case.number, "hand_in", "water_worker", result="已更换井盖", photos=("after",))
    case = town.step(case.number, "finish", "water", result="确认完成")
    assert town.now < due and case.handled_late is False

    # The check on site by the inspector of the place, and the end.
    inspector = people.inspector_of(case.grid_code, town.now.date())
    assert inspector in (town.members["inspector"].pk, town.members["inspector2"].pk)
    town.step(case.number, "send_check", "acceptor", inspector=inspector)
    town.wait(minutes=15)
    checker = "inspector" if inspector == town.members["inspector"].pk else "inspector2"
    town.step(case.number, "check_passed", checker, photos=("check",))
    town.wait(minutes=5)
    case = town.step(case.number, "close", "shift_leader", closing_condition=True)

    # The file of the case holds everything, and nobody can have changed it.
    file = views.full(case, actor=town.actor("leader"), now=town.now)
    assert [line["action"] for line in file["history"]] == [
        "report", "accept", "file", "dispatch", "receive", "assign", "hand_in", "finish",
        "send_check", "check_passed", "close",
    ]  # fmt: skip
    assert {one["stage"] for one in file["attachments"]} == {"report", "after", "check"}
    assert all(clock["late"] is False for clock in file["clocks"])
    assert file["closing_kind"] == "normal" and file["due_at"] is None
    assert proof.seal(now=town.now) == 11 and proof.verify(now=town.now).whole
    assert "case.close" in town.deliver()


@pytest.mark.requirement("H01", "H07", "H05")
def test_a_forgotten_case_turns_yellow_red_and_purple_and_goes_up(town: Town) -> None:
    case = town.case("dispatched")
    handling = Timer.objects.get(case=case, kind="handling")
    supervisor = town.actor("supervisor")

    def light() -> str:
        return views.light(queries.get(supervisor, case.number), now=town.now)

    assert light() == "green"
    town.now = queries.get(supervisor, case.number).yellow_at
    assert light() == "yellow" and town.sweep() == 0
    town.now = handling.due_at
    assert town.sweep() == 1 and town.sweep() == 0
    assert light() == "red"
    town.now = handling.due_at + (handling.due_at - handling.started_at)
    town.sweep()
    case = Case.objects.get(pk=case.pk)
    assert case.escalations >= 1 and light() == "purple"
    overdue = queries.search(supervisor, queries.Filters(overdue=True), now=town.now)
    assert [one.number for one in overdue] == [case.number]
    kinds = set(case.tasks.filter(closed_at=None).values_list("kind", flat=True))
    assert "supervise" in kinds
    # Late stays late, even when the unit then hurries.
    town.wait(minutes=5)
    town.step(case.number, "receive", "water")
    case = town.step(case.number, "finish", "water", result="完成", photos=("after",))
    assert case.handled_late is True
    assert town.now - handling.due_at > timedelta(minutes=4)


@pytest.mark.requirement("B09", "C30")
def test_a_small_matter_is_settled_on_the_spot_and_looked_at_again(town: Town) -> None:
    both = [intake.PhotoIn(town.stored(), stage) for stage in ("before", "after")]
    receipt = town.report(kind="self_handle", class_code="E0201", photos=both, text="清除小广告")
    case = Case.objects.get(number=receipt.case)
    assert (case.status, case.record_type, case.level) == ("closed", "self_handled", 1)
    counted = queries.counts_by_unit()
    assert sum(one["closed"] for one in counted.values()) == 0, "counted apart from filed cases"


@pytest.mark.requirement("F08", "C30")
def test_what_was_settled_on_the_spot_says_which_of_its_photos_the_camera_took(town: Town) -> None:
    point = town.grid(3).geom.point_on_surface
    before, after = (
        SimpleUploadedFile(name, town.picture(), "image/jpeg") for name in ("a.jpg", "b.jpg")
    )
    answer = browser_of(town)("inspector").post("/intake/new/", {
        "repeat_key": "a" * 32, "channel": "inspector", "kind": "self_handle", "x": str(point.x),
        "y": str(point.y), "system": "wgs84", "text": "清除小广告", "class_code": "E0201",
        "photos_camera": [before], "photos_after": [after],
    })  # fmt: skip
    assert answer.status_code == 303, answer.content.decode()[:2000]
    kept = Attachment.objects.values_list("stage", "filename", "from_album")
    assert set(kept) == {("before", "a.jpg", False), ("after", "b.jpg", True)}


@pytest.mark.requirement("A29")
def test_in_trial_operation_everything_runs_and_says_so(town: Town) -> None:
    Flow.objects.create(code="trial", parameters={"trial": True}, published_at=clock.now())
    forget()
    case = town.case("closed")
    assert views.full(case, actor=town.actor("leader"), now=town.now)["trial"] is True
    assert (case.status, case.closing_kind, case.handled_late) == ("closed", "normal", False)
    Flow.objects.create(code="regular", parameters={}, published_at=clock.now())
    forget()
    assert town.case("closed").trial is False, "from now on the figures count"


@pytest.mark.requirement("A03", "B02")
def test_an_event_needs_no_component(town: Town) -> None:
    receipt = town.report(class_code="E0110", text="暴露垃圾")
    case = Case.objects.get(number=receipt.case)
    assert case.problem_class.kind == "event" and case.component_id is None
    town.step(case.number, "accept", "acceptor")
    case = town.step(case.number, "file", "shift_leader", filing_rule=town.rule("E0110").pk)
    assert case.proposal["unit"] == town.units["ROADS"].pk


@pytest.mark.requirement("D06", "H05")
def test_a_verification_sent_and_taken_back_stops_no_clock_for_ever(town: Town) -> None:
    number = town.report("hotline12319", reporter_phone="13800000009").case

    def acceptance() -> Timer:
        return Timer.objects.get(case__number=number, kind="acceptance")

    town.step(number, "send_verify", "acceptor", inspector="inspector2")
    assert acceptance().state == "paused"
    town.wait(minutes=5)
    town.step(number, "recall_verify", "acceptor", reason="换人")
    first = Timer.objects.get(case__number=number, kind="verify")
    assert (first.state, first.late) == ("ended", None), "nobody has met it by that"

    # Sent once more the clock of acceptance runs on, and runs out in the end.
    town.step(number, "send_verify", "acceptor", inspector="inspector2")
    assert acceptance().state == "running"
    town.wait(minutes=20)
    town.sweep()
    assert acceptance().fired
    town.step(number, "verified", "inspector2", photos=("verify",))
