"""The demo city shows a living example of every situation; a second start makes nothing again."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from cityloop.cases import proof
from cityloop.cases.models import Case, CaseEvent, Flow
from cityloop.demo import operations, simulation
from cityloop.demo.camera import Camera
from cityloop.demo.situations import made, making
from cityloop.people.models import Member

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="module")
def shown(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo city with its situations, built once in a transaction that is rolled back."""
    from django.conf import settings

    folder, kept = tmp_path_factory.mktemp("demo"), (settings.DATA_DIR, settings.MEDIA_ROOT)
    settings.DATA_DIR, settings.MEDIA_ROOT = folder, folder / "files"
    with django_db_blocker.unblock(), transaction.atomic():
        operations.build(now=NOW)
        began = time.process_time()
        making.make_all(now=NOW)
        assert time.process_time() - began < 15
        yield made.shown()
        transaction.set_rollback(True)
    settings.DATA_DIR, settings.MEDIA_ROOT = kept


def test_each_situation_can_be_opened_by_the_person_named(shown, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    browsers: dict[str, Client] = {}
    for one in shown:
        if one.username not in browsers:
            browsers[one.username] = Client(headers={"Accept-Language": "en"})
            member = Member.objects.get(username=one.username)
            browsers[one.username].force_login(member, backend=BACKEND)
        browser = browsers[one.username]
        assert browser.get(one.address).status_code == 200, one
        page = browser.get("/situations/").content.decode()
        assert one.en in page and one.address in page and one.username in page
        assert 'href="/situations/"' in browser.get("/").content.decode()
    assert len({one.en for one in shown}) >= len(shown) - 5


def test_a_second_start_makes_nothing_again(shown):
    before = (Case.objects.count(), CaseEvent.objects.count(), Flow.objects.count())
    assert making.make_all(now=NOW + timedelta(days=1)) == []
    assert (Case.objects.count(), CaseEvent.objects.count(), Flow.objects.count()) == before


def test_what_is_missing_in_an_older_database_is_made(shown):
    point = transaction.savepoint()
    made.Marker.objects.get(pk=f"{made.MADE}disputes").delete()
    assert len(making.make_all(now=NOW)) == 6
    transaction.savepoint_rollback(point)


def test_history_is_whole_and_the_city_leaves_its_examples_alone(shown):
    assert proof.verify(now=NOW).whole
    assert not CaseEvent.objects.filter(at__gt=NOW).exists()
    life = simulation.Life(1, NOW, Camera(None))
    life.adopt(NOW)
    assert not {due.affair.case.number for due in life.queue} & made.numbers()
