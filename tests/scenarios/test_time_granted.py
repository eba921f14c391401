"""More time, and who may grant it: extension, engineering limit, suspension, deferral, appeal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cityloop.cases import granting, views
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Task, Timer
from cityloop.kernel.errors import Invalid
from tests.town import Town

CITY = ZoneInfo("Asia/Shanghai")
ASK = {"reason_code": "material", "reason": "井盖定制中"}


def _clock(case: Case, kind: str = "handling") -> Timer:
    return Timer.objects.filter(case=case, kind=kind).latest("id")


def _said(case: Case, kind: str = "handling") -> list[str]:
    lines = [line.facts.get("clocks", []) for line in case.events.order_by("version")]
    return [one["what"] for line in lines for one in line if one["clock"] == kind]


def _handling(town: Town) -> Case:
    return town.carry(town.report().case, "handling")


def _until(town: Town, **span: float) -> str:
    return (town.now.astimezone(CITY) + timedelta(**span)).date().isoformat()


def _ask(town: Town, number: str, kind: str, by: str = "water", **more: Any) -> Case:
    codes = {"extension": "material", "appeal": "weather"}
    code = {} if kind == "long_limit" else {"reason_code": codes.get(kind, "season")}
    return town.step(number, f"ask_{kind}", by, reason="需要更多时间", **code, **more)


@pytest.mark.requirement("H05", "H07")
def test_an_extension_goes_from_the_worker_over_the_unit_to_the_dispatcher(town: Town) -> None:
    case = _handling(town)
    number, before = case.number, _clock(case)
    town.step(number, "assign", "water", worker="water_worker")
    town.step(number, "wish_extension", "water_worker", extra=1, **ASK)
    with pytest.raises(cases.Refused, match="no such request waits for you"):
        town.step(number, "approve_extension", "dispatcher")
    with pytest.raises(cases.Refused, match="asked for already"):
        _ask(town, number, "extension", extra=1)
    town.step(number, "pass_extension", "water", opinion="属实")
    case = town.step(number, "approve_extension", "dispatcher")

    after = _clock(case)
    assert after.limit_amount == before.limit_amount + 1
    assert after.due_at > before.due_at and after.spent == before.spent
    assert _clock(case, "whole").due_at > before.due_at
    assert case.due_at == case.handling_due_at == after.due_at
    assert Task.objects.get(case=case, kind="handle", closed_at=None).due_at == after.due_at
    assert _said(case) == ["started", "extended"]
    line = CaseEvent.objects.get(case=case, action="approve_extension")
    assert (line.facts["extra"], line.facts["extension"]) == ("1", 1)
    (_started, told) = views.clock_changes(case, "handling")
    assert (told["what"], told["reason"]) == ("extended", ASK["reason"]), "who granted it, and why"
    assert Task.objects.get(case=case, kind="extension").result == "granted"
    assert case.limit_amount == before.limit_amount, "a rework starts with the original limit"


@pytest.mark.requirement("H05", "H07")
def test_a_second_or_a_long_extension_needs_the_leader_and_there_is_no_third(town: Town) -> None:
    case = _handling(town)
    number, limit = case.number, _clock(case).limit_amount
    _ask(town, number, "extension", extra=str(limit * 2))
    with pytest.raises(cases.Refused, match="decided by a leader"):
        town.step(number, "approve_extension", "dispatcher")
    town.step(number, "advise_extension", "dispatcher", opinion="工程量大，建议同意")
    with pytest.raises(cases.Refused, match="no such request waits for you"):
        town.step(number, "approve_extension", "dispatcher")
    town.step(number, "approve_extension", "leader")

    _ask(town, number, "extension", extra="0.5")
    with pytest.raises(cases.Refused, match="decided by a leader"):
        town.step(number, "approve_extension", "dispatcher")
    town.step(number, "advise_extension", "dispatcher", opinion="同意")
    case = town.step(number, "approve_extension", "leader")
    assert case.extensions == 2
    with pytest.raises(cases.Refused, match="at most 2 times"):
        _ask(town, number, "extension", extra=1)


@pytest.mark.requirement("H05", "H07")
def test_overdue_before_a_return_is_overdue_behind_it(town: Town) -> None:
    """Sent back to the same unit the rest of nothing ends at the next opening: no way to extend."""
    case = _handling(town)
    number = case.number
    town.now = _clock(case).due_at + timedelta(hours=9)
    cases.fire_due_timers(now=town.now)
    town.step(number, "return", "water", reason_code="not_ours", reason="不属我方")
    town.step(number, "dispatch", "dispatcher", unit="WATER", reason="再派")
    town.step(number, "receive", "water")
    with pytest.raises(cases.Refused, match="limit has passed"):
        _ask(town, number, "extension", extra=1)
    town.step(number, "finish", "water", result="修好", photos=("after",))
    assert Case.objects.get(number=number).handled_late is True


@pytest.mark.requirement("H05", "H07")
def test_nothing_is_extended_after_the_limit_and_a_refusal_needs_its_reason(town: Town) -> None:
    case = _handling(town)
    number = case.number
    _ask(town, number, "extension", extra=1)
    with pytest.raises(Invalid, match="fill this in"):
        town.step(number, "refuse_extension", "dispatcher")
    town.step(number, "refuse_extension", "dispatcher", reason="材料已到位")
    case = _ask(town, number, "extension", extra=1)
    town.now = _clock(case).due_at + timedelta(seconds=1)
    with pytest.raises(cases.Refused, match="limit has passed"):
        town.step(number, "approve_extension", "dispatcher")
    town.step(number, "refuse_extension", "dispatcher", reason="已超时")
    with pytest.raises(cases.Refused, match="limit has passed"):
        _ask(town, number, "extension", extra=1)
    for bad in ("0", "-1", "NaN", "x", "1e9"):
        with pytest.raises(Invalid, match="extra"):
            _ask(town, number, "extension", extra=bad)


@pytest.mark.requirement("H05")
def test_what_nobody_decided_lapses_when_the_unit_is_done(town: Town) -> None:
    case = _handling(town)
    _ask(town, case.number, "extension", extra=1)
    town.step(case.number, "finish", "water", result="已更换", photos=("after",))
    assert Task.objects.get(case=case, kind="extension").result == "lapsed"
    with pytest.raises(cases.Refused):
        town.step(case.number, "approve_extension", "dispatcher")


@pytest.mark.requirement("H04", "H05")
def test_a_suspended_case_stands_still_and_goes_on_by_itself(town: Town) -> None:
    case = _handling(town)
    number, started = case.number, _clock(case)
    town.wait(hours=1)
    with pytest.raises(cases.Refused, match="365 days"):
        _ask(town, number, "suspension", until=_until(town, days=366))
    with pytest.raises(Invalid, match="until"):
        _ask(town, number, "suspension", until="soon")
    last = _until(town, days=30)
    _ask(town, number, "suspension", until=last)
    case = town.step(number, "approve_suspension", "supervisor")
    assert (case.status, case.suspensions) == ("suspended", 1)
    paused = _clock(case)
    assert paused.state == "paused" and paused.due_at == started.due_at
    end = datetime.combine(date.fromisoformat(last), datetime.min.time(), CITY) + timedelta(days=1)
    assert case.due_at == end

    # Nothing else is possible meanwhile; nothing fires; who reports it again still joins.
    for action, by, inputs in (
        ("finish", "water", {"result": "x"}), ("assign", "water", {"worker": "water_worker"}),
        ("urge", "leader", {"reason": "x"}), ("force_close", "shift_leader",
         {"reason_code": "leader_decision", "reason": "x"}),
    ):  # fmt: skip
        with pytest.raises(cases.Refused, match="not possible now"):
            town.step(number, action, by, **inputs)
    town.now = end.astimezone(UTC) - timedelta(seconds=1)
    assert town.sweep() == 0

    town.now = end.astimezone(UTC) + timedelta(seconds=1)
    assert town.sweep() == 1
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.resume_status) == ("handling", "")
    line = CaseEvent.objects.get(case=case, action="resume")
    assert (line.role, line.member_id) == ("system", None)
    resumed = _clock(case)
    assert resumed.state == "running" and resumed.spent == paused.spent
    assert resumed.due_at > town.now and case.due_at == resumed.due_at
    assert not case.handling_overdue
    town.step(number, "finish", "water", result="已更换", photos=("after",))
    assert Case.objects.get(pk=case.pk).handled_late is False


@pytest.mark.requirement("H04")
def test_a_case_is_suspended_once_and_a_supervisor_may_end_it_early(town: Town) -> None:
    number = _handling(town).number
    _ask(town, number, "suspension", until=_until(town, days=90))
    town.step(number, "approve_suspension", "supervisor")
    town.wait(days=3)
    with pytest.raises(cases.Refused, match="is for: Supervisor"):
        town.step(number, "resume_early", "dispatcher", reason="x")
    case = town.step(number, "resume_early", "supervisor", reason="条件已具备")
    assert case.status == "handling" and _said(case, "hold") == ["started", "ended"]
    with pytest.raises(cases.Refused, match="suspended at most 1"):
        _ask(town, number, "suspension", until=_until(town, days=5))


@pytest.mark.requirement("H04", "H05")
def test_suspending_an_overdue_case_does_not_make_it_punctual(town: Town) -> None:
    case = _handling(town)
    town.now = _clock(case).due_at + timedelta(minutes=1)
    town.sweep()
    _ask(town, case.number, "suspension", until=_until(town, days=5))
    town.step(case.number, "approve_suspension", "supervisor")
    town.step(case.number, "resume_early", "supervisor", reason="x")
    case = town.step(case.number, "finish", "water", result="已更换", photos=("after",))
    assert case.handled_late is True and case.handling_overdue


@pytest.mark.requirement("H04")
def test_a_deferral_needs_two_people_and_becomes_backlog_after_sixty_days(town: Town) -> None:
    number = _handling(town).number
    _ask(town, number, "deferral", until=_until(town, days=200))
    with pytest.raises(cases.Refused, match="no such request waits for you"):
        town.step(number, "approve_deferral", "leader")
    town.step(number, "support_deferral", "dispatcher", opinion="雨季后实施")
    case = town.step(number, "approve_deferral", "leader")
    assert (case.status, case.deferrals, case.backlog_at) == ("deferred", 1, None)
    approved = town.now
    town.now = approved + timedelta(days=60) - timedelta(seconds=1)
    assert town.sweep() == 0
    town.now = approved + timedelta(days=60)
    assert town.sweep() == 1
    case = Case.objects.get(number=number)
    assert (case.status, case.backlog_at) == ("deferred", town.now)
    # It was filed long before this week; it stands in the backlog all the same.
    assert _backlog(town) == [("WATER", 0, 1, 0)]
    town.wait(days=141)
    assert town.sweep() == 1
    case = Case.objects.get(number=number)
    assert case.status == "handling" and case.backlog_at is not None
    town.wait(minutes=1)
    assert _backlog(town) == [("WATER", 0, 0, 1)]
    town.wait(days=8)
    assert _backlog(town) == []
    with pytest.raises(cases.Refused, match="deferred at most 1"):
        _ask(town, number, "deferral", until=_until(town, days=5))


def _backlog(town: Town) -> list[tuple[str, int, int, int]]:
    """Unit, filed, in backlog, left it: of the last seven days."""
    since = town.now - timedelta(days=7)
    rows = granting.granted_by_unit(
        town.actor("leader"), since=since, until=town.now + timedelta(seconds=1)
    )
    return [(row.unit.code, row.filed, row.backlog, row.left_backlog) for row in rows]


@pytest.mark.requirement("H04")
def test_a_short_deferral_ends_before_it_is_backlog(town: Town) -> None:
    number = _handling(town).number
    _ask(town, number, "deferral", until=_until(town, days=10))
    town.step(number, "support_deferral", "dispatcher", opinion="同意")
    town.step(number, "approve_deferral", "leader")
    town.wait(days=70)  # the program was off: both clocks have run out
    assert town.sweep() == 1
    case = Case.objects.get(number=number)
    assert case.status == "handling" and case.backlog_at is None


def _closed_late(town: Town) -> Case:
    case = _handling(town)
    town.now = _clock(case).due_at + timedelta(minutes=5)
    return town.carry(case.number, "closed")


@pytest.mark.requirement("H07")
def test_an_appeal_is_granted_and_the_raw_fact_stays(town: Town) -> None:
    case = _closed_late(town)
    number = case.number
    with pytest.raises(cases.Refused, match="did not handle"):
        _ask(town, number, "appeal", by="roads")
    _ask(town, number, "appeal")
    with pytest.raises(cases.Refused, match="no such request waits for you"):
        town.step(number, "approve_appeal", "acceptor")
    town.step(number, "support_appeal", "dispatcher", opinion="暴雨红色预警期间")
    case = town.step(number, "approve_appeal", "acceptor")
    assert (case.status, case.appeal, case.handled_late) == ("closed", "granted", True)
    assert _clock(case).late is True
    with pytest.raises(cases.Refused, match="made already"):
        _ask(town, number, "appeal")


@pytest.mark.requirement("H07")
def test_an_appeal_may_be_refused_and_comes_neither_without_lateness_nor_too_late(
    town: Town,
) -> None:
    punctual = town.carry(town.report().case, "closed")
    with pytest.raises(cases.Refused, match="not handled late"):
        _ask(town, punctual.number, "appeal")
    case = _closed_late(town)
    _ask(town, case.number, "appeal")
    case = town.step(case.number, "refuse_appeal", "dispatcher", reason="理由不成立")
    assert (case.appeal, case.handled_late) == ("refused", True)
    other = _closed_late(town)
    town.wait(days=31)
    with pytest.raises(cases.Refused, match="within 30 days"):
        _ask(town, other.number, "appeal")


@pytest.mark.requirement("H07")
def test_an_appeal_is_still_decided_when_the_case_was_reopened_meanwhile(town: Town) -> None:
    case = _closed_late(town)
    _ask(town, case.number, "appeal")
    town.step(case.number, "reopen", "supervisor", reason="市民再次反映")
    code = {"reason_code": "handled_elsewhere", "reason": "另案处理"}
    town.step(case.number, "force_close", "shift_leader", **code)
    town.step(case.number, "support_appeal", "dispatcher", opinion="属实")
    assert town.step(case.number, "approve_appeal", "acceptor").appeal == "granted"


@pytest.mark.requirement("H07")
def test_an_appeal_outlives_another_dispatch_and_excuses_one_lateness_only(town: Town) -> None:
    case = _closed_late(town)
    _ask(town, case.number, "appeal")
    town.step(case.number, "reopen", "supervisor", reason="市民再次反映")
    town.step(case.number, "dispatch", "dispatcher", unit="WATER", reason="仍由其负责")
    town.step(case.number, "support_appeal", "dispatcher", opinion="属实")
    assert town.step(case.number, "approve_appeal", "acceptor").appeal == "granted"

    # Late once more: that was not what the appeal was about, and it can be appealed as well.
    town.wait(days=30)
    town.sweep()
    assert town.carry(case.number, "handled").appeal == ""
    line = CaseEvent.objects.filter(case=case, action="finish").latest("version")
    assert line.facts["appeal_before"] == "granted"
