"""Reads of the register of permits; the first argument is the actor, but where the core asks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo.coordinates import checked, metres_per_degree
from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.changes import Asked, Change, asked_of, pairs
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import Testimony
from cityloop.people.models import Organisation
from cityloop.people.scope import scope_q, sees_all
from cityloop.permits.history import SPEAKING, as_it_stood
from cityloop.permits.kinds import CATALOGUE
from cityloop.permits.models import Permit, PermitChange, PermitKind, Standing
from cityloop.standards import queries as standards
from cityloop.standards.models import ProblemClass

VIEW, HOLDER = "permits.view", "permits.holder"
UNITS = ("issuer_id", "supervisor_id")
ORDER = ("-valid_until", "-id")
SHOWN_WITH = ("kind", "issuer", "supervisor")
PERSONAL = ("holder", "phone")
FARTHEST_M = 2000.0
NEAREST_M = 500  # as far as a kind may look beside the ground of a permit
HERE_M = 50.0  # what counts as this place on the page of a case
NAMED, HERE = 3, 8


@dataclass(frozen=True, slots=True)
class Filters:
    """What the register may be narrowed by; empty is any. `standing` is that of the day `on`."""

    on: date
    words: str = ""
    holder: str = ""
    kind: str = ""
    standing: str = ""
    area: str = ""
    unit_id: int | None = None
    at: tuple[float, float] | None = None  # WGS 84 longitude and latitude
    within_m: float = HERE_M


@dataclass(frozen=True, slots=True)
class Near:
    """A permit, how far its ground is, metres (0 on it), and how it stands."""

    permit: Permit
    metres: float
    standing: Standing


def visible(actor: Actor) -> QuerySet[Permit]:
    """Permits in the actor's area, or that the actor's units issued or look after."""
    rule = scope_q(actor, organisation_field=UNITS, region_field="grid_code")
    if not sees_all(actor):
        without = scope_q(actor, organisation_field=UNITS, region_field="area_code")
        rule |= Q(grid_code="") & without
    return Permit.objects.filter(rule).select_related(*SHOWN_WITH)


def permits(actor: Actor, filters: Filters) -> QuerySet[Permit]:
    """Visible permits that fit; not ordered. Who may not know holders finds none by holder."""
    plain: dict[str, Any] = {
        "kind__code": filters.kind, "grid_code__startswith": filters.area,
    }  # fmt: skip
    found = visible(actor).filter(**{name: value for name, value in plain.items() if value})
    if filters.unit_id is not None:
        found = found.filter(Q(issuer=filters.unit_id) | Q(supervisor=filters.unit_id))
    if filters.standing:
        found = found.filter(_standing(filters.standing, filters.on))
    if filters.words.strip():
        found = found.filter(Q(number=filters.words.strip()) | Q(pk__in=_with_words(filters.words)))
    if filters.holder.strip():
        found = found.filter(pk__in=_held_by(filters.holder))
        found = found if actor.may(HOLDER) else found.none()
    if filters.at is not None:
        found = found.filter(pk__in=_around(*filters.at, within_m=filters.within_m))
    return found


def _with_words(words: str) -> Any:
    rows = Permit.objects.extra(
        where=["permits_permit.search @@ %s::tsquery"], params=[text.query(words)]
    )
    return rows.values("pk")


def _held_by(words: str) -> Any:
    rows = Permit.objects.extra(
        where=["permits_permit.holder_search @@ %s::tsquery"], params=[text.query(words)]
    )
    return rows.values("pk")


def _standing(name: str, on: date) -> Q:
    kept = Q(revoked_on__isnull=True) | Q(revoked_on__gt=on)
    rules: dict[str, Q] = {
        Standing.REVOKED: Q(revoked_on__lte=on),
        Standing.AHEAD: kept & Q(valid_from__gt=on),
        Standing.VALID: kept & Q(valid_from__lte=on, valid_until__gte=on),
        Standing.ENDED: kept & Q(valid_until__lt=on),
    }
    return rules.get(name, Q(pk__in=()))


_AROUND = """
SELECT p.id, ST_Distance(p.ground::geography, at.point::geography) AS metres
FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) AS point) at,
     permits_permit p
WHERE p.ground && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8,
                                  %(east)s::float8, %(north)s::float8, 4326)
  AND ST_DWithin(p.ground::geography, at.point::geography, %(within)s::float8)
ORDER BY metres, p.valid_until DESC, p.id
"""


def _box(lon: float, lat: float, metres: float) -> dict[str, float]:
    """Raises geo's NoCoordinate for what is no point on earth."""
    lon, lat = checked(lon, lat)
    wide, high = metres_per_degree(lat)
    dx, dy = metres / max(wide, 1.0), metres / high
    return {"lon": lon, "lat": lat, "west": lon - dx, "east": lon + dx, "south": lat - dy,
            "north": lat + dy}  # fmt: skip


