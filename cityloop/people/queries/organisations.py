"""The organisation tree, as far as the actor sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.people.models import NOT_HANDLING, Member, Organisation, OrganisationKind
from cityloop.people.queries.actors import ABOVE, ANSWERS_FOR
from cityloop.people.scope import scope_q


def organisations_visible(actor: Actor) -> QuerySet[Organisation]:
    """Organisations in the actor's scope: own subtree, own area, or all."""
    rule = scope_q(actor, organisation_field="id", region_field="region_code")
    return Organisation.objects.filter(rule)


def organisation_tree(actor: Actor, *, words: str = "", kind: str = "") -> QuerySet[Organisation]:
    """The visible tree in walking order: every parent before its children."""
    found = organisations_visible(actor).select_related("parent")
    if kind:
        found = found.filter(kind=kind)
    if query := text.query(words):
        found = found.extra(where=["people_organisation.search @@ %s::tsquery"], params=[query])
    return found.order_by("path")


def common_parent(one: Organisation, other: Organisation) -> Organisation | None:
    """The lowest active unit above both that handles cases; None where one stands above the other,
    or nobody does. A platform judges and dispatches, so it leads nothing."""
    chains = [[int(part) for part in unit.path.split("/") if part] for unit in (one, other)]
    if one.pk in chains[1] or other.pk in chains[0]:
        return None
    common = [a for a, b in zip(*chains, strict=False) if a == b]
    rows = Organisation.objects.filter(pk__in=common, active=True).exclude(kind__in=NOT_HANDLING)
    return max(rows, key=lambda unit: unit.depth, default=None)


def one_house(ids: Collection[int]) -> set[int]:
    """These bodies with all above them, as far as a platform, and all below that they answer for:
    the bodies of one house with any of them. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_HOUSES, [list(ids)])
        found = cursor.fetchall()
    return {one for above, below in found for one in (*(above or ()), *(below or ()))}


_HOUSES = (
    f"SELECT {ABOVE}, {ANSWERS_FOR}"  # noqa: S608 (fixed parts of a statement)
    " FROM people_organisation o WHERE o.id = ANY(%s)"
)


def organisation_seen(actor: Actor, organisation_id: int) -> Organisation:
    """One organisation; NotFound when there is none in the actor's scope."""
    found = organisations_visible(actor).filter(pk=organisation_id).first()
    if found is None:
        raise NotFound(_("there is no such organisation, or you may not see it"))
    return found


def members_visible(actor: Actor) -> QuerySet[Member]:
    """Members whose home organisation is in the actor's scope, and the actor."""
    rule = scope_q(
        actor,
        organisation_field="organisation_id",
        region_field="organisation__region_code",
    )
    return Member.objects.filter(rule | Q(pk=actor.member_id))


def member_seen(actor: Actor, member_id: int) -> Member:
    """One member; NotFound when there is none in the actor's scope."""
    found = members_visible(actor).select_related("organisation").filter(pk=member_id).first()
    if found is None:
        raise NotFound(_("there is no such member, or you may not see them"))
    return found


def descendants(organisation_id: int) -> list[int]:
    """Ids of the organisation and everything below it."""
    root = Organisation.objects.only("path").filter(pk=organisation_id).first()
    if root is None:
        return []
    below = Organisation.objects.filter(path__startswith=root.path)
    return list(below.order_by("path").values_list("id", flat=True))


def ancestors(organisation_id: int) -> list[int]:
    """Ids from the root down to the organisation itself."""
    found = Organisation.objects.only("path").filter(pk=organisation_id).first()
    return [int(part) for part in found.path.split("/") if part] if found else []


# The platform of a place at each level: kind of the body, digits of its region code.
PLATFORM_LEVELS = {
    "city": (OrganisationKind.CITY_PLATFORM, 4),
    "district": (OrganisationKind.DISTRICT_PLATFORM, 6),
    "street": (OrganisationKind.STREET, 9),
    "community": (OrganisationKind.COMMUNITY_OFFICE, 12),
}

LEVELS = tuple(PLATFORM_LEVELS)  # the highest first


def platforms_at(
    area_code: str, *, on: date, codes: Collection[str] = ()
) -> tuple[dict[str, int], dict[str, int]]:
    """(level -> id of the platform of this place, code -> id of those named). One statement."""
    wanted = Q(code__in=codes)
    for kind, digits in PLATFORM_LEVELS.values():
        if len(area_code) >= digits:
            wanted |= Q(kind=kind, region_code__startswith=area_code[:digits])
    rows = Organisation.objects.filter(wanted, active=True, valid_from__lte=on)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("path")
    level_of = {str(one): level for level, (one, _digits) in PLATFORM_LEVELS.items()}
    by_level: dict[str, int] = {}
    by_code: dict[str, int] = {}
    for pk, code, body in rows.values_list("pk", "code", "kind"):
        by_code[code] = pk
        if body in level_of:
            by_level.setdefault(level_of[body], pk)
    return by_level, by_code


def level_of_kind(kind: str) -> str:
    """The level at which a body of this kind is a platform, '' where it is none."""
    return next((level for level, (one, _n) in PLATFORM_LEVELS.items() if one == kind), "")


def level_of(actor: Actor) -> str:
    """The highest level at which somebody stands: of the platforms of their posts, else of the
    ground that is theirs."""
    named = {level_of_kind(kind) for _number, kind in actor.platforms} - {""}
    if not named:
        shortest = min((len(code) for code in actor.ground or ()), default=12)
        digits = shortest if actor.ground is not None else 0
        named = {next((level for level, (_kind, most) in PLATFORM_LEVELS.items() if digits <= most),
                      "community")}  # fmt: skip
    return min(named, key=LEVELS.index)


def stands_at(actor: Actor, levels: Iterable[str]) -> bool:
    """True when somebody stands at one of these levels, or above one of them."""
    known = [LEVELS.index(level) for level in levels if level in LEVELS]
    return bool(known) and LEVELS.index(level_of(actor)) <= max(known)
