"""Who and what the simulated city has: people by post, places, matters, words. Read once."""

from __future__ import annotations

import csv
import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from cityloop.cases.guards.joint import BORDER_METRES
from cityloop.cases.models import Case
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Member, Organisation
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule, ProblemClass

COMPONENT_SHARE = 0.02  # of all problems; the rest are events (a real city's year: 98 % events)
SLOW_SHARE = 5  # one unit in so many is slow
TABLES = Path("data")
CITY = "3301"  # digits of a city's codes
ASIDE = "mode-"  # posts of other modes than the city's own: its life does without them

_POSTS = """
SELECT r.code, m.username, m.id, o.id, o.region_code
FROM people_holding h JOIN people_post p ON p.id = h.post_id AND p.active
JOIN people_member m ON m.id = h.member_id AND m.active
JOIN people_post_role pr ON pr.post_id = p.id JOIN people_role r ON r.id = pr.role_id
JOIN people_organisation o ON o.id = p.organisation_id
WHERE h.valid_from <= %(day)s AND (h.valid_to IS NULL OR h.valid_to > %(day)s)
  AND NOT starts_with(p.code, %(aside)s)
ORDER BY r.code, m.username
"""
_SPOTS = """
SELECT street_code, code, full_name, lon, lat FROM (
  SELECT g.street_code, g.code, a.full_name, ST_X(a.point) AS lon, ST_Y(a.point) AS lat,
         row_number() OVER (PARTITION BY g.street_code ORDER BY md5(a.full_name || %s)) AS place
  FROM geo_address a JOIN geo_unitgrid g ON g.id = a.grid_id AND g.valid_to IS NULL
  WHERE a.kind IN ('doorplate', 'crossing', 'poi')) ranked
WHERE place <= 60 ORDER BY md5(street_code || %s), place
"""
_COMPONENTS = """
SELECT a.code, ST_X(a.point), ST_Y(a.point), a.grid_code, k.code
FROM assets_component a JOIN standards_problemclass k ON k.id = a.problem_class_id
ORDER BY md5(a.code || %s) LIMIT 600
"""
_CLASSES = """
SELECT e.code, k.kind, k.major_code, k.minor_code, k.code, k.level
FROM standards_problemclass k JOIN standards_edition e ON e.id = k.edition_id
WHERE EXISTS (SELECT 1 FROM standards_filingrule r WHERE r.problem_class_id = k.id)
ORDER BY k.code
"""


@dataclass(frozen=True, slots=True)
class Matter:
    """A thing that goes wrong: how often, how it looks, how it is told and reported as done."""

    code: str
    level: int
    weight: float
    drawing: str
    found: str
    done: str
    told: tuple[str, ...]  # as citizens say it


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a problem; `component` where one is concerned, with its class."""

    lon: float
    lat: float
    grid: str
    address: str = ""
    component: str = ""
    class_code: str = ""

    @property
    def place(self) -> int:
        """A number of the place: photos of one place show one street."""
        return zlib.crc32(f"{self.lon:.4f},{self.lat:.4f}".encode())


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in a post."""

    member_id: int
    organisation_id: int
    region: str


