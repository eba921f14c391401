"""Closed cases are drawn by lot, and another team looks again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases import drawing, proof
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Flow, Task
from cityloop.cases.tests.proven import broken
from cityloop.discipline import jobs, operations, queries
from cityloop.discipline.models import Draw, Recheck
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.people import operations as people
from tests.browser import Browse
from tests.town import DISTRICT, SINCE, SYSTEM, Town, forget


def another_company(town: Town) -> None:
    """A second collection company with one inspector."""
    company = people.create_organisation(
        code="COLLECT2", name_zh="第二采集公司", kind="company", parent=town.units["PLAT"],
        region_code=DISTRICT, valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    member = people.create_member(
        username="outsider", name="outsider", organisation=company, actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code="COLLECT2-outsider", organisation=company, name_zh="岗位outsider",
        roles=("inspector",), region_codes=[DISTRICT], actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
    town.members = {**town.members, "outsider": member}
    forget()


def inspect_all(town: Town) -> None:
    Flow.objects.create(
        code="inspect-all", parameters={"recheck_share": 1.0}, published_at=clock.now()
    )
    forget()


@pytest.mark.requirement("F14")
def test_another_team_finds_a_false_closing(town: Town) -> None:
    another_company(town)
    inspect_all(town)
    good, bad = (town.case("closed") for _ in range(2))
    day = timezone.localdate(town.now)

    # While the day lasts, and until its seed exists, nothing is drawn.
    proof.seal(now=town.now)
    assert operations.draw(day=day, now=town.now) is None
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    made = operations.draw(day=day, now=town.now)
    assert made is not None and made.drawn == sorted([good.number, bad.number])
    assert operations.draw(day=day, now=town.now) is None, "once a day"

    # Anybody can repeat the draw from what is published; nobody can change it.
    closed = list(queries.closed_on(day).values_list("number", flat=True))
    assert drawing.chosen(made.seed, closed, made.share) == made.drawn
    assert made.seed == made.seal.digest and broken(town.now) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=made.pk).update(drawn=[])

    # The task is the outsider's alone: of no team that judged these cases.
    tasks = Task.objects.filter(kind="recheck", closed_at=None)
    assert {task.member_id for task in tasks} == {town.members["outsider"].pk}
    with pytest.raises(cases.Refused, match="not yours"):
        town.step(bad.number, "recheck_confirmed", "inspector", photos=("check",))
    with pytest.raises(cases.Refused, match="attach a photo"):
        town.step(bad.number, "recheck_false", "outsider", reason="井盖仍缺失")

    # One is in order, one was closed falsely: it lives again, and counts for who closed it.
    town.step(good.number, "recheck_confirmed", "outsider", photos=("check",))
    again = town.step(
        bad.number, "recheck_false", "outsider", photos=("check",), reason="井盖仍缺失"
    )
    assert (again.status, again.closing_kind, again.open) == ("filed", "", True)
    assert Case.objects.get(pk=good.pk).status == "closed"
    town.deliver()
    (closer,) = queries.closers(town.actor("supervisor"), since=day, until=day)
    assert (closer.name, closer.inspected, closer.false, closer.rate) == ("shift_leader", 2, 1, 0.5)
    assert CaseEvent.objects.get(case=bad, action="draw_recheck").facts["draw"]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Recheck.objects.filter(case=bad).update(result="confirmed")


@pytest.mark.requirement("F14")
def test_a_drawn_case_does_not_escape_by_being_reopened(town: Town) -> None:
    another_company(town)
    inspect_all(town)
    case = town.case("closed")
    day = timezone.localdate(town.now)
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    assert operations.draw(day=day, now=town.now) is not None

    # Reopened before the other team comes: its task ends, nothing waits for ever.
    town.step(case.number, "reopen", "supervisor", reason="现场仍有垃圾")
    town.deliver()
    assert not Task.objects.filter(case=case, kind="recheck", closed_at=None).exists()
    (closer,) = queries.closers(town.actor("supervisor"), since=day, until=day)
    assert (closer.inspected, closer.waiting, closer.reopened, closer.rate) == (0, 0, 1, None)

    # Closed again it is drawn whatever the lot says, and the draw tells why.
    Flow.objects.create(
        code="inspect-none", parameters={"recheck_share": 0.0}, published_at=clock.now()
    )
    forget()
    town.step(case.number, "dispatch", "dispatcher", unit="WATER", reason="重新打开")
    other = town.case("closed")
    town.carry(case.number, "closed")
    second = timezone.localdate(town.now)
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    made = operations.draw(day=second, now=town.now)
    assert made is not None and (made.again, made.drawn) == ([case.number], [case.number])
    assert other.number not in made.drawn
    town.step(case.number, "recheck_confirmed", "outsider", photos=("check",))
    town.deliver()
    assert queries.still_owed([Case.objects.get(pk=case.pk)]) == []


@pytest.mark.requirement("F14")
def test_every_forced_closing_is_drawn_and_counts_for_who_forced_it(
    town: Town, browse: Browse
) -> None:
    another_company(town)
    normal, early, late = town.case("closed"), town.case("handling"), town.case("checked")
    for case in (early, late):
        town.step(case.number, "force_close", "shift_leader", reason_code="leader_decision",
                  reason="撤销")  # fmt: skip
    day = timezone.localdate(town.now)
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    made = operations.draw(day=day, now=town.now)
    forced = sorted([early.number, late.number])
    assert made is not None and (made.share, made.forced_share) == (0.05, 1.0)
    assert (made.closed, made.forced) == (1, forced)
    others = drawing.chosen(made.seed, [normal.number], made.share)
    assert made.drawn == sorted([*forced, *others]), "another share, another lot"

    # It stands for no unit; the other team looks, and what was forced wrongly lives again.
    rows = Recheck.objects.filter(case__in=[early, late])
    assert {(one.forced, one.unit_id, one.checker_id) for one in rows} == {(True, None, None)}
    town.step(early.number, "recheck_confirmed", "outsider", photos=("check",))
    again = town.step(
        late.number, "recheck_false", "outsider", photos=("check",), reason="井盖仍缺失"
    )
    assert (again.status, again.closing_kind, again.open) == ("filed", "", True)
    town.deliver()
    (closer,) = queries.closers(town.actor("supervisor"), since=day, until=day)
    assert (closer.name, closer.inspected, closer.false, closer.rate) == ("shift_leader", 2, 1, 0.5)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(forced=False)

    # It is seen: on the page, and by whoever repeats the draw.
    supervisor = browse("supervisor")
    page = supervisor.get("/discipline/").content.decode()
    assert "by force" in page and "1.0 of those closed by force" in page
    (told,) = supervisor.get("/api/v1/discipline/draws").json()
    assert (told["forced"], told["forced_share"]) == (forced, 1.0)


@pytest.mark.requirement("F14")
def test_what_a_reminder_settled_is_not_inspected_by_a_draw(town: Town) -> None:
    number = town.report(kind="remind", class_code="E0110").case
    with pytest.raises(cases.Refused, match="neither under its closing condition nor by force"):
        cases.perform(
            number, "draw_recheck", actor=Actor.system("draw"), now=town.now,
            inputs={"inspector": town.members["inspector2"].pk, "draw": "x"},
        )  # fmt: skip


@pytest.mark.requirement("F14")
def test_without_another_team_the_draw_says_so(town: Town) -> None:
    inspect_all(town)
    number = town.case("closed").number
    day = timezone.localdate(town.now)
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    made = operations.draw(day=day, now=town.now)
    assert made is not None and made.without_team == [number]
    assert not Recheck.objects.exists()


@pytest.mark.django_db
def test_the_worker_draws_nothing_without_a_seal() -> None:
    assert jobs.draw_rechecks() == 0


@given(st.text(min_size=1), st.sets(st.from_regex(r"[0-9]{15}", fullmatch=True)), st.floats(0, 1))
def test_the_lot_depends_on_nothing_but_seed_and_number(
    seed: str, numbers: set[str], share: float
) -> None:
    drawn = drawing.chosen(seed, numbers, share)
    assert drawn == [one for one in sorted(numbers) if drawing.chosen(seed, [one], share)]
    assert set(drawn) <= set(drawing.chosen(seed, numbers, min(1.0, share + 0.1)))
    assert drawing.chosen(seed, numbers, 1.0) == sorted(numbers)
    assert drawing.chosen(seed, numbers, 0.0) == []


def test_about_the_share_is_drawn() -> None:
    numbers = [f"2026030200{n:05d}" for n in range(10_000)]
    assert 400 < len(drawing.chosen("a seed", numbers, 0.05)) < 600
    day = date(2026, 3, 2)
    assert proof.end_of(day) - proof.end_of(day - timedelta(days=1)) == timedelta(days=1)
