"""A citizen follows a report by its number and the end of the phone, without signing in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cityloop.cases.models import Status
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.notify import operations
from cityloop.notify.models import Asked, Message
from cityloop.notify.queries import public
from cityloop.standards import queries as standards
from tests.town import Town

PHONE = "139 1234 5678"


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, settings, monkeypatch) -> None:
    """Jobs read the town's clock; messages go to the log; pages have plain static files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MESSAGE_CONSOLE = settings.RATE_LIMITS = True
    monkeypatch.setattr(clock, "now", lambda: town.now)


def _ask(number: str, tail: str, **more: str) -> tuple[int, str]:
    answer = Client(headers={"Accept-Language": "en"}).post(
        "/query/", {"number": number, "tail": tail}, **more
    )
    return answer.status_code, answer.content.decode()


@pytest.mark.requirement("G06")
def test_number_and_tail_show_stage_unit_day_and_the_replies_that_were_sent(town: Town) -> None:
    receipt = town.report("web", reporter_phone=PHONE, reporter_name="张三")
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    case = town.carry(receipt.case, "handling")
    town.deliver()
    acceptor, notice = town.actor("acceptor"), ReporterNotice.objects.get(topic="filed")
    operations.send_reply(notice.pk, text="已立案，正在处理。", actor=acceptor, now=town.now)
    assert "已立案" not in _ask(case.number, "5678")[1]  # only what was sent
    town.deliver()
    assert Message.objects.get(notice=notice).state == "sent"
    for number in (case.number, receipt.number, f" {case.number} "):
        status, page = _ask(number, "5678")
        assert status == 200
        assert "being handled" in page and "WATER" in page and "已立案，正在处理。" in page
        assert f"{case.handling_due_at + timedelta(hours=8):%Y-%m-%d}" in page
        assert "张三" not in page and "1234" not in page  # nobody's data is given back


@pytest.mark.requirement("G06")
def test_every_status_has_a_stage_for_the_public() -> None:
    assert set(public.STAGES) == set(Status.values)


@pytest.mark.requirement("G06", "O10")
def test_a_wrong_number_and_a_wrong_tail_get_the_same_answer(town: Town) -> None:
    receipt = town.report("web", reporter_phone=PHONE)
    other = town.report("inspector").case  # nobody's phone
    pages = set()
    for number, tail in ((receipt.case, "0000"), ("9" * 15, "5678"), (other, "5678"),
                         (f"{receipt.case}-2", "5678")):  # fmt: skip
        status, page = _ask(number, tail)
        assert status == 200 and "No report fits" in page
        shown = page.replace(number, "N").replace(tail, "T")
        pages.add(shown[shown.index("<main") :].split("csrfmiddlewaretoken")[0])
    assert len(pages) == 1
    for number, tail in (
        ("x'--", "5678"),
        (receipt.case, "56"),
        ("", ""),
        (receipt.case, "一二三四"),
    ):
        status, page = _ask(number, tail)
        assert status == 400 and "No report fits" not in page


@pytest.mark.requirement("G06", "O10")
def test_nobody_tries_out_the_ends_of_phone_numbers(town: Town) -> None:
    receipt = town.report("web", reporter_phone=PHONE)
    for n in range(10):
        assert _ask(receipt.case, f"{n:04}", REMOTE_ADDR=f"10.0.0.{n}")[0] == 200
    status, page = _ask(receipt.case, "5678", REMOTE_ADDR="10.0.1.1")
    assert status == 429 and "try again in an hour" in page and receipt.case in page
    for n in range(28):
        _ask(f"{n:015}", "5678", REMOTE_ADDR="10.0.2.2")
    assert _ask("8" * 15, "5678", REMOTE_ADDR="10.0.2.2")[0] == 200
    assert _ask("8" * 15, "5678", REMOTE_ADDR="10.0.2.2")[0] == 200
    assert _ask("8" * 15, "5678", REMOTE_ADDR="10.0.2.2")[0] == 429
    town.wait(hours=1)
    assert _ask(receipt.case, "5678", REMOTE_ADDR="10.0.2.2")[0] == 200
    town.wait(days=2)
    assert operations.forget_questions(now=town.now) > 0
    assert not Asked.objects.exists()


@pytest.mark.requirement("O10")
def test_whose_data_was_deleted_is_not_found_any_more(town: Town) -> None:
    receipt = town.report("web", reporter_phone=PHONE)
    town.step(receipt.case, "reject", "acceptor", reason_code="too_vague", reason="无法定位")
    assert "not accepted" in _ask(receipt.case, "5678")[1]
    town.wait(days=366)
    intake.forget_reporters(now=town.now)
    assert "No report fits" in _ask(receipt.case, "5678")[1]


@pytest.mark.requirement("P09")
def test_the_catalogue_and_its_limits_are_open_to_everybody(town: Town) -> None:
    """Search works, every page leads on, and nothing that is the city's own stands there."""
    reader = Client()
    page = reader.get("/catalogue/", {"q": "井盖"})
    html = page.content.decode()
    assert page.status_code == 200 and "井盖" in html
    edition = standards.current_edition(timezone.localdate(town.now))
    assert edition.name_zh in html or edition.name_en in html
    rule = standards.rules_for(town.chosen().pk, on=timezone.localdate(town.now))[0]
    assert rule.closing_zh in html or rule.closing_en in html
    assert standards.limit_text(rule.limit_amount, rule.limit_unit) in html
    for inner in ("manual/examples", town.units["WATER"].name_zh, *rule.units_hint.split(";")):
        assert not inner or inner not in html
    assert b"<tbody" not in reader.get("/catalogue/", {"q": "没有这样的东西"}).content
    for where in ("/sign-in/", "/query/"):
        assert 'href="/catalogue/"' in reader.get(where).content.decode()
