"""The demo city shows a living example of every situation; a second start makes nothing again."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from cityloop.cases import operations as cases
from cityloop.cases.audit import sides
from cityloop.cases.models import Attachment, Case, CaseEvent, Flow, Task
from cityloop.cases.queries import current_flow
from cityloop.cases.tests.proven import broken
from cityloop.demo import operations
from cityloop.demo.camera import Camera
from cityloop.demo.life import Life
from cityloop.demo.operations import everybodys_password
from cityloop.demo.situations import chained, made, making
from cityloop.demo.situations.scene import Scene
from cityloop.demo.town import Town
from cityloop.discipline.models import Card, Recheck, Sample
from cityloop.discipline.queries import why_not
from cityloop.duty import operations as handing
from cityloop.duty import queries as duty
from cityloop.duty.models import Handover, Succession
from cityloop.evidence.models import Finding
from cityloop.hotline.models import Order as Order12345
from cityloop.hotline.models import Result, Told
from cityloop.intake.models import ReporterNotice
from cityloop.kernel.actor import Actor
from cityloop.notify.models import Message
from cityloop.people.models import Holding, Member, Organisation
from cityloop.people.queries import actor_for
from cityloop.works import queries
from cityloop.works.models import Claim, Order

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(600)]
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
FELL_BACK = "A text message that fell back on the page of messages"
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
        assert time.process_time() - began < 30
        yield made.shown()
        transaction.set_rollback(True)
    settings.DATA_DIR, settings.MEDIA_ROOT = kept


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def test_each_situation_can_be_opened_by_the_person_named(shown):
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


# What the title promises: fields of the case.
CASES: dict[str, dict[str, object]] = {
    "A dispute, the case frozen": {"status": "coordinating", "dispute_level": "district"},
    "A dispute passed up to the city government": {"dispute_level": "city"},
    "A dispute decided: the matrix has a new line": {"dispute_level": "", "status": "dispatched"},
    "Fixed and closed while the dispute stays open": {"dispute_level": "district", "open": False},
    "Returned by two units, to be frozen": {"status": "filed", "returns": 2},
    "Substitute works: another unit acts first": {"substituted": True},
    "Urged by a leader, answer owed": {"answer_owed": True},
    "An extension granted": {"extensions": 1},
    "An extension refused": {"extensions": 0},
    "The engineering limit asked for": {"long_limit": False},
    "The engineering limit granted": {"long_limit": True},
    "Suspended: the clocks stand still": {"status": "suspended"},
    "Deferred, with two approvals": {"status": "deferred"},
    "Released early, then handled": {"status": "handled", "deferrals": 1},
    "An appeal granted: the raw fact stays": {"appeal": "granted", "handled_late": True},
    "An appeal refused": {"appeal": "refused"},
    "A check failed: to be done again": {"status": "check_failed"},
    "A closed case, opened again": {"status": "filed"},
    "Found falsely closed: it lives again": {"status": "filed", "open": True},
    "Reported without a photo: seen first": {"status": "reported", "verified": "wanted"},
    "Checked, but not closed: a reply is missing": {
        "status": "checked", "replies_owed": ["filed", "progress"]},
    "A case of a citizen in the review queue": {"status": "checked", "reviewed_at": None},
    "On a border: two streets, the unit above leads": {"status": "dispatched"},
    "Sure enough: dispatched by itself": {"status": "dispatched"},
    "Filed in days of protection: another limit": {"limit_amount": 2, "limit_unit": "urgent_hour"},
    "An order of 12345 with its number and deadline": {"channel": "hotline12345"},
    "A reminder by the inspector, counted apart": {"record_type": "reminder", "status": "closed"},
    "Settled by a reminder: the unit is told, nothing is filed": {
        "record_type": "reminder", "filed_at": None},
    "A text message without a place, to be located": {"point": None, "status": "reported"},
    "Drawn for re-inspection by another team": {"status": "closed"},
    "Passed up by the district, with its reason": {"status": "filed"},
}  # fmt: skip
# The step that makes it one.
TAKEN = {
    "Let lie by the district: risen to the city": "rise",
    "Sure enough: dispatched by itself": "dispatch",
    "On a border: two streets, the unit above leads": "dispatch_across",
    "A day off declared: the deadline was recomputed": "recompute",
    "Found falsely closed: it lives again": "recheck_false",
    "Sent back to handling": "send_back",
    "Settled by a reminder: the unit is told, nothing is filed": "settle_by_reminder",
    "A place found by calling back": "locate",
    "Passed up by the district, with its reason": "pass_up",
    "Sent down again: the clock goes on with what was left": "pass_down",
    "A dispatch that was opened: its read receipt": "open_dispatch",
    "Drawn for re-inspection by another team": "draw_recheck",
    "Backlog: deferred for more than sixty days": "become_backlog",
}


def test_each_example_is_what_its_title_promises(shown):
    by_title = {one.en: one for one in shown}
    for title, fields in CASES.items():
        case = Case.objects.get(number=by_title[title].case)
        assert {name: getattr(case, name) for name in fields} == fields, title
    for title, action in TAKEN.items():
        number = by_title[title].case
        assert CaseEvent.objects.filter(case__number=number, action=action).exists(), title
    automatic = by_title["Sure enough: dispatched by itself"].case
    assert CaseEvent.objects.get(case__number=automatic, action="dispatch").role == "system"
    kinds = Finding.objects.filter(odd=True).values_list("case__number", "kind")
    assert (by_title["A photo that proved another case before"].case, "reused") in kinds
    assert (by_title["An edited picture: an old one, mirrored"].case, "reused") in kinds
    assert (by_title["Before and after are not the same scene"].case, "scene") in kinds
    assert (by_title["The photo before as the photo after"].case, "reused") in kinds
    assert (by_title["The stamp on the photo tells another day"].case, "stamp_time") in kinds
    drawn = Recheck.objects.filter(case__number__in=made.numbers())
    assert sorted(drawn.values_list("result", flat=True)) == ["false", "open"]
    sent = Result.objects.filter(
        order__report__case__number=by_title[
            "An order of 12345, settled: its result goes back"
        ].case
    )
    assert [one.outcome for one in sent] == ["settled"] and sent[0].reply
    again = by_title["An order of 12345, refused and sent again"].case
    assert Order12345.objects.get(report__case__number=again).round == 2
    far = Attachment.objects.get(
        case__number=by_title["A photo taken far from the place"].case, stage="after"
    )
    assert [one["code"] for one in far.remarks] == ["taken_elsewhere"]


# What the title promises of who dispatches: the level that holds the case, its share in minutes,
# the levels of its place, and the step that the person named then takes.
A_DAY = 24 * 60
HELD = {
    "New two axes: the coordination platform dispatches, not the centre": ("city",),
    "Core city: the city supervises, the district dispatches": ("city", "district"),
    "Sub-city: the district commands alone, no platform above it": ("district",),
    "Four dispatch levels: the street platform holds it": ("city", "district", "street"),
    "Four dispatch levels: a community holds it, with its own share of the clock": (
        "city", "district", "street", "community"),
    "Four dispatch levels: let lie by the community, risen to the street": (
        "city", "district", "street"),
}  # fmt: skip


def by_who_is_named(one: made.Shown, action: str, **inputs: object) -> Case:
    """The step that a newcomer takes next."""
    case = Case.objects.get(number=one.case)
    now = max(NOW, case.events.latest("version").at) + timedelta(minutes=1)
    member = Member.objects.get(username=one.username)
    return cases.perform(one.case, action, actor=actor_for(member.pk, now), now=now, inputs=inputs)


@pytest.mark.requirement("A06", "A07", "A08", "A09", "A12", "A35")
def test_each_platform_mode_lives_and_its_platform_dispatches(shown):
    by_title = {one.en: one for one in shown}
    for title, levels in HELD.items():
        one = by_title[title]
        case = Case.objects.get(number=one.case)
        chain = [(level, holder) for level, holder, *_used in case.platforms]
        upto = chain[: len(levels)]
        assert tuple(level for level, _holder in upto) == levels, title
        assert (case.status, case.holder_id) == ("filed", upto[-1][1]), title
        assert case.timers.get(kind="dispatch", state="running").limit_amount == A_DAY
        member = Member.objects.get(username=one.username)
        unit = Organisation.objects.get(pk=case.proposal["unit"])
        if title.startswith("Four"):  # these platforms command their own units only
            unit = Organisation.objects.filter(parent=case.holder, kind="contractor").first()
            unit = unit or case.holder
        assert case.holder_id in [pk for pk, _kind in actor_for(member.pk, NOW).platforms]
        with transaction.atomic():
            assert by_who_is_named(one, "dispatch", unit=unit).status == "dispatched", title
            transaction.set_rollback(True)


@pytest.mark.requirement("A05", "A12", "A17", "A19", "A35")
def test_each_platform_mode_shows_what_sets_it_apart(shown):
    by_title = {one.en: one for one in shown}
    one = next(row for title, row in by_title.items() if title.startswith("One merged hall"))
    assert CaseEvent.objects.get(case__number=one.case, action="dispatch").facts["merged_posts"]
    with transaction.atomic():
        assert by_who_is_named(one, "close", closing_condition=True).status == "closed"
        transaction.set_rollback(True)
    risen = by_title["Four dispatch levels: let lie by the community, risen to the street"]
    rise = CaseEvent.objects.get(case__number=risen.case, action="rise")
    assert rise.facts["share_on_time"] is False
    named = by_title["Four dispatch levels: from the community to a person"]
    assert Case.objects.get(number=named.case).worker.username == named.username
    axes = by_title["New two axes: handled, and only the centre sends it to the check"]
    inspector = Holding.objects.filter(post__roles__code="inspector").first().member
    with (
        override("en"),
        pytest.raises(cases.Refused, match="Send to check is for: Acceptance operator"),
    ):
        by_who_is_named(replace(axes, username="mode-axes"), "send_check", inspector=inspector)
    # They live beside the city's own mode, which holds again, and whose life leaves them alone.
    assert current_flow().parameters == Flow.objects.order_by("pk").first().parameters
    assert not any(Member.objects.get(pk=one.member_id).username.startswith("mode-")
                   for held in Town(1, NOW.date()).posts.values() for one in held)  # fmt: skip
    assert sides({}, on=NOW.date()).clean
    for row in shown:
        if row.username.startswith("mode-"):
            assert check_password(everybodys_password(),
                                  Member.objects.get(username=row.username).password)  # fmt: skip


def test_who_assists_is_another_party_than_the_lead(shown):
    titled = next(one for one in shown if one.en == "The lead unit waits for a sub-task")
    case = Case.objects.get(number=titled.case)
    task = Task.objects.get(case=case, kind="assist", closed_at=None)
    lead, helper = case.lead.path, task.organisation.path
    assert not lead.startswith(helper) and not helper.startswith(lead)
    assert Member.objects.get(username=titled.username).organisation_id == task.organisation_id


def test_what_waits_for_a_dispatcher_waits_a_while(shown):
    """A clock of half an hour would have taken it away before a newcomer opens it."""
    by_title = {one.en: one for one in shown}
    for title in ("Returned by two units, to be frozen",
                  "Sent down again: the clock goes on with what was left"):  # fmt: skip
        case = Case.objects.get(number=by_title[title].case)
        assert case.due_at > NOW + timedelta(hours=12), title


def test_messages_cards_and_secondments_stand_as_their_titles_say(shown):
    by_title = {one.en: one for one in shown}
    notice = by_title["A reply that did not arrive: owed again"].address.split("/")[2]
    lost = Message.objects.get(notice=notice)
    assert (lost.state, lost.notice.state) == ("failed", "owed")
    waiting = Message.objects.get(
        case__number=by_title["A reply by night: it waits for the morning"].case,
        notice__isnull=False,
    )
    assert waiting.state == "queued" and timezone.localtime(waiting.next_at).hour == 7
    card = by_title["A red card proposed: the second yellow one in its time"].address.split("/")[3]
    red = Card.objects.get(pk=card)
    assert (red.colour, red.state, red.follows.colour) == ("red", "proposed", "yellow")
    told = Message.objects.get(member__username=by_title[FELL_BACK].username, topic="urged",
                               case__in=Case.objects.filter(number__in=made.numbers()),
                               medium="inbox", receipts__medium="sms")  # fmt: skip
    assert told.state == "delivered"
    taken = by_title["A shift that was taken over, signed by both"].address.split("/")[3]
    row = Handover.objects.get(pk=taken)
    assert row.accepted_by_id not in (None, row.left_by_id) and handing.digest_holds(row)
    waits = by_title["A shift that waits to be taken over"]
    turned = Handover.objects.get(pk=waits.address.split("/")[3])
    assert duty.missing(turned) == []
    assert Member.objects.get(username=waits.username).pk != turned.left_by_id
    lent = Holding.objects.get(member__username="lent-dispatcher")
    assert lent.kind == "secondment" and Succession.objects.get(holding=lent).successor


def test_works_and_replies_stand_as_their_titles_say(shown):
    by_title = {one.en: one.address.rstrip("/").rpartition("/")[2] for one in shown}
    for title, state in (
        ("An order of substitute works, priced by the list", "priced"),
        ("An order of substitute works, done and checked", "done"),
        ("An order of substitute works with its invoice", "invoiced"),
    ):
        case, _dash, version = by_title[title].removeprefix("W").partition("-")
        assert Order.objects.get(case__number=case, version=version).state == state
    standing = {one.pk: one.standing for one in queries.reckoned(Claim.objects.all())}
    for title, expected in (
        ("A claim, notice sent", "noticed"), ("A claim, paid", "paid"),
        ("A claim, paid in part, the rest growing old", "partial"), ("A claim, refused", "refused"),
    ):  # fmt: skip
        assert standing[int(by_title[title])] == expected
    reply = by_title["Overdue: a progress reply to the citizen is due"]
    assert ReporterNotice.objects.get(pk=reply).state == "owed"
    assert Told.objects.exists()
    asked = next(one for one in shown if one.address == "/query/")
    number, tail = re.findall(r"[0-9]+", asked.en)
    page = Client(headers={"Accept-Language": "en"}).post(
        "/query/", {"number": number, "tail": tail}
    )
    assert "being handled" in page.content.decode()


@pytest.mark.requirement("D11")
def test_sampled_decisions_stand_as_their_titles_say(shown):
    by_title = {one.en: one for one in shown}
    wrong = by_title["A rejection found wrong: its operator may answer once"]
    row = Sample.objects.get(pk=wrong.address.split("/")[3])
    assert (row.kind, row.ruling, row.mistake) == ("reject", "wrong", "to_accept")
    assert row.operator.username == wrong.username and not hasattr(row, "answer")
    waits = by_title["A dispatch drawn by lot: it waits for a second person"]
    row = Sample.objects.get(pk=waits.address.split("/")[3])
    assert (row.kind, row.ruling) == ("dispatch", "open")
    judge = Member.objects.get(username=waits.username)
    assert why_not(actor_for(judge.pk, NOW), row) == ""


def test_a_second_start_makes_nothing_again(shown):
    before = (Case.objects.count(), CaseEvent.objects.count(), Flow.objects.count())
    assert making.make_all(now=NOW + timedelta(days=1)) == []
    assert (Case.objects.count(), CaseEvent.objects.count(), Flow.objects.count()) == before


def test_what_is_missing_in_an_older_database_is_made(shown):
    point = transaction.savepoint()
    made.Marker.objects.get(pk=f"{made.MADE}disputes").delete()
    assert len(making.make_all(now=NOW)) == 6
    transaction.savepoint_rollback(point)


def test_a_border_is_found_whatever_the_dice(shown):
    point = transaction.savepoint()
    for n in range(12):
        scene = Scene(f"border {n}", NOW)
        scene.begin(hours=5)
        case = Case.objects.get(number=chained.on_the_border(scene))
        assert len({one["organisation"] for one in case.assisting}) == 2
    transaction.savepoint_rollback(point)


def test_an_example_without_a_place_is_left_out_and_the_others_are_made(shown, monkeypatch):
    point, told = transaction.savepoint(), []
    for name in ("chained", "disputes"):
        made.Marker.objects.get(pk=f"{made.MADE}{name}").delete()
    monkeypatch.setattr(Town, "border_at", lambda *_, **__: [])
    with pytest.raises(LookupError, match="no place tried"), transaction.atomic():
        making.make_all(now=NOW)
    assert len(making.make_all(now=NOW, left_out=lambda name, why: told.append((name, why)))) == 6
    assert [name for name, _why in told] == ["chained"]
    monkeypatch.undo()
    assert len(making.make_all(now=NOW)) == 5, "the next start makes it"
    transaction.savepoint_rollback(point)


def test_history_is_whole_and_the_city_leaves_its_examples_alone(shown):
    assert broken(NOW) == []
    assert not CaseEvent.objects.filter(at__gt=NOW).exists()
    life = Life(1, NOW, Camera(None))
    life.adopt(NOW)
    assert not {due.affair.case.number for due in life.queue} & made.numbers()


def test_a_used_example_says_so_and_shows_what_its_case_is_now(shown):
    one = next(row for row in shown if row.en == "Returned by two units, to be frozen")
    member = Member.objects.get(username=one.username)
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(member, backend=BACKEND)
    fresh = browser.get("/situations/").content.decode()
    assert "Somebody went on with it since" not in fresh and "RESET=1" not in fresh
    assert set(made.today(shown)) == {row.case for row in shown if row.case}
    case = Case.objects.get(number=one.case)
    now = max(NOW, case.events.latest("version").at) + timedelta(minutes=1)
    # A clock is nobody.
    system = Actor.system("replies")
    cases.perform(case.number, "owe_reply", actor=system, now=now, inputs={"replies": ["filed"]})
    assert not made.today(shown)[case.number].went_on
    cases.perform(
        case.number, "freeze", actor=actor_for(member.pk, now), now=now,
        inputs={"opinion": "两家都退回"},
    )  # fmt: skip
    assert made.today(shown)[case.number] == made.Today("coordinating", went_on=True)
    page = browser.get("/situations/").content.decode()
    assert page.count("Somebody went on with it since") == 1 and "make demo RESET=1" in page
    chinese = Client(headers={"Accept-Language": "zh-hans"})
    chinese.force_login(member, backend=BACKEND)
    assert "此后已有人继续办理" in chinese.get("/situations/").content.decode()
    # A database made before versions were kept shows the status only.
    assert not made.today([replace(one, version=None)])[case.number].went_on
