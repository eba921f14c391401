"""Whoever reported sees the photo of the result by the link of the reply, and nobody sees more."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cityloop.cases.models import Case, Flow
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.notify import queries, signing, wording
from tests.town import Town, forget

pytestmark = pytest.mark.slow

PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
LINK = re.compile(r"https://city\.example(/photos/\S+?)[.\s]")


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, settings, monkeypatch) -> None:
    """Pages read the town's clock; the site has an address."""
    settings.STORAGES = {**configured.STORAGES, "staticfiles": PLAIN}
    settings.PUBLIC_URL = "https://city.example"
    monkeypatch.setattr(clock, "now", lambda: town.now)


def _settled(town: Town) -> str:
    """A hotline case, closed; the draft of its last reply is owed."""
    number = town.report("hotline12319", reporter_phone="13912345678").case
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "verified", "inspector", photos=("verify",))
    town.carry(number, "closed")
    while town.deliver():
        pass
    return number


def _draft(town: Town, number: str) -> str:
    owed = ReporterNotice.objects.get(report__case__number=number, topic="closed")
    return wording.draft(queries.reply(town.actor("acceptor"), owed.pk))


def _see(path: str) -> tuple[int, bytes]:
    answer = Client(headers={"Accept-Language": "en"}).get(path)
    return answer.status_code, answer.content


@pytest.mark.requirement("G02")
def test_the_reply_at_closing_links_the_photo_of_the_result_until_the_link_ends(town: Town) -> None:
    number = _settled(town)
    found = LINK.search(_draft(town, number))
    assert found is not None
    status, picture = _see(found[1])
    assert status == 200
    with Image.open(io.BytesIO(picture)) as seen:
        assert seen.format == "JPEG" and not dict(seen.getexif())
    town.wait(days=91)
    status, page = _see(found[1])
    assert status == 404 and b"this link has ended" in page


@pytest.mark.requirement("G02", "O10")
def test_a_changed_link_opens_nothing(town: Town) -> None:
    number = _settled(town)
    found = LINK.search(_draft(town, number))
    assert found is not None
    photo, until, sign = found[1].removeprefix("/photos/").split("-")
    other = Case.objects.get(number=number).attachments.exclude(pk=photo).first()
    assert other is not None
    for token in (
        f"{other.pk}-{until}-{sign}", f"{photo}-{int(until) + 9}-{sign}",
        f"{photo}-{until}-{sign[:-1]}", f"{photo}-{until}-{'0' * 32}", "x", "１-2-3",
    ):  # fmt: skip
        status, page = _see(f"/photos/{token}")
        assert status == 404 and b"was changed" in page, token


@pytest.mark.requirement("G02")
def test_a_case_that_lives_again_or_a_class_not_public_shows_no_photo(town: Town) -> None:
    number = _settled(town)
    found = LINK.search(_draft(town, number))
    assert found is not None
    town.step(number, "reopen", "supervisor", reason="又破损")
    status, page = _see(found[1])
    assert status == 404 and b"not shown any more" in page
    assert not LINK.search(_draft(town, number))
    later = town.flow.published_at + timedelta(hours=1)
    Flow.objects.create(code="none-public", parameters={"public_photos": []}, published_at=later)
    forget()
    again = _settled(town)
    assert not LINK.search(_draft(town, again)) and "更换井盖" in _draft(town, again)


@pytest.mark.requirement("G02")
def test_without_an_address_of_the_site_the_reply_has_no_link(town: Town, settings) -> None:
    settings.PUBLIC_URL = ""
    assert "http" not in _draft(town, _settled(town))


@given(st.text(max_size=60), st.integers(1, 10**17), st.integers(1, 10**11))
def test_only_our_own_tokens_name_a_photo(other: str, photo: int, until: int) -> None:
    token = signing.photo_token("ours", photo, until)
    assert signing.photo_of("ours", token) == (photo, until)
    assert signing.photo_of("theirs", token) is None
    assert signing.photo_of("ours", other) is None
