"""The ground of a city by commands: grids, roads, addresses, responsibility grids."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import shapely
from django.db import connection
from django.utils import translation

from cityloop.cli import database, import_addresses, regions, responsibility_grids
from cityloop.cli.main import app
from cityloop.cli.output import CommandError, RejectedError
from cityloop.geo import operations, queries
from cityloop.geo.models import Address, ResponsibilityGrid, UnitGrid
from cityloop.geo.tests import world
from cityloop.kernel.errors import NotFound

pytestmark = pytest.mark.django_db
Call = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Runs a command on the test's database; its JSON object and what it said beside it."""
    for module in (import_addresses, regions, responsibility_grids):
        monkeypatch.setattr(module, "open_project", lambda: None)

    def run(*arguments: object, fails: bool = False) -> tuple[dict[str, Any], str]:
        words = [*map(str, arguments), "--json"]
        if fails:
            with pytest.raises(RejectedError):
                app(words, standalone_mode=False)
        else:
            app(words, standalone_mode=False)
        out, err = capsys.readouterr()
        return json.loads(out.splitlines()[-1]), err

    with translation.override("en"):
        yield run


@pytest.fixture
def town(tmp_path: Path) -> str:
    world.import_town(tmp_path)
    return world.DISTRICT


def counts(told: dict[str, Any]) -> tuple[int, int, int]:
    assert told["seconds"] >= 0
    return told["imported"], told["joined"], told["rejected"]


@pytest.mark.requirement("B07")
def test_addresses_and_roads_are_imported_and_found(call: Call, town: str, tmp_path: Path) -> None:
    roads = world.write(
        tmp_path / "roads.geojson",
        [
            world.feature(
                shapely.LineString([(120.103, 30.2065), (120.117, 30.2095)]), name="丰乐巷"
            )
        ],
    )
    assert counts(call("import-regions", "--kind", "roads", roads)[0]) == (1, 0, 0)
    table = tmp_path / "places.csv"
    table.write_text(
        "名称,类别,经度,纬度\n丰乐巷12号,门楼牌,120.106,30.2072\n,小区,120.1,30.2\n", "utf-8"
    )
    told, err = call("import-addresses", table)
    assert counts(told) == (1, 0, 1)
    assert told["rejections"] == [[3, "", "no name"]]
    assert "row 3 (): no name" in err
    assert [one.name for one in queries.search_address("丰乐")] == ["丰乐巷", "丰乐巷12号"]
    assert Address.objects.get(kind="doorplate").source == "places.csv"

    call("import-addresses", table, "--source", "bureau")
    table.write_text("name,lon,lat\n,1,1\n", "utf-8")
    told, err = call("import-addresses", table, "--source", "bureau", fails=True)
    assert counts(told) == (0, 0, 1)
    assert Address.objects.filter(source="bureau").count() == 1
    told, err = call("import-addresses", table, "--source", "roads.geojson", fails=True)
    assert "is taken by roads" in told["error"]


@pytest.mark.requirement("A01")
def test_one_taken_code_keeps_the_whole_file_of_grids_out_and_says_so(
    call: Call, town: str, tmp_path: Path
) -> None:
    one = UnitGrid.objects.order_by("code")[0]
    shape = shapely.from_wkb(bytes(one.geom.wkb))
    free = world.feature(shape, code=f"{one.community_code}998")
    path = world.write(tmp_path / "g.geojson", [world.feature(shape, code=one.code), free])
    told, err = call("import-regions", "--kind", "grids", path, fails=True)
    assert told["imported"] == 0 and told["rejected"]
    said = "nothing was imported: correct the rows and try again"
    assert said in err and told["notes"] == [said]
    regions_again = world.region_file(tmp_path / "again.geojson")
    told, err = call("import-regions", regions_again, fails=True)
    assert said in err