@dataclass(slots=True)
class Town:
    """Everything that the life of the city is drawn from; the same seed draws the same."""

    seed: int
    day: date
    sleeps: bool = True  # offices are closed at night
    writes: bool = False  # text messages to reporters: only where nothing leaves the machine
    chance: random.Random = field(init=False)
    posts: dict[str, list[Holder]] = field(init=False)
    streets: list[list[Spot]] = field(init=False)
    street_weights: list[float] = field(init=False)
    components: list[Spot] = field(init=False)
    matters: dict[str, Matter] = field(init=False)
    events: list[Matter] = field(init=False)
    event_weights: list[float] = field(init=False)
    units: dict[int, Organisation] = field(init=False)
    rostered: set[int] = field(default_factory=set)  # units that keep a roster
    _actors: dict[tuple[int, date], Actor] = field(default_factory=dict)
    _rules: dict[tuple[int, int], list[FilingRule]] = field(default_factory=dict)
    _walkers: dict[str, int] = field(default_factory=dict)
    _members: dict[int, Member] = field(default_factory=dict)
    _classes: dict[str, ProblemClass] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        with connection.cursor() as cursor:
            self._read(cursor)
        found = (one for code, one in self.matters.items() if "/E" in code)
        self.events = sorted(found, key=lambda one: (-one.weight, one.code))
        self.event_weights = list(accumulate(one.weight for one in self.events))
        self.street_weights = list(accumulate((n + 2) ** -0.9 for n in range(len(self.streets))))
        self.units = {one.pk: one for one in Organisation.objects.defer("search")}

    def _read(self, cursor: Any) -> None:
        seed = str(self.seed)
        cursor.execute(_POSTS, {"day": self.day, "aside": ASIDE})
        self.posts = {}
        for role, _name, member, organisation, region in cursor.fetchall():
            self.posts.setdefault(role, []).append(Holder(member, organisation, region))
        cursor.execute(_SPOTS, [seed, seed])
        streets: dict[str, list[Spot]] = {}
        for street, grid, address, lon, lat in cursor.fetchall():
            streets.setdefault(street, []).append(Spot(lon, lat, grid, address))
        self.streets = list(streets.values())
        cursor.execute(_COMPONENTS, [seed])
        self.components = [
            Spot(lon, lat, grid, component=code, class_code=kind)
            for code, lon, lat, grid, kind in cursor.fetchall()
        ]
        cursor.execute(_CLASSES)
        self.matters = _matters(cursor.fetchall())

    # ---------------------------------------------------------------- what happens where

    def spot(self) -> Spot:
        """Where something happens: few streets carry most of it; now and then a component."""
        if self.components and self.chance.random() < COMPONENT_SHARE:
            return self.chance.choice(self.components)
        street = self.chance.choices(self.streets, cum_weights=self.street_weights)[0]
        here = street[int(len(street) * self.chance.random() ** 2)]
        lon = round(here.lon + self.chance.uniform(-1.5e-4, 1.5e-4), 6)
        lat = round(here.lat + self.chance.uniform(-1.5e-4, 1.5e-4), 6)
        return Spot(lon, lat, here.grid, here.address)

    def matter(self, spot: Spot) -> Matter:
        """What happens there: a few classes make up most of it."""
        known = self.matters.get(spot.class_code)
        return known or self.chance.choices(self.events, cum_weights=self.event_weights)[0]

    # ---------------------------------------------------------------- who

    def actor(self, member_id: int, now: datetime) -> Actor:
        """A person in all their posts; people.NotFound for one who is gone."""
        key = member_id, timezone.localdate(now)
        found = self._actors.get(key)
        if found is None:
            found = self._actors[key] = people.actor_for(member_id, now)
        return found

    def person(
        self, role: str, *, now: datetime, region: str = "", unit: int | None = None
    ) -> Actor:
        """Somebody of this role for this unit, or for this area: of the district or of the city.

        What lies in no known area is the city's.

        Raises LookupError when nobody holds such a post.
        """
        holders = self.posts.get(role, [])
        if unit is not None:
            fitting = [one for one in holders if one.organisation_id == unit]
        else:
            where = region or CITY
            fitting = [one for one in holders if where.startswith(one.region or "-")]
            fitting += [one for one in holders if not one.region]
        if not fitting:
            raise LookupError(f"nobody holds {role} for {unit or region}")
        return self.actor(self.chance.choice(fitting).member_id, now)

    def city(self, role: str) -> list[Holder]:
        """Who holds the post for the whole city, by username."""
        return [one for one in self.posts.get(role, ()) if one.region[4:] in ("", "00")]

    def walker(self, grid: str) -> int:
        """The inspector who walks the grid."""
        if grid not in self._walkers:
            found = people.inspector_of(grid, self.day)
            self._walkers[grid] = found or self.chance.choice(self.posts["inspector"]).member_id
        return self._walkers[grid]

    def member(self, member_id: int) -> Member:
        """A member's row."""
        if member_id not in self._members:
            self._members[member_id] = Member.objects.get(pk=member_id)
        return self._members[member_id]

    def worker(self, unit: int) -> Member | None:
        """Somebody of the unit who goes out."""
        workers = [one for one in self.posts.get("worker", ()) if one.organisation_id == unit]
        return self.member(self.chance.choice(workers).member_id) if workers else None

    def proposed(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        """What the matrix says, as rows."""
        assists = [
            {**one, "organisation": self.units[one["organisation"]]}
            for one in proposal.get("assists", [])
        ]
        return {"unit": self.units[proposal["unit"]], "assists": assists}

    def slow(self, unit: int | None) -> bool:
        """Some units are slow, always the same ones."""
        row = self.units.get(unit or 0)
        return row is not None and zlib.crc32(row.code.encode()) % SLOW_SHARE == 0

    def another_unit(self, but: int | None) -> Organisation:
        """A unit with a desk that is not the right one."""
        desks = [one.organisation_id for one in self.posts["unit_desk"]]
        return self.units[self.chance.choice([unit for unit in desks if unit != but])]

    def neighbour(self, case: Case) -> Organisation:
        """A unit with a desk in the case's district that neither has the case nor gave it back."""
        had = {case.lead_id, *case.returned_by}
        desks = [one for one in self.posts["unit_desk"] if one.organisation_id not in had]
        near = [one for one in desks if one.region[:6] == case.area_code[:6]]
        return self.units[self.chance.choice(near or desks).organisation_id]

    def border(self, case: Case) -> list[Organisation]:
        """The street of the case and a neighbour in its district; LookupError without one."""
        here, others = self._streets_around(case.area_code)
        self.chance.shuffle(others)
        beside = next((one for one in others if not _far_from(case, one)), None)
        if not here or beside is None:
            raise LookupError(f"no border of streets near {case.number}")
        return [here[0], beside]

    def on_border(self, spot: Spot, day: date) -> bool:
        """Whether a street beside its own, in its district, is as near as `border` wants it."""
        here, others = self._streets_around(spot.grid)
        return bool(here) and not all(
            geo.farther_than(BORDER_METRES, one.region_code, spot.lon, spot.lat, on=day)
            for one in others
        )

    def _streets_around(self, code: str) -> tuple[list[Organisation], list[Organisation]]:
        """The street in which a grid lies, and the others of its district."""
        near = [one for one in self.units.values()
                if one.kind == "street" and one.region_code[:6] == code[:6]]  # fmt: skip
        here = [one for one in near if code.startswith(one.region_code)]
        return here, [one for one in near if one not in here]

    # ---------------------------------------------------------------- by which rule

    def class_row(self, code: str) -> ProblemClass:
        """A class by its code."""
        if code not in self._classes:
            self._classes[code] = ProblemClass.objects.defer("search").get(code=code)
        return self._classes[code]

    def rule(self, class_id: int, now: datetime) -> FilingRule | None:
        """A filing rule that fits the class; None where it has none."""
        on = timezone.localdate(now)
        key = class_id, on.month  # rules of a season
        if key not in self._rules:
            self._rules[key] = standards.rules_for(class_id, on=on)
        rules = self._rules[key][:4]
        return self.chance.choice(rules) if rules else None


def _matters(classes: Sequence[Sequence[Any]]) -> dict[str, Matter]:
    """By class code; classes without a line of their own take that of their major or kind."""
    lines = _lines(Path(settings.BASE_DIR))
    told = _sentences(Path(settings.BASE_DIR))
    found: dict[str, Matter] = {}
    for edition, kind, major, minor, code, level in classes:
        keys = ((kind, major, minor), (kind, major, "*"), (kind, "*", "*"))
        line = next((lines[key] for key in keys if key in lines), None)
        words = told.get((edition, kind, major, minor))
        if line and words:
            found[code] = Matter(code, level, float(line["weight"]), line["drawing"],
                                 line["found"], line["done"], words)  # fmt: skip
    return found


@lru_cache(maxsize=2)
def _lines(base: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    with (base / TABLES / "demo" / "matters.csv").open(encoding="utf-8") as file:
        return {(row["kind"], row["major"], row["minor"]): row for row in csv.DictReader(file)}


@lru_cache(maxsize=2)
def _sentences(base: Path) -> dict[tuple[str, str, str, str], tuple[str, ...]]:
    found: dict[tuple[str, str, str, str], list[str]] = {}
    with (base / TABLES / "training" / "labelled.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["edition"], row["kind"], row["major_code"], row["minor_code"])
            found.setdefault(key, []).append(row["text_zh"])
    return {key: tuple(words) for key, words in found.items()}


def _far_from(case: Case, unit: Organisation) -> bool:
    point = case.point
    return point is not None and geo.farther_than(
        BORDER_METRES, unit.region_code, point.x, point.y, on=timezone.localdate(case.reported_at)
    )