def _around(lon: float, lat: float, *, within_m: float) -> dict[int, float]:
    """Permit -> metres to its ground, nearest first; of all, whoever asks."""
    within = max(0.0, min(within_m, FARTHEST_M)) if math.isfinite(within_m) else 0.0
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {**_box(lon, lat, within + 1), "within": within})
        return dict(cursor.fetchall())


def near(
    actor: Actor, lon: float, lat: float, *, on: date, within_m: float = HERE_M, limit: int = HERE
) -> list[Near]:
    """Permits that the actor sees here: in force, or so recently ended that their kind still
    speaks; those in force first, then the nearest."""
    metres = _around(lon, lat, within_m=within_m)
    rows = visible(actor).filter(pk__in=metres, valid_from__lte=on) if metres else ()
    found = [Near(row, metres[row.pk], row.standing(on)) for row in rows if _speaks(row, on)]
    found.sort(key=lambda one: (one.standing != Standing.VALID, one.metres, -one.permit.pk))
    return found[:limit]


def _speaks(row: Permit, on: date) -> bool:
    ended = row.valid_until if row.revoked_on is None else min(row.valid_until, row.revoked_on)
    return (on - ended).days <= row.kind.after_days


def permit_seen(actor: Actor, permit_id: int) -> Permit:
    """One permit; NotFound when there is none in the actor's scope."""
    found = visible(actor).filter(pk=permit_id).first()
    if found is None:
        raise NotFound(_("there is no such permit, or you may not see it"))
    return found


def changes_of(actor: Actor, row: Permit) -> list[PermitChange]:
    """Its history, latest first; without holders for who may not know them."""
    found = list(PermitChange.objects.filter(permit=row).order_by("-at", "-id")[:200])
    if not actor.may(HOLDER):
        for one in found:
            one.fields = {name: pair for name, pair in one.fields.items() if name not in PERSONAL}
    return found


def kinds() -> list[PermitKind]:
    """Every kind, in the city's order."""
    return list(PermitKind.objects.order_by("position", "code"))


def kind(code: str) -> PermitKind:
    """One kind; raises NotFound."""
    found = PermitKind.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("there is no kind of permits %(code)s") % {"code": code[:20]})
    return found


def kind_names(rules: Iterable[str]) -> dict[str, PermitKind]:
    """`permits.excavation` -> its kind, for who counts how good each rule proposes."""
    codes = {rule.partition(".")[2]: rule for rule in rules if rule.startswith("permits.")}
    rows = PermitKind.objects.filter(code__in=codes) if codes else ()
    return {codes[row.code]: row for row in rows}


def holders(actor: Actor, said: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(number, holder) of the permits that a proposal names, for who may know holders."""
    wanted = [one["id"] for one in said if one.get("source") == "permits"]
    if not wanted or not (actor.may(VIEW) and actor.may(HOLDER)):
        return []
    rows = visible(actor).filter(pk__in=wanted).values_list("pk", "number", "holder")
    found = {pk: (number, holder) for pk, number, holder in rows}
    return [found[pk] for pk in wanted if pk in found]


# The permits that speak as they stand, and (no distance) those that stood otherwise at the moment.
_SPEAKING = """
WITH later AS (
  SELECT DISTINCT p.id FROM permits_change c JOIN permits_permit p ON p.id = c.permit_id
  WHERE c.at > %(at)s AND c.permit_id IS NOT NULL AND c.fields ?| %(facts)s
    AND p.recorded_at <= %(at)s
)
(SELECT p.id, ST_Distance(p.ground::geography, at.point::geography) AS metres
FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) AS point) at,
     permits_permit p JOIN permits_kind k ON k.id = p.kind_id
WHERE k.classes @> ARRAY[%(class)s]::varchar[]
  AND p.ground && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8,
                                  %(east)s::float8, %(north)s::float8, 4326)
  AND ST_DWithin(p.ground::geography, at.point::geography, k.near_m)
  AND p.recorded_at <= %(at)s  -- none made up for a problem that was told already
  AND p.id NOT IN (SELECT id FROM later)
  AND p.valid_from <= least(p.valid_until, p.revoked_on - 1, %(on)s::date)
  AND least(p.valid_until, p.revoked_on - 1) + k.after_days >= %(on)s::date
ORDER BY least(p.valid_until, p.revoked_on - 1) >= %(on)s::date DESC, metres,
         p.valid_until DESC, p.id
LIMIT %(limit)s::int)
UNION ALL SELECT id, NULL FROM later
"""
_METRES = """
SELECT ST_Distance(ST_GeomFromEWKB(%s)::geography,
                   ST_SetSRID(ST_MakePoint(%s::float8, %s::float8), 4326)::geography)
