"""Components for the demo city: along its roads, at its crossings, inside its grids.

Deterministic: the same roads, grids, matrix and seed give the same components. Owners follow the
responsibility matrix, so that a case about a component finds the unit that owns it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils import timezone

from cityloop.assets.models import Component, DataSource, State
from cityloop.assets.operations.imports import Draft, Known, write_components
from cityloop.geo import queries as geo
from cityloop.geo.coordinates import metres_per_degree
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport
from cityloop.people import queries as people
from cityloop.people.lines import Line, Question
from cityloop.people.matrix import Matrix
from cityloop.standards import queries as standards

ACTOR = Actor.system("demo")
Units = tuple[int | None, int | None, int | None]  # competent, owner, maintainer
# class: (weight, metres from the middle of the road: least, most)
PLACED = {
    "路灯": (16, 7, 10), "行道树": (15, 8, 11), "雨水箅子": (10, 5, 7), "雨水井盖": (9, 1, 5),
    "污水井盖": (8, 1, 5), "上水井盖": (5, 2, 7), "电力井盖": (4, 4, 9), "通信井盖": (5, 5, 10),
    "燃气井盖": (3, 2, 7), "电视井盖": (1, 5, 10), "路灯井盖": (1, 7, 10), "公安井盖": (1, 5, 9),
    "交通标志牌": (3, 7, 9), "路名牌": (2, 8, 10), "交通信号灯": (1.5, 7, 9), "交通护栏": (2, 0, 7),
    "垃圾箱": (3, 9, 12), "公交站亭（牌）": (0.8, 8, 11), "监控电子眼": (2, 7, 10),
    "通信交接箱": (0.8, 10, 14), "电力设施": (0.8, 10, 16), "消防设施": (1.5, 9, 13),
    "牌匾标识": (2.5, 14, 22), "户外广告": (1, 12, 25), "宣传栏": (0.6, 10, 16),
    "非机动车停放点": (0.8, 9, 13), "便道桩": (1, 9, 11), "护树设施": (1, 8, 11),
}  # fmt: skip
# class: weight; somewhere inside a unit grid
INSIDE = {
    "绿地": 2, "街头座椅": 1.5, "花架花钵": 1, "户外健身设施": 1, "公共厕所": 0.4, "停车场": 0.8,
    "化粪池井盖": 1.2, "充电站（桩）": 0.8, "垃圾间（楼）": 0.5, "雕塑": 0.2, "绿地护栏": 0.8,
    "园林井盖": 0.8, "古树名木": 0.1, "水域护栏": 0.4,
}  # fmt: skip
OTHERS = 0.05  # weight of every further class
KIND_WEIGHT = {"primary": 3.0, "secondary": 2.0, "branch": 1.0}
STATES = ((State.INTACT, 0.965), (State.DAMAGED, 0.022), (State.LOST, 0.004),
          (State.ABANDONED, 0.005), (State.OCCUPIED, 0.004))  # fmt: skip
SPARE = 1.25  # drawn beyond the count, as some points fall outside the grids


class NothingToStandOn(LookupError):
    """There are no unit grids, or no component classes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A class with where it stands; `least` None: inside a grid."""

    class_id: int
    code: str
    name: str
    weight: float
    least: float | None = None
    most: float = 0.0


@transaction.atomic
def build(*, count: int = 30_000, seed: int = 2026, now: datetime) -> ImportReport:
    """About `count` components; those of an earlier build stay, with none added to them.

    Raises NothingToStandOn.
    """
    report = ImportReport()
    if Component.objects.exists():
        report.notes.append("the register is not empty: nothing added")
        return report
    today = timezone.localdate(now)
    choices = _choices(today)
    rng = np.random.default_rng(seed)
    picked = _picked(choices, int(count * SPARE), rng)
    points = _points(picked, rng)
    places = geo.locate_many(points, on=today)
    drafts = list(
        _drafts(picked, points, places, random.Random(seed), people.matrix_on(today), today)
    )
    report.imported = write_components(drafts[:count], actor=ACTOR, now=now)
    return report


def _choices(today: date) -> list[Choice]:
    known = Known.load(standards.current_edition(today).code, today)
    found = []
    for code, (class_id, name) in sorted(known.classes.items()):
        if name in PLACED:
            weight, least, most = PLACED[name]
            found.append(Choice(class_id, code, name, weight, least, most))
        else:
            found.append(Choice(class_id, code, name, INSIDE.get(name, OTHERS)))
    if not found:
        raise NothingToStandOn("the edition has no component classes")
    return found


def _picked(choices: Sequence[Choice], count: int, rng: np.random.Generator) -> list[Choice]:
    weights = np.array([choice.weight for choice in choices])
    drawn = rng.choice(len(choices), size=count, p=weights / weights.sum())
    return [choices[place] for place in drawn]


def _points(picked: Sequence[Choice], rng: np.random.Generator) -> list[tuple[float, float]]:
    """A point for each choice, beside a road or inside a grid."""
    roads = np.array([choice.least is not None for choice in picked])
    found = np.empty((len(picked), 2))
    lines, weights = _roads()
    if not len(lines):
        roads[:] = False
    if roads.any():
        offsets = [
            rng.uniform(c.least or 0.0, c.most) for c, on in zip(picked, roads, strict=True) if on
        ]
        found[roads] = _beside(lines, weights, np.array(offsets), rng)
    inside = int((~roads).sum())
    if inside:
        found[~roads] = _within(inside, rng)
    return [(float(lon), float(lat)) for lon, lat in np.round(found, 7)]


def _roads() -> tuple[np.ndarray, np.ndarray]:
    """Roads that touch unit grids, in order, and how likely each is (length by rank)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT ST_AsBinary(r.geom), r.kind FROM geo_road r
               WHERE EXISTS (SELECT 1 FROM geo_unitgrid g
                             WHERE g.geom && r.geom AND g.valid_to IS NULL)
               ORDER BY r.name, r.kind, ST_AsBinary(r.geom)"""
        )
        rows = cursor.fetchall()
    if not rows:
        return np.array([]), np.array([])
    lines = shapely.from_wkb([bytes(row[0]) for row in rows])
    weights = shapely.length(lines) * np.array([KIND_WEIGHT.get(row[1], 1.0) for row in rows])
    return lines, weights / weights.sum()


def _beside(
    lines: np.ndarray, weights: np.ndarray, offsets: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Points on random roads, moved to a side by metres, square to the road."""
    chosen = lines[rng.choice(len(lines), size=len(offsets), p=weights)]
    share = rng.uniform(0.0, 0.995, size=len(offsets))
    here = shapely.get_coordinates(shapely.line_interpolate_point(chosen, share, normalized=True))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(chosen, share + 0.005, normalized=True)
    )
    east, north = metres_per_degree(float(here[:, 1].mean()))
    along = (ahead - here) * (east, north)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    side = rng.choice((-1.0, 1.0), size=len(offsets)) * offsets / length
    moved: np.ndarray = here + np.column_stack(
        (-along[:, 1] * side / east, along[:, 0] * side / north)
    )
    return moved


