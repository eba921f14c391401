"""The demo city stands, lives, and its history is whole."""

from __future__ import annotations

import heapq
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count, Max

from cityloop.assets.models import Component
from cityloop.cases import lifecycle
from cityloop.cases import operations as cases
from cityloop.cases.models import Attachment, Case, CaseEvent, Flow, Timer
from cityloop.cases.tests.proven import broken
from cityloop.coordination.models import Dispute
from cityloop.demo import doing, foreign, life, living, operations, simulation
from cityloop.demo.camera import Camera
from cityloop.demo.errands import replies
from cityloop.demo.tests import often
from cityloop.geo.models import UnitGrid
from cityloop.intake import jobs as intake_jobs
from cityloop.intake import operations as intake
from cityloop.intake import reference
from cityloop.intake.models import Report, ReporterNotice
from cityloop.kernel import clock
from cityloop.kernel.models import Marker
from cityloop.people import demo as demo_people
from cityloop.people import queries as people
from cityloop.people.models import Member, Organisation
from cityloop.works.models import Order

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
# A Friday noon: the days before are working days.
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo city, built once for this module in a transaction that is rolled back.

    Its start is interrupted among the people and goes on, as a Ctrl-C in the first minute does.
    """
    from django.conf import settings

    folder, kept = tmp_path_factory.mktemp("demo"), (settings.DATA_DIR, settings.MEDIA_ROOT)
    settings.DATA_DIR, settings.MEDIA_ROOT = folder, folder / "files"
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(demo_people, "_persons", _interrupt)
            with pytest.raises(KeyboardInterrupt):
                operations.build(now=NOW)
        yield operations.build(now=NOW)
        transaction.set_rollback(True)
    settings.DATA_DIR, settings.MEDIA_ROOT = kept


def _interrupt(*_given: object) -> None:
    """A half built city is no other city: what was done is whole, what was not is not there."""
    assert Organisation.objects.exists()
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def nothing_remembered():
    """What one test's flow was is rolled back with it."""
    reference.forget()
    yield
    reference.forget()


def lived(**more: Any) -> dict[str, int]:
    """Two days of a smaller city."""
    return simulation.simulate(days=2, seed=5, now=NOW, per_day=60, **more)


@pytest.mark.requirement("A01", "A02", "A24", "A26")
def test_the_city_stands_and_is_built_once(city):
    assert {account["username"] for account in city.accounts} <= set(
        Member.objects.values_list("username", flat=True)
    )
    assert Organisation.objects.count() >= 40
    assert Component.objects.count() == 30_000
    assert UnitGrid.objects.count() > 40_000
    assert people.coverage_gaps("330100-2026", NOW.date()) == []
    assert operations.build(now=NOW + timedelta(days=1)).accounts == city.accounts


def test_an_interrupted_start_goes_on(city):
    begun = Marker.objects.get(pk=foreign.BEGUN)
    parts = [foreign.STANDARDS, foreign.GROUND, foreign.PEOPLE, foreign.COMPONENTS, foreign.TEXTS]
    assert list(city.seconds) == parts
    with transaction.atomic():
        Marker.objects.filter(pk=foreign.BUILT).delete()  # as if it were stopped before its end
        assert foreign.of_another_city() == []
        assert operations.build(now=NOW).accounts == city.accounts
        begun.value["parts"].pop(foreign.PEOPLE)
        begun.save()
        Marker.objects.filter(pk=foreign.BUILT).delete()
        found = foreign.of_another_city()
        assert len(found) == 2 and found[0].endswith("organisations")
        transaction.set_rollback(True)


@pytest.mark.requirement("C02", "C29", "C30", "A04", "D06", "D07", "D09", "E03", "F05", "H07")
def test_the_city_lives_as_cities_do(city):
    counts = lived()
    # Everything that happens in a city happens here.
    for what in ("report", "self_handle", "joined", "closed", "returned", "reworked", "rejected",
                 "not found", "clocks fired"):  # fmt: skip
        assert counts.get(what), (what, counts)
    assert counts.get("refused steps", 0) <= counts["steps"] / 100
    assert counts.get("refused reports", 0) <= 1
    opened = counts["report"] + counts["self_handle"] + counts.get("quick_report", 0)
    assert Case.objects.count() == opened + counts.get("remind", 0)
    assert Report.objects.count() == Case.objects.count() + counts["joined"]
    # The clocks are honest, nothing lies in the future, everything lies in a grid.
    assert not Timer.objects.filter(state="running", fire_at__lt=NOW).exists()
    assert not CaseEvent.objects.filter(at__gt=NOW).exists()
    assert not Case.objects.filter(grid_code="").exists()
    assert broken(NOW) == []
    _few_replies_are_left()
    # Who told of a known case was told so; what the past left to do waits behind the present.
    assert not ReporterNotice.objects.filter(topic="joined", state="owed").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT priority FROM procrastinate_jobs WHERE status = 'todo'")
        assert cursor.fetchall() == [(-1,)]


