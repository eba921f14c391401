"""After any sequence of splits and merges every component's grid contains its point."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.assets import operations as assets
from cityloop.assets.models import Component
from cityloop.geo import operations as geo
from cityloop.geo.models import Address, UnitGrid
from cityloop.geo.operations.grid_changes import BadCut
from cityloop.geo.operations.grid_plans import ChangePlanned
from tests.town import COMPONENT, DISTRICT, SYSTEM, Town

pytestmark = pytest.mark.slow

# what, which grid, where the line crosses its western and eastern side, how many days ahead
STEP = st.tuples(
    st.sampled_from(("split", "merge")), st.integers(0, 11),
    st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.integers(0, 2),
)  # fmt: skip


@pytest.mark.requirement("A01", "A02")
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=1, max_size=5))
def test_every_component_lies_in_its_grid(
    town: Town, steps: list[tuple[str, int, float, float, int]]
) -> None:
    with transaction.atomic():
        _furnish(town)
        for step in steps:
            _change(town, *step)
            _hold(town, 0)
        for days in (1, 2):
            _hold(town, days)
        transaction.set_rollback(True)


def _furnish(town: Town) -> None:
    """Two components and an address in each of some grids that lie together."""
    for n, grid in enumerate(_grids(town, 0)):
        west, south, east, north = grid.geom.extent
        for k, (x, y) in enumerate(((0.3, 0.35), (0.62, 0.71))):
            at = (west + x * (east - west), south + y * (north - south))
            assets.register_component(
                code=f"{DISTRICT}{COMPONENT[1:]}{500 + 2 * n + k:06d}", lon=at[0], lat=at[1],
                problem_class=town.chosen(), actor=SYSTEM, now=town.now,
            )  # fmt: skip
        Address.objects.create(
            kind="poi", name="门", full_name="门", point=grid.geom.point_on_surface, grid=grid,
            source="t",
        )  # fmt: skip


def _grids(town: Town, days: int) -> list[UnitGrid]:
    """Grids of one corner of the town that go on."""
    here = town.grid(0).community_code
    day = timezone.localdate(town.now) + timedelta(days=days)
    rows = UnitGrid.objects.filter(community_code=here, valid_to=None, valid_from__lte=day)
    return list(rows.order_by("geom")[:12])


def _change(town: Town, what: str, n: int, left: float, right: float, days: int) -> None:
    on = timezone.localdate(town.now) + timedelta(days=days)
    grids = _grids(town, days)
    grid = grids[n % len(grids)]
    west, south, east, north = grid.geom.extent
    ends = ((west - 1e-3, left), (east + 1e-3, right))
    try:
        if what == "split":
            line = [(x, south + part * (north - south)) for x, part in ends]
            geo.split_grid(code=grid.code, line=line, on=on, actor=SYSTEM, now=town.now)
        else:
            near = [one for one in grids if one.pk != grid.pk and one.geom.touches(grid.geom)]
            pair = [grid.code, *(one.code for one in near[:1])]
            geo.merge_grids(grid_codes=pair, on=on, actor=SYSTEM, now=town.now)
    except (BadCut, ChangePlanned):
        pass  # a line that misses, neighbours at a corner, a grid that has a plan


def _hold(town: Town, days: int) -> None:
    now = town.now + timedelta(days=days)
    geo.begin_grid_changes(now=now)
    day = timezone.localdate(now)
    living = {
        grid.code: grid for grid in UnitGrid.objects.filter(valid_from__lte=day)
        if grid.valid_to is None or grid.valid_to > day
    }  # fmt: skip
    for component in Component.objects.all():
        assert living[component.grid_code].geom.covers(component.point)
        assert component.grid_code.startswith(component.area_code)
    for address in Address.objects.filter(source="t").select_related("grid"):
        assert address.grid is not None
        assert living[address.grid.code].geom.covers(address.point)
