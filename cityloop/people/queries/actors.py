"""From a member or a token to an Actor: the union of the posts held on that day."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel import clock
from cityloop.kernel.actor import HANDLING, JUDGING, Actor, Scope
from cityloop.kernel.errors import NotFound
from cityloop.people.inheritance import GRID_DIGITS
from cityloop.people.models import OrganisationKind, PeopleSetting, Token
from cityloop.people.roles import BRINGS, COLLECTION_ROLES, UNIT_ROLES
from cityloop.people.scope import merged_codes, narrowed, outer_bound, united

REMEMBER_SECONDS = 4.0
REMEMBER_MOST = 20_000
# Their posts see the ground of the platform or street they belong to.
CENTRE_ROLES = frozenset(
    {"acceptor", "shift_leader", "dispatcher", "supervisor", "district_platform"}
)
WALKING = frozenset({"inspector", "team_inspector"})
AREA_KINDS = (
    OrganisationKind.CITY_PLATFORM,
    OrganisationKind.DISTRICT_PLATFORM,
    OrganisationKind.STREET,
    OrganisationKind.COMMUNITY_OFFICE,
)


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that a member holds today, with all that its view depends on.

    `platform`: kind, region code and id of the nearest platform, street or community from it up.
    `house`: ids of its body, of all above it, and of all below it that it answers for.
    """

    post: str
    organisation_id: int
    organisation: str
    kind: str
    region_code: str
    platform: tuple[str, str, int] | None
    below: frozenset[int]
    region_codes: tuple[str, ...] | None
    roles: frozenset[str]
    permissions: frozenset[str]
    terminal: bool = False
    house: frozenset[int] = frozenset()

    @property
    def desk(self) -> bool:
        """A desk of the centre at a platform, or at a street or community that works as one."""
        return self.kind in AREA_KINDS and bool(self.roles & CENTRE_ROLES)


def actor_for(member_id: int, now: datetime) -> Actor:
    """The member in all posts held on the day of `now`; NotFound when unknown or not active.

    A member without a post has no permission and sees nothing. One statement.
    """
    day = clock.local_day(now)
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"member": member_id, "day": day})
        rows = cursor.fetchall()
    if not rows:
        raise NotFound(_("there is no such member, or the account is closed"))
    name, home, lineage, below, patrols, company_patrols = rows[0][:6]
    held = [_held(row[6:]) for row in rows if row[6] is not None]
    scopes = [
        scope
        for post in held
        for scope in scopes_of_post(post, tuple(patrols or ()), tuple(company_patrols or ()))
    ]
    at_home = any(post.desk and post.organisation_id == home for post in held)
    houses = _house(lineage, below, at_desk=at_home).union(*(post.house for post in held))
    seen = united(_grown(scope, day) for scope in scopes)
    return _actor(member_id, name, home, held, seen, houses)


def _house(lineage: Sequence[int], below: Sequence[int] | None, *, at_desk: bool) -> frozenset[int]:
    """Who works at the desk of a street that is a platform judges what lies below it."""
    return frozenset(lineage) | frozenset(() if at_desk else below or ())


def _grown(scope: Scope, day: date) -> Scope:
    """Who sees a unit grid sees the grids that took its place, too."""
    ids, codes = scope
    if codes is None or all(len(code) < GRID_DIGITS for code in codes):
        return scope
    return ids, merged_codes(geo.grown(codes, on=day))


# Ids of the bodies that organisation `o` answers for: itself and all below it, where it handles
# cases. None for a body that leads, watches or collects, and for one with a platform below it, as a
# city's or a district's government: it stands above everybody, and judges them.
ANSWERS_FOR = """(SELECT CASE WHEN bool_or(b.kind IN ('city_platform', 'district_platform'))
                   THEN NULL ELSE array_agg(b.id) END
 FROM people_organisation b
 WHERE o.kind NOT IN ('city_platform', 'district_platform', 'company')
   AND (b.path LIKE o.path || '%%' OR EXISTS (
     SELECT FROM people_organisation d
       JOIN people_organisation g ON g.id = d.also_under_id AND g.path LIKE o.path || '%%'
      WHERE b.path LIKE d.path || '%%')))"""

