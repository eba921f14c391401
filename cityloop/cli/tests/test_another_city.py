"""The demo city is never built into a database that holds another city."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from cityloop.cases.models import Case
from cityloop.cli import prepare
from cityloop.cli.database import apply_migrations, require_tables
from cityloop.cli.output import CommandError
from cityloop.demo import foreign
from cityloop.exchange.tests import made
from cityloop.geo.models import Region
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import Marker
from cityloop.people import operations as people
from cityloop.people.models import Member, Organisation
from cityloop.people.tests.world import NOW
from cityloop.standards import operations as standards

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("O04")]
ROOT = Actor.system("set-up")


def refusal() -> str:
    """What the start of the demo city says; it has written nothing."""
    before = [model.objects.count() for model in (Organisation, Member, Region, Case)]
    with pytest.raises(CommandError) as caught:
        prepare.build_city()
    assert [model.objects.count() for model in (Organisation, Member, Region, Case)] == before
    assert not Marker.objects.filter(pk=foreign.BEGUN).exists()
    return str(caught.value)


def test_an_empty_database_and_one_with_our_standards_are_no_city() -> None:
    assert foreign.of_another_city() == []
    national = [one for one in foreign.edition_folders() if one.name == "GBT30428.2-2013"]
    standards.load_editions(national, actor=ROOT, now=NOW, publish=True)
    standards.seed_calendar(actor=ROOT, now=NOW)
    assert foreign.of_another_city() == []


def test_one_unit_of_another_city_is_enough_and_the_ways_out_are_named() -> None:
    people.create_organisation(
        code="PS", name_zh="坪山", kind="department", actor=ROOT, now=NOW, region_code="440300"
    )
    said = refusal()
    assert "holds another city (1 organisations)" in said
    for way_out in ("DATA_DIR", "DATABASE_URL", "RESET=1"):
        assert way_out in said


def test_imported_cases_are_another_city(tmp_path: Path, settings) -> None:
    settings.NODE_MODULES = tmp_path  # outlining the city takes seconds
    made.take(made.write(tmp_path / "cases.csv", made.PINGSHAN, {}), "pingshan")
    said = refusal()
    for found in ("organisations", "1 cases", "1 editions of classes"):
        assert found in said


@pytest.mark.requirement("O04")
def test_a_database_of_a_version_too_old_is_named_and_left_alone(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cases' AND name LIKE '0016_%%'")
    for command in (apply_migrations, require_tables):
        with pytest.raises(CommandError, match="begin a new one"):
            command()
