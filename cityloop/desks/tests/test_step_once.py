"""A step that a phone sends late, or twice: done once, refused in words, never another's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from cityloop.cases.models import Case, CaseEvent
from cityloop.desks.tests.test_case_page import page, picture

JSON = {"Accept": "application/json"}
KEY = "0123456789abcdef"


@pytest.fixture
def case(world) -> Case:
    """A case that the water works handle."""
    made: Case = world.to("handling")
    return made


def finish(client: Any, case: Case, *, photo: bool = True, **changes: Any) -> HttpResponse:
    """The finished work as the page's script sends it."""
    sent = {"version": case.version, "repeat_key": KEY, "result": "cover replaced", **changes}
    if photo:
        sent["photos_camera"] = [picture("now.jpg")]
    answer: HttpResponse = client.post(f"/cases/{case.number}/steps/finish/", sent, headers=JSON)
    return answer


def finished(case: Case) -> list[CaseEvent]:
    """The lines of the history that say so."""
    return list(CaseEvent.objects.filter(case=case, action="finish"))


@pytest.mark.requirement("F01", "F02")
def test_the_same_step_sent_twice_is_done_once_and_answered_twice(case, as_) -> None:
    client = as_("water")
    first, again = finish(client, case), finish(client, case)
    assert (first.status_code, again.status_code) == (200, 200)
    told = {"case": case.number, "address": f"/cases/{case.number}/"}
    assert first.json() == {**told, "repeated": False}
    assert again.json() == {**told, "repeated": True}
    assert len(finished(case)) == 1
    assert case.attachments.filter(stage="after").count() == 1


@pytest.mark.requirement("F02")
def test_whoever_changes_the_text_after_a_lost_answer_does_not_do_it_again(case, as_) -> None:
    client = as_("water")
    finish(client, case)
    again = finish(client, case, result="cover replaced, street swept", version=case.version + 1)
    assert again.json()["repeated"] is True
    (line,) = finished(case)
    assert line.facts["result"] == "cover replaced"
    assert "Done already when it was first sent: Finish" in page(client, case)


@pytest.mark.requirement("F01")
def test_a_form_pressed_twice_without_the_script_is_done_once_too(case, as_) -> None:
    client, sent = as_("water"), {"version": case.version, "repeat_key": KEY, "result": "done"}
    answers = [
        client.post(f"/cases/{case.number}/steps/finish/", {**sent, "photos": [picture()]})
        for _press in range(2)
    ]
    assert [one.status_code for one in answers] == [303, 303]
    assert len(finished(case)) == 1


def test_a_refused_step_may_be_corrected_under_its_key(case, as_) -> None:
    client = as_("water")
    refused = finish(client, case, photo=False)
    assert refused.status_code == 409
    assert any("attach a photo" in reason for reason in refused.json()["reasons"])
    assert finish(client, case).json()["repeated"] is False
    assert len(finished(case)) == 1


def test_a_key_is_each_members_own(case, world, as_) -> None:
    other = world.to("handling")
    assert finish(as_("water"), case).status_code == 200
    assert finish(as_("water"), other).status_code == 409  # one key, two cases
    assert finish(as_("water"), other, repeat_key="fedcba9876543210").status_code == 200
    assert finish(as_("water"), other, repeat_key="short").status_code == 422


@pytest.mark.requirement("F01", "F02")
def test_a_step_kept_for_a_case_that_changed_is_not_forced_and_hears_what_happened(
    case, world, as_
) -> None:
    world.step(case, "return", "water", reason_code="not_ours", reason="not our pipe")
    answer = finish(as_("water"), case, kept_at=world.now.isoformat())
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    first, happened = answer.json()["reasons"]
    assert first == "The case changed while you were reading it. Nothing was written."
    assert happened.startswith("Return")
    assert finished(case) == []


def test_what_is_missing_is_named_by_its_label(case, as_) -> None:
    answer = finish(as_("water"), case, result="")
    assert answer.status_code == 422
    assert answer.json()["reasons"][0].startswith("What was done: ")
    assert answer.json()["invalid_params"][0]["name"] == "result"


@pytest.mark.requirement("F02", "O10")
def test_what_one_account_filled_in_another_does_not_send(case, as_) -> None:
    client = as_("water")
    mine = page(client, case).split('name="by" value="')[1].split('"')[0]
    answer = finish(client, case, by="999999")
    assert (answer.status_code, answer.json()["code"]) == (403, "anothers-form")
    assert finished(case) == []
    assert finish(client, case, by=mine).status_code == 200


def test_who_is_signed_out_or_may_not_hears_it_as_json(case, as_) -> None:
    nobody = finish(as_("nobody at all"), case)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "not-signed-in")
    assert finish(as_("roads"), case).status_code in (403, 404)


@pytest.mark.requirement("F02")
def test_the_history_says_since_when_the_device_kept_it_and_the_arrival_counts(
    case, world, as_
) -> None:
    client, at = as_("water"), world.now - timedelta(hours=3)
    finish(client, case, kept_at=at.isoformat())
    (line,) = finished(case)
    assert line.at == world.now
    assert line.facts["kept_at"] == at.isoformat(timespec="minutes")
    html = page(client, case)
    assert "Kept on the device at" in html
    assert "Done: Finish" not in html  # nobody waited for it


@pytest.mark.parametrize("said", ["", "yesterday", "2026-13-45T99:00Z", "2026-01-01T10:00", "+1d"])
def test_a_clock_that_is_plainly_wrong_is_not_believed(case, world, as_, said) -> None:
    at = (world.now + timedelta(days=1)).isoformat() if said == "+1d" else said
    assert finish(as_("water"), case, kept_at=at).status_code == 200
    (line,) = finished(case)
    assert "kept_at" not in line.facts
