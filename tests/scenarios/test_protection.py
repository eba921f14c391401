"""A summit in the city: other limits and another duty for some days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cityloop.cases import views
from cityloop.cases.models import Case, CaseEvent, Timer
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.standards import operations as standards
from cityloop.standards import queries
from tests.town import COMPONENT, Town

REFUSE = "E0110"  # four working hours


def _filed(town: Town, code: str) -> Case:
    number = town.report(class_code=code, text="垃圾堆放").case
    town.step(number, "accept", "acceptor")
    return town.step(number, "file", "shift_leader", filing_rule=town.rule(code).pk)


def _protect(town: Town, days: int = 3) -> int:
    new = standards.NewProtection(
        "峰会", date(2026, 3, 3), date(2026, 3, 3) + timedelta(days=days), factor=Decimal("0.5"),
        limits=[(town.chosen(COMPONENT).short_code, Decimal(2), "urgent_hour")],
        duty="领导带班，应急队伍待命",
    )  # fmt: skip
    actor = town.actor("administrator")
    return standards.add_protection(new, actor=actor, now=town.now, why="市政府通知").pk


@pytest.mark.requirement("H10", "H05")
def test_what_is_filed_in_the_summit_gets_its_limits_and_says_so(town: Town) -> None:
    before = _filed(town, REFUSE)
    due = Timer.objects.get(case=before, kind="whole").due_at
    period = _protect(town)
    assert queries.calendar_changes()[0].why == "市政府通知"
    town.deliver()
    assert Timer.objects.get(case=before, kind="whole").due_at == due, "filed before: as it was"
    assert (before.limit_amount, before.limit_unit) == (4, "work_hour")

    town.wait(days=1)  # Tuesday, the first day
    half, own = _filed(town, REFUSE), _filed(town, COMPONENT)
    assert (half.limit_amount, half.limit_unit) == (2, "work_hour")
    assert (own.limit_amount, own.limit_unit) == (2, "urgent_hour")
    told = views.protection_of(half)
    assert told is not None
    assert (told["name"], told["was"]) == ("峰会", ["4.00", "work_hour"])
    assert CaseEvent.objects.get(case=half, action="file").facts["protection"] == told

    # Ended early: what was given stays, what comes gets the usual limit.
    standards.remove_protection(
        period, actor=town.actor("administrator"), now=town.now, why="活动取消"
    )
    assert _filed(town, REFUSE).limit_amount == 4
    assert Case.objects.get(pk=half.pk).limit_amount == 2
    assert queries.calendar_changes()[0].after is None


@pytest.mark.requirement("H10")
def test_a_period_is_entered_by_who_may_with_a_reason_and_makes_sense(town: Town) -> None:
    day = date(2026, 3, 3)
    office = {"actor": town.actor("administrator"), "now": town.now}
    with pytest.raises(NotAllowed):
        standards.add_protection(
            standards.NewProtection("x", day, day), actor=town.actor("acceptor"), now=town.now,
            why="x",
        )  # fmt: skip
    with pytest.raises(standards.NoReason):
        standards.add_protection(standards.NewProtection("x", day, day), **office, why=" ")
    wrong = standards.NewProtection("", day, day - timedelta(days=1), factor=Decimal(0))
    with pytest.raises(Invalid) as refused:
        standards.add_protection(wrong, **office, why="x")
    assert set(refused.value.fields) == {"name", "last", "factor"}
    bad = standards.NewProtection("x", day, day, limits=[("C0101", Decimal(1), "weeks")])
    with pytest.raises(Invalid, match="unknown unit"):
        standards.add_protection(bad, **office, why="x")

    # A class that is none, or is named twice, would protect nothing; nor is a period made twice.
    def limited(*codes: str) -> standards.NewProtection:
        hours = [(code, Decimal(n + 2), "urgent_hour") for n, code in enumerate(codes)]
        return standards.NewProtection("展会", day, day, limits=hours)

    for codes, words in (
        (("E9999",), "there is no class E9999"), (("垃圾",), "there is no class"),
        ((REFUSE, REFUSE), "E0110 is named twice"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=words):
            standards.add_protection(limited(*codes), **office, why="x")
    standards.add_protection(limited("E01", REFUSE), **office, why="通知")
    with pytest.raises(Invalid, match="in the calendar already"):
        standards.add_protection(limited("E01", REFUSE), **office, why="通知")
    period = queries.work_calendar().protection(day)
    assert period is not None
    usual = (Decimal(4), "work_hour")
    assert period.limit(REFUSE, *usual) == (Decimal(3), "urgent_hour"), "the narrowest counts"
    assert period.limit("E0102", *usual) == (Decimal(2), "urgent_hour")
    assert period.limit("C0101", *usual) == usual


@pytest.mark.requirement("H10")
@pytest.mark.parametrize("late_first", [True, False])
def test_of_periods_that_overlap_the_stricter_limit_holds(town: Town, late_first: bool) -> None:
    """Whichever was made last: what one period shortened, no other lengthens."""
    day, office = date(2026, 3, 2), town.actor("administrator")
    known = {"actor": office, "now": town.now, "why": "通知"}
    lax = standards.NewProtection("演练", day, day, factor=Decimal(3))
    strict = standards.NewProtection(
        "峰会", day, day + timedelta(days=2), factor=Decimal("0.5"),
        limits=[(town.chosen(COMPONENT).short_code, Decimal(30), "natural_day")],
    )  # fmt: skip
    rows = [
        standards.add_protection(one, **known)
        for one in ((lax, strict) if late_first else (strict, lax))
    ]
    assert queries.overlapping(rows[1]) == [rows[0]]
    half = _filed(town, REFUSE)
    assert (half.limit_amount, half.limit_unit) == (2, "work_hour")
    told = views.protection_of(half)
    assert told is not None and told["name"] == "峰会"
    own = views.protection_of(_filed(town, COMPONENT))
    assert own is not None and own["name"] == "演练"  # stricter for this class


@pytest.mark.requirement("H10")
def test_an_overlap_is_said_when_it_is_made(town: Town, client, settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    client.force_login(
        town.members["administrator"], backend="django.contrib.auth.backends.ModelBackend"
    )
    given = {"name": "峰会", "first": "2026-03-03", "last": "2026-03-05", "factor": "0.5",
             "why": "通知"}  # fmt: skip
    path = "/api/v1/standards/protection"
    answer = client.post(path, given, content_type="application/json")
    assert answer.status_code == 201 and answer.json()["overlaps"] == []
    again = client.post(path, {**given, "name": "演练"}, content_type="application/json")
    assert again.json()["overlaps"] == ["峰会"]
    page = client.post("/protection/new/", {**given, "name": "三"}, follow=True).content.decode()
    assert "峰会, 演练" in page