@pytest.mark.requirement("A01")
def test_gaps_need_to_be_meant(call: Call, tmp_path: Path) -> None:
    call("import-regions", world.region_file(tmp_path / "r.geojson"))
    community, shape = next((c, s) for c, s in sorted(world.shapes().items()) if len(c) == 12)
    west, south, east, north = shape.bounds
    half = shape.intersection(shapely.box(west, south, (west + east) / 2, north))
    path = world.write(tmp_path / "g.geojson", [world.feature(half, code=f"{community}001")])
    told, err = call("import-regions", "--kind", "grids", path, fails=True)
    assert counts(told) == (0, 0, 1)
    assert "--with-gaps" in told["rejections"][0][2] and "% of it" in err
    assert counts(call("import-regions", "--kind", "grids", path, "--with-gaps")[0]) == (1, 0, 0)


@pytest.mark.requirement("A01", "A33")
def test_responsibility_grids_are_brought_and_shared_out(
    call: Call, town: str, tmp_path: Path
) -> None:
    operations.share_out_grids(areas=[f"{town}001"], actor=world.BOSS, now=world.NOW)
    free = UnitGrid.objects.filter(responsibility_grids=None).order_by("code")
    taken = UnitGrid.objects.exclude(responsibility_grids=None).order_by("code")
    table = tmp_path / "shares.csv"
    table.write_text(
        f"code,name,unit_grids\nZ1,一,{free[0].code}\nZ2,二,{taken[0].code}\n", "utf-8"
    )
    told, err = call("import-responsibility-grids", table, fails=True)
    assert counts(told) == (0, 0, 1)
    assert "row 3 (Z2): unit grid" in err and "nothing was imported" in err
    table.write_text(f"code,name,unit_grids\nZ1,一,{free[0].code}\n", "utf-8")
    assert counts(call("import-responsibility-grids", table)[0]) == (1, 0, 0)
    assert counts(call("import-responsibility-grids", table)[0]) == (0, 1, 0)
    told, _ = call("share-out-grids", town, "--most", "2")
    assert told["imported"] == ResponsibilityGrid.objects.filter(
        community__code__startswith=f"{town}002"
    ).exclude(code="Z1").count()  # fmt: skip
    told, err = call("share-out-grids", town)
    assert counts(told) == (0, 0, 0) and "already" in err
    told, _ = call("end-responsibility-grids", "Z1")
    assert told == {"ended": 1}
    assert counts(call("share-out-grids", town)[0]) == (1, 0, 0)
    with pytest.raises(NotFound, match="no responsibility grid Z9"):
        call("end-responsibility-grids", "Z1", "Z9")
    told, err = call("share-out-grids", "330198", fails=True)
    assert "no unit grid in force in 330198" in told["error"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--city", "330100", "--kind", "roads"), "Roads come from a file"),
        (("--kind", "addresses", "FILE"), "--kind is one of regions, grids, roads"),
        (("--with-gaps", "FILE"), "--with-gaps is for files of --kind grids"),
        (("--kind", "grids", "--replace", "FILE"), "not replaced"),
        (("--source", "x", "FILE"), "--source is for --kind roads"),
    ],
)
def test_options_that_do_not_go_together(
    call: Call, tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    path = world.region_file(tmp_path / "r.geojson")
    words = [str(path) if one == "FILE" else one for one in arguments]
    with pytest.raises(CommandError, match=why):
        app(["import-regions", *words], standalone_mode=False)


@pytest.mark.requirement("O01")
def test_a_database_without_tables_is_named_and_so_are_the_ways_to_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who calls a command beside the folder of the city sees an empty database, not a lost city."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'works'")
    name = connection.settings_dict["NAME"]
    with pytest.raises(CommandError) as caught:
        database.require_tables()
    said = str(caught.value)
    assert f"The database {name} on " in said and "lacks" in said
    for words in ("Run: cityloop migrate", "DATA_DIR=", "DATABASE_URL="):
        assert words in said
    private = SimpleNamespace(sockets=connection.settings_dict["HOST"])
    monkeypatch.setattr("cityloop.launch.ensure.running", lambda _layout: private)
    with pytest.raises(CommandError, match=r"The database in .* \(DATA_DIR\) lacks"):
        database.require_tables()