def _within(count: int, rng: np.random.Generator) -> np.ndarray:
    """Points about the middle of random unit grids."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT ST_X(p), ST_Y(p) FROM (
                 SELECT ST_PointOnSurface(geom) AS p, code FROM geo_unitgrid WHERE valid_to IS NULL
               ) g ORDER BY code"""
        )
        middles = np.array(cursor.fetchall())
    if not len(middles):
        raise NothingToStandOn("there are no unit grids")
    return middles[rng.integers(len(middles), size=count)] + rng.normal(0, 1.5e-4, size=(count, 2))


def _drafts(
    picked: Sequence[Choice],
    points: Sequence[tuple[float, float]],
    places: Sequence[geo.Place | None],
    dice: random.Random,
    matrix: Matrix,
    today: date,
) -> Iterator[Draft]:
    numbers: dict[str, int] = {}
    owners: dict[str, list[Units]] = {}
    edition = standards.current_edition(today).code
    states, chances = [state for state, _ in STATES], [chance for _, chance in STATES]
    for choice, (lon, lat), place in zip(picked, points, places, strict=True):
        if place is None:
            continue
        stem = place.district_code + choice.code
        numbers[stem] = numbers.get(stem, 0) + 1
        if stem not in owners:
            owners[stem] = _owners(choice.code, place.district_code, matrix, edition)
        original = today - timedelta(days=dice.randrange(200, 5000))
        state = dice.choices(states, chances)[0]
        changed = None if state == State.INTACT else today - timedelta(days=dice.randrange(1, 200))
        yield Draft(
            row=0,
            code=f"{stem}{numbers[stem]:06}",
            class_id=choice.class_id,
            name=choice.name,
            lon=lon,
            lat=lat,
            units=dice.choice(owners[stem]),
            state=state,
            original_on=original,
            changed_on=changed,
            data_source=DataSource.SURVEYED if dice.random() < 0.9 else DataSource.TOPOGRAPHIC,
            place=place,
        )


def _owners(code: str, district: str, matrix: Matrix, edition: str) -> list[Units]:
    """The three departments that a class may have in a district, the usual ones more often."""
    question = Question("component", edition, code[:2], code[2:], (district,))
    general = matrix.find(question)
    lines = matrix.lines.get(("component", code[:2], code[2:]), ())
    owned = [_units(line) for line in lines if line.owner_id is not None]
    winner = next((line for line in lines if general and line.id == general.row_ids[0]), None)
    usual = [_units(winner)] * max(1, 2 * len(owned)) if winner else []
    return usual + owned or [(None, None, None)]


def _units(line: Line) -> Units:
    duties = {duty: unit for unit, duty in reversed(line.assists)}
    owner = line.owner_id or line.lead_id
    return duties.get("supervise", line.lead_id), owner, duties.get("maintain", line.lead_id)
