"""What the proof tells: the first row of every kind of fault, and how many rows of it there are."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.db import connection

from cityloop.cases import chain, proof, seals
from cityloop.cases.models import CaseEvent, Flow, Seal
from cityloop.kernel.faults import Broken
from cityloop.standards.models import FilingRule


def forged(*statements: str) -> None:
    """As whoever owns the database may write: without the locks."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def told(found: Iterable[Broken]) -> list[tuple[str, str, int]]:
    """Where, the last word of what, how many."""
    return [(one.where, one.what.split()[-1], one.count) for one in found]


@pytest.mark.requirement("O02", "O05")
def test_every_kind_of_fault_is_told_with_its_first_row_and_its_number(world):
    cases = [world.to("filed") for _ in range(4)]
    proof.seal(now=world.now)
    assert proof.verify(now=world.now).whole
    one, two, three, four = (case.pk for case in cases)
    forged(
        f"UPDATE cases_event SET actor = 'x' WHERE case_id IN ({one}, {two}) AND version < 3",
        f"DELETE FROM cases_event WHERE case_id = {two} AND version = {cases[1].version}",
        f"UPDATE cases_case SET dispatches = 7 WHERE id IN ({three}, {four})",
        f"UPDATE cases_timer SET due_at = due_at + interval '1 day' WHERE case_id = {four}",
        "UPDATE standards_filingrule SET condition_zh = 'x'",
        "DROP TRIGGER append_only ON cases_seal",
        "CREATE RULE deaf AS ON INSERT TO cases_seal DO INSTEAD NOTHING",
    )
    first, last = cases[0].number, cases[1]
    rule = FilingRule.objects.earliest("pk").pk
    assert told(proof.verify(now=world.now).broken) == [
        (f"case {first} version 1", "altered", 4),
        (f"case {last.number} version {last.version}", "missing", 1),
        (f"seal {Seal.objects.get().pk}", "altered", 1),
        (f"filing rule {rule}", "under", 1),
        ("the locks", "cases_seal", 1),
        ("the locks", "cases_seal", 1),
        (f"case {cases[2].number}", "left", 2),
    ]


@pytest.mark.requirement("O02")
def test_the_moment_of_a_seal_is_part_of_it_and_older_seals_stand(world):
    world.report()
    old = CaseEvent.objects.latest("pk").pk
    count, digest = seals.digest(1, old, "")  # as seals were before they told their moment
    Seal.objects.create(first_event=1, last_event=old, events=count, digest=digest,
                        previous="", sealed_at=world.now)  # fmt: skip
    for _ in range(2):
        world.report()
        proof.seal(now=world.now)
    assert proof.verify(now=world.now).whole and Seal.objects.count() == 3
    second = Seal.objects.order_by("pk")[1].pk
    forged(f"UPDATE cases_seal SET sealed_at = sealed_at - interval '1 hour' WHERE id >= {second}")
    [broken] = proof.verify(now=world.now).broken
    assert (broken.where, broken.count) == (f"seal {second}", 2) and "own" in broken.what


@pytest.mark.requirement("O05", "F07")
@pytest.mark.parametrize("table", ["standards_filingrule", "standards_problemclass"])
def test_lines_from_before_the_class_was_named_by_itself_still_prove_both(
    world, monkeypatch, table
):
    monkeypatch.setattr(chain, "rule_digest", chain.rule_and_class_digest)
    monkeypatch.setattr(chain, "class_digest", lambda _class: None)
    case = world.to("filed")
    monkeypatch.undo()
    assert proof.verify(now=world.now).whole
    column = "condition_zh" if table == "standards_filingrule" else "name_zh"
    forged(f"UPDATE {table} SET {column} = 'x'")
    [broken] = proof.verify(now=world.now).broken
    assert broken.what == f"it or its class is not what case {case.number} was filed under"


@pytest.mark.requirement("O05", "F07")
def test_lines_from_before_the_flow_told_its_moment_still_prove_its_parameters(world, monkeypatch):
    kept = chain.flow_digest
    monkeypatch.setattr(chain, "flow_digest", lambda code, told, _moment=None: kept(code, told))
    case = world.report()
    monkeypatch.undo()
    assert proof.verify(now=world.now).whole
    code = Flow.objects.get(pk=case.flow_id).code
    forged(f"""UPDATE cases_flow SET parameters = '{{"x": 1}}' WHERE code = '{code}'""")
    assert [one.where for one in proof.verify(now=world.now).broken] == [f"flow {code}"]
