"""The district in a photo's stamp is compared with where the case lies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import shapely
from django.utils import translation

from cityloop.evidence import operations as evidence
from cityloop.evidence import queries, wording
from cityloop.evidence.models import Finding
from cityloop.evidence.tests import pictures
from cityloop.geo import operations as geo
from cityloop.geo.tests import world as ground
from tests.scenarios.test_photo_evidence import finished_with
from tests.town import DISTRICT, SYSTEM, Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("F09", "F10")]


@pytest.fixture(autouse=True)
def beside(town: Town, tmp_path: Path) -> None:
    """Another district of the city, a street of it."""
    shape = shapely.box(120.3, 30.2, 120.32, 30.22)
    rows = (("330106", "西湖区"), ("330106001", "翠苑街道"))
    path = ground.write(
        tmp_path / "beside.geojson",
        [ground.feature(shape, code=code, name=name) for code, name in rows],
    )
    report = geo.import_regions(path, actor=SYSTEM, now=town.now, valid_from=date(2026, 1, 1))
    assert not report.rejected, report.rejected


def said(town: Town, place: str) -> Finding | None:
    """What is found about the place stamped on the result of a case of this town's district."""
    day = f"{town.now:%Y-%m-%d} {town.now.astimezone():%H:%M}"
    case = finished_with(town, pictures.stamped(pictures.photo(pictures.TEMPLE), day, place))
    assert case.area_code.startswith(DISTRICT)
    evidence.examine(number=case.number, version=case.version, now=town.now)
    rows = [one for one in queries.findings(case) if one.kind == "stamp_place"]
    assert len(rows) <= 1
    return rows[0] if rows else None


@pytest.mark.parametrize("place", ["杭州市西湖区", "西湖区翠苑街道", "翠苑街道"])
def test_another_district_of_the_city_is_flagged_with_the_reason(town: Town, place: str) -> None:
    finding = said(town, place)
    assert finding is not None and finding.odd
    assert (finding.facts["district"], finding.facts["here"]) == ("西湖区", "试验区")
    with translation.override("en"):
        told = wording.words_of(finding)
    assert place in told and "taken in 西湖区, the case lies in 试验区" in told
    with translation.override("zh-hans"):
        assert "照片摄于西湖区，案件位于试验区" in wording.words_of(finding)


def test_a_district_that_the_city_has_not_is_only_noted(town: Town) -> None:
    finding = said(town, "苏州市姑苏区")
    assert finding is not None and not finding.odd
    assert finding.facts["unknown"] == ["姑苏区"]
    with translation.override("en"):
        assert "no district of this city: 姑苏区" in wording.words_of(finding)


def test_the_own_district_is_nothing_to_remark(town: Town) -> None:
    assert said(town, "杭州市试验区") is None


def test_another_street_of_the_own_district_is_only_noted(town: Town) -> None:
    case = town.case("handling")
    own = "东街道" if case.area_code.startswith(f"{DISTRICT}001") else "西街道"
    other = "西街道" if own == "东街道" else "东街道"
    found = [said(town, f"试验区{street}") for street in (own, other)]
    rows = [one for one in found if one is not None]
    assert rows and not any(one.odd for one in rows)
    assert all(set(one.facts["street"]) <= {own, other} for one in rows)
