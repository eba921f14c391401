"""A city sets over the API where it works and what its maps show; reports and pages follow."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import shapely
from django.test import Client
from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.geo.models import MapChange
from cityloop.people import operations as people
from tests.browser import Browse
from tests.town import SYSTEM, Town


def machine(town: Town, name: str = "administrator") -> Any:
    """That person's machine: method, path under /api/v1/geo, body."""
    _row, key = people.issue_token(member=town.members[name], name="x", actor=SYSTEM, now=town.now)
    client = Client(headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"})

    def call(method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body) if body is not None else ""
        return client.generic(method, f"/api/v1/geo/{path}", data, content_type="application/json")

    return call


def reported(town: Town, at: shapely.Point) -> tuple[bool, bool]:
    """A report there: whether it is flagged, and whether its case says so."""
    receipt = town.report(x=at.x, y=at.y, text=f"井盖破损，另一处{town.reports}")
    case = Case.objects.get(number=receipt.case)
    flagged = "outside_service" in [one["code"] for one in receipt.checks]
    return flagged, not case.in_service_area


@pytest.mark.requirement("A30")
def test_a_report_is_flagged_by_the_areas_of_its_day(town: Town, browse: Browse) -> None:
    call, today = machine(town), timezone.localdate(town.now)
    grids = [shapely.from_wkb(bytes(town.grid(n).geom.wkb)) for n in (3, 60, 100, 140)]
    inside, outside, before, after = (grid.representative_point() for grid in grids)
    assert reported(town, before) == (False, False)
    body = {
        "name": "一期", "shape": json.loads(shapely.to_geojson(grids[0].buffer(1e-5))),
        "starts_on": str(today), "ends_on": str(today + timedelta(days=2)), "reason": "开通",
    }  # fmt: skip
    made = call("POST", "service-areas", body)
    assert made.status_code == 201, made.content
    town.wait(minutes=1)
    assert reported(town, inside) == (False, False)
    town.wait(minutes=1)
    assert reported(town, outside) == (True, True)
    number = Case.objects.order_by("pk").last().number
    page = browse("acceptor").get(f"/cases/{number}/").content.decode()
    assert "outside the service area" in page
    town.wait(days=2)  # the phase has ended
    assert reported(town, inside)[0]
    second = {**body, "shape": json.loads(shapely.to_geojson(shapely.box(119, 29, 121, 31)))}
    second["ends_on"] = None
    assert call("PUT", f"service-areas/{made.json()['id']}", second).status_code == 200
    town.wait(minutes=1)
    assert reported(town, after) == (False, False)
    # What was flagged stays so; who changed it stands there.
    assert not Case.objects.get(number=number).in_service_area
    told = [(one.member_id, one.action) for one in MapChange.objects.order_by("pk")]
    member = town.members["administrator"].pk
    assert told == [(member, "add"), (member, "change")]
    assert machine(town, "acceptor")("GET", "map-changes").status_code == 403


@pytest.mark.requirement("A01")
def test_a_map_source_comes_to_the_map_page(town: Town, browse: Browse) -> None:
    call = machine(town)
    url = "https://t0.tianditu.gov.cn/vec_w/wmts?r={y}&c={x}&z={z}&tk=1"
    made = call("POST", "map-sources", {"name": "天地图", "kind": "wmts", "url": url})
    assert made.status_code == 201, made.content
    assert "MAP_SOURCES" in made.json()["warnings"][0]
    shown = {"name": "天地图", "kind": "wmts", "url": url, "attribution": ""}
    config = _config(browse)
    assert shown in config["sources"]
    assert config["archives"] is None
    source = f"map-sources/{made.json()['id']}"
    off = {"name": "天地图", "kind": "wmts", "url": url, "enabled": False}
    assert call("PUT", source, off).status_code == 200
    assert _config(browse)["sources"] == []
    assert call("DELETE", source).status_code == 204
    assert call("GET", "map-sources").json() == []


@pytest.mark.requirement("A01")
def test_a_page_gets_what_an_archive_needs_only_with_an_archive(town: Town, browse: Browse) -> None:
    call = machine(town)
    body = {"name": "底图", "kind": "pmtiles", "url": "https://maps.example.org/city.pmtiles"}
    made = call("POST", "map-sources", body).json()
    archives = _config(browse)["archives"]
    assert archives["library"].endswith("/vendor/pmtiles/pmtiles.js")
    assert set(archives["layers"]) == {"light", "dark"}
    call("PUT", f"map-sources/{made['id']}", {**body, "enabled": False})
    assert _config(browse)["archives"] is None


def _config(browse: Browse) -> dict[str, Any]:
    """What the script of the map page reads."""
    page = browse("acceptor").get("/map/").content.decode()
    start = page.index("{", page.index('type="application/json"'))
    found, _end = json.JSONDecoder().raw_decode(page[start:])
    return dict(found)