def _few_replies_are_left() -> None:
    """Operators of the past answered most, also by what the worker makes out of their steps."""
    lines = CaseEvent.objects.filter(action__in=("file", "close", "reject", "approve_void"))
    for number, version, action in lines.values_list("case__number", "version", "action"):
        getattr(intake_jobs, f"tell_{action}")(number=number, version=version)
    told = ReporterNotice.objects.filter(topic__in=("filed", "closed"), state="told").count()
    owed = ReporterNotice.objects.filter(topic__in=("filed", "closed"), state="owed")
    assert told > 20 and owed.count() < told / 4
    assert owed.filter(due_at__lt=NOW).count() < told / 20
    # The living city rings up who waits in time, and leaves the others to whoever looks.
    waiting = CaseEvent.objects.filter(
        case__channel="hotline12319", at__gt=NOW - timedelta(hours=20),
        at__lt=NOW - timedelta(hours=2),
    ).latest("at")  # fmt: skip
    intake.owe_all(number=waiting.case.number, version=waiting.version, topic="progress", now=NOW)
    late = set(owed.filter(due_at__lt=NOW).values_list("pk", flat=True))
    town = life.Life(1, NOW, Camera(None)).town
    while replies.follow(town, waiting.case, "close", NOW) is not None:
        pass
    left = ReporterNotice.objects.filter(state="owed", written=False)
    assert not left.filter(due_at__gt=NOW, owed_at__lt=NOW - timedelta(hours=1)).exists()
    assert late == set(owed.filter(due_at__lt=NOW).values_list("pk", flat=True))


@pytest.mark.requirement(
    "A07", "A09", "A25", "A28", "B14", "C03", "C04", "C05", "D11", "E16", "E18", "F14", "F15", "G09"
)
@pytest.mark.timeout(900)
def test_the_city_takes_every_step_that_there_is(city, monkeypatch):
    """With everything beside the straight road as frequent as can be. Some steps come once:
    where a change of the tables lets one fail to come, another seed or more days may show it."""
    often.everything(monkeypatch)
    shares = {"recheck_share": 1.0, "review_share": 1.0}
    Flow.objects.create(code="all", parameters=shares, published_at=clock.now())
    counts = simulation.simulate(days=4, seed=3, now=NOW, per_day=40)
    taken = set(CaseEvent.objects.values_list("action", flat=True))
    missing = {step.action for step in lifecycle.STEPS} - taken - set(often.NEVER)
    assert not missing, (sorted(missing), counts)
    assert not set(often.NEVER) & taken
    for what in ("calls", "called back", "callers told", "orders of 12345", "orders refused",
                 "orders sent again", "petitions", "petitions repeated", "letters sent",
                 "shifts handed over", "shifts taken over", "meetings held",
                 "tasks of meetings done", "nights of operations", "operations reported",
                 "lists answered", "precedents", "milestones reached", "fraud upheld",
                 "cards issued", "replies judged", "decisions judged",
                 "judgements answered"):  # fmt: skip
        assert counts.get(what), (what, counts)
    assert not counts.get("refused errands"), counts
    assert Dispute.objects.exists() and Order.objects.exists()
    assert counts.get("refused steps", 0) <= counts["steps"] / 20
    assert broken(NOW) == []


def test_what_is_refused_is_not_tried_again_as_the_case_stands(city, monkeypatch):
    lived()
    tried: list[tuple[str, str, int]] = []

    def refuse(case, action, **_more):
        tried.append((case.number, action, case.version))
        raise cases.Refused("no")

    monkeypatch.setattr(doing, "act", refuse)
    lives = life.Life(1, NOW, Camera(None))
    lives.adopt(NOW, most=5)
    for _turn in range(60):
        due = heapq.heappop(lives.queue)
        lives.see_to(due.affair, due.at)
    assert len(tried) >= 5
    assert len(tried) == len(set(tried))


