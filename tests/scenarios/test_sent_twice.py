"""What a browser sends twice is carried out once, whichever page it stands on."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Milestone
from cityloop.evidence.tests.pictures import FLOWER, TEMPLE, jpeg, photo
from cityloop.kernel.models import RememberedCall
from tests.browser import Browse, browser_of
from tests.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O04")]


def matter(town: Town) -> str:
    """The address of a key matter."""
    facts = coordination.Matter(
        title="人民路积水整治", description="逢雨积水", owner=town.units["ROADS"],
        due_on=date(2026, 6, 30),
    )  # fmt: skip
    made = coordination.open_matter(facts, actor=town.actor("supervisor"), now=town.now)
    return f"/key-matters/{made.pk}/"


def shown(at: Client, page: str) -> dict[str, str]:
    """The form of a new milestone as it is shown now, filled in."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', at.get(page).content.decode())
    assert token
    return {"csrfmiddlewaretoken": token[1], "title": "管网改造", "due_on": "2026-04-30"}


@pytest.fixture
def at(browse: Browse) -> Client:
    """A browser that sends the tokens of its forms, and is refused without."""
    at = browse("supervisor")
    at.handler.enforce_csrf_checks = True
    return at


def test_a_form_sent_twice_is_carried_out_once_and_leads_to_the_same_page(
    town: Town, at: Client
) -> None:
    page = matter(town)
    form = shown(at, page)
    first = at.post(f"{page}milestones/", form)
    second = at.post(f"{page}milestones/", form, follow=True)
    assert first.status_code == 302 and second.redirect_chain == [(first["Location"], 302)]
    assert "This form was sent twice; it was carried out once." in second.content.decode()
    assert Milestone.objects.count() == 1


def test_shown_again_the_form_may_say_the_same_again(town: Town, at: Client) -> None:
    page = matter(town)
    for _time in range(2):
        assert at.post(f"{page}milestones/", shown(at, page)).status_code == 302
    assert Milestone.objects.count() == 2


def test_what_was_refused_or_changed_is_not_taken_for_the_same(town: Town, at: Client) -> None:
    page = matter(town)
    form = shown(at, page)
    for _time in range(2):
        answer = at.post(f"{page}milestones/", {**form, "title": ""})
        assert answer.status_code == 400, "refused again for the same reason"
    for title in ("管网改造", "路面修复"):
        assert at.post(f"{page}milestones/", {**form, "title": title}).status_code == 302
    assert Milestone.objects.count() == 2


def test_another_file_of_the_same_name_and_size_is_another_form(town: Town, browse: Browse) -> None:
    at = browse("acceptor")
    at.handler.enforce_csrf_checks = True
    form = shown(at, "/feedback/new/") | {"kind": "fault", "text": "点了打印没有反应"}
    pictures = [jpeg(photo(one)) for one in (TEMPLE, FLOWER)]
    size = max(map(len, pictures))
    for _time in range(2):
        for content in pictures:
            sent = SimpleUploadedFile("a.jpg", content.ljust(size, b"\0"), "image/jpeg")
            assert at.post("/feedback/new/", {**form, "picture": sent}).status_code == 302
    kept = RememberedCall.objects.filter(caller="form")
    assert kept.count() == 2, "each of the two once"


def test_a_language_is_changed_as_often_as_it_is_asked_for(town: Town, at: Client) -> None:
    token = shown(at, matter(town))["csrfmiddlewaretoken"]
    for language in ("zh-hans", "en", "zh-hans"):
        form = {"csrfmiddlewaretoken": token, "language": language, "next": "/key-matters/"}
        assert at.post("/i18n/setlang/", form).cookies["django_language"].value == language
    assert not RememberedCall.objects.exists()


def test_a_form_without_its_token_is_refused_before_anything(town: Town, at: Client) -> None:
    page = matter(town)
    form = shown(at, page)
    assert at.post(f"{page}milestones/", form).status_code == 302
    del form["csrfmiddlewaretoken"]
    assert at.post(f"{page}milestones/", form).status_code == 403


def test_two_presses_at_once_are_one(
    committed: Town, pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cityloop.kernel.clock.now", lambda: committed.now)
    page = matter(committed)
    at = browser_of(committed)("supervisor")
    form, cookies = shown(at, page), at.cookies

    def press(_time: int) -> str:
        again = Client(enforce_csrf_checks=True)
        again.cookies = cookies
        try:
            return str(again.post(f"{page}milestones/", form)["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        places = set(hands.map(press, range(4)))
    assert len(places) == 1 and Milestone.objects.count() == 1


def test_a_form_that_holds_too_much_is_refused_in_words(town: Town, at: Client) -> None:
    page = matter(town)
    form = shown(at, page)
    long = at.post(f"{page}milestones/", {**form, "title": "管" * 2_000_000})
    many = at.post(f"{page}milestones/", {**form, **{f"field{n}": "1" for n in range(3000)}})
    assert long.status_code == many.status_code == 413
    assert "has at most 4 MB together" in long.content.decode()
    assert "too many fields or files" in many.content.decode()