# Ids of organisation `o` and of all above it, by either of its two lines (双重管理), up to a
# platform: whoever belongs to the centre judges all that handle, also the government to which the
# centre belongs; or what that handles could be closed by nobody.
ABOVE = """(SELECT array_agg(DISTINCT up.id)
 FROM (SELECT o.path UNION
       SELECT g.path FROM people_organisation d
         JOIN people_organisation g ON g.id = d.also_under_id
        WHERE d.id = ANY(string_to_array(trim('/' FROM o.path), '/')::bigint[])) line (path),
      LATERAL (SELECT string_to_array(trim('/' FROM line.path), '/')::bigint[] AS ids) on_it,
      people_organisation up
 WHERE up.id = ANY(on_it.ids) AND NOT EXISTS (
   SELECT FROM people_organisation p
    WHERE p.id = ANY(on_it.ids) AND p.kind IN ('city_platform', 'district_platform')
      AND p.path LIKE up.path || '_%%'))"""

_HELD = f"""
SELECT m.name, m.organisation_id, home.above, home.below,
       (SELECT array_agg(a.area_code) FROM people_patrol_area a
        WHERE a.member_id = m.id AND a.valid_from <= %(day)s
          AND (a.valid_to IS NULL OR a.valid_to > %(day)s)),
       (SELECT array_agg(DISTINCT a.area_code) FROM people_patrol_area a
        JOIN people_member c ON c.id = a.member_id AND c.active
        WHERE 'company_manager' = ANY(h.codes) AND c.organisation_id = ANY(h.below)
          AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)),
       h.post, h.organisation_id, h.organisation, h.kind, h.region_code, h.platform,
       h.below, h.region_codes, h.codes, h.permissions, h.terminal, h.lineage, h.house
FROM people_member m
JOIN LATERAL (SELECT {ABOVE} AS above, {ANSWERS_FOR} AS below FROM people_organisation o
              WHERE o.id = m.organisation_id) home ON TRUE
LEFT JOIN LATERAL (
  SELECT p.name_zh AS post, o.id AS organisation_id, o.name_zh AS organisation, o.kind,
         o.region_code, p.region_codes, hold.kind = 'secondment' AS lent, hold.id,
         p.terminal, {ABOVE} AS lineage,
         {ANSWERS_FOR} AS house,
         (SELECT array_agg(b.id) FROM people_organisation b
          WHERE b.path LIKE o.path || '%%'
          OR b.id = ANY(ARRAY(
            SELECT c.id FROM people_organisation d
            JOIN people_organisation g ON g.id = d.also_under_id AND g.path LIKE o.path || '%%'
            JOIN people_organisation c ON c.path LIKE d.path || '%%'))) AS below,
         (SELECT ARRAY[a.kind, a.region_code, a.id::text] FROM people_organisation a
          WHERE a.id = ANY(string_to_array(trim('/' FROM o.path), '/')::bigint[])
            AND a.kind IN ('city_platform', 'district_platform', 'street', 'community_office')
          ORDER BY length(a.path) DESC LIMIT 1) AS platform,
         (SELECT array_agg(r.code) FROM people_post_role pr JOIN people_role r ON r.id = pr.role_id
          WHERE pr.post_id = p.id) AS codes,
         (SELECT array_agg(DISTINCT one) FROM people_post_role pr
          JOIN people_role r ON r.id = pr.role_id, unnest(r.permissions) AS one
          WHERE pr.post_id = p.id) AS permissions
  FROM people_holding hold
  JOIN people_post p ON p.id = hold.post_id AND p.active
  JOIN people_organisation o ON o.id = p.organisation_id AND o.active
  WHERE hold.member_id = m.id AND hold.valid_from <= %(day)s
    AND (hold.valid_to IS NULL OR hold.valid_to > %(day)s)
) h ON TRUE
WHERE m.id = %(member)s AND m.active
ORDER BY h.lent, h.id
"""  # noqa: S608 (a fixed part of a statement)


