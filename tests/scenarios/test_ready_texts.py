"""Words that are written often: kept by the office, offered at the desks, on record."""

from __future__ import annotations

import pytest
from django.test import Client

from cityloop.desks import operations, queries
from cityloop.desks.models import ReadyText
from cityloop.kernel.changes import Asked
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from tests.scenarios.test_photo_evidence import BACKEND, PLAIN
from tests.town import Town

NEW = "/office/texts/new/"


@pytest.fixture
def office(town: Town, settings) -> Client:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": PLAIN}
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(town.members["administrator"], backend=BACKEND)
    return browser


def _kept(town: Town, **changes: object) -> ReadyText:
    given = {"use": "opinion", "title": "已核实", "text": "现场核实情况属实"} | changes
    return operations.keep_text(**given, actor=town.actor("administrator"), now=town.now)


@pytest.mark.requirement("D01", "L16")
def test_a_text_is_kept_worded_otherwise_and_ended(town: Town, office: Client) -> None:
    given = {"use": "reason", "title": "不属本单位", "text": "部件产权不属本单位"}
    assert office.post(NEW, given).status_code == 302
    first = queries.ready_texts().get()
    path = f"/office/texts/{first.pk}/"
    assert office.post(path, given | {"text": "部件权属不在本单位"}).status_code == 302
    second = queries.ready_texts().get()
    assert second.pk != first.pk and second.text == "部件权属不在本单位"
    assert office.get(path).status_code == 404  # the old wording stays on record only
    assert office.post(f"/office/texts/{second.pk}/end/").status_code == 302
    assert not queries.ready_texts().exists()
    told = [(one.what, one.lines) for one in queries.changes(Asked())]
    assert len(told) == 4 and all(what == "不属本单位" for what, _lines in told)
    assert "部件权属不在本单位" in office.get("/office/audit/?part=texts").content.decode()


@pytest.mark.requirement("L16")
def test_what_cannot_be_kept_is_refused_with_a_sentence(town: Town, office: Client) -> None:
    _kept(town)
    with pytest.raises(Refused, match="already"):
        _kept(town, text="其他文字")
    for change in ({"use": "poem"}, {"title": " "}, {"text": "\x00"}, {"text": "字" * 501}):
        with pytest.raises(Invalid) as wrong:
            _kept(town, **change)
        assert set(wrong.value.fields) == set(change)
    with pytest.raises(NotFound):
        operations.end_text(999, actor=town.actor("administrator"), now=town.now)
    for who in ("acceptor", "water"):
        with pytest.raises(NotAllowed):
            operations.keep_text(
                use="opinion", title="x", text="x", actor=town.actor(who), now=town.now
            )
    twice = office.post(NEW, {"use": "opinion", "title": "已核实", "text": "x"})
    assert twice.status_code == 400 and "with this title already" in twice.content.decode()


@pytest.mark.requirement("D01")
def test_the_forms_of_steps_offer_the_texts_of_their_inputs(town: Town, settings) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": PLAIN}
    _kept(town, text="属实 <b>&")
    _kept(town, use="result", title="已清理")
    number = town.case("handling").number
    browser = Client()
    browser.force_login(town.members["shift_leader"], backend=BACKEND)
    page = browser.get(f"/cases/{number}/").content.decode()
    assert 'data-use="opinion"' in page and "属实 &lt;b&gt;&amp;" in page
    assert 'data-texts="opinion"' in page or 'data-texts="reason"' in page
