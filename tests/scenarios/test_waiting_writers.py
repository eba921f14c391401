"""Whoever waits for another's step goes on from the case as that step left it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from cityloop.cases import operations as cases
from cityloop.cases import proof
from cityloop.cases.models import Case, CaseEvent, Timer
from cityloop.intake import operations as intake
from cityloop.intake.tests import city as cities
from cityloop.kernel.actor import Actor
from cityloop.people import operations as people
from tests import town as towns
from tests.at_once import meanwhile
from tests.conftest import MONDAY
from tests.town import Town


def urge(town: Town, case: Case, by: str, minutes: int) -> Case:
    """An order to hurry, so many minutes from now, whatever version the case has."""
    return cases.perform(
        case.number, "urge", actor=town.actor(by), now=town.now + timedelta(minutes=minutes),
        inputs={"reason": "请加快"},
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.requirement("O01", "O02")
@pytest.mark.usefixtures("own_files", "english")
def test_a_step_that_waited_for_another_stands_behind_it_and_knows_its_mark(
    own_database: None, tmp_path: Path
) -> None:
    town = towns.build(tmp_path, now=MONDAY)
    case = town.case("dispatched")
    told = meanwhile(
        lambda: urge(town, case, "supervisor", minutes=3),
        lambda: urge(town, case, "leader", minutes=1),  # began earlier, came later
    )
    told.result()
    first, second = CaseEvent.objects.filter(case=case).order_by("version")[case.version :]
    assert second.at == first.at, "time does not run back"
    assert "altered" not in second.facts
    assert proof.verify(now=town.now).whole


@pytest.mark.slow
@pytest.mark.requirement("O01", "O02", "H05")
@pytest.mark.usefixtures("own_files", "english")
def test_a_step_that_waited_tells_of_a_clock_moved_behind_the_one_before(
    own_database: None, tmp_path: Path
) -> None:
    town = towns.build(tmp_path, now=MONDAY)
    case = town.case("dispatched")

    def urge_and_move() -> None:
        urge(town, case, "supervisor", minutes=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(
                "UPDATE cases_timer SET due_at = due_at + interval '10 days'\n"
                "WHERE case_id = %s AND state = 'running'",
                [case.pk],
            )

    meanwhile(urge_and_move, lambda: urge(town, case, "leader", minutes=2)).result()
    assert Timer.objects.filter(case=case, due_at__gt=town.now + timedelta(days=9)).exists()
    last = CaseEvent.objects.filter(case=case).latest("version")
    assert last.facts["altered"] == ["clocks"]
    named = [one.where for one in proof.verify(now=town.now).broken]
    assert named == [f"case {case.number} version {last.version}"]


@pytest.mark.slow
@pytest.mark.requirement("D04")
@pytest.mark.usefixtures("own_files", "english")
def test_a_clear_report_files_itself_though_others_tell_the_same_meanwhile(
    own_database: None,
) -> None:
    city = cities.build()
    people.set_responsibility(kind="component", lead=city.unit, source_document="test",
                              actor=Actor.system(), now=city.now)  # fmt: skip
    clear = city.receive(photos=(city.photo(),))
    told = meanwhile(
        lambda: city.receive("web", by="acceptor"),
        lambda: intake.file_unambiguous(number=clear.case, now=city.now),
    )
    assert told.result() == "filed"
    actions = CaseEvent.objects.filter(case__number=clear.case).values_list("action", flat=True)
    assert list(actions.order_by("version"))[:4] == ["report", "join_report", "accept", "file"]
