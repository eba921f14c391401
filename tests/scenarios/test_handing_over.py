"""Work goes from hand to hand, at the end of a shift and of a secondment; nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Task
from cityloop.duty import operations as duty
from cityloop.duty import queries
from cityloop.duty.models import Handover, HandoverLine, Succession
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.people import operations as people
from cityloop.people.models import Holding, Member
from cityloop.petitions import operations as petitions
from tests.duty import person
from tests.town import DISTRICT, SYSTEM, Town, forget


def _piles(row: Handover) -> dict[str, int]:
    return {pile.key: pile.cases for pile in queries.piles_of(row) if pile.cases}


def _second(town: Town, name: str, post: str, until: date) -> Holding:
    """Lend somebody of ROADS to a post of the town until a day (not included)."""
    held = town.members[post].holdings.get().post
    row = people.second_member(
        member=town.members[name], post=held, valid_to=until, actor=SYSTEM, now=town.now,
        source_document="借调〔2026〕3号",
    )  # fmt: skip
    forget()
    return row


def _stranger(town: Town, name: str, unit: str = "ROADS") -> Member:
    member = people.create_member(
        username=name, name=name, organisation=town.units[unit], actor=SYSTEM, now=town.now
    )
    town.members[name] = member
    return member


@pytest.mark.slow
@pytest.mark.requirement("A28")
def test_the_shift_leader_hands_over_everything_that_is_open(town: Town) -> None:
    person(town, "night_leader", "PLAT", "shift_leader")
    for status in ("reported", "accepted", "filed", "dispatched", "handling", "checking", "closed"):
        town.case(status)
    late = town.case("handling")
    town.wait(days=3)
    town.sweep()
    town.step(late.number, "urge", "supervisor", reason="临近时限")
    owed = town.report("hotline12345", reporter_phone="13912345678")
    town.step(owed.case, "reject", "acceptor", reason_code="too_vague", reason="地点不清")
    town.deliver()
    town.wait(days=9)
    petitions.register(
        petitions.NewPetition(
            kind="letter", subject="井盖", text="小区门口井盖松动", phone="13900001111",
            received_on=timezone.localdate(town.now),
        ),
        actor=town.actor("acceptor"), now=town.now,
    )  # fmt: skip
    open_now = Case.objects.exclude(status__in=("closed", "rejected"))

    row = duty.end_shift(
        shift="白班", actor=town.actor("shift_leader"), now=town.now,
        remark="晚间有雨", remarks={"unit": "泵站两件请盯", "file": "  "},
    )  # fmt: skip
    assert row.cases == row.lines.count() == open_now.count() == 7
    assert queries.missing(row) == []
    assert _piles(row) == {"accept": 1, "file": 1, "dispatch": 1, "unit": 3, "check": 1}
    unit = next(pile for pile in queries.piles_of(row) if pile.key == "unit")
    assert unit.remark == "泵站两件请盯" and row.remarks == {"unit": "泵站两件请盯"}
    assert unit.marks["urged"] == 1 and unit.marks["overdue"] >= 1
    assert row.hall == town.units["PLAT"] and row.left_as.endswith("shift_leader")

    # Beside the cases: a reply owed to a citizen, a petition.
    assert {label: count for label, count, _late, _path in row.beside} == {
        "Replies owed to reporters": 1, "Petitions without an answer": 1}  # fmt: skip

    # What happens afterwards changes nothing in the record; both sign the same list.
    town.step(late.number, "reply", "water", opinion="今日完成")
    fresh = town.case("reported")
    assert not row.lines.filter(case=fresh).exists()
    town.wait(minutes=10)
    row = duty.accept_handover(
        handover_id=row.pk, actor=town.actor("night_leader"), now=town.now, answer="已接"
    )
    assert (row.accepted_by, row.accepted_at) == (town.members["night_leader"], town.now)
    assert duty.digest_holds(row)
    for change in (
        lambda: row.lines.update(status="closed"),
        lambda: HandoverLine.objects.filter(handover=row).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


@pytest.mark.requirement("A28")
def test_a_handover_that_nobody_accepts_warns_and_stops_the_next(town: Town) -> None:
    person(town, "night_leader", "PLAT", "shift_leader")
    town.case("filed")
    leaver, coming = town.actor("shift_leader"), town.actor("night_leader")
    row = duty.end_shift(shift="白班", actor=leaver, now=town.now)
    assert not queries.is_late(row, town.now)
    town.wait(minutes=30)
    assert queries.is_late(row, town.now)
    assert queries.waiting(coming) == [row]
    with pytest.raises(Refused, match="has not been accepted yet"):
        duty.end_shift(shift="夜班", actor=coming, now=town.now)
    with pytest.raises(Refused, match="another person accepts"):
        duty.accept_handover(handover_id=row.pk, actor=leaver, now=town.now)
    with pytest.raises(Refused, match="another desk"):
        duty.accept_handover(handover_id=row.pk, actor=town.actor("acceptor"), now=town.now)
    with pytest.raises(NotFound):
        duty.accept_handover(handover_id=row.pk, actor=town.actor("district"), now=town.now)
    with pytest.raises(Invalid, match="characters"):
        duty.accept_handover(handover_id=row.pk, actor=coming, now=town.now, answer="x" * 3000)
    duty.accept_handover(handover_id=row.pk, actor=coming, now=town.now)
    with pytest.raises(Refused, match="accepted before"):
        duty.accept_handover(handover_id=row.pk, actor=coming, now=town.now)
    assert queries.waiting(coming) == []
    for given, why in (
        ({"shift": " "}, "name the shift"),
        ({"shift": "夜班", "remark": "x" * 3000}, "characters"),
        ({"shift": "夜班", "remarks": {"cellar": "x"}}, "unknown: cellar"),
    ):
        with pytest.raises(Invalid, match=why):
            duty.end_shift(actor=coming, now=town.now, **given)
    with pytest.raises(Refused, match="no desk of a hall"):
        duty.end_shift(shift="夜班", actor=SYSTEM, now=town.now)


@pytest.mark.requirement("A28")
def test_what_a_record_lacks_is_found_from_the_history(town: Town) -> None:
    """The proof does not trust what wrote the record."""
    number = town.case("filed").number
    row = duty.end_shift(shift="白班", actor=town.actor("shift_leader"), now=town.now)
    assert queries.missing(row) == []
    # A record that was made without one of the cases.
    poorer = Handover.objects.create(
        hall=town.units["DIST"], desk="dispatch", areas=[DISTRICT], shift="白班", ended_at=town.now,
        left_by=town.members["district"], left_as="区",
    )  # fmt: skip
    assert queries.missing(poorer) == [number]
    elsewhere = Handover.objects.create(
        hall=town.units["STREET1"], desk="dispatch", areas=["339900"], shift="白班",
        ended_at=town.now, left_by=town.members["district"], left_as="街道",
    )  # fmt: skip
    assert queries.missing(elsewhere) == []
    # It looks at the moment of the handover: what was closed since had been open then.
    town.wait(minutes=5)
    town.step(number, "force_close", "shift_leader", reason_code="leader_decision", reason="试验")
    assert queries.missing(poorer) == [number]


@pytest.mark.requirement("A28")
def test_the_dispatch_desk_of_a_district_hands_over_its_own_ground(town: Town) -> None:
    town.case("filed")
    row = duty.end_shift(shift="中班", actor=town.actor("district"), now=town.now)
    assert (row.hall, row.areas, row.cases) == (town.units["DIST"], [DISTRICT], 1)
    assert queries.missing(row) == []
    # The city's hall has its own; one waits there, the other here. So have its two desks.
    other = duty.end_shift(shift="中班", actor=town.actor("dispatcher"), now=town.now)
    assert other.areas is None and other.hall == town.units["PLAT"]
    leader = town.actor("shift_leader")
    assert queries.waiting(leader) == [other]
    with pytest.raises(Refused, match="another desk"):
        duty.accept_handover(handover_id=other.pk, actor=leader, now=town.now)
    third = duty.end_shift(shift="中班", actor=leader, now=town.now)
    assert (other.desk, third.desk) == ("dispatch", "acceptance")
    assert set(queries.waiting(town.actor("administrator"))) == {row, other, third}


@pytest.mark.requirement("A28")
def test_a_seconded_dispatcher_leaves_and_a_successor_follows_the_cases(town: Town) -> None:
    _stranger(town, "guest", "PLAT")
    holding = _second(town, "guest", "dispatcher", date(2026, 3, 10))
    number = town.case("filed").number
    town.step(number, "dispatch", "guest", unit="WATER")
    done = town.case("filed").number
    town.step(done, "dispatch", "guest", unit="WATER")
    town.step(done, "force_close", "shift_leader", reason_code="leader_decision", reason="试验")
    admin = town.actor("administrator")

    # The list warns two weeks before; a successor is named.
    (line,) = queries.secondments(admin, now=town.now)
    assert (line.holding, line.ended, line.succession) == (holding, False, None)
    duty.name_successor(
        holding_id=holding.pk, successor=town.members["dispatcher"], actor=admin, now=town.now
    )
    assert duty.hand_over_ended(now=town.now) == 0

    town.wait(days=8)
    forget()
    assert town.actor("guest").roles == frozenset()
    assert duty.hand_over_ended(now=town.now) == 1
    row = Succession.objects.get(holding=holding)
    assert (row.moved, row.pooled) == ([number], [])
    event = CaseEvent.objects.get(case__number=number, action="hand_on")
    assert event.facts["person"] == town.members["guest"].pk
    assert event.facts["successor"] == town.members["dispatcher"].pk
    assert event.facts["reason"] == "the secondment of guest has ended"
    assert event.role == "system"
    assert town.members["dispatcher"].pk in Case.objects.get(number=number).members
    # Called again it does nothing.
    assert duty.hand_over_ended(now=town.now) == 0
    assert duty.hand_over(holding, now=town.now).moved == [number]
    with pytest.raises(Refused, match="handed over already"):
        duty.name_successor(
            holding_id=holding.pk, successor=town.members["leader"], actor=admin, now=town.now
        )


@pytest.mark.requirement("A28")
def test_ended_early_without_a_successor_everything_goes_back_to_its_desk(town: Town) -> None:
    _stranger(town, "guest", "COLLECT")
    held = town.members["inspector"].holdings.get().post
    holding = people.second_member(
        member=town.members["guest"], post=held, valid_to=date(2026, 4, 1), actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    forget()
    verify, check = town.report("hotline12319").case, town.case("handled").number
    town.step(verify, "send_verify", "acceptor", inspector="guest")
    town.step(check, "send_check", "acceptor", inspector="guest")
    admin = town.actor("administrator")
    town.wait(days=1)
    row = duty.end_secondment(holding_id=holding.pk, actor=admin, now=town.now, reason="单位召回")
    assert set(row.pooled) == {verify, check} and row.moved == []
    assert Case.objects.get(number=verify).status == "reported"
    assert Case.objects.get(number=check).status == "handled"
    guest = town.members["guest"]
    assert not Task.objects.filter(member=guest, closed_at=None).exists()
    told = CaseEvent.objects.get(case__number=verify, action="recall_verify")
    assert told.facts["reason"] == "the secondment of guest has ended"
    # The acceptor sends another, as from every case that lies on the desk.
    town.step(verify, "send_verify", "acceptor", inspector="inspector")
    with pytest.raises(Refused):
        duty.end_secondment(holding_id=holding.pk, actor=admin, now=town.now)
    with pytest.raises(NotAllowed):
        duty.end_secondment(holding_id=holding.pk, actor=town.actor("acceptor"), now=town.now)


@pytest.mark.requirement("A28")
def test_a_seconded_worker_leaves_the_work_to_who_belongs_to_the_unit(town: Town) -> None:
    _stranger(town, "guest", "WATER")
    holding = _second(town, "guest", "water_worker", date(2026, 3, 20))
    first, second = town.case("handling").number, town.case("handling").number
    for number in (first, second):
        town.step(number, "assign", "water", worker="guest")
    admin = town.actor("administrator")
    # A successor of another unit cannot take it over: it goes back to the unit's desk, and why.
    duty.name_successor(
        holding_id=holding.pk, successor=town.members["roads"], actor=admin, now=town.now
    )
    town.wait(days=20)
    (line,) = queries.secondments(admin, now=town.now)
    assert (line.left, line.ended) == (2, True)
    assert duty.hand_over_ended(now=town.now) == 1
    row = Succession.objects.get(holding=holding)
    assert row.pooled == [first, second]
    assert Case.objects.get(number=first).worker_id is None
    told = CaseEvent.objects.get(case__number=first, action="hand_on").facts["reason"]
    assert told == "the secondment of guest has ended; roads does not belong to the unit"

    # One of the unit can.
    again = _second(town, "guest", "water_worker", town.now.date() + timedelta(days=9))
    town.step(first, "assign", "water", worker="guest")
    row = duty.end_secondment(
        holding_id=again.pk, successor=town.members["water_worker"], actor=admin,
        now=town.wait(days=1), reason="提前结束",
    )  # fmt: skip
    assert row.moved == [first]
    assert Case.objects.get(number=first).worker_id == town.members["water_worker"].pk
    # Who goes on in the post keeps the work.
    third = _second(town, "guest", "water_worker", town.now.date() + timedelta(days=9))
    town.step(second, "assign", "water", worker="guest")
    people.end_holding(holding_id=third.pk, actor=SYSTEM, now=town.wait(days=1), reason="续借")
    post = third.post
    people.hold_post(member=town.members["guest"], post=post, actor=SYSTEM, now=town.now)
    assert duty.hand_over_ended(now=town.now) == 1
    assert Case.objects.get(number=second).worker_id == town.members["guest"].pk


@pytest.mark.requirement("A28", "F14")
def test_a_reinspection_goes_to_another_of_the_team(town: Town) -> None:
    for name in ("guest", "colleague"):
        _stranger(town, name, "COLLECT")
    held = town.members["inspector"].holdings.get().post
    people.hold_post(member=town.members["colleague"], post=held, actor=SYSTEM, now=town.now)
    holding = people.second_member(
        member=town.members["guest"], post=held, valid_to=date(2026, 4, 1), actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    forget()
    number = town.case("closed").number
    cases.perform(
        number, "draw_recheck", actor=SYSTEM, now=town.now,
        inputs={"inspector": town.members["guest"], "draw": "试验"},
    )  # fmt: skip
    town.wait(days=1)
    row = duty.end_secondment(
        holding_id=holding.pk, actor=town.actor("administrator"), now=town.now, reason="结束"
    )
    assert row.moved == [number]
    task = Task.objects.get(case__number=number, kind="recheck", closed_at=None)
    assert task.member == town.members["colleague"]


@pytest.mark.requirement("A28", "F06")
def test_nobody_keeps_a_task_that_their_posts_no_longer_allow(town: Town) -> None:
    _stranger(town, "second", "COLLECT")
    post = town.members["inspector"].holdings.get().post
    held = people.hold_post(member=town.members["second"], post=post, actor=SYSTEM, now=town.now)
    _stranger(town, "mason", "WATER")
    desk = town.members["water_worker"].holdings.get().post
    people.hold_post(member=town.members["mason"], post=desk, actor=SYSTEM, now=town.now)
    forget()
    verify, check, kept = (
        town.report("hotline12319").case,
        *(town.case("handled").number for _ in range(2)),
    )
    work = town.case("handling").number
    town.step(verify, "send_verify", "acceptor", inspector="second")
    town.step(check, "send_check", "acceptor", inspector="second")
    town.step(kept, "send_check", "acceptor", inspector="inspector")
    town.step(work, "assign", "water", worker="mason")
    assert duty.take_back(now=town.now) == 0

    people.end_holding(holding_id=held.pk, actor=SYSTEM, now=town.now, reason="离岗")
    people.close_member(member_id=town.members["mason"].pk, actor=SYSTEM, now=town.now)
    forget()
    assert duty.take_back(now=town.now) == 3
    assert Case.objects.get(number=verify).status == "reported"
    assert Case.objects.get(number=check).status == "handled"
    assert Case.objects.get(number=kept).status == "checking"
    row = Case.objects.get(number=work)
    assert (row.status, row.worker_id) == ("handling", None)
    told = CaseEvent.objects.get(case__number=check, action="recall_check")
    assert (told.role, told.facts["reason"]) == (
        "system", "second holds no post any more that does this"
    )  # fmt: skip
    assert duty.take_back(now=town.now) == 0
    town.step(check, "send_check", "acceptor", inspector="inspector")


@pytest.mark.requirement("A28")
def test_an_acceptor_hands_over_to_another_of_the_desk(town: Town) -> None:
    """交班: every item of the acceptance desk goes to the next person, never to oneself."""
    person(town, "next", "PLAT", "acceptor")
    town.case("reported")
    first = town.actor("acceptor")
    row = duty.end_shift(shift="早班", actor=first, now=town.now, remark="两件待核实")
    assert (row.desk, row.cases, row.left_by) == ("seat", 1, town.members["acceptor"])
    person(town, "beside", "PLAT", "acceptor")  # sits at another seat, and goes home as well
    assert duty.end_shift(shift="早班", actor=town.actor("beside"), now=town.now).pk != row.pk
    duty.end_shift(shift="早班", actor=town.actor("shift_leader"), now=town.now)
    with pytest.raises(Refused, match="has not been accepted yet"):
        duty.end_shift(shift="早班", actor=first, now=town.now)
    with pytest.raises(Refused, match="another person accepts"):
        duty.accept_handover(handover_id=row.pk, actor=first, now=town.now)
    with pytest.raises(Refused, match="another desk"):
        duty.accept_handover(handover_id=row.pk, actor=town.actor("dispatcher"), now=town.now)
    row = duty.accept_handover(handover_id=row.pk, actor=town.actor("next"), now=town.now)
    assert row.accepted_by == town.members["next"] and duty.digest_holds(row)
    with pytest.raises(NotAllowed):
        duty.end_shift(shift="早班", actor=town.actor("roads"), now=town.now)