def _held(row: Sequence[Any]) -> HeldPost:
    post, organisation_id, organisation, kind, region, platform, below, codes, roles, may = row[:10]
    found = HeldPost(
        post=post,
        organisation_id=organisation_id,
        organisation=organisation,
        kind=kind,
        region_code=region,
        platform=(platform[0], platform[1], int(platform[2])) if platform else None,
        below=frozenset(below or ()),
        region_codes=None if codes is None else tuple(codes),
        roles=frozenset(roles or ()),
        permissions=frozenset(may or ()),
        terminal=row[10],
    )
    return replace(found, house=_house(row[11], row[12], at_desk=found.desk))


def _actor(
    member_id: int,
    name: str,
    home: int,
    held: Sequence[HeldPost],
    scopes: tuple[Scope, ...],
    houses: frozenset[int],
) -> Actor:
    ids, codes = outer_bound(scopes)
    roles = frozenset().union(*(post.roles for post in held))
    return Actor(
        member_id=member_id,
        name=name,
        post=_label(held, name),
        organisation_id=held[0].organisation_id if held else home,
        roles=roles,
        permissions=frozenset().union(*(post.permissions for post in held)),
        organisation_ids=ids,
        region_codes=codes,
        territory=_territory(held, scopes) if codes is None else None,
        scopes=scopes if len(scopes) > 1 else (),
        platforms=_platforms(held),
        terminal=bool(held) and all(post.terminal for post in held),
        merged=bool(roles & JUDGING and roles & HANDLING),
        houses=houses,
        units=frozenset().union(*(p.below for p in held if p.roles & UNIT_ROLES)),
        stands=_stands(held, name),
    )


def _territory(held: Sequence[HeldPost], scopes: Sequence[Scope]) -> tuple[str, ...] | None:
    """The ground of posts one of which sees its body's work: what the others see, and of that body
    the ground of the nearest platform, street or community from it up; None: the whole city."""
    found = [code for _ids, codes in scopes for code in codes or ()]
    for post in held:
        if post.roles <= COLLECTION_ROLES or post.region_codes is not None:
            continue  # their views say it
        if post.platform is None or post.platform[0] == OrganisationKind.CITY_PLATFORM:
            return None
        found.append(post.platform[1])
    return merged_codes(code for code in found if code)


def _platforms(held: Sequence[HeldPost]) -> tuple[tuple[int, str], ...]:
    """The platforms at whose desks the posts stand: id and kind."""
    found = (p.platform for p in held if p.platform is not None and p.roles & CENTRE_ROLES)
    return tuple(dict.fromkeys((number, kind) for kind, _region, number in found))


def _label(held: Sequence[HeldPost], name: str) -> str:
    """As "上城区平台·派遣员 王芳": at most 120 characters, as the history of a case keeps it; of
    posts at several bodies those at the first."""
    if not held:
        return name
    posts = "、".join(
        dict.fromkeys(p.post for p in held if p.organisation_id == held[0].organisation_id)
    )
    return f"{held[0].organisation}·{posts} {name}"[:120]


def _stands(held: Sequence[HeldPost], name: str) -> tuple[tuple[int, frozenset[str], str], ...]:
    """Body, roles and label of the posts at each body."""
    bodies: dict[int, list[HeldPost]] = {}
    for post in held:
        bodies.setdefault(post.organisation_id, []).append(post)
    return tuple(
        (body, frozenset().union(*(post.roles for post in posts)), _label(posts, name))
        for body, posts in bodies.items()
    )


