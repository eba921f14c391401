"""People for the demo city: units and matrix from data/responsibilities, posts for every role.

Deterministic: the same tables, regions, seed and day give the same people. Names are made up.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from pypinyin import lazy_pinyin

from cityloop.geo.models import Region
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport
from cityloop.people.models import (
    Holding,
    Member,
    Organisation,
    OrganisationKind,
    PatrolArea,
    Post,
    Responsibility,
    ResponsiblePerson,
    Role,
)
from cityloop.people.operations.imports import import_organisations, import_responsibilities
from cityloop.people.operations.record import record, touch
from cityloop.people.operations.roles import seed_roles
from cityloop.people.roles import UNIT_ROLES
from cityloop.standards import queries as standards

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志文海燕晓东宁波思远雨"
ACTOR = Actor.system("demo")
HANDLING_KINDS = (
    OrganisationKind.DEPARTMENT, OrganisationKind.UTILITY, OrganisationKind.STATE_FIRM,
    OrganisationKind.MILITARY, OrganisationKind.CONTRACTOR, OrganisationKind.STREET,
)  # fmt: skip
# role: (Chinese and English name of the post, how many in the city, how many in a district)
CENTRE = {
    "acceptor": ("受理员", "Acceptance operator", 6, 2),
    "shift_leader": ("值班长", "Shift leader", 3, 2),
    "dispatcher": ("派遣员", "Dispatcher", 4, 2),
    "supervisor": ("督查员", "Supervisor", 3, 1),
    "evaluator": ("考核员", "Evaluator", 2, 1),
    "leader": ("分管领导", "Leader", 2, 1),
    "administrator": ("系统管理员", "Administrator", 1, 1),
    "district_platform": ("区级平台值守", "District platform", 0, 2),
    "exchange": ("外部系统接口", "Exchange client", 1, 0),
    "wall": ("指挥大厅大屏", "Wall page", 1, 1),
}
DESKS, WORKERS = 1, 3


class MissingRegions(LookupError):
    """The demo people need the regions of the demo city first."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the demo city. `areas`: codes of the ground an inspector walks.

    `shown`: one a role, for the list that the start of the demo prints.
    """

    member_id: int
    username: str
    name: str
    role: str
    post: str
    organisation_id: int
    organisation_code: str
    organisation: str
    region_code: str
    areas: tuple[str, ...] = ()
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A post to fill: how it is called, by how many, and the prefix of their usernames."""

    unit: Organisation
    role: str
    name_zh: str
    name_en: str
    people: int
    prefix: str
    regions: tuple[str, ...] | None = None


@transaction.atomic
def build(
    *,
    region_codes: Sequence[str],
    password: str,
    now: datetime,
    folder: Path | None = None,
    seed: int = 2026,
    inspectors: int = 120,
) -> list[Account]:
    """Units, the matrix, posts and people for the districts; every account has this password.

    Needs the regions of the districts and the class editions. One account of each role is `shown`.
    Raises MissingRegions, and ValueError naming the rows when a table is wrong.
    """
    tables = folder or Path(settings.BASE_DIR) / "data" / "responsibilities"
    today = timezone.localdate(now)
    seed_roles(now=now)
    _whole(import_organisations(tables / "organisations.csv", actor=ACTOR, now=now))
    streets = _streets(region_codes, today)
    _stations(streets, today)
    edition = standards.current_edition(today).code
    _whole(
        import_responsibilities(tables / "hangzhou.csv", actor=ACTOR, now=now, edition_code=edition)
    )
    accounts = _fill(_places(region_codes, inspectors), password, now, random.Random(seed))
    accounts = _patrols(accounts, region_codes, today)
    _persons(accounts, streets, today)
    record(Role(pk=0), "demo", actor=ACTOR, now=now, after={"accounts": len(accounts)})
    touch()
    return _with_shown(accounts)


def _whole(report: ImportReport) -> None:
    if report.rejected:
        first = "; ".join(f"{r.row} {r.key}: {r.reason}" for r in report.rejected[:5])
        raise ValueError(f"{len(report.rejected)} rows are wrong: {first}")


def _streets(region_codes: Sequence[str], today: date) -> list[Organisation]:
    """A street office for each street, below the district's own office."""
    found = []
    for code in region_codes:
        office = Organisation.objects.filter(region_code=code, kind="department").order_by("path")
        regions = Region.objects.filter(level="street", code__startswith=code, valid_to=None)
        parent = office.first()
        if parent is None or not regions.exists():
            raise MissingRegions(f"district {code} has no office or no streets")
        found += [_street(region, parent, today) for region in regions.order_by("code")]
    return found


