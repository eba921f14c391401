"""Reads of the register of components."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.assets.models import Component, ComponentChange, Ownership
from cityloop.geo.coordinates import checked
from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.changes import Asked, Change, asked_of, pairs
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import Hit
from cityloop.people.scope import scope_q, sees_all

FARTHEST_M = 2000.0
MOST_NEAR, CLOSEST = 50, 500
METRES_A_DEGREE = 111_195.0  # on the sphere of ST_DistanceSphere
UNITS = ("owner_id", "maintainer_id", "competent_id")
LEAST_DIGITS = 4  # of a code, for the palette
SHOWN = ("problem_class__edition", "owner", "maintainer", "competent")


@dataclass(frozen=True, slots=True)
class Near:
    """A component and how far it is, in metres."""

    component: Component
    metres: float


_NEAREST = """
SELECT c.id, ST_DistanceSphere(c.point, at.point) AS metres
FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) AS point) at,
     assets_component c
WHERE c.point && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8,
                                 %(east)s::float8, %(north)s::float8, 4326)
  AND (%(class)s::bigint IS NULL OR c.problem_class_id = %(class)s::bigint)
  AND (%(major)s::text IS NULL OR substr(c.code, 7, 2) = %(major)s::text)
  AND ST_DistanceSphere(c.point, at.point) <= %(within)s::float8
ORDER BY metres, c.id LIMIT %(limit)s::int
"""


def nearest(
    actor: Actor,
    lon: float,
    lat: float,
    *,
    class_id: int | None = None,
    major_code: str | None = None,
    within_m: float = 50.0,
    limit: int = 5,
) -> list[Near]:
    """Components that the actor sees around a WGS 84 point, nearest first.

    At most 50 of the 500 closest, within 2 km at most. Raises geo's NoCoordinate for what is no
    point on earth.
    """
    lon, lat = checked(lon, lat)
    within = max(0.0, min(within_m, FARTHEST_M))
    high = within / METRES_A_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    values = {
        "lon": lon, "lat": lat, "west": lon - wide, "east": lon + wide, "south": lat - high,
        "north": lat + high, "class": class_id, "major": major_code, "within": within,
        "limit": CLOSEST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, values)
        found = cursor.fetchall()
    rows = visible(actor).select_related(*SHOWN).in_bulk([pk for pk, _metres in found])
    seen = [Near(rows[pk], metres) for pk, metres in found if pk in rows]
    return seen[: max(1, min(limit, MOST_NEAR))]


def visible(actor: Actor) -> QuerySet[Component]:
    """Components in the actor's area, or that the actor's units own, maintain or supervise.

    One whose grid was retired, with none in its place, is still its community's.
    """
    rule = scope_q(actor, organisation_field=UNITS, region_field="grid_code")
    if not sees_all(actor):
        without = scope_q(actor, organisation_field=UNITS, region_field="area_code")
        rule |= Q(grid_code="") & without
    return Component.objects.filter(rule)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the register may be narrowed by; empty is any."""

    words: str = ""
    class_id: int | None = None
    state: str = ""
    area: str = ""
    unit_id: int | None = None
    box: tuple[float, float, float, float] | None = None  # west, south, east, north


def components(actor: Actor, filters: Filters) -> QuerySet[Component]:
    """Visible components that fit; not ordered."""
    found = visible(actor).select_related(*SHOWN)
    plain: dict[str, Any] = {
        "problem_class_id": filters.class_id,
        "state": filters.state,
        "owner_id": filters.unit_id,
        "grid_code__startswith": filters.area,
    }
    found = found.filter(**{name: value for name, value in plain.items() if value})
    if filters.words.isdigit():
        found = found.filter(code__startswith=filters.words)
    elif query := text.query(filters.words):
        found = found.extra(where=["assets_component.search @@ %s::tsquery"], params=[query])
    if filters.box is not None:
        found = found.extra(
            where=["assets_component.point && ST_MakeEnvelope(%s, %s, %s, %s, 4326)"],
            params=list(filters.box),
        )
    return found


def component_seen(actor: Actor, code: str) -> Component:
    """One component; NotFound when there is none in the actor's scope."""
    found = visible(actor).select_related(*SHOWN, "picture").filter(code=code).first()
    if found is None:
        raise NotFound(_("there is no such component, or you may not see it"))
    return found


def changes_of(component: Component) -> QuerySet[ComponentChange]:
    """Its history, latest first."""
    return ComponentChange.objects.filter(component=component).order_by("-at", "-id")


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a component is on a day; `since` and `stage` where its ownership is dated."""

    owner_id: int | None
    stage: str = ""
    since: date | None = None


_OWNER = """
SELECT c.owner_id, h.id, h.organisation_id, h.stage, h.valid_from
FROM assets_component c LEFT JOIN LATERAL (
  SELECT * FROM assets_ownership o WHERE o.component_id = c.id AND o.valid_from <= %s
  ORDER BY o.valid_from DESC, o.id DESC LIMIT 1) h ON TRUE
WHERE c.id = %s
"""


def owner_on(component_id: int, on: date) -> Owned:
    """Who answers for a component on a day, as dated; else who stands in the register (B11)."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNER, [on, component_id])
        row = cursor.fetchone()
    if row is None:
        return Owned(None)
    registered, dated, owner, stage, since = row
    return Owned(registered) if dated is None else Owned(owner, stage, since)


def ownerships_of(component: Component) -> QuerySet[Ownership]:
    """Who answered for it from when on, latest first."""
    rows = Ownership.objects.filter(component=component).select_related("organisation")
    return rows.order_by("-valid_from", "-id")


def find(actor: Actor, words: str, limit: int, now: datetime) -> list[Hit]:
    """Components whose code begins so, for the palette."""
    if not actor.may("components.view") or not words.isdigit() or len(words) < LEAST_DIGITS:
        return []
    return [
        Hit(_("Components"), f"{one.code} {one.problem_class.name}", f"/components/{one.code}/",
            one.owner.name if one.owner else "", "box")
        for one in components(actor, Filters(words=words)).order_by("code")[:limit]
    ]  # fmt: skip


def configured(asked: Asked) -> list[Change]:
    """What was changed of the register, for the audit of configuration."""
    rows = ComponentChange.objects.select_related("component")
    return asked_of(rows, asked, "components", _configured)


def _configured(row: ComponentChange) -> Change:
    code, lines = row.component.code, pairs(row.fields)
    return Change("components", row.pk, row.at, row.actor, code, lines, row.reason)
