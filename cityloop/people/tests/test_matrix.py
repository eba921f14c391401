"""Who is responsible: precedence, doubts, borders, persons, dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from cityloop.kernel.errors import Invalid, NotAllowed, Refused
from cityloop.people import operations, queries
from cityloop.people.editions import Editions
from cityloop.people.lines import Line, PersonLine, Question
from cityloop.people.matrix import ANY, Matrix, index
from cityloop.people.models import Organisation, Responsibility
from cityloop.people.operations.record import touch
from cityloop.people.reasons import words_of
from cityloop.people.tests.world import NOW, TODAY, World

CELL = {"edition_code": "*", "major_code": "01", "minor_code": "05"}
PLACE = {
    "district_code": "330102", "street_code": "330102001", "community_code": "330102001001",
    "grid_code": "330102001001007",
}  # fmt: skip


def _ask(kind: str, **facts):
    values = {"edition_code": "GBT30428.2-2013", "major_code": "01", "minor_code": "05", **PLACE,
              "on": TODAY}  # fmt: skip
    return queries.responsible_for(kind=kind, **{**values, **facts})


def _both_lines(world: World, kind: str) -> None:
    """The owner everywhere, the district for everybody."""
    world.line("POWER", kind, owner="POWER", **CELL)
    world.line("DA-ROADS", kind, region_code="330102", **CELL)


@pytest.mark.requirement("B12")
def test_events_go_by_territory_first_components_by_owner_first(world: World) -> None:
    for kind, expected in (("event", "DA-ROADS"), ("component", "POWER")):
        _both_lines(world, kind)
        found = _ask(kind, owner_id=world.units["POWER"].pk)
        assert found.lead_id == world.units[expected].pk
        assert found.unambiguous
        assert len(found.row_ids) == len(found.explanation) == 2
    assert _ask("event").order == ("territory", "owner")
    assert _ask("component").order == ("owner", "territory")


@pytest.mark.requirement("B12")
def test_the_city_sets_what_goes_first_from_a_day_on(world: World) -> None:
    _both_lines(world, "event")
    power = world.units["POWER"].pk
    decided = {"kind": "event", "first": "owner", "source_document": "市政办〔2026〕5号",
               "actor": world.root, "now": NOW}  # fmt: skip
    later = TODAY + timedelta(days=3)
    operations.set_precedence(valid_from=later, **decided)
    assert _ask("event", owner_id=power).lead_id == world.units["DA-ROADS"].pk
    found = _ask("event", owner_id=power, on=later)
    assert (found.lead_id, found.order) == (power, ("owner", "territory"))
    words = [words_of(one) for one in found.explanation]
    assert "owner before territory, as this city sets it for events" in words[0]
    assert "names the owner less exactly" in words[1]
    _both_lines(world, "component")
    assert _ask("component", owner_id=power, on=later).order == ("owner", "territory")
    back = {**decided, "first": "territory", "source_document": "更正"}
    operations.set_precedence(valid_from=later, **back)  # that day's decision, said otherwise
    assert _ask("event", owner_id=power, on=later).lead_id == world.units["DA-ROADS"].pk
    changes = queries.changes_of("precedence")
    assert [one.action for one in changes] == ["change", "create"]


@pytest.mark.requirement("B12", "O10")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "petition"}, "kind"),
        ({"first": "luck"}, "first"),
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
        ({"source_document": " - "}, "source_document"),
        ({"source_document": "x" * 201}, "source_document"),
        ({"first": "territory"}, "first"),  # as it is already
    ],
)
def test_an_order_that_says_nothing_is_refused(world: World, wrong, field) -> None:
    sound = {"kind": "event", "first": "owner", "valid_from": TODAY, "source_document": "文件",
             "actor": world.root, "now": NOW}  # fmt: skip
    with pytest.raises(Invalid) as caught:
        operations.set_precedence(**{**sound, **wrong})
    assert list(caught.value.fields) == [field]
    with pytest.raises(NotAllowed):
        operations.set_precedence(**{**sound, "actor": world.actor("DA-PLAT", "administrator")})


@pytest.mark.requirement("B12")
def test_the_line_written_for_the_class_beats_fallback_lines(world: World) -> None:
    world.line("DA-S1", region_code="330102001")
    world.line("DA-ROADS", region_code="330102", major_code="01")
    assert _ask("event").lead_id == world.units["DA-ROADS"].pk
    world.line("GAS", major_code="01", minor_code="05")
    found = _ask("event")
    assert found.lead_id == world.units["GAS"].pk
    assert len(found.explanation) == 3


def test_an_owner_below_the_named_owner_counts(world: World) -> None:
    world.line("GAS", "component", owner="GAS", **CELL)
    world.line("DA-ROADS", "component", region_code="330102", **CELL)
    below = world.units["GAS-W"].pk
    assert _ask("component", owner_id=below).lead_id == world.units["GAS"].pk
    assert _ask("component", owner_id=world.units["POWER"].pk).lead_id == (
        world.units["DA-ROADS"].pk
    )


def test_an_unknown_owner_or_place_makes_it_ambiguous_and_says_so(world: World) -> None:
    _both_lines(world, "component")
    found = _ask("component")
    assert found.lead_id == world.units["DA-ROADS"].pk
    assert not found.unambiguous
    assert found.alternatives == (world.units["POWER"].pk,)
    assert "owner" in words_of(found.explanation[-1])
    world.line("GAS", **CELL)
    world.line("DA-ROADS", region_code="330102", **CELL)
    nowhere = _ask("event", district_code="", street_code="", community_code="", grid_code="")
    assert nowhere.lead_id == world.units["GAS"].pk
    assert not nowhere.unambiguous


def test_only_owners_lines_and_no_owner(world: World) -> None:
    world.line("POWER", "component", owner="POWER", **CELL)
    world.line("GAS", "component", owner="GAS", **CELL)
    found = _ask("component")
    assert not found.unambiguous
    assert found.lead_id == world.units["DA-S1"].pk
    assert set(found.alternatives) == {world.units[c].pk for c in ("POWER", "GAS")}
    assert _ask("component", owner_id=world.units["DA"].pk) is None


def test_an_edition_is_not_another_one(world: World) -> None:
    world.line("GAS", major_code="01", minor_code="05")
    Responsibility.objects.create(
        class_kind="event", edition_code="OLD", major_code="01", minor_code="05", region_code="*",
        lead=world.units["POWER"], valid_from=TODAY, source_document="x",
    )  # fmt: skip
    operations.seed_roles(now=NOW)
    assert _ask("event").lead_id == world.units["GAS"].pk


def test_a_local_edition_s_line_holds_for_the_edition_it_extends() -> None:
    line = Line(1, "event", "LOCAL", "01", "05", ANY, None, 7)
    editions = Editions(extended={"LOCAL": frozenset({"NATIONAL"})})
    matrix = Matrix(index([line]), [], {7: (7,)}, editions=editions)
    assert matrix.find(Question("event", "NATIONAL", "01", "05")).lead_id == 7
    assert matrix.find(Question("event", "OTHER", "01", "05")) is None


@pytest.mark.requirement("B01", "E13")
def test_of_editions_that_follow_one_another_the_newest_that_has_begun_wins() -> None:
    """Lines and persons alike; which lines hold at all is told by `kept`."""
    cell = ("01", "05", ANY, None)
    editions = Editions(
        extended={code: frozenset({"NATIONAL"}) for code in ("OLD", "NEW", "NEXT")},
        kept={"OLD": frozenset({("NEW", "event", "01", "05")})},
        order={"NATIONAL": (1, True), "OLD": (2, True), "NEW": (3, True), "NEXT": (4, False)},
    )
    lines = [Line(1, "event", "OLD", *cell, 7), Line(2, "event", ANY, *cell, 8)]
    persons = [PersonLine("3301", "event", "OLD", "01", "05", 70, 7)]
    asked = Question("event", "NEW", "01", "05", ("330102",))

    def matrix(*more: Line) -> Matrix:
        paths = {unit: (unit,) for unit in (7, 8, 9, 10)}
        return Matrix(index([*lines, *more]), persons, paths, editions=editions)

    kept = matrix().find(asked)
    assert kept.lead_id == 7, "nearer than a line for any edition"
    assert kept.person_id == 70
    assert words_of(kept.explanation[0]).startswith(
        "7: line 1 names the class, an earlier edition in which the class is the same (OLD)"
    )
    assert matrix().find(Question("event", "NEW", "01", "06")) is None
    newer = matrix(Line(3, "event", "NEW", *cell, 9)).find(asked)
    assert newer.lead_id == 9
    assert "Not 7 (line 1): it names an earlier edition of the classes." in [
        words_of(one) for one in newer.explanation
    ]
    # Of a class that all of them take from the edition they extend: not the one of next year.
    both = matrix(Line(3, "event", "NEW", *cell, 9), Line(4, "event", "NEXT", *cell, 10))
    assert both.find(Question("event", "NATIONAL", "01", "05")).lead_id == 9


@pytest.mark.requirement("B13")
def test_assisting_units_come_with_their_roles(world: World) -> None:
    world.line("GAS", assists=[("DA-ROADS", "assist"), ("POWER", "supervise")], **CELL)
    assert _ask("event").assists == (
        {"organisation": world.units["DA-ROADS"].pk, "role": "assist"},
        {"organisation": world.units["POWER"].pk, "role": "supervise"},
    )


@pytest.mark.requirement("B14")
def test_across_a_border_the_lowest_common_parent_leads(world: World) -> None:
    for lead, region in (("DA-S1", "330102001"), ("DB-S1", "330106001"), ("DA-ROADS", "330102")):
        world.line(lead, region_code=region, **CELL)
    facts = {"kind": "event", "edition_code": "E", "major_code": "01", "minor_code": "05"}
    found = queries.responsible_across(**facts, places=["330102001001", "330106001002"], on=TODAY)
    assert found.lead_id == world.units["CITY"].pk
    assert [one["organisation"] for one in found.assists] == [
        world.units["DA-S1"].pk, world.units["DB-S1"].pk,
    ]  # fmt: skip
    within = queries.responsible_across(**facts, places=["330102001001", "330102002001"], on=TODAY)
    assert within.lead_id == world.units["DA"].pk
    same = queries.responsible_across(**facts, places=["330102001001", "330102001002"], on=TODAY)
    assert (same.lead_id, same.assists) == (world.units["DA-S1"].pk, ())


@pytest.mark.requirement("A33")
def test_the_person_of_the_lead_unit_for_the_grid_and_class(world: World) -> None:
    world.line("DA-S1", region_code="330102001", **CELL)
    general, special = world.member("DA-S1"), world.member("DA-S1")
    other = world.member("GAS")
    for member, region, facts in (
        (general, "330102001001", {}),
        (special, "330102001001", {"class_kind": "event", "major_code": "01", "minor_code": "05"}),
        (other, "330102001001007", {}),
    ):
        operations.set_responsible_person(
            member=member, region_code=region, actor=world.root, now=NOW, **facts
        )
    assert _ask("event").person_id == special.pk
    world.line("DA-S1", region_code="330102001", major_code="02")
    assert _ask("event", major_code="02", minor_code="01").person_id == general.pk
    operations.set_responsible_person(
        member=general, region_code="330102001001", actor=world.root, now=NOW,
        class_kind="event", major_code="01", minor_code="05",
    )  # fmt: skip
    assert _ask("event").person_id == general.pk


@pytest.mark.requirement("E13")
def test_a_change_ends_the_old_line_and_history_answers_as_it_was(world: World) -> None:
    old = world.line("GAS", **CELL)
    later = TODAY + timedelta(days=10)
    new = world.line("POWER", valid_from=later, **CELL)
    old.refresh_from_db()
    assert (old.valid_to, new.valid_from, new.valid_to) == (later, later, None)
    assert _ask("event").lead_id == world.units["GAS"].pk
    assert queries.responsible_for(
        kind="event", edition_code="E", major_code="01", minor_code="05", on=later
    ).lead_id == world.units["POWER"].pk  # fmt: skip
    assert [line.action for line in queries.changes_of("responsibility")] == [
        "create", "end", "create",
    ]  # fmt: skip


@pytest.mark.requirement("E13")
def test_a_line_can_be_neither_edited_nor_deleted(world: World) -> None:
    line = world.line("GAS", **CELL)
    for change in (
        lambda: Responsibility.objects.filter(pk=line.pk).update(lead=world.units["POWER"]),
        lambda: Responsibility.objects.filter(pk=line.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.requirement("E13")
def test_what_a_line_needs(world: World) -> None:
    facts = {"kind": "event", "lead": world.units["GAS"], "actor": world.root, "now": NOW}
    with pytest.raises(Invalid):
        operations.set_responsibility(source_document=" ", **facts)
    with pytest.raises(Invalid):
        operations.set_responsibility(source_document="x", minor_code="05", **facts)
    with pytest.raises(Invalid):
        operations.set_responsibility(source_document="x", **{**facts, "kind": "thing"})
    with pytest.raises(Invalid):
        operations.set_responsibility(
            source_document="x", assists=[(world.units["GAS"], "assist")], **facts
        )
    with pytest.raises(Invalid):
        operations.set_responsibility(source_document="x", edition_code="NONE", **facts)
    world.line("GAS", **CELL)
    with pytest.raises(Refused):
        world.line("GAS", **CELL)
    world.line("POWER", valid_from=TODAY + timedelta(days=9), **CELL)
    with pytest.raises(Refused):
        world.line("DA", valid_from=TODAY + timedelta(days=3), **CELL)


@pytest.mark.requirement("E13", "E01")
@pytest.mark.parametrize("unit", ["PLAT", "DA-PLAT", "COLL"])
def test_a_line_names_only_bodies_that_handle_cases(world: World, unit: str) -> None:
    with pytest.raises(Invalid, match=f"{world.units[unit].name_zh} handles no cases"):
        world.line(unit, **CELL)
    facts = {"kind": "event", "lead": world.units["GAS"], "actor": world.root, "now": NOW}
    with pytest.raises(Invalid, match="handles no cases"):
        operations.set_responsibility(
            source_document="x", assists=[(world.units[unit], "assist")], **facts, **CELL
        )
    assert not Responsibility.objects.exists()


@pytest.mark.requirement("E13", "O10")
def test_a_district_rules_its_own_area_only(world: World) -> None:
    admin = world.actor("DA-PLAT", "administrator")
    facts = {"kind": "event", "source_document": "x", "actor": admin, "now": NOW, **CELL}
    operations.set_responsibility(lead=world.units["DA-ROADS"], region_code="330102", **facts)
    for lead, region in (("DA-ROADS", "*"), ("DA-ROADS", "330106"), ("GAS", "330102")):
        with pytest.raises(NotAllowed):
            operations.set_responsibility(lead=world.units[lead], region_code=region, **facts)
    world.line("GAS", region_code="330106", **CELL)
    seen = queries.responsibility_rows(admin)
    assert [line.region_code for line in seen] == ["330102"]


def test_a_unit_that_no_longer_exists_gets_nothing(world: World) -> None:
    world.line("GAS-W", region_code="330102", **CELL)
    world.line("POWER", **CELL)
    operations.end_responsibility(
        line_id=Responsibility.objects.get(lead=world.units["GAS-W"]).pk, actor=world.root,
        now=NOW, ends_on=date(2030, 1, 1),
    )  # fmt: skip
    Organisation.objects.filter(pk=world.units["GAS-W"].pk).update(active=False)
    touch()
    found = _ask("event")
    assert found.lead_id == world.units["POWER"].pk
    assert "no longer exists" in words_of(found.explanation[1])


def test_the_matrix_is_read_once_until_it_changes(world: World, django_assert_num_queries) -> None:
    world.line("GAS", **CELL)
    _ask("event")
    with django_assert_num_queries(1):
        assert _ask("event").lead_id == world.units["GAS"].pk
    world.line("POWER", **CELL)
    assert _ask("event").lead_id == world.units["POWER"].pk


# The rule once more, written another way: the best of all lines by a comparison of pairs.
codes = st.sampled_from([ANY, "330102", "330102001", "330106"])
lines = st.lists(
    st.builds(
        Line,
        id=st.integers(1, 10_000),
        kind=st.sampled_from(["event", "component"]),
        edition=st.sampled_from([ANY, "E"]),
        major=st.sampled_from([ANY, "01"]),
        minor=st.sampled_from([ANY, "05", "06"]),
        region=codes,
        owner_id=st.sampled_from([None, 2, 3]),
        lead_id=st.integers(1, 4),
    ).filter(lambda one: one.major != ANY or one.minor == ANY),
    max_size=14,
    unique_by=(
        lambda one: one.id,
        lambda one: (one.kind, one.edition, one.major, one.minor, one.region, one.owner_id),
    ),
)
PATHS = {1: (1,), 2: (1, 2), 3: (1, 2, 3), 4: (4,)}


def _beats(one: Line, other: Line, asked: Question) -> bool:
    def exact(line: Line) -> int:
        return (line.major != ANY) + (line.minor != ANY)

    def area(line: Line) -> int:
        return len(line.region) if line.region != ANY else 0

    def owned(line: Line) -> int:
        return {None: 0, 2: 1, 3: 2}[line.owner_id]

    first, second = (area, owned) if asked.kind == "event" else (owned, area)
    for better in (exact, first, second, lambda line: line.edition != ANY):
        if better(one) != better(other):
            return better(one) > better(other)
    return False


@pytest.mark.requirement("B12")
@settings(max_examples=400)
@given(
    lines=lines,
    kind=st.sampled_from(["event", "component"]),
    owner=st.sampled_from([None, 2, 3, 4]),
    codes=st.sampled_from([(), ("330102",), ("330102", "330102001"), ("330106",)]),
)
def test_the_winner_beats_every_other_line_that_fits(lines, kind, owner, codes) -> None:
    asked = Question(kind, "E", "01", "05", codes, owner)
    fits = [
        one
        for one in lines
        if one.kind == kind
        and one.minor in (ANY, "05")
        and (one.region == ANY or any(code.startswith(one.region) for code in codes))
        and (one.owner_id is None or one.owner_id in PATHS.get(owner, ()))
    ]
    found = Matrix(index(lines), [], PATHS).find(asked)
    if not fits:
        assert found is None or owner is None
        return
    winner = next(
        one for one in fits if one.id == found.row_ids[0] and one.lead_id == found.lead_id
    )
    assert not any(_beats(other, winner, asked) for other in fits)
    assert len(found.row_ids) >= len({one.id for one in fits})
