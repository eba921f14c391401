"""A made-up town with everything, built by the operations that a city uses: two seconds.

Real editions and calendars, one district of six communities, an organisation of each kind, one
person a post, a responsibility matrix, components, cases at every stage. Told by `now`, so that a
story may play on any day.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import shapely
from django.db import connection
from django.utils import timezone
from PIL import Image

from cityloop.assets import operations as assets
from cityloop.cases import operations as cases
from cityloop.cases.change import Paper
from cityloop.cases.flow import from_public
from cityloop.cases.models import Case, Flow
from cityloop.geo import operations as geo
from cityloop.geo.models import Region, UnitGrid
from cityloop.geo.tests import world as ground
from cityloop.intake import operations as intake
from cityloop.intake import reference
from cityloop.kernel import clock, files, jobs
from cityloop.kernel.actor import Actor
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from cityloop.people.models import Member, Organisation
from cityloop.standards import operations as standards
from cityloop.standards import queries as standards_queries
from cityloop.standards.models import FilingRule, ProblemClass

ROOT = Path(__file__).resolve().parents[1]
SYSTEM = Actor.system("set-up")
DISTRICT = ground.DISTRICT
SINCE = date(2026, 1, 1)
EVENT, COMPONENT = "E0101", "C0101"
# code, kind, the unit above, region
UNITS = (
    ("CITY", "department", None, "330100"),
    ("PLAT", "city_platform", "CITY", "330100"),
    ("DIST", "district_platform", "CITY", DISTRICT),
    ("STREET1", "street", "DIST", f"{DISTRICT}001"),
    ("WATER", "utility", "CITY", "330100"),
    ("ROADS", "department", "DIST", DISTRICT),
    ("GREEN", "department", "DIST", DISTRICT),
    ("COLLECT", "company", "PLAT", DISTRICT),
)
# username, unit, roles
PEOPLE = (
    ("inspector", "COLLECT", ("inspector",)),
    ("inspector2", "COLLECT", ("inspector",)),
    ("acceptor", "PLAT", ("acceptor",)),
    ("shift_leader", "PLAT", ("shift_leader",)),
    ("dispatcher", "PLAT", ("dispatcher",)),
    ("supervisor", "PLAT", ("supervisor",)),
    ("evaluator", "PLAT", ("evaluator",)),
    ("leader", "PLAT", ("leader",)),
    ("administrator", "PLAT", ("administrator",)),
    ("exchange", "PLAT", ("exchange",)),
    ("district", "DIST", ("district_platform",)),
    ("manager", "COLLECT", ("company_manager",)),
    ("water", "WATER", ("unit_desk",)),
    ("water_worker", "WATER", ("worker",)),
    ("roads", "ROADS", ("unit_desk",)),
    ("green", "GREEN", ("unit_desk",)),
)
STRANGER = "stranger"  # a member without a post
# (action, by, inputs, photos) from reported to closed
MAINSTREAM: tuple[tuple[str, str, Mapping[str, Any], tuple[str, ...]], ...] = (
    ("accept", "acceptor", {}, ()),
    ("file", "shift_leader", {"filing_rule": "RULE"}, ()),
    ("dispatch", "dispatcher", {"unit": "WATER"}, ()),
    ("receive", "water", {}, ()),
    ("finish", "water", {"result": "更换井盖"}, ("after",)),
    ("send_check", "acceptor", {"inspector": "inspector2"}, ()),
    ("check_passed", "inspector2", {}, ("check",)),
    ("close", "shift_leader", {"closing_condition": True}, ()),
)
OPEN_STAGES = ("reported", "accepted", "filed", "dispatched", "handling", "handled", "checking")


@dataclass
class Town:
    """Who and what there is, by short names; `now` moves on with `wait`."""

    now: datetime
    units: dict[str, Organisation]
    members: dict[str, Member]
    flow: Flow
    photos: int = field(default=0)
    reports: int = field(default=0)

    def wait(self, **span: float) -> datetime:
        """Let time pass: minutes=, hours=, days=."""
        self.now += timedelta(**span)
        return self.now

    def actor(self, name: str) -> Actor:
        """The member in the posts held today."""
        return people_queries.actor_for(self.members[name].pk, self.now)

    def grid(self, n: int = 0) -> UnitGrid:
        """The n-th unit grid by code."""
        rows = UnitGrid.objects.filter(valid_to=None).order_by("code")
        return rows[n % rows.count()]

    def chosen(self, code: str = COMPONENT) -> ProblemClass:
        """A class of the edition in force."""
        edition = standards_queries.current_edition(timezone.localdate(self.now))
        return standards_queries.classes(edition).get(code__endswith=f"/{code}")

    def rule(self, code: str = COMPONENT, **wanted: Any) -> FilingRule:
        """A filing rule in force of a class; `wanted` narrows by its fields."""
        rules = standards_queries.rules_for(self.chosen(code).pk, on=timezone.localdate(self.now))
        return next(r for r in rules if all(getattr(r, k) == v for k, v in wanted.items()))

    def picture(self) -> bytes:
        """A small real JPEG, another one each time."""
        self.photos += 1
        seed = hashlib.sha256(f"{self.photos}".encode()).digest()
        out = io.BytesIO()
        Image.frombytes("RGB", (2, 5), seed[:30]).resize((64, 48)).save(out, "JPEG")
        return out.getvalue()

    def stored(self) -> str:
        """The SHA-256 of a stored photo."""
        chunks = [self.picture()]
        return files.store(chunks=chunks, filename="p.jpg", now=self.now).sha256

    def paper(self, stage: str) -> Paper:
        """A stored photo for a step."""
        return cases.paper(sha256=self.stored(), stage=stage, filename="p.jpg")

    def report(self, channel: str = "inspector", *, by: str = "", **given: Any) -> intake.Receipt:
        """A report through the only door; each in another grid unless told otherwise."""
        self.reports += 1
        point = self.grid(self.reports * 7).geom.point_on_surface
        values: dict[str, Any] = {
            "channel": channel, "text": f"井盖破损，第{self.reports}处", "x": point.x, "y": point.y,
            "class_code": COMPONENT,
        }  # fmt: skip
        if channel == "inspector":
            values["photos"] = [intake.PhotoIn(self.stored())]
        incoming = intake.Incoming(**{**values, **given})
        name = by or ("inspector" if channel == "inspector" else "acceptor")
        return intake.receive(incoming, actor=self.actor(name), now=self.now)

    def step(
        self, number: str, action: str, by: str, *, photos: tuple[str, ...] = (), **inputs: Any
    ) -> Case:
        """One step by a person at the version that stands."""
        case = Case.objects.get(number=number)
        return cases.perform(
            number, action, actor=self.actor(by), now=self.now, version=case.version,
            inputs=self._filled(inputs), papers=[self.paper(stage) for stage in photos],
        )  # fmt: skip

    def deliver(self) -> list[str]:
        """Do the deferred jobs, as the worker would; the topics that were told."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo' RETURNING args")
            waiting = [json.loads(row[0]) for row in cursor.fetchall()]
        for job in waiting:
            jobs.deliver(**job)
        return [str(job["topic"]) for job in waiting]

    def sweep(self) -> int:
        """Let the clocks fire that have run out by now."""
        return cases.fire_due_timers(now=self.now)

    def _filled(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """RULE stands for the first filing rule of the class."""
        return {k: self.rule().pk if v == "RULE" else v for k, v in inputs.items()}

    def carry(self, number: str, status: str) -> Case:
        """Along the mainstream to a status, a minute a step."""
        case = Case.objects.get(number=number)
        for action, by, inputs, photos in self._from(case.status):
            if case.status == status:
                break
            self.wait(minutes=1)
            if action == "close" and from_public(case) and not case.reviewed_at:
                self.step(number, "review_case", by, opinion="前后一致")
            case = self.step(number, action, by, photos=photos, **inputs)
        assert case.status == status
        return case

    def _from(self, status: str) -> Iterator[tuple[str, str, Mapping[str, Any], tuple[str, ...]]]:
        places = ("reported", "accepted", "filed", "dispatched", "handling", "handled", "checking",
                  "checked")  # fmt: skip
        yield from MAINSTREAM[places.index(status) if status in places else len(places) :]

    def case(self, status: str = "reported", **given: Any) -> Case:
        """A case of the inspector at a stage."""
        return self.carry(self.report(**given).case, status)


def build(folder: Path, *, now: datetime, **parameters: Any) -> Town:
    """Build the town; `parameters` of its flow."""
    forget()
    _standards(now)
    ground.import_town(folder)
    _roads(folder, now)
    people.seed_roles(now=now)
    units: dict[str, Organisation] = {}
    for code, kind, above, region in UNITS:
        units[code] = people.create_organisation(
            code=code, name_zh=f"{code}单位", kind=kind, parent=units[above] if above else None,
            region_code=region, valid_from=SINCE, actor=SYSTEM, now=now,
        )  # fmt: skip
    members = {name: _person(name, units[unit], roles, now) for name, unit, roles in PEOPLE}
    members[STRANGER] = people.create_member(
        username=STRANGER, name=STRANGER, organisation=units["CITY"], actor=SYSTEM, now=now
    )
    # The flow published last is the city's; migrations have published one just now.
    flow = Flow.objects.create(code="town", parameters=parameters, published_at=clock.now())
    town = Town(now, units, members, flow)
    _matrix(town)
    _components(town)
    forget()
    return town


def forget() -> None:
    """Nothing of another database is remembered in this process."""
    people_queries.forget_actors()
    reference.forget()


def _standards(now: datetime) -> None:
    standards.seed_calendar(actor=SYSTEM, now=now)
    folders = [path.parent for path in sorted((ROOT / "data/standards").glob("*/edition.toml"))]
    standards.load_editions(folders, actor=SYSTEM, now=now, publish=True)


def _roads(folder: Path, now: datetime) -> None:
    """Two roads that cross in the middle of the town."""
    west, south, east, north = ground.OUTLINE.bounds
    middle = ground.OUTLINE.representative_point()
    lines = (
        ("人民路", shapely.LineString([(west, middle.y), (east, middle.y)])),
        ("桥头街", shapely.LineString([(middle.x, south), (middle.x, north)])),
    )
    features = [ground.feature(line, name=name, highway="primary") for name, line in lines]
    path = ground.write(folder / "roads.geojson", features)
    report = geo.import_roads(path, source="survey", actor=SYSTEM, now=now)
    assert not report.rejected, report.rejected


def _person(name: str, unit: Organisation, roles: tuple[str, ...], now: datetime) -> Member:
    member = people.create_member(
        username=name, name=name, organisation=unit, actor=SYSTEM, now=now
    )
    areas = [DISTRICT] if "inspector" in roles else None
    post = people.create_post(
        code=f"{unit.code}-{name}", organisation=unit, name_zh=f"岗位{name}", roles=roles,
        region_codes=areas, actor=SYSTEM, now=now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=now, valid_from=SINCE)
    if areas:
        people.assign_patrol(
            member=member, area_codes=areas, actor=SYSTEM, now=now, valid_from=SINCE
        )
    return member


def _matrix(town: Town) -> None:
    for kind, lead in (("component", "WATER"), ("event", "ROADS")):
        people.set_responsibility(
            kind=kind, lead=town.units[lead], region_code=DISTRICT, valid_from=SINCE,
            source_document="试验区〔2026〕1号", assists=[(town.units["GREEN"], "assist")],
            actor=SYSTEM, now=town.now,
        )  # fmt: skip


def _components(town: Town) -> None:
    """Six manhole covers, one in each of six grids."""
    for n in range(6):
        point = town.grid(n * 11).geom.point_on_surface
        assets.register_component(
            code=f"{DISTRICT}{COMPONENT[1:]}{n:06d}", lon=point.x, lat=point.y,
            problem_class=town.chosen(), owner_id=town.units["WATER"].pk, original_on=SINCE,
            actor=SYSTEM, now=town.now,
        )  # fmt: skip


def neighbour(name: str) -> str:
    """A district beside the town's own, without streets; its code."""
    here = Region.objects.get(code=DISTRICT)
    return str(Region.objects.create(
        code=f"{DISTRICT[:4]}77", name=name, level="district", valid_from=SINCE, geom=here.geom,
        label_point=here.label_point, parent=here.parent,
    ).code)  # fmt: skip
