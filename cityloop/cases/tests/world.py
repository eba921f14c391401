"""The smallest valid city for tests of cases: one street, two units, one person a post."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image

from cityloop.cases import operations
from cityloop.cases.change import Paper
from cityloop.cases.models import Case, Flow
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.people.models import Holding, Member, Organisation, Post, Role
from cityloop.standards import operations as standards
from cityloop.standards.models import Edition, FilingRule, ProblemClass

# A Monday morning: 09:00 in Shanghai.
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COMMUNITY = "330106001001"
ROLES_OF_POSTS = {
    "inspector": ("inspector",),
    "second_inspector": ("inspector",),
    "acceptor": ("acceptor",),
    "shift_leader": ("shift_leader",),
    "dispatcher": ("dispatcher",),
    "supervisor": ("supervisor",),
    "leader": ("leader",),
}


@dataclass
class World:
    """Rows and actors by short names; `now` moves on with `wait`."""

    flow: Flow
    problem_class: ProblemClass
    rule: FilingRule
    units: dict[str, Organisation]
    actors: dict[str, Actor]
    now: datetime = MONDAY
    photos: int = field(default=0)

    def wait(self, **span: float) -> datetime:
        """Let time pass: minutes=, hours=, days=."""
        self.now += timedelta(**span)
        return self.now

    def photo(self, stage: str = "report", text: str = "") -> Paper:
        """A small real JPEG, another one each time."""
        self.photos += 1
        seed = hashlib.sha256((text or str(self.photos)).encode()).digest()
        picture = Image.frombytes("RGB", (2, 5), seed[:30]).resize((64, 48))
        out = io.BytesIO()
        picture.save(out, "JPEG")
        row = files.store(chunks=[out.getvalue()], filename="p.jpg", now=self.now)
        return Paper(file=row, stage=stage, filename="p.jpg")

    def new(self, **changes: Any) -> operations.NewCase:
        """What intake hands over for a located problem with a class."""
        values: dict[str, Any] = {
            "channel": "inspector", "flow": self.flow, "description": "井盖破损 near the gate",
            "problem_class_id": self.problem_class.pk, "lon": 120.13, "lat": 30.26,
            "area_code": COMMUNITY, "grid_code": COMMUNITY + "001",
        }  # fmt: skip
        return operations.NewCase(**{**values, **changes})

    def report(self, *, by: str = "inspector", action: str = "report", **changes: Any) -> Case:
        """Open a case."""
        new = self.new(**changes)
        return operations.open_case(new, action=action, actor=self.actors[by], now=self.now)

    def step(
        self, case: Case, action: str, by: str, *, photos: tuple[str, ...] = (), **inputs: Any
    ) -> Case:
        """One step by a post; the photos are made for it."""
        return operations.perform(
            case.number, action, actor=self.actors[by], now=self.now, version=case.version,
            inputs=inputs, papers=[self.photo(stage) for stage in photos],
        )  # fmt: skip

    def to(self, status: str, **changes: Any) -> Case:
        """A case carried along the mainstream to this status, a minute a step."""
        case = self.report(**changes)
        for action, by, inputs, photos in self.mainstream():
            if case.status == status:
                return case
            self.wait(minutes=1)
            case = self.step(case, action, by, photos=photos, **inputs)
        assert case.status == status
        return case

    def mainstream(self) -> list[tuple[str, str, dict[str, Any], tuple[str, ...]]]:
        """(action, post, inputs, photos) from reported to closed."""
        inspector = self.actors["second_inspector"].member_id
        return [
            ("accept", "acceptor", {}, ()),
            ("file", "shift_leader", {"filing_rule": self.rule.pk}, ()),
            ("dispatch", "dispatcher", {"unit": self.units["water"].pk}, ()),
            ("receive", "water", {}, ()),
            ("finish", "water", {"result": "cover replaced"}, ("after",)),
            ("send_check", "acceptor", {"inspector": inspector}, ()),
            ("check_passed", "second_inspector", {}, ("check",)),
            ("close", "shift_leader", {"closing_condition": True}, ()),
        ]


def build(**parameters: Any) -> World:
    """A fresh world; `parameters` of the flow."""
    _working_time()
    centre = _organisation("centre", "city_platform")
    units = {name: _organisation(name, "department") for name in ("water", "roads")}
    actors = {name: _person(name, roles, centre) for name, roles in ROLES_OF_POSTS.items()}
    for name, unit in units.items():
        actors[name] = _person(name, ("unit_desk",), unit, limited=True)
        actors[f"{name}_worker"] = _person(f"{name}_worker", ("worker",), unit, limited=True)
    edition = _edition()
    chosen = _class(edition)
    return World(flow(**parameters), chosen, rule(chosen), units, actors)


def flow(**parameters: Any) -> Flow:
    """A flow of these parameters, for the cases to come."""
    return Flow.objects.create(
        code=f"test-{Flow.objects.count()}", parameters=parameters, published_at=MONDAY
    )


def rule(chosen: ProblemClass, **changes: Any) -> FilingRule:
    """A filing rule: eight working hours unless told otherwise."""
    values: dict[str, Any] = {
        "edition": chosen.edition, "problem_class": chosen, "seq": chosen.rules.count() + 1,
        "condition_zh": "破损", "closing_zh": "修复", "limit_amount": Decimal(8),
        "limit_unit": "work_hour", "position": "C0101",
    }  # fmt: skip
    return FilingRule.objects.create(**{**values, **changes})


def _working_time() -> None:
    """The usual hours, no holidays."""
    system = Actor.system()
    standards.seed_calendar([], actor=system, now=MONDAY)
    standards.confirm_year(2026, actor=system, now=MONDAY, why="test")


def _edition() -> Edition:
    return Edition.objects.create(
        code="TEST", name_zh="测试", kind="catalogue", family="test", valid_from=date(2020, 1, 1),
        loaded_at=MONDAY, loaded_by="test",
    )  # fmt: skip


def _class(edition: Edition) -> ProblemClass:
    return ProblemClass.objects.create(
        edition=edition, kind="component", major_code="01", major_zh="公用设施", minor_code="01",
        name_zh="上水井盖", code="TEST/C0101", level=1, second_eye=True,
    )  # fmt: skip


def _organisation(code: str, kind: str) -> Organisation:
    row = Organisation.objects.create(
        code=code, name_zh=f"{code}单位", kind=kind, valid_from=date(2020, 1, 1), region_code="3301"
    )
    Organisation.objects.filter(pk=row.pk).update(path=f"/{row.pk}/")
    return row


def _person(
    name: str, roles: tuple[str, ...], organisation: Organisation, *, limited: bool = False
) -> Actor:
    member = Member.objects.create(
        username=name, name=name, organisation=organisation, created_at=MONDAY
    )
    post = Post.objects.create(code=name, organisation=organisation, name_zh=name)
    post.roles.set([Role.objects.get_or_create(code=role)[0] for role in roles])
    Holding.objects.create(member=member, post=post, valid_from=date(2020, 1, 1))
    return Actor(
        member_id=member.pk, name=name, post=f"{name}@{organisation.code}",
        organisation_id=organisation.pk, roles=frozenset(roles),
        permissions=frozenset({"cases.view", "cases.step"}),
        organisation_ids=frozenset({organisation.pk}) if limited else None,
    )  # fmt: skip
