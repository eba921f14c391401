"""What a subsystem declares of itself in apps.py: strings and tuples only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps

from cityloop.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the main menu: translated title, path, icon name, permission that shows it.

    `terminal`: shown on the light client of a unit too.
    """

    title: str
    path: str
    icon: str
    permission: str = ""
    position: int = 100
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class OfficeTab:
    """A tab of the back office: translated title, name of its address, icon, permission.

    `for_city`: of what holds in the whole city, which no district sets.
    `group`: what it stands under, for the first tab of a group; '' is the group of the tab before.
    """

    title: str
    address: str
    icon: str
    permission: str
    position: int
    group: str = ""
    for_city: bool = False


@dataclass(frozen=True, slots=True)
class LivePart:
    """A part of every page, asked for again when the live stream names its topic."""

    topic: str
    path: str
    permission: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function of jobs.py that the worker calls every so many seconds."""

    function: str
    every_seconds: int


@dataclass(frozen=True, slots=True)
class OpenItems:
    """Work beside the cases that somebody must take over at the end of a shift.

    Its name (in English, translated when it is shown), how many, how many late, the page of it.
    """

    label: str
    count: int
    late: int
    path: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that the palette finds: translated group and title, a second line, where it leads,
    name of its icon."""

    group: str
    title: str
    path: str
    sub: str = ""
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a register beside the core says of who answers for a case.

    `facts`: as the case keeps them, with `source`, the subsystem. `reason`: a code with its facts,
    of which `people.reasons` makes words. `unit`: the body that answers by it, if it handles cases,
    and its names (Chinese, English). `rule`: by what its proposals are counted.
    """

    facts: dict[str, Any]
    reason: dict[str, Any]
    unit: int | None
    unit_name: tuple[str, str]
    rule: str


@dataclass(frozen=True, slots=True)
class Succession:
    """What a subsystem says of an edition of the classes that takes another's place.

    Asked before the new one is published. `notes`: for who publishes it. `decided`: how many cases
    were filed under the old one since the first day of the new one.
    """

    notes: tuple[str, ...] = ()
    decided: int = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a city needs before it works, as it stands at this moment.

    `title` and `sentence`: in the reader's language. `page`: the name of the address where it is
    put right, '' where no page does it, and what that link says. `blocking`: without it no case
    goes its way.
    """

    title: str
    sentence: str
    done: bool
    page: str = ""
    args: tuple[str, ...] = ()
    link: str = ""
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of the rows of a table for which the condition `when` holds (of a row `t`).

    `columns`: none of them changes; empty where no column does. `name`: of the trigger that sees to
    it, or another one. `stays`: the row does not go either. `unless`: a condition of what is
    recorded elsewhere, under which it may have become another.
    """

    table: str
    name: str
    columns: tuple[str, ...] = ()
    when: str = "TRUE"
    stays: bool = True
    unless: str = ""


class Subsystem(AppConfig):
    """Base of every manifest."""

    # Django takes an app's only configuration, or the one marked default: the base, imported beside
    # each manifest, must not count.
    default = False
    default_auto_field = "django.db.models.BigAutoField"
    title: str = ""
    menu: tuple[MenuItem, ...] = ()
    personal: tuple[MenuItem, ...] = ()  # lines of the menu behind the person's name
    office: tuple[OfficeTab, ...] = ()
    permissions: tuple[str, ...] = ()
    live_parts: tuple[LivePart, ...] = ()
    subscriptions: dict[str, str] = {}
    schedules: tuple[Schedule, ...] = ()
    open_items: str = ""  # a function of queries: (actor, now) -> OpenItems of what the actor sees
    keeps: tuple[Kept, ...] = ()  # what of rows stays, beside what append_only.py makes stay
    hanging: str = ""  # a function of queries: (organisation_id) -> [what hangs on it]
    waiting: str = ""  # as open_items, of what stands on the start page of who sees to it
    search: str = ""  # a function of queries: (actor, words, limit, now) -> [Hit]
    answers: str = ""  # a function of queries: (actor, classes, now) -> {short code: units}
    testimony: str = ""  # a function of queries: (problem_class, lon, lat, at) -> [Testimony]
    succession: str = ""  # a function of queries: (old, new, on, kept) -> Succession
    missing: str = ""  # a function of queries: (now) -> [Missing], in the order of beginning a city
    filed_under: str = ""  # a function of queries: () -> {id of an edition: cases filed by it}

    changes: str = ""  # a function of queries: (changes.Asked) -> [changes.Change], newest first
    health: str = ""  # a function of queries: (now) -> [upkeep.Row] for the page of administrators

    def __init_subclass__(cls) -> None:
        cls.default = True


def subsystems() -> list[Subsystem]:
    """Every installed subsystem, bottom layer first."""
    return [app for app in apps.get_app_configs() if isinstance(app, Subsystem)]


def keeps() -> list[Kept]:
    """What stays of the rows of every subsystem, beside what append_only.py makes stay."""
    return [one for app in subsystems() for one in app.keeps]


def subscribers(topic: str) -> list[str]:
    """Dotted functions that want to hear of a topic, as declared in the manifests."""
    return [
        f"{app.name}.jobs.{app.subscriptions[topic]}"
        for app in subsystems()
        if topic in app.subscriptions
    ]


def open_items(actor: Actor, now: datetime) -> list[OpenItems]:
    """What is open beside the cases, subsystem by subsystem; nothing of which there is none."""
    found: list[OpenItems] = []
    for app in subsystems():
        if app.open_items:
            ask = getattr(import_module(f"{app.name}.queries"), app.open_items)
            found += [one for one in ask(actor, now) if one.count]
    return found


def hanging(organisation_id: int) -> list[str]:
    """What of the subsystems hangs on an organisation: it is not closed before."""
    found: list[str] = []
    for app in subsystems():
        if app.hanging:
            ask = getattr(import_module(f"{app.name}.queries"), app.hanging)
            found += ask(organisation_id)
    return found


def waiting(actor: Actor, now: datetime) -> list[OpenItems]:
    """What waits for the actor beside the cases, also where there is none of it."""
    found: list[OpenItems] = []
    for app in subsystems():
        if app.waiting:
            found += getattr(import_module(f"{app.name}.queries"), app.waiting)(actor, now)
    return found


def search(actor: Actor, words: str, *, limit: int, now: datetime) -> list[Hit]:
    """What the subsystems find for a text, at most `limit` each, bottom layer first."""
    found: list[Hit] = []
    for app in subsystems():
        if app.search:
            ask = getattr(import_module(f"{app.name}.queries"), app.search)
            found += ask(actor, words, limit, now)
    return found


def answers(actor: Actor, classes: Sequence[Any], *, now: datetime) -> dict[str, str]:
    """Short code of a class -> the units that answer for it on the actor's ground; '' left out."""
    found: dict[str, str] = {}
    for app in subsystems():
        if app.answers:
            ask = getattr(import_module(f"{app.name}.queries"), app.answers)
            found |= ask(actor, classes, now)
    return found


