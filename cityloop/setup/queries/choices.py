"""What templates offer to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import override

from cityloop.assets.models import DataSource, State
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Duty, OrganisationKind
from cityloop.people.roles import NOT_HELD
from cityloop.setup.sheets import Sheet
from cityloop.standards import queries as standards
from cityloop.standards.models import ProblemClass

Choice = tuple[str, str, str]


def allowed(sheet: Sheet, actor: Actor, *, on: date) -> dict[str, list[Choice]]:
    """For each list that the sheet's columns name: value, what it is called in Chinese, in English.

    Organisations and regions as the actor sees them.
    """
    wanted = dict.fromkeys(one.allowed for one in sheet.columns if one.allowed)
    return {name: LISTS[name](actor, on) for name in wanted}


def _labels(rows: Iterable[tuple[Any, Any]]) -> list[Choice]:
    found = []
    for value, label in rows:
        with override("zh-hans"):
            zh = str(label)
        with override("en"):
            found.append((str(value), zh, str(label)))
    return found


def _organisations(actor: Actor, _on: date) -> list[Choice]:
    rows = people.organisation_tree(actor).filter(active=True)
    return [(one.code, one.name_zh, one.name_en) for one in rows]


def _regions(actor: Actor, _on: date) -> list[Choice]:
    rows = geo.regions_of(actor, levels=("city", "district", "street"))
    return [(one.code, one.name, one.name_en) for one in rows]


def _classes(_actor: Actor, on: date) -> list[Choice]:
    """Major classes of the catalogue in force, then its minor ones."""
    own = standards.own_editions(on)
    rows = ProblemClass.objects.filter(edition__in=[n for e in own[:1] for n in standards.chain(e)])
    majors: dict[str, Choice] = {}
    minors = []
    for one in rows.order_by("kind", "major_code", "minor_code"):
        key = f"{one.kind} {one.major_code}"
        majors.setdefault(key, (key, one.major_zh, one.major_en))
        minors.append((f"{key} {one.minor_code}", one.name_zh, one.name_en))
    return [*majors.values(), *minors]


def _roles(_actor: Actor, _on: date) -> list[Choice]:
    rows = people.roles().exclude(code__in=NOT_HELD)
    return [(one.label_zh, one.code, one.label_en) for one in rows]


LISTS = {
    "kind": lambda _actor, _on: _labels(OrganisationKind.choices),
    "duty": lambda _actor, _on: _labels(Duty.choices),
    "state": lambda _actor, _on: _labels(State.choices),
    "data_source": lambda _actor, _on: _labels(DataSource.choices),
    "language": lambda _actor, _on: [(code, name, name) for code, name in settings.LANGUAGES],
    "class_kind": lambda _actor, _on: [
        ("event", "事件", "event"), ("component", "部件", "component"),
    ],
    "organisation": _organisations,
    "region": _regions,
    "class": _classes,
    "role": _roles,
}  # fmt: skip
