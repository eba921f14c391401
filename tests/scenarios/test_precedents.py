"""Typical cases as a library: marked with a note, found by class, words and picture."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from cityloop.cases.models import Case
from cityloop.demo.papers import paper
from cityloop.evidence import operations as evidence
from cityloop.intake.operations import PhotoIn
from cityloop.kernel import files
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.precedents import operations as precedents
from cityloop.precedents import queries
from tests.browser import Browse
from tests.town import Town

pytestmark = pytest.mark.slow


def _page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


def _scene(shape: str, *, quality: int = 90, side: int = 480) -> bytes:
    """A drawn scene: a cover in the road, or a heap beside a wall."""
    picture = Image.new("RGB", (side, side), "lightgrey")
    draw = ImageDraw.Draw(picture)
    s = side / 480
    if shape == "cover":
        draw.ellipse([120 * s, 150 * s, 360 * s, 390 * s], fill="black")
        draw.rectangle([0, 0, 480 * s, 60 * s], fill="green")
    else:
        draw.polygon([(0, 480 * s), (240 * s, 200 * s), (480 * s, 480 * s)], fill="saddlebrown")
        draw.rectangle([300 * s, 0, 480 * s, 260 * s], fill="darkred")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _kept(town: Town, content: bytes) -> str:
    return files.store(chunks=[content], filename="p.jpg", now=town.now).sha256


def _closed(town: Town, shape: str = "", **given: Any) -> Case:
    if shape:
        given["photos"] = [PhotoIn(_kept(town, _scene(shape)))]
    return town.case("closed", **given)


def _mark(town: Town, case: Case, note: str, by: str = "acceptor") -> None:
    precedents.mark(number=case.number, note=note, actor=town.actor(by), now=town.now)


@pytest.mark.requirement("B16")
def test_a_typical_case_is_found_by_class_and_words(town: Town) -> None:
    first, second = _closed(town), _closed(town)
    _mark(town, first, "井盖移位伴生塌陷，按缺失立案，先围挡")
    town.wait(hours=1)
    _mark(town, second, "归属不清时由属地先行处置", by="dispatcher")
    leader, water = town.actor("leader"), town.actor("water")
    every = queries.library(leader).order_by(*queries.ORDER)
    assert [row.case for row in every] == [second, first]
    (found,) = queries.library(leader, words="围挡")
    assert found.case == first
    assert queries.library(leader, words=second.description).count() >= 1  # the case's own words
    assert queries.library(leader, class_id=town.chosen("E0110").pk).count() == 0
    assert queries.library(leader, class_id=town.chosen().pk).count() == 2
    assert queries.library(water).count() == 2  # its own cases
    assert queries.library(town.actor("roads")).count() == 0  # those of others lie out of sight

    # It stands beside the next case of the class when that is filed and dispatched.
    (new,) = [town.case("accepted")]
    assert [row.case for row in queries.beside(town.actor("shift_leader"), new)] == [second, first]


@pytest.mark.requirement("B16")
def test_a_typical_case_is_found_by_its_picture(town: Town) -> None:
    cover, heap = _closed(town, "cover"), _closed(town, "heap")
    _mark(town, cover, "井盖")
    _mark(town, heap, "土堆")
    evidence.print_stock(limit=100)
    leader = town.actor("leader")

    # Another copy: smaller, pressed harder.
    sent = precedents.picture(_kept(town, _scene("heap", quality=40, side=320)))
    ranked = queries.by_picture(queries.library(leader), sent)
    assert ranked[0][0].case == heap and ranked[0][1] <= 8
    assert cover not in [row.case for row, bits in ranked if bits <= 8]
    assert queries.by_picture(queries.library(leader, words="油烟"), sent) == []

    night = Image.new("RGB", (200, 200), "black")
    out = io.BytesIO()
    night.save(out, "JPEG")
    with pytest.raises(Invalid, match="too plain"):
        queries.by_picture(queries.library(leader), precedents.picture(_kept(town, out.getvalue())))
    with pytest.raises(Invalid, match="store the file first"):
        precedents.picture("0" * 64)
    with pytest.raises(Invalid, match="no picture"):
        precedents.picture(_kept(town, paper("one")))


@pytest.mark.requirement("B16")
def test_a_mark_is_taken_back_with_a_reason_that_stays(town: Town) -> None:
    case = _closed(town)
    _mark(town, case, "示例")
    with pytest.raises(Refused, match="precedent already"):
        _mark(town, case, "再次")
    with pytest.raises(NotAllowed, match=r"precedents\.mark"):
        precedents.unmark(number=case.number, reason="x", actor=town.actor("water"), now=town.now)
    with pytest.raises(Invalid, match="fill this in"):
        precedents.unmark(
            number=case.number, reason="…", actor=town.actor("acceptor"), now=town.now
        )
    precedents.unmark(
        number=case.number, reason="标准已修订", actor=town.actor("shift_leader"), now=town.now
    )
    assert queries.library(town.actor("leader")).count() == 0
    (earlier,) = queries.earlier_marks(case)
    assert (earlier.note, earlier.unmark_reason) == ("示例", "标准已修订")
    with pytest.raises(NotFound, match="no precedent"):
        precedents.unmark(
            number=case.number, reason="x", actor=town.actor("acceptor"), now=town.now
        )
    _mark(town, case, "新标准下的示例")

    # Opened again it is no example, until it is closed again.
    town.step(case.number, "reopen", "supervisor", reason="复发")
    assert queries.library(town.actor("leader")).count() == 0


@pytest.mark.requirement("B16")
def test_only_cases_closed_under_their_condition_become_precedents(town: Town) -> None:
    case = town.case("handling")
    with pytest.raises(Refused, match="only a case closed under its closing condition"):
        _mark(town, case, "x")
    town.step(case.number, "force_close", "shift_leader", reason_code="leader_decision", reason="x")
    with pytest.raises(Refused, match="only a case closed under its closing condition"):
        _mark(town, case, "x")
    with pytest.raises(NotFound):
        precedents.mark(number="42", note="x", actor=town.actor("acceptor"), now=town.now)
    with pytest.raises(Invalid, match="fill this in"):
        _mark(town, _closed(town), "。")


@pytest.mark.requirement("B16")
def test_the_library_as_operators_use_it(town: Town, browse: Browse) -> None:
    case = _closed(town, "cover")
    acceptor, leader = browse("acceptor"), browse("shift_leader")
    assert "Mark as typical" in _page(acceptor.get(f"/cases/{case.number}/"))
    there = f"/precedents/{case.number}/"
    page = _page(acceptor.post(there, {"note": " "}), 400)
    assert "This field is required" in page
    assert acceptor.post(there, {"note": "按缺失立案，先围挡"}).status_code == 302
    assert "typical case" in _page(acceptor.get(f"/cases/{case.number}/"))

    # Beside the next one of its class, and in the library by words.
    new = town.case("accepted")
    page = _page(leader.get(f"/cases/{new.number}/"))
    assert "Precedents of this class" in page and "先围挡" in page
    chosen = case.problem_class_id
    page = _page(leader.get(f"/precedents/?problem_class={chosen}&q=围挡"))
    assert case.number in page and "/160" in page
    assert case.number not in _page(leader.get("/precedents/?q=油烟"))

    # By a picture: posted, then a search with an address of its own.
    evidence.print_stock(limit=100)
    sent = SimpleUploadedFile("q.jpg", _scene("cover", quality=50), "image/jpeg")
    answer = leader.post("/precedents/", {"picture": sent})
    assert answer.status_code == 302 and "picture=" in answer["Location"]
    page = _page(leader.get(answer["Location"]))
    assert case.number in page and "Likeness" in page
    bad = SimpleUploadedFile("q.pdf", paper("one"), "application/pdf")
    assert "this is no picture" in _page(leader.post("/precedents/", {"picture": bad}), 400)
    assert "store the file first" in _page(leader.get("/precedents/?picture=x"))

    assert _page(browse("water").get(there)).count("Take the mark back") == 0
    assert leader.post(f"{there}unmark/", {"reason": "标准已修订"}).status_code == 302
    page = _page(browse("shift_leader", "zh-hans").get(there))
    assert "标准已修订" in page and "标为典型" in page