def testimony(*, problem_class: Any, lon: float, lat: float, at: datetime) -> list[Testimony]:
    """What the registers beside the core said of a class at a WGS 84 place at a moment."""
    found: list[Testimony] = []
    for app in subsystems():
        if app.testimony:
            ask = getattr(import_module(f"{app.name}.queries"), app.testimony)
            found += ask(problem_class=problem_class, lon=lon, lat=lat, at=at)
    return found


def successions(*, old: Any, new: Any, on: date, kept: Mapping[str, Any]) -> list[Succession]:
    """What the subsystems say on a day of the edition `new` that takes the place of `old`.

    `new` may not be stored yet. `kept`: earlier edition -> the codes of its classes that it keeps.
    """
    found: list[Succession] = []
    for app in subsystems():
        if app.succession:
            ask = getattr(import_module(f"{app.name}.queries"), app.succession)
            found.append(ask(old=old, new=new, on=on, kept=kept))
    return found


def missing(now: datetime) -> list[Missing]:
    """What a city needs, subsystem by subsystem, that which is done too."""
    found: list[Missing] = []
    for app in subsystems():
        if app.missing:
            found += getattr(import_module(f"{app.name}.queries"), app.missing)(now)
    return found


def filed_under() -> dict[int, int]:
    """How many cases were filed by the rules of each edition, by its id; none is left out."""
    found: dict[int, int] = defaultdict(int)
    for app in subsystems():
        if app.filed_under:
            ask = getattr(import_module(f"{app.name}.queries"), app.filed_under)
            for edition, number in ask().items():
                found[edition] += number
    return found
