"""The tables of the desks leave nothing of the life cycle out, and say nothing twice."""

from __future__ import annotations

import pytest
from django.template.loader import get_template

from cityloop.cases import fields, guards, lifecycle
from cityloop.cases.models import FINAL, Attachment, Status, TimerState
from cityloop.desks import boxes, columns, desks, forms, history, keys, looks
from cityloop.kernel.actor import ROLES, Actor
from cityloop.kernel.templatetags import ui
from cityloop.standards.worktime import Unit


def test_every_status_and_action_has_a_look() -> None:
    assert set(looks.STATUS) == set(Status.values)
    assert set(looks.ACTION) == {step.action for step in lifecycle.STEPS}
    assert set(lifecycle.BY_ACTION) >= looks.GRAVE


def test_looks_differ_by_more_than_colour() -> None:
    drawn = [(look.icon, str(look.label)) for look in looks.STATUS.values()]
    assert len(set(drawn)) == len(drawn)
    tones = {tone for tone, _icon in ui.LIGHTS.values()}
    icons = {icon for _tone, icon in ui.LIGHTS.values()}
    assert len(icons) >= len(tones)


def test_every_icon_is_in_the_installed_set(settings) -> None:
    folder = settings.NODE_MODULES / "lucide-static" / "icons"
    if not folder.is_dir():
        pytest.skip("front-end packages are not installed")
    named = {look.icon for look in (*looks.STATUS.values(), *looks.ACTION.values())}
    named |= {box.icon for box in boxes.BOXES} | {icon for _tone, icon in ui.LIGHTS.values()}
    named |= {look.icon for look in looks.CLOCK_STATE.values()}
    assert not {name for name in named if not (folder / f"{name}.svg").is_file()}


def test_every_open_status_lies_on_the_road() -> None:
    on_road = [status for _name, statuses in looks.ROAD for status in statuses]
    assert len(set(on_road)) == len(on_road)
    assert set(on_road) == set(Status.values) - set(FINAL) | {Status.CLOSED}


def test_every_field_of_the_field_table_can_be_drawn() -> None:
    assert {field.widget for field in fields.TABLE} <= set(forms.MAKERS)
    for step in lifecycle.STEPS:
        form = forms.step_form(step, choices={}, initial={})
        assert list(form.fields) == [name for name, _required in step.fields]


def test_what_a_step_asks_for_is_told_in_its_history() -> None:
    asked = {name for step in lifecycle.STEPS for name, _required in step.fields}
    told = {"problem_class": "class", "filing_rule": "rule", "assists": "assisting",
            "point": "placed"}  # fmt: skip
    unsaid = {name for name in asked if told.get(name, name) not in history.FACTS}
    assert unsaid == {"photos"}  # told as papers


def test_every_box_stands_on_a_desk_and_every_desk_is_somebodys() -> None:
    assert len(boxes.BY_KEY) == len(boxes.BOXES)
    assert {key for desk in desks.DESKS for key in desk.boxes} == set(boxes.BY_KEY)
    assert {role for desk in desks.DESKS for role in desk.posts} == set(ROLES) - {
        "system", "exchange", "wall",
    }  # fmt: skip
    assert set(boxes.BY_KEY) >= desks.TERMINAL | desks.PERSONAL
    posts = [role for desk in desks.DESKS for role in desk.posts]
    assert len(set(posts)) == len(posts)


def test_what_a_desk_names_exists_once() -> None:
    for desk in desks.DESKS:
        assert set(desk.columns) <= set(columns.BY_KEY)
        assert set(desk.bulk) <= set(lifecycle.BY_ACTION)
        for some in (desk.boxes, desk.columns, desk.bulk):
            assert len(set(some)) == len(some), desk.key
    assert len(columns.BY_KEY) == len(columns.COLUMNS)
    assert len(desks.DESKS) == len({desk.key for desk in desks.DESKS})


def test_every_column_has_a_cell_that_can_be_drawn() -> None:
    for column in columns.COLUMNS:
        get_template(column.cell)


def test_a_key_does_one_thing() -> None:
    pressed = [key for row in keys.KEYS for key in row.keys]
    assert len(set(pressed)) == len(pressed)


@pytest.mark.requirement("D05")
def test_several_posts_work_at_the_union_of_their_desks() -> None:
    both = Actor(1, "x", "x", roles=frozenset({"acceptor", "dispatcher"}))
    own, rest = desks.boxes_of(both)
    held = [box.key for box in own]
    alone = [
        [box.key for box in desks.boxes_of(Actor(1, "x", "x", roles=frozenset({role})))[0]]
        for role in ("acceptor", "dispatcher")
    ]
    assert held == list(dict.fromkeys(alone[0] + alone[1]))
    assert not {box.key for box in rest} & {*held, *desks.PERSONAL}


def test_a_terminal_has_the_boxes_of_its_few_steps() -> None:
    person = Actor(1, "x", "x", roles=frozenset({"worker"}), terminal=True)
    assert [box.key for box in desks.boxes_of(person)[0]] == ["my_work", "overdue"]
    assert desks.boxes_of(person)[1] == []


def test_clock_words_know_every_state_and_unit() -> None:
    assert set(looks.CLOCK_STATE) == {*TimerState.values, "met", "late"}
    from cityloop.standards import queries as standards

    assert all(standards.limit_text(1, unit) for unit in Unit)


def test_photo_stages_have_words() -> None:
    assert set(guards.PHOTO_STAGE.values()) <= set(looks.STAGE)
    assert Attachment._meta.get_field("stage").max_length >= max(map(len, looks.STAGE))
