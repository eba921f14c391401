"""Desks that other modes need and the city's own has no use for: made beside it, for examples.

Their posts begin with town.ASIDE, so that the city's life does not work at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from cityloop.cases import queries
from cityloop.demo.operations import ACTOR, FOUNDED, everybodys_password
from cityloop.demo.situations.scene import Scene
from cityloop.demo.town import ASIDE, Spot
from cityloop.geo.models import Region
from cityloop.people import operations as people
from cityloop.people.models import Member, Organisation, Post

HALL, AXES = f"{ASIDE}hall", f"{ASIDE}axes"
STREET, COMMUNITY = f"{ASIDE}street", f"{ASIDE}community"
TEAM, WORKER = f"{ASIDE}team", f"{ASIDE}worker"
CENTRE = "HZ-PLAT"
COORD = "COORD"  # as data/modes/hz-axes.toml names it
LENDS = "HZ-YL"  # the unit whose dispatcher is lent to the coordination platform
APART = 0.002  # degrees: more than what a like report is looked for in
PLACES = 5  # free ones that a community must have


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody for a post; the username is the post's code."""

    username: str
    name: str
    post_zh: str
    post_en: str
    roles: tuple[str, ...]


GENERAL = Person(HALL, "沈综合", "综合岗", "General section", ("acceptor", "dispatcher"))
LENT = Person(AXES, "陆协同", "协同派遣", "Coordination dispatch", ("dispatcher",))
OF_STREET = Person(STREET, "周街道", "街道派遣", "Street dispatch", ("dispatcher",))
OF_COMMUNITY = Person(COMMUNITY, "吴社区", "社区派遣", "Community dispatch", ("dispatcher",))
OF_TEAM = Person(TEAM, "郑网格", "网格队内勤", "Grid team desk", ("unit_desk",))
ON_FOOT = Person(WORKER, "王网格", "网格处置员", "Grid worker", ("worker",))


@dataclass(frozen=True, slots=True)
class Desks:
    """The street whose platforms are staffed down to a community, and the team below it."""

    street: Organisation
    community: Organisation
    team: Organisation
    worker: Member


def merged_hall() -> None:
    """The city lets one person work in both halls; one does."""
    people.set_merge_posts(
        allowed=True, source_document="一厅合并示例：杭城管〔2026〕7号", actor=ACTOR, now=FOUNDED
    )
    _staff(Organisation.objects.get(code=CENTRE), GENERAL)


def coordination(scene: Scene) -> None:
    """The coordination platform, whose dispatcher a department has lent."""
    # Below the centre: the platform of the city's own mode is the one that stands above.
    centre = Organisation.objects.get(code=CENTRE)
    body = _body(COORD, "杭州市城市管理协同平台", "Hangzhou Coordination Platform",
                 "city_platform", centre, centre.region_code)  # fmt: skip
    today = timezone.localdate(scene.present)
    people.second_member(
        member=_member(Organisation.objects.get(code=LENDS), LENT), post=_post(body, LENT),
        valid_from=FOUNDED.date(), valid_to=today + timedelta(days=365),
        source_document="杭城管〔2026〕挂职21号", actor=ACTOR, now=FOUNDED,
    )  # fmt: skip


def down_to_the_community(scene: Scene, district: str) -> Desks:
    """Posts at one street and one of its communities, with a team of its own."""
    code = _community(scene, district)
    street = Organisation.objects.get(kind="street", region_code=code[:9])
    region = Region.objects.get(level="community", code=code, valid_to=None)
    community = _body(f"{street.code}-{code[9:]}", f"{region.name}工作站", f"Community {code[9:]}",
                      "community_office", street, code)  # fmt: skip
    team = _body(f"{community.code}-T", f"{region.name}网格服务队", f"Grid team {code[9:]}",
                 "contractor", community, code)  # fmt: skip
    for body, person in (street, OF_STREET), (community, OF_COMMUNITY), (team, OF_TEAM):
        _staff(body, person)
    return Desks(street, community, team, _staff(team, ON_FOOT))


def _community(scene: Scene, district: str) -> str:
    """Where most places are known, has no office yet, and room for new cases."""
    known: dict[str, list[Spot]] = {}
    for street in scene.town.streets:
        for spot in street:
            if spot.grid.startswith(district):
                known.setdefault(spot.grid[:12], []).append(spot)
    taken = set(
        Organisation.objects.filter(kind="community_office").values_list("region_code", flat=True)
    )
    wanted = sorted(known.keys() - taken, key=lambda code: (-len(known[code]), code))
    return next((code for code in wanted if _free(known[code]) >= PLACES), wanted[0])


def _free(spots: Sequence[Spot]) -> int:
    """Places near which nothing was reported, far enough from each other."""
    found: list[Spot] = []
    for spot in spots:
        near = any(abs(one.lon - spot.lon) + abs(one.lat - spot.lat) < APART for one in found)
        if not near and not queries.nearby(ACTOR, lon=spot.lon, lat=spot.lat, metres=150, limit=1):
            found.append(spot)
    return len(found)


def _body(code: str, zh: str, en: str, kind: str, above: Organisation, region: str) -> Organisation:
    return people.create_organisation(
        code=code, name_zh=zh, name_en=en, kind=kind, parent=above, region_code=region,
        valid_from=FOUNDED.date(), actor=ACTOR, now=FOUNDED,
    )  # fmt: skip


def _staff(body: Organisation, person: Person) -> Member:
    """A post of the body and who holds it, as one of its own."""
    member, post = _member(body, person), _post(body, person)
    people.hold_post(member=member, post=post, valid_from=FOUNDED.date(), actor=ACTOR, now=FOUNDED)
    return member


def _member(home: Organisation, person: Person) -> Member:
    """With the password of everybody: a newcomer signs in as them."""
    return people.create_member(
        username=person.username, name=person.name, organisation=home,
        password=everybodys_password(), initial_password=False, actor=ACTOR, now=FOUNDED,
    )  # fmt: skip


def _post(body: Organisation, person: Person) -> Post:
    return people.create_post(
        code=person.username, organisation=body, name_zh=person.post_zh, name_en=person.post_en,
        roles=person.roles, actor=ACTOR, now=FOUNDED,
    )  # fmt: skip
