"""All modules of this folder, one after the other; what was made before is not made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from django.db import transaction
from django.utils.translation import override

from cityloop.cases import proof
from cityloop.cases.models import Case
from cityloop.demo.camera import not_waiting_for_the_disk
from cityloop.demo.situations.made import MADE, Shown
from cityloop.demo.situations.scene import Scene
from cityloop.desks.queries import SITUATIONS
from cityloop.kernel.errors import Problem
from cityloop.kernel.models import Marker


def modules() -> list[str]:
    """The modules of the folder that make situations, by name."""
    package = import_module("cityloop.demo.situations")
    names = sorted(one.name for one in iter_modules(package.__path__))
    return [name for name in names if hasattr(_module(name), "make")]


def make_all(
    *,
    now: datetime,
    advance: Callable[..., object] | None = None,
    left_out: Callable[[str, Exception], object] | None = None,
) -> list[str]:
    """Play every module that this database has not seen; the numbers of the cases made.

    A module is played whole or not at all: what is stopped in between is played the next time.
    One that a rule of this city refuses, or that finds no place or person for its story, is told to
    `left_out` and tried again the next time, and the others are played; without it the error is
    raised.
    """
    names = modules()
    known = set(Marker.objects.filter(name__startswith=MADE).values_list("name", flat=True))
    numbers: list[str] = []
    with override("zh-hans"), not_waiting_for_the_disk():
        for done, name in enumerate(names):
            if MADE + name not in known:
                try:
                    numbers += _play(name, now)
                except (Problem, LookupError) as problem:
                    if left_out is None:
                        raise
                    left_out(name, problem)
            if advance is not None:
                advance(done + 1, len(names))
    if numbers:
        proof.seal(now=now)
    if not Marker.objects.filter(pk=SITUATIONS).exists():
        Marker.objects.create(name=SITUATIONS, set_at=now)
    return numbers


@transaction.atomic
def _play(name: str, now: datetime) -> list[str]:
    scene = Scene(name, now)
    module = _module(name)
    numbers: list[str] = module.make(scene)
    shown = _with_versions(scene.shown or _by_number(scene, numbers))
    value = {"cases": numbers, "shown": [asdict(one) for one in shown]}
    Marker.objects.create(name=MADE + name, value=value, set_at=now)
    proof.invent(now=now)  # with its lines: whatever stops us later, they stay a story's
    return numbers


def _with_versions(shown: Sequence[Shown]) -> list[Shown]:
    """How far each case is at the end of its module: whatever comes after was done with it."""
    rows = Case.objects.filter(number__in=[one.case for one in shown])
    versions = dict(rows.values_list("number", "version"))
    return [replace(one, version=versions.get(one.case)) for one in shown]


def _by_number(scene: Scene, numbers: Sequence[str]) -> list[Shown]:
    """A module that names nothing itself is shown by its cases."""
    leader = scene.actor("leader")
    member = scene.town.member(leader.member_id or 0)
    words = scene.name.replace("_", " ")
    return [Shown(words, words, f"/cases/{number}/", member.username, leader.post)
            for number in numbers]  # fmt: skip


def _module(name: str) -> ModuleType:
    return import_module(f"cityloop.demo.situations.{name}")
