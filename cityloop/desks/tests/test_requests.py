"""Requests on the pages: asked with a form, found in a box, decided on the case page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cityloop.cases import granting, operations
from cityloop.cases.models import Case
from cityloop.desks import queries


def _post(browser, case: Case, action: str, **values: object):
    case = Case.objects.get(pk=case.pk)
    address = reverse("case-step", args=[case.number, action])
    return browser.post(address, {"version": case.version, **values})


def _page(browser, case: Case) -> str:
    return browser.get(reverse("case", args=[case.number])).content.decode()


@pytest.mark.requirement("H05")
def test_an_extension_is_asked_for_found_and_approved(world, as_):
    case = world.to("handling")
    page = _page(as_("water"), case)
    assert "Ask for an extension" in page and "Approve the extension" not in page
    sent = {"extra": "nothing", "reason_code": "weather", "reason": "rain"}
    refused = _post(as_("water"), case, "ask_extension", **sent)
    assert refused.status_code == 422
    assert "a number above 0" in refused.content.decode() and "rain" in refused.content.decode()
    assert _post(as_("water"), case, "ask_extension", **{**sent, "extra": "4"}).status_code == 303

    dispatcher = world.actors["dispatcher"]
    assert queries.counters(dispatcher, now=world.now)["requests"] == 1
    assert queries.counters(world.actors["leader"], now=world.now)["requests"] == 0
    listed = as_("dispatcher").get(reverse("cases"), {"box": "requests"}).content.decode()
    assert case.number in listed
    page = _page(as_("dispatcher"), case)
    assert "in the unit of the limit: 4" in page and "Reason: weather" in page
    assert _post(as_("dispatcher"), case, "approve_extension").status_code == 303
    page = _page(as_("water"), case)
    assert "Handling clock extended" in page.replace("handling", "Handling")
    assert "extended 1" in page
    assert queries.counters(dispatcher, now=world.now)["requests"] == 0


@pytest.mark.requirement("H04")
def test_a_deferred_case_says_until_when_and_offers_nothing(world, as_):
    case = world.to("handling")
    until = (world.now + timedelta(days=70)).date().isoformat()
    sent = {"until": until, "reason_code": "season", "reason": "planting"}
    assert _post(as_("water"), case, "ask_deferral", **sent).status_code == 303
    assert _post(as_("dispatcher"), case, "support_deferral", opinion="yes").status_code == 303
    assert _post(as_("leader"), case, "approve_deferral").status_code == 303
    page = _page(as_("water"), case)
    assert f"Until the end of {until}" in page and "No step of this case is yours" in page
    assert "Resume early" in _page(as_("supervisor"), case)
    assert queries.counters(world.actors["supervisor"], now=world.now)["held"] == 1


@pytest.mark.requirement("H04")
def test_rates_stand_beside_lateness_and_held_cases_show_their_age(world, as_, today):
    plain, case = world.to("handling"), world.to("handling")
    until = (world.now + timedelta(days=70)).date().isoformat()
    sent = {"until": until, "reason_code": "season", "reason": "planting"}
    _post(as_("water"), case, "ask_deferral", **sent)
    _post(as_("dispatcher"), case, "support_deferral", opinion="yes")
    _post(as_("leader"), case, "approve_deferral")
    _post(as_("water"), plain, "ask_extension", extra="4", reason_code="weather", reason="rain")
    _post(as_("dispatcher"), plain, "approve_extension")
    world.wait(days=12)
    operations.fire_due_timers(now=world.now)

    since, end = world.now - timedelta(days=30), world.now
    (row,) = granting.granted_by_unit(world.actors["leader"], since=since, until=end)
    assert (row.filed, row.extended, row.extensions, row.deferred) == (2, 1, 1, 1)
    assert (row.late, row.backlog, row.rate(row.deferred)) == (1, 0, 0.5)
    assert granting.granted_by_unit(world.actors["roads"], since=since, until=end) == []

    browser = as_("leader")
    found = browser.get(reverse("granted"), {"since": since.date(), "until": end.date()})
    shown = found.content.decode()
    assert "50 %" in shown and case.number in shown and plain.number not in shown
    assert 'data-label="Days">12<' in shown
    reversed_ = browser.get(reverse("granted"), {"since": today, "until": "2020-01-01"})
    assert "ends before it begins" in reversed_.content.decode()
    told = browser.get(reverse("case-explain", args=[plain.number, "handling"])).content.decode()
    assert "How this deadline came about" in told and "clock extended" in told


@pytest.mark.requirement("H06")
def test_an_overdue_case_gets_a_notice_with_a_final_day_on_paper(world, as_):
    case = world.to("handling")
    assert "Give an overdue notice" not in _page(as_("supervisor"), case)
    assert as_("supervisor").get(reverse("case-notice", args=[case.number])).status_code == 404
    day = (world.now + timedelta(days=9)).date().isoformat()
    sent = {"final_day": day, "consequence": "Two points, and substitute works."}
    assert _post(as_("supervisor"), case, "give_notice", **sent).status_code == 409
    world.wait(days=5)
    operations.fire_due_timers(now=world.now)
    past = {**sent, "final_day": "2026-01-01"}
    refused = _post(as_("supervisor"), case, "give_notice", **past)
    assert refused.status_code == 409 and "final day lies between" in refused.content.decode()
    assert "Two points" in refused.content.decode()
    assert _post(as_("supervisor"), case, "give_notice", **sent).status_code == 303

    paper = as_("water").get(reverse("case-notice", args=[case.number])).content.decode()
    assert f"by the end of {day}" in paper and "Two points, and substitute works." in paper
    assert "8 working hours" in paper and "supervisor@centre" in paper
    assert as_("roads").get(reverse("case-notice", args=[case.number])).status_code == 404
    assert "Overdue notice" in _page(as_("water"), case)
