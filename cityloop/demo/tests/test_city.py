"""The demo city stands, lives, and its history is whole."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from cityloop.assets.models import Component
from cityloop.cases import proof
from cityloop.cases.models import Case, CaseEvent, Timer
from cityloop.demo import operations, scenes, simulation
from cityloop.geo.models import UnitGrid
from cityloop.intake.models import Report
from cityloop.people import queries as people
from cityloop.people.models import Member, Organisation

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def test_a_photo_shows_its_time_and_place_and_before_and_after_show_one_street():
    at = {"at": NOW, "lon": 120.13, "lat": 30.26, "place": 7, "problem": "E01"}
    before, after = (scenes.photo(random.Random(1), fixed=fixed, **at) for fixed in (False, True))
    assert before != after
    picture = Image.open(io.BytesIO(before))
    assert picture.getexif().get_ifd(0x8769)[0x9003] == "2026:11:20 12:00:00"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.requirement("A01", "A02", "A24", "A26", "C02", "C29", "C30")
def test_the_city_is_built_once_and_lives_two_days(settings, tmp_path: Path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    first = operations.build(now=NOW)
    assert {account["username"] for account in first.accounts} <= set(
        Member.objects.values_list("username", flat=True)
    )
    assert Organisation.objects.count() >= 40
    assert Component.objects.count() == 30_000
    assert UnitGrid.objects.count() > 40_000
    assert people.coverage_gaps("330100-2026", NOW.date()) == []
    assert operations.build(now=NOW + timedelta(days=1)).accounts == first.accounts
    counts = simulation.simulate(days=2, seed=5, now=NOW)
    assert counts["reports"] == Case.objects.count() > 60
    assert counts["steps"] > 300
    assert counts.get("refused steps", 0) < counts["steps"] / 20
    assert Report.objects.filter(ordinal__gt=1).exists() or counts.get("joined", 0) == 0
    assert Case.objects.exclude(grid_code="").count() == Case.objects.count()
    assert not Timer.objects.filter(state="running", fire_at__lt=NOW).exists()
    assert CaseEvent.objects.filter(at__gt=NOW).count() == 0
    assert proof.verify().whole