"""


def testimony(
    *, problem_class: ProblemClass, lon: float, lat: float, at: datetime
) -> list[Testimony]:
    """What the register says of a problem reported at a moment: permits at its place on that day,
    recorded before it, of a kind that speaks of its class.

    What was changed of them or revoked since the report counts as it stood then: a permit moved to
    the place afterwards is none here, and one moved away still speaks. Those in force first, then
    the nearest; three at most. One statement where none is.
    """
    code, on = _national_code(problem_class), timezone.localdate(at)
    if not code:
        return []
    values: dict[str, Any] = {
        **_box(lon, lat, NEAREST_M + 1), "class": code, "on": on, "at": at, "limit": NAMED,
        "facts": list(SPEAKING),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SPEAKING, values)
        metres = dict(cursor.fetchall())
    if not metres:
        return []
    changed = [pk for pk, far in metres.items() if far is None]
    rows = Permit.objects.select_related(*SHOWN_WITH).in_bulk([*metres.keys() - {*changed}])
    found = [(rows[pk], metres[pk], False) for pk in rows]
    if changed:
        found += [(*one, True) for one in _stood_here(changed, code, lon, lat, at)]
    found.sort(key=lambda one: _order(one[0], one[1], on))
    return [_said(row, far, on, changed=since) for row, far, since in found[:NAMED]]


def _stood_here(
    changed: Sequence[int], code: str, lon: float, lat: float, at: datetime
) -> list[tuple[Permit, float]]:
    """Those of the permits changed since that spoke of class and place then, with their metres."""
    found, on = [], timezone.localdate(at)
    with connection.cursor() as cursor:
        for row in as_it_stood(changed, at):
            if not _spoke(row, code, on):
                continue
            cursor.execute(_METRES, [bytes(row.ground.ewkb), lon, lat])
            metres = cursor.fetchone()[0]
            if metres <= row.kind.near_m:
                found.append((row, metres))
    return found


def _spoke(row: Permit, code: str, on: date) -> bool:
    """The same as _SPEAKING asks of class and days."""
    last = row.valid_until
    if row.revoked_on is not None:
        last = min(last, row.revoked_on - timedelta(days=1))
    begun = row.valid_from <= min(last, on)
    return begun and code in row.kind.classes and (on - last).days <= row.kind.after_days


def _order(row: Permit, metres: float, on: date) -> tuple[bool, float, int, int]:
    """In force first, then the nearest, then the longest."""
    return row.standing(on) != Standing.VALID, metres, -row.valid_until.toordinal(), row.pk


def _national_code(chosen: ProblemClass) -> str:
    national = standards.national_class(chosen)
    if national is None or national.edition.code != CATALOGUE:
        return ""
    return national.short_code


REASON = {Standing.VALID: "permit", Standing.ENDED: "permit_ended",
          Standing.REVOKED: "permit_revoked"}  # fmt: skip


def _said(row: Permit, metres: float, on: date, *, changed: bool) -> Testimony:
    """Facts of the permit as a case keeps them: the holder, who may be a person, is none."""
    standing, body = row.standing(on), _body(row)
    until = row.revoked_on if standing == Standing.REVOKED else row.valid_until
    facts = {
        "source": "permits", "id": row.pk, "number": row.number, "kind": row.kind.code,
        "standing": standing.value, "until": str(until), "metres": round(metres),
        "unit": body.pk if body else None,
    }  # fmt: skip
    reason = {
        "code": REASON[standing], "number": row.number,
        "kind": (row.kind.name_zh, row.kind.name_en), "until": str(until),
        "metres": round(metres), "unit": _names(row.supervisor or row.issuer),
    }  # fmt: skip
    if changed:
        facts["changed_since"] = True
        reason["changed_since"] = True
    return Testimony(
        facts=facts, reason=reason, unit=body.pk if body else None,
        unit_name=_names(body) if body else ("", ""), rule=f"permits.{row.kind.code}",
    )  # fmt: skip


def _body(row: Permit) -> Organisation | None:
    """Who approves, supervises: who looks after it, else who issued it; a body that handles."""
    for unit in (row.supervisor, row.issuer):
        if unit is not None and unit.active and unit.handles:
            return unit
    return None


def _names(unit: Organisation) -> tuple[str, str]:
    return unit.name_zh, unit.name_en


def configured(asked: Asked) -> list[Change]:
    """What was changed of the kinds of permits, for the audit of configuration."""
    rows = PermitChange.objects.filter(kind__isnull=False).select_related("kind")
    return asked_of(rows, asked, "permits", _configured)


def _configured(row: PermitChange) -> Change:
    what = f"{row.kind}: {row.action}"
    return Change("permits", row.pk, row.at, row.actor, what, pairs(row.fields), row.reason)