def test_the_load_is_skewed_and_mostly_events(city):
    lived()
    cases = Case.objects.filter(problem_class__isnull=False)
    events = cases.filter(problem_class__kind="event").count()
    assert 0.94 <= events / cases.count() < 1
    units = [n for _unit, n in Case.objects.exclude(lead=None).values_list("lead")
             .annotate(n=Count("id")).order_by("-n")]  # fmt: skip
    assert sum(units[:4]) > sum(units) / 2 and len(units) > 8
    assert len(set(Case.objects.values_list("channel", flat=True))) >= 5


@pytest.mark.requirement("F07", "F08")
def test_photos_of_a_case_show_one_street_and_no_picture_twice(city):
    lived()
    files = Attachment.objects.values_list("file__sha256", flat=True)
    assert len(files) == len(set(files)) > 100
    assert not Attachment.objects.exclude(remarks=[]).exists()
    after = Attachment.objects.filter(stage="after").select_related("file", "case").first()
    assert after.file.taken_at is not None and abs(
        after.file.taken_at - after.added_at
    ) < timedelta(minutes=5)


def story() -> list[tuple]:
    """Everything that happened, without ids."""
    lines = CaseEvent.objects.order_by("at", "id")
    return list(lines.values_list("at", "action", "actor", "case__description", "case__address"))


def numbering() -> list[tuple[str, int | None]]:
    """Where each sequence stands: a rollback leaves them as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences")
        return cursor.fetchall()


def test_the_same_seed_gives_the_same_life(city):
    stories, stood = [], numbering()
    for _time in range(2):
        with connection.cursor() as cursor:
            for name, last in stood:
                cursor.execute("SELECT setval(%s, %s, %s)", [name, last or 1, last is not None])
        point = transaction.savepoint()
        lived()
        stories.append(story())
        transaction.savepoint_rollback(point)
    assert len(stories[0]) > 500
    assert stories[0] == stories[1]


def test_nothing_that_the_history_names_hangs_on_the_day_of_the_installation(city):
    """Lots are drawn by the seals over the history: a moment of today in it is another life."""
    named = {one.published_at for one in Flow.objects.all()}
    assert named == {datetime(2000, 1, 1, tzinfo=UTC)}


def test_a_simulation_that_was_stopped_goes_on(city):
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done >= total // 2:
            raise Stopped

    with pytest.raises(Stopped):
        lived(advance=stop)
    half = Case.objects.count()
    last = CaseEvent.objects.aggregate(last=Max("at"))["last"]
    lived(go_on=True)
    assert half < Case.objects.count() < 3 * half
    assert (
        not Report.objects.filter(received_at__gt=last, case_id__lte=half)
        .filter(ordinal=1)
        .exists()
    )
    assert not Timer.objects.filter(state="running", fire_at__lt=NOW).exists()
    assert broken(NOW) == []


def test_the_living_city_does_one_thing_a_beat(city, monkeypatch):
    lived()
    lines = CaseEvent.objects.count()
    beats = 12

    class Beats(threading.Event):
        """Time passes without waiting; after so many beats it is enough."""

        def wait(self, timeout: float | None = None) -> bool:
            nonlocal beats, now
            beats -= 1
            now += timedelta(seconds=40)
            if beats <= 0:
                self.set()
            return self.is_set()

    now = NOW
    monkeypatch.setattr(living.clock, "now", lambda: now)
    living.live(seed=1, stop=Beats())
    assert lines < CaseEvent.objects.count() <= lines + 24
    assert CaseEvent.objects.aggregate(last=Max("at"))["last"] <= now


def test_the_living_city_leaves_a_case_alone_that_a_person_works_on(city):
    lived()
    lives = life.Life(1, NOW, Camera(None))
    lives.adopt(NOW)
    affair = next(due.affair for due in lives.queue if due.affair.case.status == "handling")
    version = affair.case.version
    affair.case.status = "dispatched"  # as somebody remembers it
    living.beat(lives, affair, NOW)
    assert Case.objects.get(pk=affair.case.pk).version == version


def test_the_password_is_kept_in_the_data_folder_only(city, settings):
    kept = Path(settings.DATA_DIR) / "demo.password"
    assert kept.read_text() == city.accounts[0]["password"]
    assert kept.stat().st_mode & 0o077 == 0