def _street(region: Region, parent: Organisation, today: date) -> Organisation:
    name = region.name if region.name.endswith(("镇", "乡", "街道")) else f"{region.name}街道"
    row, _made = Organisation.objects.update_or_create(
        code=f"{parent.code}-{region.code[6:]}",
        defaults={
            "name_zh": f"{name}办事处" if name.endswith("街道") else f"{name}人民政府",
            "name_en": f"{_latin(region.name)} Office",
            "kind": OrganisationKind.STREET,
            "parent": parent,
            "region_code": region.code,
            "level": "street",
            "valid_from": today.replace(month=1, day=1),
        },
    )
    row.refresh_from_db()
    return row


def _stations(streets: Sequence[Organisation], today: date) -> None:
    """A contact station in the first community of each street."""
    for street in streets:
        below = Region.objects.filter(
            level="community", code__startswith=street.region_code, valid_to=None
        )
        community = below.order_by("code").first()
        if community is None:
            continue
        Organisation.objects.update_or_create(
            code=f"{street.code}-{community.code[9:]}",
            defaults={
                "name_zh": f"{community.name}城市管理联系站",
                "name_en": f"{_latin(community.name)} Contact Station",
                "kind": OrganisationKind.COMMUNITY_OFFICE,
                "parent": street,
                "region_code": community.code,
                "level": "community",
                "valid_from": today.replace(month=1, day=1),
            },
        )


def _latin(name: str) -> str:
    stem = name.removesuffix("街道")
    return "".join(lazy_pinyin(stem)).capitalize() + (" Subdistrict" if stem != name else "")


def _places(region_codes: Sequence[str], inspectors: int) -> list[Place]:
    """Every post of the demo city, in a fixed order."""
    units = list(Organisation.objects.filter(active=True).order_by("path"))
    leading = set(Responsibility.objects.values_list("lead_id", flat=True))
    found: list[Place] = []
    for unit in units:
        prefix = unit.code.lower()
        if unit.kind == OrganisationKind.CITY_PLATFORM:
            found += _centre(unit, prefix, column=2)
            found.append(_team(unit, prefix, tuple(region_codes)))
        elif unit.kind == OrganisationKind.DISTRICT_PLATFORM and unit.region_code in region_codes:
            found += _centre(unit, prefix, column=3)
        elif unit.kind == OrganisationKind.COMMUNITY_OFFICE:
            station = ("联系员", "Contact person", 1, f"{prefix}-station")
            found.append(Place(unit, "community_station", *station))
        if unit.kind in HANDLING_KINDS or unit.pk in leading:
            found.append(Place(unit, "unit_desk", "内勤", "Unit desk", DESKS, f"{prefix}-desk"))
            found.append(Place(unit, "worker", "处置员", "Worker", WORKERS, f"{prefix}-worker"))
    companies = [unit for unit in units if unit.kind == OrganisationKind.COMPANY]
    for number, company in enumerate(companies):
        ground = tuple(region_codes[number :: len(companies)])
        share = inspectors // len(companies) + (number < inspectors % len(companies))
        found += _company(company, ground, share)
    return found


def _centre(unit: Organisation, prefix: str, *, column: int) -> list[Place]:
    return [
        Place(unit, role, row[0], row[1], people, f"{prefix.removesuffix('-plat')}-{role}")
        for role, row in CENTRE.items()
        if (people := int(row[column]))
    ]


def _team(unit: Organisation, prefix: str, ground: tuple[str, ...]) -> Place:
    name = f"{prefix.removesuffix('-plat')}-team"
    return Place(unit, "team_inspector", "专业监管队员", "Professional inspector", 3, name, ground)


def _company(unit: Organisation, ground: tuple[str, ...], inspectors: int) -> list[Place]:
    prefix = unit.code.lower()
    return [
        Place(unit, "company_manager", "经理", "Manager", 1, f"{prefix}-manager", ground),
        Place(unit, "inspector", "信息采集员", "Inspector", inspectors, f"{prefix}-inspector"),
    ]


