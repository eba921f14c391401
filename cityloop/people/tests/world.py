"""The smallest valid city for tests of people: a tree, an administrator, posts on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from cityloop.kernel.actor import Actor
from cityloop.people import operations, queries
from cityloop.people.models import Member, Organisation, Post

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
TODAY = date(2026, 3, 2)
PASSWORD = "Lotus-Bridge-2026"
# code: (kind, parent, region)
TREE = {
    "CITY": ("department", None, "330100"),
    "PLAT": ("city_platform", "CITY", "330100"),
    "GAS": ("utility", "CITY", "330100"),
    "GAS-W": ("contractor", "GAS", ""),
    "POWER": ("utility", "CITY", "330100"),
    "DA": ("department", "CITY", "330102"),
    "DA-PLAT": ("district_platform", "DA", "330102"),
    "DA-ROADS": ("department", "DA", "330102"),
    "DA-S1": ("street", "DA", "330102001"),
    "DB": ("department", "CITY", "330106"),
    "DB-PLAT": ("district_platform", "DB", "330106"),
    "DB-S1": ("street", "DB", "330106001"),
    "COLL": ("company", "PLAT", "330102"),
}


@dataclass
class World:
    """Organisations by code; people made on demand."""

    units: dict[str, Organisation]
    root: Actor
    count: int = field(default=0)

    def post(self, unit: str, *roles: str, regions: list[str] | None = None) -> Post:
        """A post with roles."""
        self.count += 1
        return operations.create_post(
            code=f"P{self.count}", organisation=self.units[unit], name_zh=f"岗位{self.count}",
            roles=roles, actor=self.root, now=NOW, region_codes=regions,
        )  # fmt: skip

    def member(self, unit: str, *, password: str | None = None, **facts: Any) -> Member:
        """An account without a post."""
        self.count += 1
        values = {"username": f"m{self.count}", "name": f"成员{self.count}", **facts}
        return operations.create_member(
            organisation=self.units[unit], actor=self.root, now=NOW, password=password,
            initial_password=False, **values,
        )  # fmt: skip

    def holder(
        self,
        unit: str,
        *roles: str,
        regions: list[str] | None = None,
        password: str | None = None,
        **facts: Any,
    ) -> Member:
        """A member in a new post of their own unit."""
        member = self.member(unit, password=password, **facts)
        post = self.post(unit, *roles, regions=regions)
        operations.hold_post(member=member, post=post, actor=self.root, now=NOW)
        return member

    def actor(self, unit: str, *roles: str, regions: list[str] | None = None) -> Actor:
        """The actor of such a member."""
        return queries.actor_for(self.holder(unit, *roles, regions=regions).pk, NOW)

    def line(self, lead: str, kind: str = "event", **cell: Any) -> Any:
        """A line of the matrix."""
        owner = cell.pop("owner", None)
        assists = [(self.units[code], duty) for code, duty in cell.pop("assists", ())]
        cell.setdefault("valid_from", TODAY)
        return operations.set_responsibility(
            kind=kind, lead=self.units[lead], source_document="杭城管 1 号", actor=self.root,
            now=NOW, owner=self.units[owner] if owner else None, assists=assists, **cell,
        )  # fmt: skip


def build() -> World:
    """A fresh city."""
    operations.seed_roles(now=NOW)
    root, units = Actor.system("setup"), {}
    for code, (kind, parent, region) in TREE.items():
        units[code] = operations.create_organisation(
            code=code, name_zh=f"{code}单位", kind=kind, now=NOW, actor=root,
            parent=units[parent] if parent else None, region_code=region,
            valid_from=date(2020, 1, 1),
        )  # fmt: skip
    return World(units, root)
