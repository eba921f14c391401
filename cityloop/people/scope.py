"""What an actor may see: one rule, said three ways.

`scope_q` for the ORM, `scope_sql` for hand-written SQL, `in_scope` for a thing already in hand; a
property test holds them to each other. A row is seen when one of the actor's posts sees it; a post
sees it when its organisations and its region codes both agree. None is no limit, empty is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor, Scope
from cityloop.kernel.errors import NotAllowed

NOTHING = Q(pk__in=())
EVERYTHING = ~NOTHING  # not Q(): an empty Q vanishes when it is or-ed with another


def scopes_of(actor: Actor) -> tuple[Scope, ...]:
    """The views of the actor's posts; a row is seen when one of them sees it."""
    return actor.scopes or ((actor.organisation_ids, actor.region_codes),)


def sees_all(actor: Actor) -> bool:
    """True when nothing limits the actor."""
    return any(ids is None and codes is None for ids, codes in scopes_of(actor))


def require_whole_city(actor: Actor, permission: str) -> None:
    """NotAllowed unless the actor has the permission and nothing limits them: what holds for the
    whole city is not for a district's administrator."""
    actor.require(permission)
    if not sees_all(actor):
        raise NotAllowed(_("only the city's administrators may do this"), code="out-of-scope")


def scope_q(
    actor: Actor,
    *,
    organisation_field: str | Sequence[str] | None = None,
    region_field: str | None = None,
) -> Q:
    """The rows an actor sees, as a filter.

    `organisation_field`: lookup of an organisation id, or several of which one must agree.
    `region_field`: lookup of a region or grid code; its longest form, as limits are prefixes.
    Without such a field a view limited in that way sees nothing.
    """
    if sees_all(actor):
        return EVERYTHING
    fields = _as_tuple(organisation_field)
    found = NOTHING
    for ids, codes in scopes_of(actor):
        found |= _organisations_q(ids, fields) & _regions_q(codes, region_field)
    return found


def _as_tuple(names: str | Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)


def _organisations_q(ids: frozenset[int] | None, fields: tuple[str, ...]) -> Q:
    if ids is None:
        return EVERYTHING
    found = NOTHING
    for field in fields if ids else ():
        found |= Q(**{f"{field}__in": sorted(ids)})
    return found


def _regions_q(codes: tuple[str, ...] | None, field: str | None) -> Q:
    if codes is None:
        return EVERYTHING
    found = NOTHING
    for code in codes if field else ():
        found |= Q(**{f"{field}__startswith": code})
    return found


def scope_sql(
    actor: Actor,
    alias: str,
    *,
    organisation_column: str | Sequence[str] | None = "lead_id",
    region_column: str | None = "area_code",
) -> tuple[str, list[object]]:
    """The same rule as a bracketed SQL condition and its parameters (psycopg style %s).

    `alias` and the columns come from code, never from input.
    """
    if sees_all(actor):
        return "(TRUE)", []
    columns = tuple(f"{alias}.{name}" for name in _as_tuple(organisation_column))
    region = f"{alias}.{region_column}" if region_column else None
    parts: list[str] = []
    values: list[object] = []
    for ids, codes in scopes_of(actor):
        one, given = _scope_sql(ids, codes, columns, region)
        parts.append(one)
        values += given
    return f"({' OR '.join(parts)})", values


def _scope_sql(
    ids: frozenset[int] | None,
    codes: tuple[str, ...] | None,
    columns: tuple[str, ...],
    region: str | None,
) -> tuple[str, list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    if ids is not None:
        tests = [f"{column} = ANY(%s)" for column in columns] if ids else []
        conditions.append(f"({' OR '.join(tests) or 'FALSE'})")
        values += [sorted(ids)] * len(tests)
    if codes is not None:
        tests = [f"{region} LIKE %s" for _ in codes] if region else []
        conditions.append(f"({' OR '.join(tests) or 'FALSE'})")
        values += [f"{code}%" for code in codes] if region else []
    return " AND ".join(conditions), values


def scope_named(
    actor: Actor,
    alias: str,
    *,
    organisation_column: str | Sequence[str] | None = "lead_id",
    region_column: str | None = "area_code",
) -> tuple[str, dict[str, object]]:
    """As scope_sql, for a statement with named parameters: %(scope_0)s, %(scope_1)s ..."""
    condition, values = scope_sql(
        actor, alias, organisation_column=organisation_column, region_column=region_column
    )
    names = {f"scope_{number}": value for number, value in enumerate(values)}
    return condition.replace("%s", "{}").format(*(f"%({name})s" for name in names)), names


def in_scope(actor: Actor, *, organisation_ids: Iterable[int | None], region_code: str) -> bool:
    """The same rule for a thing in hand: its organisations (one must agree) and its code."""
    own = frozenset(one for one in organisation_ids if one is not None)
    return any(
        (ids is None or bool(ids & own)) and (codes is None or starts_with(region_code, codes))
        for ids, codes in scopes_of(actor)
    )


def starts_with(code: str, prefixes: Iterable[str]) -> bool:
    """True when the code lies below one of the prefixes."""
    return code.startswith(tuple(prefixes))


def covers_area(actor: Actor, region_code: str) -> bool:
    """True when the actor sees everything in the area: only then may they give a view of it."""
    return any(
        ids is None and (codes is None or (bool(region_code) and starts_with(region_code, codes)))
        for ids, codes in scopes_of(actor)
    )


def narrowed(codes: tuple[str, ...] | None, by: Sequence[str] | None) -> tuple[str, ...] | None:
    """The area common to both lists of prefixes; None is no limit."""
    if by is None:
        return codes
    if codes is None:
        return merged_codes(by)
    common = [max(a, b, key=len) for a in codes for b in by if a.startswith(b) or b.startswith(a)]
    return merged_codes(common)


def merged_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """The prefixes without those that a shorter one covers, sorted."""
    kept: list[str] = []
    for code in sorted(set(codes)):
        if not kept or not code.startswith(kept[-1]):
            kept.append(code)
    return tuple(kept)


def united(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """The distinct scopes; only the unlimited one where there is one."""
    found = tuple(dict.fromkeys(scopes))
    return ((None, None),) if (None, None) in found else found


def outer_bound(scopes: Sequence[Scope]) -> Scope:
    """One scope that contains them all, field by field."""
    if not scopes:
        return frozenset(), None
    ids = [scope[0] for scope in scopes]
    codes = [scope[1] for scope in scopes]
    return (
        None if None in ids else frozenset().union(*(one for one in ids if one is not None)),
        None
        if None in codes
        else merged_codes(code for one in codes if one is not None for code in one),
    )