def _fill(
    places: Sequence[Place], password: str, now: datetime, dice: random.Random
) -> list[Account]:
    """Posts, members and holdings in bulk; hashed once, as hashing is slow on purpose."""
    since = timezone.localdate(now).replace(month=1, day=1)
    posts = Post.objects.bulk_create(
        [
            Post(
                code=place.prefix,
                organisation=place.unit,
                name_zh=place.name_zh,
                name_en=place.name_en,
                region_codes=list(place.regions) if place.regions is not None else None,
            )
            for place in places
        ]
    )
    roles = dict(Role.objects.values_list("code", "id"))
    carries = Post.roles.through
    carries.objects.bulk_create(
        carries(post_id=post.pk, role_id=roles[place.role])
        for post, place in zip(posts, places, strict=True)
    )
    hashed = make_password(password)
    filled = [
        (post, place, _member(place, number, hashed, now, dice))
        for post, place in zip(posts, places, strict=True)
        for number in range(place.people)
    ]
    Member.objects.bulk_create([member for _post, _place, member in filled])
    Holding.objects.bulk_create(
        Holding(member=member, post=post, valid_from=since) for post, _place, member in filled
    )
    return [_account(place, member) for _post, place, member in filled]


def _member(place: Place, number: int, hashed: str, now: datetime, dice: random.Random) -> Member:
    name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))
    many = place.people > 1
    return Member(
        username=f"{place.prefix}-{number + 1}" if many else place.prefix,
        name=name,
        phone=f"1390571{dice.randrange(10_000):04}",
        organisation=place.unit,
        password=hashed,
        created_at=now,
    )


def _account(place: Place, member: Member) -> Account:
    return Account(
        member_id=member.pk,
        username=member.username,
        name=member.name,
        role=place.role,
        post=place.name_zh,
        organisation_id=place.unit.pk,
        organisation_code=place.unit.code,
        organisation=place.unit.name_zh,
        region_code=place.unit.region_code,
    )


def _patrols(
    accounts: Sequence[Account], region_codes: Sequence[str], today: date
) -> list[Account]:
    """Neighbouring communities for each inspector, in their company's districts."""
    grounds = dict(
        Post.objects.filter(roles__code="company_manager").values_list(
            "organisation_id", "region_codes"
        )
    )
    found = []
    for company in sorted(grounds):
        own = [a for a in accounts if a.role == "inspector" and a.organisation_id == company]
        found += _beats(own, grounds[company] or list(region_codes))
    since = today.replace(month=1, day=1)
    PatrolArea.objects.bulk_create(
        PatrolArea(member_id=one.member_id, area_code=code, valid_from=since)
        for one in found
        for code in one.areas
    )
    return [a for a in accounts if a.role != "inspector"] + found


def _beats(inspectors: Sequence[Account], ground: Sequence[str]) -> list[Account]:
    communities = [
        code
        for district in ground
        for code in Region.objects.filter(
            level="community", code__startswith=district, valid_to=None
        )
        .order_by("code")
        .values_list("code", flat=True)
    ]
    if not communities or not inspectors:
        return list(inspectors)
    share = max(len(communities) / len(inspectors), 1.0)
    found = []
    for number, one in enumerate(inspectors):
        start, end = int(number * share) % len(communities), int((number + 1) * share)
        found.append(replace(one, areas=tuple(communities[start : max(end, start + 1)])))
    return found


def _persons(accounts: Sequence[Account], streets: Sequence[Organisation], today: date) -> None:
    """The fifth level: each street's desk for its street, district workers for streets in turn."""
    since = today.replace(month=1, day=1)
    codes = [street.region_code for street in streets]
    named: list[tuple[str, int]] = []
    desks = {a.organisation_id: a for a in accounts if a.role == "unit_desk"}
    named += [(street.region_code, desks[street.pk].member_id) for street in streets]
    for unit, workers in _workers_of_districts(accounts).items():
        here = [code for code in codes if code.startswith(unit[1])]
        named += [
            (code, workers[place % len(workers)].member_id) for place, code in enumerate(here)
        ]
    ResponsiblePerson.objects.bulk_create(
        ResponsiblePerson(region_code=code, member_id=member, valid_from=since)
        for code, member in named
    )


def _workers_of_districts(
    accounts: Iterable[Account],
) -> dict[tuple[int, str], list[Account]]:
    found: dict[tuple[int, str], list[Account]] = {}
    for one in accounts:
        if one.role == "worker" and len(one.region_code) == 6:
            found.setdefault((one.organisation_id, one.region_code), []).append(one)
    return found


def _with_shown(accounts: Sequence[Account]) -> list[Account]:
    """Mark one account of each role: the city's before a district's, the busiest unit's desk."""
    leads = Counter(Responsibility.objects.values_list("lead_id", flat=True))

    def order(one: Account) -> tuple[int, int, int]:
        busy = leads[one.organisation_id] if one.role in UNIT_ROLES else 0
        return -busy, len(one.region_code), one.member_id

    first: dict[str, Account] = {}
    for one in sorted(accounts, key=order):
        first.setdefault(one.role, one)
    chosen = {one.member_id for one in first.values()}
    return [replace(one, shown=one.member_id in chosen) for one in accounts]
