"""A small city for tests of intake: a community of 25 grids, an edition, a person for each post."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection
from PIL import Image

from cityloop.assets.models import Component
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, Flow
from cityloop.geo.models import Address, Region, UnitGrid
from cityloop.intake import operations, reference
from cityloop.intake.operations import Incoming, PhotoIn, Receipt
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile
from cityloop.people.models import Member, Organisation
from cityloop.people.roles import SEEDS
from cityloop.standards import operations as standards
from cityloop.standards.models import Edition, FilingRule, ProblemClass

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
COMMUNITY = "330106001001"
WEST, SOUTH, CELL, SIDE = 120.13, 30.26, 0.001, 5
MIDDLE = (WEST + 2.5 * CELL, SOUTH + 2.5 * CELL)
OUTSIDE = (119.0, 29.0)
SINCE = date(2020, 1, 1)
POSTS = ("inspector", "acceptor", "shift_leader", "dispatcher", "supervisor", "exchange", "leader")


@dataclass
class City:
    """Rows and actors by short names; `now` moves on with `wait`."""

    flow: Flow
    classes: dict[str, ProblemClass]
    actors: dict[str, Actor]
    unit: Organisation
    now: datetime = MONDAY
    pictures: int = field(default=0)

    def wait(self, **span: float) -> datetime:
        """Let time pass: minutes=, hours=, days=."""
        self.now += timedelta(**span)
        return self.now

    def report(self, channel: str = "inspector", *, by: str = "", **given: Any) -> Incoming:
        """A report with a point and a class, as far as not said otherwise."""
        values: dict[str, Any] = {
            "channel": channel, "text": "路面井盖破损", "x": MIDDLE[0], "y": MIDDLE[1],
            "class_code": "C0101",
        }  # fmt: skip
        return Incoming(**{**values, **given})

    def receive(self, channel: str = "inspector", *, by: str = "", **given: Any) -> Receipt:
        """Take such a report by the post that the channel is for."""
        actor = self.actors[by or ("inspector" if channel == "inspector" else "acceptor")]
        return operations.receive(self.report(channel, **given), actor=actor, now=self.now)

    def photo(self, seed: str = "", stage: str = "report", **taken: Any) -> PhotoIn:
        """A stored photo with structure of its own, another one each time unless seeded."""
        self.pictures += 1
        body = picture(seed or str(self.pictures))
        row = files.store(chunks=[body], filename="p.jpg", now=self.now)
        if taken:
            with connection.cursor() as cursor:  # files stay as they are: not this one
                cursor.execute("SET session_replication_role = replica")
                StoredFile.objects.filter(pk=row.pk).update(**taken)
                cursor.execute("SET session_replication_role = origin")
        return PhotoIn(row.sha256, stage=stage, filename="p.jpg")

    def step(self, number: str, action: str, by: str, **inputs: Any) -> Case:
        """One step of the life cycle."""
        return cases.perform(number, action, actor=self.actors[by], now=self.now, inputs=inputs)


def picture(seed: str, *, quality: int = 90, bright: int = 0) -> bytes:
    """A JPEG of random blocks made from the seed; `bright` and `quality` keep its structure."""
    numbers = np.frombuffer(hashlib.sha512(seed.encode()).digest(), dtype=np.uint8)
    blocks = np.clip(numbers.reshape(8, 8).astype(int) + bright, 0, 255).astype(np.uint8)
    image = Image.fromarray(blocks, "L").resize((128, 128), Image.Resampling.BICUBIC).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def build(**parameters: Any) -> City:
    """A fresh city; `parameters` of its flow. Class E0102 has two filing rules, the others one."""
    reference.forget()
    standards.seed_calendar([], actor=Actor.system(), now=MONDAY)
    community = _regions()
    _grids(community)
    centre = _organisation("centre", "city_platform")
    later = MONDAY + timedelta(days=3650)  # than the one that the migration publishes
    flow = Flow.objects.create(code="test-flow", parameters=parameters, published_at=later)
    actors = {role: _person(role, centre) for role in POSTS}
    return City(flow, _edition(), actors, _organisation("water", "department"))


def _regions() -> Region:
    parent = None
    size = CELL * SIDE
    shape = MultiPolygon(Polygon.from_bbox((WEST, SOUTH, WEST + size, SOUTH + size)), srid=4326)
    levels = ((2, "province"), (4, "city"), (6, "district"), (9, "street"), (12, "community"))
    for digits, level in levels:
        parent = Region.objects.create(
            code=COMMUNITY[:digits], level=level, name=f"测试{level}", parent=parent, geom=shape,
            label_point=Point(*MIDDLE, srid=4326), valid_from=SINCE,
        )  # fmt: skip
    assert parent is not None
    return parent


def _grids(community: Region) -> None:
    cells = [(column, row) for row in range(SIDE) for column in range(SIDE)]
    UnitGrid.objects.bulk_create(
        UnitGrid(
            code=f"{COMMUNITY}{number:03}", community=community, district_code=COMMUNITY[:6],
            street_code=COMMUNITY[:9], community_code=COMMUNITY, area_m2=10_000,
            geom=Polygon.from_bbox((WEST + c * CELL, SOUTH + r * CELL,
                                    WEST + (c + 1) * CELL, SOUTH + (r + 1) * CELL)),
            valid_from=SINCE,
        )
        for number, (c, r) in enumerate(cells, 1)
    )  # fmt: skip


def _edition() -> dict[str, ProblemClass]:
    edition = Edition.objects.create(
        code="TEST", name_zh="测试", kind="local", family="test", valid_from=SINCE,
        loaded_at=MONDAY, loaded_by="test",
    )  # fmt: skip
    found = {}
    for kind, minor, name, level in (
        ("component", "01", "上水井盖", 2), ("component", "02", "路灯", 2),
        ("event", "01", "暴露垃圾", 1), ("event", "02", "占道经营", 2),
    ):  # fmt: skip
        code = f"{kind[0].upper()}01{minor}"
        found[code] = ProblemClass.objects.create(
            edition=edition, kind=kind, major_code="01", major_zh="公用设施", minor_code=minor,
            name_zh=name, code=f"TEST/{code}", level=level, search_text=name,
        )  # fmt: skip
    for position, chosen in [*found.items(), ("E0102", found["E0102"])]:
        seq = chosen.rules.count() + 1
        FilingRule.objects.create(
            edition=edition, problem_class=chosen, seq=seq, closing_zh="修复", position=position,
            condition_zh=("占用人行道经营", "占用车行道摆摊")[seq - 1] if position == "E0102"
            else f"{chosen.name_zh}破损", limit_amount=Decimal(8), limit_unit="work_hour",
        )  # fmt: skip
    Edition.objects.filter(pk=edition.pk).update(
        status="published", published_at=MONDAY, published_by="test"
    )
    return found


def component(city: City, code: str = "3301060101000001", **changes: Any) -> Component:
    """A component in the middle of the city."""
    values: dict[str, Any] = {
        "problem_class": city.classes["C0101"], "name": "上水井盖", "original_on": SINCE,
        "point": Point(*MIDDLE, srid=4326),
    }  # fmt: skip
    return Component.objects.create(code=code, **{**values, **changes})


def address(name: str, lon: float, lat: float) -> Address:
    """A place with a name."""
    return Address.objects.create(
        kind="poi", name=name, full_name=f"测试市{name}", point=Point(lon, lat, srid=4326),
        source="test",
    )  # fmt: skip


def _organisation(code: str, kind: str) -> Organisation:
    row = Organisation.objects.create(
        code=code, name_zh=f"{code}单位", kind=kind, valid_from=SINCE, region_code="3301"
    )
    Organisation.objects.filter(pk=row.pk).update(path=f"/{row.pk}/")
    return row


def _person(role: str, organisation: Organisation) -> Actor:
    member = Member.objects.create(
        username=role, name=role, organisation=organisation, created_at=MONDAY
    )
    seed = next(seed for seed in SEEDS if seed.code == role)
    return Actor(
        member_id=member.pk, name=role, post=f"{role}@{organisation.code}",
        organisation_id=organisation.pk, roles=frozenset({role}),
        permissions=frozenset(seed.permissions), organisation_ids=None,
    )  # fmt: skip


def administrator(city: City) -> Actor:
    """Who sets channels and trains the model."""
    more = frozenset({"cases.configure", "standards.manage"})
    return replace(city.actors["supervisor"], permissions=more)