def scopes_of_post(
    post: HeldPost, patrols: tuple[str, ...], company_patrols: tuple[str, ...]
) -> list[Scope]:
    """What one post lets its holder see: one limited view for each sort of role it carries."""
    found: list[Scope] = []
    if post.roles & UNIT_ROLES:
        found.append((post.below, post.region_codes))
    if "company_manager" in post.roles:
        ground = post.region_codes if post.region_codes is not None else company_patrols
        found += [(post.below, None), (None, merged_codes(ground))]
    if post.roles & WALKING:
        found.append((None, merged_codes((*patrols, *(post.region_codes or ())))))
    others = post.roles - UNIT_ROLES - COLLECTION_ROLES
    if others & CENTRE_ROLES:
        found.append(_area(post, post.platform[:2] if post.platform else None))
    elif others:
        own = (post.kind, post.region_code) if post.kind in AREA_KINDS else None
        found.append(_area(post, own))
    return found


def _area(post: HeldPost, platform: tuple[str, str] | None) -> Scope:
    """The platform's ground; a body that is no platform sees its own work and that below it."""
    if platform is None:
        return (post.below, post.region_codes)
    kind, region_code = platform
    if kind == OrganisationKind.CITY_PLATFORM:
        return (None, narrowed(None, post.region_codes))
    return (None, narrowed((region_code,) if region_code else (), post.region_codes))


def merge_posts_allowed() -> bool:
    """Whether the city lets one person hold posts of the judging and the handling side."""
    row = PeopleSetting.objects.filter(name="merge_posts").first()
    return bool(row and row.value is True)


@dataclass(slots=True)
class _Kept:
    actor: Actor | None
    ends: float
    day: date
    expires_at: datetime | None = None


class _Memory:
    """Actors seen in the last seconds, so that a busy client costs no query. One a process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, now: datetime) -> _Kept | None:
        """What is remembered, when it is fresh and of the same day."""
        kept = self._kept.get(key)
        if kept is None or kept.ends < time.monotonic() or kept.day != clock.local_day(now):
            return None
        return kept

    def put(
        self, key: str, actor: Actor | None, now: datetime, expires_at: datetime | None = None
    ) -> None:
        """Remember for some seconds; the oldest goes when there are too many."""
        ends = time.monotonic() + REMEMBER_SECONDS
        with self._lock:
            self._kept[key] = _Kept(actor, ends, clock.local_day(now), expires_at)
            self._kept.move_to_end(key)
            if len(self._kept) > REMEMBER_MOST:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


_memory = _Memory()


def forget_actors() -> None:
    """This process asks the database again; others do so within REMEMBER_SECONDS."""
    _memory.clear()


def actor_seen_lately(member_id: int, now: datetime, *, to_write: bool = False) -> Actor | None:
    """As actor_for, remembered for some seconds; None when unknown or not active.

    `to_write`: asked anew, so that a post which has just ended writes nothing more.
    """
    key = f"m{member_id}"
    kept = None if to_write else _memory.get(key, now)
    if kept is not None:
        return kept.actor
    try:
        actor: Actor | None = actor_for(member_id, now)
    except NotFound:
        actor = None
    _memory.put(key, actor, now)
    return actor


def digest_of(raw: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(raw.encode()).hexdigest()


def _of_key(permissions: frozenset[str], channel_code: str) -> frozenset[str]:
    """What is left to a key: bound to a channel it brings reports and reads what its post reads,
    but takes no steps and learns nothing of reporters."""
    if not channel_code:
        return permissions
    return frozenset(one for one in permissions if one in BRINGS or one.endswith(".view"))


def actor_for_token(raw: str, now: datetime) -> Actor | None:
    """The actor behind a token; None when unknown, revoked, expired or of a closed account.

    Remembered for some seconds: a client that writes all day costs two queries every few seconds.
    """
    digest = digest_of(raw)
    kept = _memory.get(digest, now)
    if kept is not None:
        alive = kept.expires_at is not None and kept.expires_at > now
        return kept.actor if alive else None
    token = Token.objects.filter(digest=digest, revoked_at__isnull=True, expires_at__gt=now).first()
    if token is None:
        return None
    actor = actor_seen_lately(token.member_id, now)
    if actor is not None:
        actor = replace(
            actor, channel=token.channel_code, token=(token.pk, token.name),
            permissions=_of_key(actor.permissions, token.channel_code),
        )  # fmt: skip
    _memory.put(digest, actor, now, token.expires_at)
    return actor
