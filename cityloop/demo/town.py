"""Who and what the simulated city has: people by post, places, classes, words."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from django.conf import settings
from django.db import connection

from cityloop.kernel.actor import Actor
from cityloop.people import queries as people

_POSTS = """
SELECT r.code, h.member_id, p.organisation_id, o.region_code
FROM people_holding h JOIN people_post p ON p.id = h.post_id
JOIN people_post_role pr ON pr.post_id = p.id JOIN people_role r ON r.id = pr.role_id
JOIN people_organisation o ON o.id = p.organisation_id
WHERE h.valid_to IS NULL ORDER BY r.code, h.member_id
"""
_GRIDS = """
SELECT code, ST_X(p), ST_Y(p) FROM (
  SELECT code, ST_PointOnSurface(geom) AS p FROM geo_unitgrid WHERE valid_to IS NULL
  ORDER BY md5(code || %s) LIMIT %s) g
"""
_COMPONENTS = """
SELECT a.code, ST_X(a.point), ST_Y(a.point), k.code, k.major_code
FROM assets_component a JOIN standards_problemclass k ON k.id = a.problem_class_id
ORDER BY md5(a.code || %s) LIMIT 400
"""


@dataclass(frozen=True, slots=True)
class Matter:
    """A thing that goes wrong in the city: class code, level, how to draw it, how people say it."""

    code: str
    level: int
    drawing: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a problem; `component` where one is concerned, with its class."""

    lon: float
    lat: float
    component: str = ""
    class_code: str = ""
    drawing: str = ""


class Town:
    """Everything that the life of the city is drawn from; the same seed gives the same choices."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.posts: dict[str, list[tuple[int, int, str]]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_POSTS)
            for role, member, organisation, region in cursor.fetchall():
                self.posts.setdefault(role, []).append((member, organisation, region))
            cursor.execute(_GRIDS, [str(seed), 1500])
            self.grids = [Spot(x, y) for _code, x, y in cursor.fetchall()]
            cursor.execute(_COMPONENTS, [str(seed)])
            self.components = [
                Spot(x, y, code, kind, major) for code, x, y, kind, major in cursor.fetchall()
            ]
            self.events, self.spoken = _matters(cursor)
        self.weights = list(accumulate(1 / (rank + 6) for rank in range(len(self.events))))

    def person(self, role: str, *, region: str, now: datetime, unit: int | None = None) -> Actor:
        """Somebody of this role for this unit, or this area; of the whole city where none is.

        Raises LookupError when the city has no such post.
        """
        all_posts = self.posts.get(role, [])
        if unit is not None:
            fitting = [one for one in all_posts if one[1] == unit]
        else:
            fitting = [one for one in all_posts if one[2] and region.startswith(one[2][:6])]
            fitting += [one for one in all_posts if one[2] in ("", "3301", "330100")]
        if not fitting:
            raise LookupError(f"nobody holds {role} for {unit or region}")
        return people.actor_for(self.chance.choice(fitting)[0], now)

    def spot(self) -> Spot:
        """Where something happens: few places carry most of it, 2 in 100 concern a component."""
        if self.components and self.chance.random() < 0.02:
            return self.chance.choice(self.components)
        index = min(int(self.chance.paretovariate(0.9)) - 1, len(self.grids) - 1)
        here = self.grids[index]
        shift = self.chance.uniform(-2e-4, 2e-4), self.chance.uniform(-2e-4, 2e-4)
        return Spot(here.lon + shift[0], here.lat + shift[1])

    def matter(self) -> Matter:
        """What happens: a few classes make up most of it."""
        return self.chance.choices(self.events, cum_weights=self.weights)[0]


def _matters(cursor) -> tuple[list[Matter], dict[str, Matter]]:  # type: ignore[no-untyped-def]
    """Event classes with rules and labelled sentences; all classes with sentences by code."""
    words: dict[tuple[str, str, str, str], list[str]] = {}
    path = Path(settings.BASE_DIR) / "data" / "training" / "labelled.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["edition"], row["kind"], row["major_code"], row["minor_code"])
            words.setdefault(key, []).append(row["text_zh"])
    cursor.execute(
        """SELECT e.code, k.kind, k.major_code, k.minor_code, k.code, k.level
           FROM standards_problemclass k JOIN standards_edition e ON e.id = k.edition_id
           WHERE EXISTS (SELECT 1 FROM standards_filingrule r WHERE r.problem_class_id = k.id)
           ORDER BY md5(k.code)"""
    )
    found = {}
    for edition, kind, major, minor, code, level in cursor.fetchall():
        if said := words.get((edition, kind, major, minor)):
            drawing = f"E{major}" if kind == "event" else major
            found[code] = Matter(code, level, drawing, tuple(said))
    events = sorted(
        (one for one in found.values() if one.drawing.startswith("E")),
        key=lambda one: (-len(one.words), one.code),
    )
    return events, found
