"""A district keeps a register of its own: it sees, transfers and answers what it wrote down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cityloop.kernel.errors import NotFound, Refused
from cityloop.people import operations as people
from cityloop.petitions import operations, queries
from cityloop.petitions.models import Petition, Suggestion
from tests.scenarios.test_petitions import PHONE, Browse, _page, _register, _send, browse
from tests.town import DISTRICT, SINCE, SYSTEM, Town

__all__ = ["browse"]

pytestmark = pytest.mark.slow
OTHER = f"{DISTRICT}001"


def _clerk(town: Town, name: str, unit: str, *roles: str) -> None:
    """Somebody at a desk of a district, whose post says nothing about ground."""
    town.members[name] = people.create_member(
        username=name, name=name, organisation=town.units[unit], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"P-{name}", organisation=town.units[unit], name_zh=name, roles=roles,
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(
        member=town.members[name], post=post, actor=SYSTEM, now=town.now, valid_from=SINCE
    )


@pytest.fixture
def districts(town: Town) -> Town:
    """Desks of a district, and of a street in it that keeps a register, too."""
    town.units["TOWN"] = people.create_organisation(
        code="TOWN", name_zh="街道平台", kind="street", parent=town.units["DIST"],
        region_code=OTHER, valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    for name, unit, role in (
        ("clerk", "DIST", "acceptor"), ("colleague", "DIST", "shift_leader"),
        ("chief", "DIST", "leader"), ("stranger2", "TOWN", "acceptor"),
    ):  # fmt: skip
        _clerk(town, name, unit, role)
    return town


def _form(town: Town, **given: Any) -> dict[str, Any]:
    return {
        "kind": "letter", "received_on": timezone.localdate(town.now).isoformat(), "name": "王芳",
        "phone": PHONE, "address": "", "subject": "井盖破损", "text": "桥头街中段的井盖破损",
        "place": "桥头街中段", "head_count": 1, "class_code": "", **given,
    }  # fmt: skip


@pytest.mark.requirement("C05", "O10")
def test_whoever_registers_lands_on_what_they_wrote(districts: Town, browse: Browse) -> None:
    clerk = browse("clerk")
    answer = clerk.post("/petitions/new/", _form(districts))
    again = clerk.post("/petitions/new/", _form(districts))  # the button was pressed twice
    assert answer.status_code == again.status_code == 302
    assert answer["Location"] == again["Location"] and Petition.objects.count() == 1
    assert "井盖破损" in _page(clerk.get(answer["Location"]))
    for name in ("colleague", "chief", "acceptor"):
        assert "井盖破损" in _page(browse(name).get("/petitions/"))
    stranger = browse("stranger2")
    assert "井盖破损" not in _page(stranger.get("/petitions/"))
    _page(stranger.get(answer["Location"]), 404)


@pytest.mark.requirement("C05")
def test_the_interface_tells_a_district_what_it_registered(districts: Town, browse: Browse) -> None:
    def post(client: Client, path: str, body: dict[str, Any]) -> Any:
        answer = client.post(f"/api/v1{path}", body, content_type="application/json")
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    clerk = browse("clerk")
    body = _form(districts) | {"class_code": "C0101"}
    number = post(clerk, "/petitions", body)["number"]
    assert post(clerk, "/petitions", body)["number"] == number
    assert [one["number"] for one in clerk.get("/api/v1/petitions").json()["items"]] == [number]
    said = {"subject": "夜市", "text": "建议规范夜市摊位"}
    noted = post(clerk, "/suggestions", said)["number"]
    assert post(clerk, "/suggestions", said)["number"] == noted
    assert (Petition.objects.count(), Suggestion.objects.count()) == (1, 1)
    assert browse("colleague").get(f"/api/v1/suggestions/{noted}").status_code == 200
    assert browse("acceptor").get(f"/api/v1/suggestions/{noted}").status_code == 200
    assert browse("stranger2").get(f"/api/v1/suggestions/{noted}").status_code == 404


@pytest.mark.requirement("C05", "O10")
def test_a_district_transfers_and_answers_its_own(districts: Town) -> None:
    row = _register(districts, by="clerk")
    point = districts.grid(3).geom.point_on_surface
    told = operations.Transfer(text=row.text, class_code="C0101", x=point.x, y=point.y)
    moved = operations.transfer(row.number, told, actor=districts.actor("colleague"),
                                now=districts.now)  # fmt: skip
    assert moved.report is not None
    _send(districts, row, by="clerk")
    today = timezone.localdate(districts.now)
    month = today - timedelta(days=30)
    for name, seen in (("chief", 1), ("stranger2", 0)):
        total = queries.figures(districts.actor(name), since=month, until=today)[-1]
        assert (total.petitions, total.transferred, total.answered) == (seen, seen, seen)
    with pytest.raises(NotFound):
        _send(districts, row, by="stranger2")
    said = operations.NewSuggestion(subject="夜市", text="建议规范夜市摊位")
    noted = operations.enter_suggestion(said, actor=districts.actor("clerk"), now=districts.now)
    done = operations.answer_suggestion(
        noted.number, outcome="studied", text="已列入计划", actor=districts.actor("colleague"),
        now=districts.now,
    )  # fmt: skip
    assert done.replied_at == districts.now


@pytest.mark.requirement("C06", "O10")
def test_a_repetition_is_found_across_registers(districts: Town, browse: Browse) -> None:
    first = _register(districts, by="clerk", subject="井盖松动")
    districts.wait(days=1)
    city = _register(districts)  # the same person, at the city's desk
    (one,) = queries.repetitions_of(districts.actor("acceptor"), city)
    assert one.earlier == first
    districts.wait(days=1)
    again = _register(districts, by="stranger2")
    clerk = districts.actor("stranger2")
    assert len(queries.repetitions_of(clerk, again)) == 2
    assert queries.undecided(clerk) == []  # nothing that this clerk could decide
    page = _page(browse("stranger2").get(f"/petitions/{again.number}/"))
    assert first.number in page and "register of DIST" in page and "井盖松动" not in page
    with pytest.raises(Refused, match="another register"):
        operations.decide(again.number, first.number, same=True, actor=clerk, now=districts.now)
    hall = districts.actor("acceptor")
    operations.decide(again.number, first.number, same=True, actor=hall, now=districts.now)
    assert [row.number for row in queries.chain_of(hall, again)] == []  # as it was read before
    fresh = queries.petition(hall, again.number)
    assert [row.number for row in queries.chain_of(hall, fresh)] == [first.number, again.number]
    assert queries.chain_of(clerk, fresh) == []  # alone, in this register
