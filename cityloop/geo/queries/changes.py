"""Which grids took the place of which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from cityloop.geo.models import GridChange, UnitGrid
from cityloop.kernel.actor import Actor


def heirs(*, on: date) -> dict[str, str]:
    """New grid -> the grid that gave it most ground, by the changes that hold on a day."""
    rows = _hold(on).exclude(made=[]).values_list("made", "heir")
    return {code: heir for made, heir in rows for code in made}


def origins(code: str, *, on: date) -> list[str]:
    """The grids in whose place a grid stands, the latest first; empty for one never changed."""
    return chain(code, heirs(on=on))


def chain(code: str, known: dict[str, str]) -> list[str]:
    """As origins, from what `heirs` gave."""
    found: list[str] = []
    while (code := known.get(code, "")) and code not in found:
        found.append(code)
    return found


def grown(codes: Iterable[str], *, on: date) -> set[str]:
    """These codes, and of every grid among them the grids that took over any ground of it."""
    found = set(codes)
    rows = _hold(on).exclude(made=[]).order_by("day", "id")
    for retired, made in rows.values_list("retired", "made"):
        if not found.isdisjoint(retired):
            found.update(made)
    return found


def in_force(codes: Iterable[str], *, on: date) -> set[str]:
    """Those of these unit grids that hold on a day."""
    rows = UnitGrid.objects.filter(code__in=set(codes), valid_from__lte=on)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on))
    return set(rows.values_list("code", flat=True))


def grid_changes(actor: Actor, *, state: str = "") -> QuerySet[GridChange]:
    """Changes of unit grids in the actor's ground; `state` is planned, begun or cancelled."""
    rows = GridChange.objects.all()
    if state:
        rows = rows.filter(cancelled_at__isnull=state != "cancelled")
    if state in ("planned", "begun"):
        rows = rows.filter(begun_at__isnull=state == "planned")
    if actor.ground is None:
        return rows
    own = Q(pk__in=())
    for prefix in actor.ground:
        own |= Q(retired__0__startswith=prefix)
    return rows.filter(own)


def _hold(on: date) -> QuerySet[GridChange]:
    return GridChange.objects.filter(cancelled_at=None, day__lte=on)
