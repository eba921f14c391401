"""A person is told in the browser at once: asked for, encrypted for it alone, ended, gone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.notify import operations, queries
from cityloop.notify.models import Message, Subscription
from cityloop.notify.operations import pushing
from cityloop.notify.tests.pushing import Phone, Service, serving
from tests.browser import Browse
from tests.scenarios.test_duty_pages import _page as page
from tests.town import Town

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs and pages read the town's clock."""
    monkeypatch.setattr(clock, "now", lambda: town.now)


@pytest.fixture
def service(settings) -> Iterator[Service]:
    """A push service on this machine; the city pushes."""
    settings.PUSH_CONTACT, settings.PUSH_KEY = "mailto:city@example.cn", "seed-of-the-tests-" * 3
    settings.PUSH_LOCAL = True
    with serving() as one:
        yield one


def _work(town: Town) -> None:
    while town.deliver():
        pass


def _asked(town: Town, service: Service, phone: Phone, name: str = "inspector2", n: int = 1) -> int:
    browser = phone.at(f"{service.origin}/send/{n}")
    row = operations.subscribe(browser, device="Phone", actor=town.actor(name), now=town.now)
    return row.pk


def _sent_to_check(town: Town) -> Message:
    case = town.case("handled")
    _work(town)
    town.step(case.number, "send_check", "acceptor", inspector="inspector2")
    _work(town)
    return Message.objects.filter(topic="to_check").latest("pk")


@pytest.mark.requirement("A33", "G09")
def test_the_inspector_is_told_on_the_phone_at_once(town: Town, service: Service) -> None:
    phone = Phone()
    _asked(town, service, phone)
    told = _sent_to_check(town)
    assert (told.medium, told.state, told.media) == ("push", "sent", ["push", "inbox"])
    [(path, headers, record)] = service.got
    assert (path, headers["Topic"], headers["Urgency"]) == (
        "/send/1", f"m{told.pk}-push", "normal",
    )  # fmt: skip
    assert told.case is not None
    shown = phone.shown(record)
    assert shown["text"] == told.text and shown["path"] == f"/cases/{told.case.number}/"
    # It stands on the page of messages too, unread.
    assert queries.unread(town.actor("inspector2")) == 1
    # Who has not asked for it finds messages on the page only, and no attempt is made.
    town.step(told.case.number, "check_failed", "inspector2", reason_code="undone",
              reason="仍未处置", photos=("check",))  # fmt: skip
    other = town.case("handling")
    _work(town)
    town.step(other.number, "urge", "supervisor", reason="临近时限")
    _work(town)
    urged = Message.objects.get(topic="urged")
    assert (urged.medium, urged.media) == ("inbox", ["inbox"])
    assert urged.receipts.count() == 1


def test_a_browser_that_is_gone_is_asked_no_more(town: Town, service: Service) -> None:
    old, new = Phone(), Phone()
    _asked(town, service, old, n=1)
    _asked(town, service, new, n=2)
    service.answers = {"/send/1": 410}
    assert _sent_to_check(town).state == "sent"
    gone = Subscription.objects.get(endpoint__endswith="/send/1")
    assert (gone.ended_why, gone.ended_at) == ("gone", town.now)
    # The last one goes as well: the message falls back to the page.
    service.answers["/send/2"] = 404
    told = _sent_to_check(town)
    assert (told.medium, told.state) == ("inbox", "delivered")
    assert [(one.medium, one.what, one.detail) for one in told.receipts.order_by("pk")] == [
        ("push", "refused", "gone"), ("inbox", "delivered", ""),
    ]  # fmt: skip
    assert queries.browsers_of(told.member_id or 0) == ()


def test_a_service_that_fails_is_tried_again_and_night_stays_quiet(
    town: Town, service: Service
) -> None:
    phone = Phone()
    _asked(town, service, phone)
    service.answers = {"/send/1": 503}
    told = _sent_to_check(town)
    assert told.state == "queued" and told.next_at is not None
    service.answers = {}
    town.wait(minutes=1)
    assert operations.queue_due(now=town.now) == 1
    _work(town)
    told.refresh_from_db()
    assert told.state == "sent" and len(service.got) == 2
    assert len({headers["Topic"] for _path, headers, _body in service.got}) == 1, "replaces it"
    town.wait(hours=14)  # eleven at night
    late = _sent_to_check(town)
    assert late.state == "queued" and late.next_at is not None and late.next_at > town.now
    assert late in queries.inbox(town.actor("inspector2")), "the page shows it at once"


def test_a_browser_belongs_to_one_member_and_ten_are_enough(town: Town, service: Service) -> None:
    phone = Phone()
    first = _asked(town, service, phone)
    assert _asked(town, service, phone) == first, "the same again"
    second = _asked(town, service, phone, "inspector")
    rows = dict(Subscription.objects.values_list("pk", "ended_why"))
    assert rows == {first: "taken over", second: ""}
    with pytest.raises(NotFound):  # nobody ends another's
        operations.unsubscribe(second, actor=town.actor("inspector2"), now=town.now)
    for n in range(2, 2 + pushing.MOST):
        _asked(town, service, Phone(), "inspector", n)
    held = queries.subscriptions(town.actor("inspector"))
    assert held.count() == pushing.MOST and second not in held.values_list("pk", flat=True)
    with pytest.raises(NotFound):
        operations.unsubscribe(second, actor=town.actor("inspector"), now=town.now)


def test_an_address_inside_the_house_is_no_browser(town: Town, service: Service, settings) -> None:
    phone, actor = Phone(), town.actor("inspector2")
    for endpoint in ("http://10.0.0.7/x", "http://169.254.169.254/latest", "file:///etc/passwd"):
        with pytest.raises(Invalid, match="no subscription"):
            operations.subscribe(phone.at(endpoint), device="", actor=actor, now=town.now)
    settings.PUSH_CONTACT = ""
    with pytest.raises(Refused, match="does not push"):
        _asked(town, service, phone)


@pytest.mark.requirement("G09")
def test_it_is_asked_for_on_the_page_and_ends_with_the_session(
    town: Town, service: Service, browse: Browse
) -> None:
    phone = Phone().at(f"{service.origin}/send/1")
    inspector, other = browse("inspector2"), browse("inspector")
    shown = page(inspector.get("/messages/"))
    assert "Told at once" in shown and "data-push-form" in shown
    worker = inspector.get("/service-worker.js")
    assert (
        worker["Content-Type"].startswith("text/javascript")
        and b"showNotification" in worker.content
    )
    sent = {"endpoint": phone.endpoint, "p256dh": phone.p256dh, "auth": phone.auth}
    assert inspector.post("/messages/push/", {"endpoint": "x"}).status_code == 302
    assert not Subscription.objects.exists()
    answer = inspector.post("/messages/push/", sent, headers={"User-Agent": "Phone of Li"})
    assert answer.status_code == 302
    row = Subscription.objects.get()
    assert row.device == "Phone of Li" and "Phone of Li" in page(inspector.get("/messages/"))
    assert other.post(f"/messages/push/{row.pk}/end/").status_code == 404
    assert "Phone of Li" not in page(other.get("/messages/"))
    # Chinese, and without push there is no panel.
    assert "在此浏览器通知我" in page(browse("inspector2", "zh-hans").get("/messages/"))
    inspector.post("/sign-out/")
    row.refresh_from_db()
    assert row.ended_why == "left"

    # The same over the API.
    again = browse("inspector2")
    key = again.get("/api/v1/push/key").json()["key"]
    assert len(key) == 87
    body = {"endpoint": phone.endpoint, "keys": {"p256dh": phone.p256dh, "auth": phone.auth}}
    made = again.post("/api/v1/push/browsers", json.dumps(body), content_type="application/json",
                      headers={"Idempotency-Key": "push-page-1"})  # fmt: skip
    assert made.status_code == 201, made.content.decode()
    [held] = again.get("/api/v1/push/browsers").json()
    assert held["id"] == made.json()["id"] and held["endpoint"] == phone.endpoint
    ended = again.post(f"/api/v1/push/browsers/{held['id']}/end", content_type="application/json",
                       headers={"Idempotency-Key": "push-page-2"})  # fmt: skip
    assert ended.status_code == 200 and again.get("/api/v1/push/browsers").json() == []
