"""Letters and visits: registered, chained, transferred, answered; suggestions; the contact page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone, translation

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.intake import operations as intake
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused, TooMany
from cityloop.people import operations as people
from cityloop.petitions import operations, published, queries, wording
from cityloop.petitions.models import Letter, Petition, Repetition, Suggestion
from tests.town import DISTRICT, SINCE, SYSTEM, Town

pytestmark = pytest.mark.slow

PHONE = "138 0571-0001"
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
Browse = Callable[..., Client]


@pytest.fixture
def browse(town: Town, settings, monkeypatch) -> Browse:
    """A browser of a person (or of nobody) in a language; its clock is the town's."""
    settings.STORAGES = {**configured.STORAGES, "staticfiles": PLAIN}
    monkeypatch.setattr("cityloop.kernel.clock.now", lambda: town.now)

    def browser(name: str = "", language: str = "en") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.cookies["django_language"] = language
        if name:
            backend = "django.contrib.auth.backends.ModelBackend"
            client.force_login(town.members[name], backend=backend)
        return client

    return browser


def _page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


def _register(town: Town, *, by: str = "acceptor", **given: Any) -> Petition:
    """A letter of Mrs Wang about a cover in the road, unless told otherwise."""
    usual: dict[str, Any] = {
        "kind": "letter", "received_on": timezone.localdate(town.now), "name": "王芳",
        "phone": PHONE, "address": "桥头街1号", "subject": "井盖破损",
        "text": "桥头街中段的井盖破损，夜里有人摔倒，请尽快更换", "place": "桥头街中段",
    }  # fmt: skip
    new = operations.NewPetition(**{**usual, **given})
    return operations.register(new, actor=town.actor(by), now=town.now)


def _transfer(town: Town, row: Petition, *, grid: int = 3, by: str = "acceptor") -> Petition:
    point = town.grid(grid).geom.point_on_surface
    told = operations.Transfer(text=row.text, class_code="C0101", x=point.x, y=point.y)
    return operations.transfer(row.number, told, actor=town.actor(by), now=town.now)


def _decide(
    town: Town, row: Petition, earlier: Petition, *, same: bool, reason: str = "另一处井盖"
) -> Repetition:
    return operations.decide(
        row.number, earlier.number, same=same, reason="" if same else reason,
        actor=town.actor("acceptor"), now=town.now,
    )  # fmt: skip


def _send(town: Town, row: Petition, text: str = "已更换井盖。", by: str = "acceptor") -> Letter:
    return operations.send_letter(
        row.number, text=text, medium="post", actor=town.actor(by), now=town.now
    )


def _again(row: Petition) -> Petition:
    return Petition.objects.get(pk=row.pk)


@pytest.mark.requirement("C05")
def test_a_letter_gets_a_number_a_day_and_a_case(town: Town) -> None:
    row = _register(town)
    assert row.number == "XF2026-00001" and row.due_on == row.received_on + timedelta(days=60)
    assert _register(town, phone="13900000002", name="李四").number == "XF2026-00002"

    moved = _transfer(town, row)
    assert moved.report is not None
    case = Case.objects.get(number=moved.report.case.number)
    assert (case.channel, case.external_number, case.verified) == ("petition", row.number, "wanted")
    assert "王芳" not in case.description  # who it was, the handling side never learns
    with pytest.raises(Refused, match=case.number):
        _transfer(town, row, by="shift_leader")
    assert Case.objects.count() == 1


@pytest.mark.requirement("C05")
def test_a_petition_about_a_known_problem_joins_its_case(town: Town) -> None:
    first, second = _register(town), _register(town, phone="13900000002", name="李四")
    one, other = _transfer(town, first).report, _transfer(town, second).report
    assert one is not None and other is not None
    assert one.case_id == other.case_id and other.joined


@pytest.mark.requirement("C05")
def test_five_people_who_come_together_are_a_joint_visit(town: Town) -> None:
    with pytest.raises(Invalid, match="at least 5 people"):
        _register(town, kind="joint_visit", head_count=4)
    with pytest.raises(Invalid, match="it is a joint visit"):
        _register(town, kind="visit", head_count=5)
    assert _register(town, kind="joint_visit", head_count=18).head_count == 18
    with pytest.raises(Invalid) as wrong:
        _register(
            town, kind="fax", subject=" ", phone="abc", name="", class_code="C9999",
            received_on=timezone.localdate(town.now) + timedelta(days=1),
        )  # fmt: skip
    assert set(wrong.value.fields) == {"kind", "subject", "phone", "class_code", "received_on"}
    with pytest.raises(Invalid, match="name the petitioner"):
        _register(town, phone="", name="")
    assert Petition.objects.count() == 1
    assert _register(town).number.endswith("00002")  # what was refused left no gap


@pytest.mark.requirement("C05")
def test_the_transfer_rate_by_period_and_kind(town: Town) -> None:
    today = timezone.localdate(town.now)
    for n in range(4):
        row = _register(town, phone=f"1390000000{n}", name=f"第{n}人")
        if n < 3:
            _transfer(town, row, grid=10 + 20 * n)
    _register(town, kind="joint_visit", head_count=12, phone="13900000009", name="代表")
    old = _register(town, kind="email", received_on=today - timedelta(days=70), phone="1390001")
    _send(town, row)
    _send(town, old)  # after its sixty days

    rows = {one.kind: one for one in queries.figures(
        town.actor("evaluator"), since=today - timedelta(days=90), until=today)}  # fmt: skip
    letters, joint, mails, total = (rows[k] for k in ("letter", "joint_visit", "email", ""))
    assert (letters.petitions, letters.transferred, letters.rate) == (4, 3, 0.75)
    assert (joint.petitions, joint.people, joint.rate) == (1, 12, 0)
    assert (letters.answered, letters.in_time) == (1, 1)
    assert (mails.answered, mails.in_time) == (1, 0)
    assert (total.petitions, total.people, total.rate) == (6, 17, 0.5)
    assert rows["visit"].rate is None
    recent = queries.figures(town.actor("evaluator"), since=today, until=today)
    assert recent[-1].petitions == 5


@pytest.mark.requirement("C05")
def test_the_reply_letter_is_drafted_changed_and_kept_as_sent(town: Town) -> None:
    row = _transfer(town, _register(town))
    assert row.report is not None
    number = row.report.case.number
    assert f"being looked at as case {number}" in wording.draft(row)
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "verified", "inspector", photos=("verify",))
    town.carry(number, "closed")
    with translation.override("zh-hans"):
        text = wording.draft(queries.petition(town.actor("acceptor"), row.number))
    assert "更换井盖" in text and row.number in text and number in text
    assert "王芳" not in text and PHONE not in text  # salutation and address stand on paper only

    sent = _send(town, row, text + "\n\n欢迎监督。")
    assert sent.text.endswith("欢迎监督。") and _again(row).answered_at == town.now
    town.wait(days=1)
    _send(town, row, "补充答复。")
    assert _again(row).answered_at == sent.sent_at  # the first one stopped the clock
    for nothing in ("  ", "。", "——"):
        with pytest.raises(Invalid, match="write the answer"):
            _send(town, row, nothing)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Letter.objects.filter(pk=sent.pk).update(text="x")


@pytest.mark.requirement("C06")
def test_the_same_person_about_the_same_matter_is_proposed_and_a_clerk_confirms(town: Town) -> None:
    first = _register(town)
    town.wait(days=20)
    again = _register(town, kind="visit", phone="13805710001", subject="井盖还没换",
                      text="桥头街中段的井盖破损，夜里有人摔倒，至今没有更换")  # fmt: skip
    (one,) = queries.repetitions_of(town.actor("acceptor"), again)
    assert (one.earlier, one.why) == (first, ["same_phone", "near_text", "same_place"])
    assert queries.chain_of(town.actor("acceptor"), again) == []  # nothing is chained by itself

    _decide(town, again, first, same=True)
    with pytest.raises(Refused, match="decided before"):
        _decide(town, again, first, same=False)
    town.wait(days=20)
    third = _register(town, kind="online", phone="", text="井盖又坏了", subject="还是井盖")
    (by_address,) = [
        one for one in queries.repetitions_of(town.actor("acceptor"), third) if one.earlier == first
    ]
    assert by_address.why[0] == "same_address"
    _decide(town, third, again, same=True)  # to any of the chain
    chain = queries.chain_of(town.actor("acceptor"), _again(third))
    assert [one.number for one in chain] == [first.number, again.number, third.number]
    assert "2 times before" in wording.draft(_again(third), earlier=2)
    (row,) = queries.chains(town.actor("acceptor"))
    assert (row.pk, row.again, row.waiting) == (first.pk, 2, 2)  # type: ignore[attr-defined]


@pytest.mark.requirement("C06")
def test_another_matter_or_another_person_is_no_repetition(town: Town) -> None:
    first = _register(town)
    other = _register(town, subject="路灯", text="小区门口的路灯整夜不亮", place="人民路8号")
    assert queries.repetitions_of(town.actor("acceptor"), other) == []
    neighbour = _register(town, name="李四", phone="13900000002")
    assert (
        queries.repetitions_of(town.actor("acceptor"), neighbour) == []
    )  # the case joins them, not the register
    town.wait(days=1)
    again = _register(town)
    found = {one.earlier_id for one in queries.repetitions_of(town.actor("acceptor"), again)}
    assert first.pk in found and neighbour.pk not in found
    for nothing in ("", "。", " - "):
        with pytest.raises(Invalid, match="say why it is another matter"):
            _decide(town, again, first, same=False, reason=nothing)
    assert _decide(town, again, first, same=False).reason == "另一处井盖"
    assert queries.chain_of(town.actor("acceptor"), again) == []
    with pytest.raises(NotFound):
        _decide(town, again, neighbour, same=True)


@pytest.mark.requirement("C06")
def test_the_class_of_the_case_shows_what_the_words_hide(town: Town) -> None:
    first = _transfer(town, _register(town))
    other = _register(town, subject="出行安全", text="晚上回家总提心吊胆，盼重视", place="")
    assert queries.repetitions_of(town.actor("acceptor"), other) == []
    _transfer(town, other, grid=3)  # the same class now, said by the case
    (one,) = queries.repetitions_of(town.actor("acceptor"), other)
    assert one.earlier_id == first.pk and "same_class" in one.why


@pytest.mark.requirement("C06")
def test_two_chains_become_one_that_begins_with_the_earliest(town: Town) -> None:
    rows = []
    for _n in range(4):
        rows.append(_register(town))
        town.wait(days=1)
    _decide(town, rows[1], rows[0], same=True)
    _decide(town, rows[3], rows[2], same=True)
    _decide(town, rows[3], rows[1], same=True)
    assert [_again(row).first_id for row in rows] == [None, *[rows[0].pk] * 3]


@pytest.mark.requirement("C05", "O10")
def test_who_petitions_is_known_to_few(town: Town, browse: Browse) -> None:
    row = _register(town)
    assert queries.petitioner_of(town.actor("leader"), row) is None
    for name in ("leader", "evaluator"):
        page = _page(browse(name).get(f"/petitions/{row.number}/"))
        assert "王芳" not in page and "not shown to your post" in page
        assert "Reply letter" not in page and "Transfer" not in page
        assert "王芳" not in _page(browse(name).get("/petitions/"))
    assert "王芳" in _page(browse("acceptor").get(f"/petitions/{row.number}/"))
    for name in ("inspector", "water", "dispatcher"):
        _page(browse(name).get("/petitions/"), 403)
        with pytest.raises(NotAllowed):
            queries.petition(town.actor(name), row.number)
    with pytest.raises(NotAllowed):
        _register(town, by="leader")
    with pytest.raises(NotAllowed):
        _send(town, row, by="evaluator")

    town.wait(days=1096)
    intake.forget_reporters(now=town.now)
    row = queries.petition(town.actor("acceptor"), row.number)
    assert (row.petitioner.name, row.petitioner.address) == ("", "")
    assert "deleted in time" in _page(browse("acceptor").get(f"/petitions/{row.number}/"))


@pytest.mark.requirement("C05", "O10")
def test_a_house_sees_its_own_register(town: Town) -> None:
    """A clerk of a district's desk keeps a register that the hall of another house is not in."""
    post = people.create_post(
        code="DIST-clerk", organisation=town.units["DIST"], name_zh="区信访员", roles=["acceptor"],
        region_codes=[DISTRICT], actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(
        member=town.members["stranger"], post=post, actor=SYSTEM, now=town.now, valid_from=SINCE
    )
    ours, theirs = _register(town), _register(town, by="stranger", name="李四", phone="13900000002")
    clerk = town.actor("stranger")
    assert list(queries.petitions(clerk)) == [theirs]
    with pytest.raises(NotFound):
        queries.petition(clerk, ours.number)
    assert set(queries.petitions(town.actor("acceptor"))) == {ours, theirs}


@pytest.mark.requirement("C05")
def test_a_petition_is_transferred_with_the_form_of_reports(town: Town, browse: Browse) -> None:
    row, clerk = _register(town), browse("acceptor")
    page = _page(clerk.get(f"/intake/new/?petition={row.number}"))
    assert row.text in page and "王芳" in page and "桥头街中段" in page
    point = town.grid(3).geom.point_on_surface
    given = {"repeat_key": "0123456789abcdef", "petition": row.number, "channel": "petition",
             "source_key": row.number, "kind": "report", "text": row.text, "x": str(point.x),
             "y": str(point.y), "system": "wgs84", "class_code": town.chosen().code,
             "reporter_name": "王芳", "reporter_phone": "13805710001"}  # fmt: skip
    assert clerk.post("/intake/new/", given).status_code == 303
    report = _again(row).report
    assert report is not None and report.source_key == row.number
    again = clerk.post("/intake/new/", {**given, "repeat_key": "fedcba9876543210", "text": "另报"})
    assert again.status_code == 409  # the number was transferred
    assert Case.objects.count() == 1
    _page(clerk.get("/intake/new/?petition=XF2026-99999"), 404)


@pytest.mark.requirement("C05", "C06")
def test_the_register_as_clerks_use_it(town: Town, browse: Browse) -> None:
    clerk = browse("acceptor")
    assert "No petition is registered yet" in _page(clerk.get("/petitions/"))
    given = {"kind": "visit", "received_on": "2026-03-02", "head_count": "1", "name": "王芳",
             "phone": PHONE, "address": "桥头街1号", "subject": "井盖破损", "place": "桥头街中段",
             "text": "桥头街中段的井盖破损，请更换"}  # fmt: skip
    page = _page(clerk.post("/petitions/new/", {**given, "head_count": "9"}), 422)
    assert "it is a joint visit" in page and "桥头街1号" in page  # what was typed stays
    assert clerk.post("/petitions/new/", given).status_code == 302
    town.wait(days=3)
    assert clerk.post("/petitions/new/", given).status_code == 302
    first, again = Petition.objects.order_by("pk")
    page = _page(clerk.get(f"/petitions/{again.number}/"))
    assert "The same person petitioned on 2026-03-02" in page and "nearly the same words" in page
    assert again.number in _page(clerk.get("/petitions/repeated/"))
    there = f"/petitions/{again.number}/"
    assert clerk.post(f"{there}repeats/{first.number}/", {"same": "1"}).status_code == 302
    assert "Chain of this matter" in _page(clerk.get(there))
    assert "No matter came twice" not in _page(clerk.get("/petitions/repeated/"))

    point = town.grid(3).geom.point_on_surface
    told = {"text": "井盖破损", "class_code": town.chosen().code, "x": str(point.x), "y": ""}
    assert "give both coordinates or none" in _page(clerk.post(f"{there}transfer/", told), 422)
    assert clerk.post(f"{there}transfer/", {**told, "y": str(point.y)}).status_code == 302
    moved = _again(again).report
    assert moved is not None
    assert again.number in _page(clerk.get(f"/cases/{moved.case.number}/"))
    answer = clerk.post(f"{there}letters/", {"text": "已转办，请放心。", "medium": "post"})
    paper = _page(clerk.get(answer["Location"]))
    assert "Dear 王芳" in paper and "桥头街1号" in paper and "已转办，请放心。" in paper
    assert "answered" in _page(clerk.get("/petitions/?state=answered"))
    assert first.number not in _page(clerk.get("/petitions/?state=answered"))
    assert "50.0%" in _page(clerk.get("/petitions/figures/"))
    assert "转办率" in _page(browse("acceptor", "zh-hans").get("/petitions/figures/"))


@pytest.mark.requirement("C14")
def test_a_suggestion_has_its_own_clock_and_answer_and_is_never_a_case(
    town: Town, browse: Browse
) -> None:
    citizen = browse()
    page = _page(citizen.post("/suggest/", {"subject": "口袋公园", "text": ""}), 422)
    assert "口袋公园" in page
    answer = citizen.post("/suggest/", {
        "subject": "口袋公园", "text": "建议在桥头街空地建口袋公园", "name": "陈先生",
        "phone": "138-0571-0009"})  # fmt: skip
    mine = answer["Location"]
    assert "Keep this address" in _page(citizen.get(mine))
    row = Suggestion.objects.get()
    assert timezone.localdate(row.due_at).isoformat() == "2026-03-23"  # fifteen working days
    assert Case.objects.count() == 0
    assert mine == f"/suggest/{row.token}/"
    _page(citizen.get("/suggest/guessed/"), 404)

    town.wait(days=30)
    clerk = browse("supervisor")
    assert row.number in _page(clerk.get("/suggestions/?state=late"))
    assert "陈先生" in _page(clerk.get(f"/suggestions/{row.number}/"))
    there = f"/suggestions/{row.number}/answer/"
    _page(clerk.post(there, {"outcome": "", "text": "好"}), 422)
    assert (
        clerk.post(there, {"outcome": "studied", "text": "已列入明年计划研究"}).status_code == 302
    )
    with pytest.raises(Refused, match="answered"):
        operations.answer_suggestion(
            row.number, outcome="declined", text="x", actor=town.actor("acceptor"), now=town.now
        )
    page = _page(citizen.get(mine))
    assert "已列入明年计划研究" in page and "being studied" in page
    assert Case.objects.count() == 0


@pytest.mark.requirement("C14")
def test_a_desk_writes_down_a_suggestion_and_nobody_floods_the_page(town: Town) -> None:
    new = operations.NewSuggestion(subject="夜市", text="建议规范夜市摊位")
    row = operations.enter_suggestion(new, actor=town.actor("acceptor"), now=town.now)
    assert row.number == "JY2026-00001" and row.sender is None
    with pytest.raises(NotAllowed):
        operations.enter_suggestion(new, actor=town.actor("water"), now=town.now)
    for n in range(5):
        one = operations.NewSuggestion(subject=f"夜市{n}", text="建议规范夜市摊位")
        operations.suggest(one, caller="10.0.0.9", limited=True, now=town.now)
    with pytest.raises(TooMany):
        operations.suggest(new, caller="10.0.0.9", limited=True, now=town.now)
    operations.suggest(new, caller="10.0.0.8", limited=True, now=town.now)
    assert "10.0.0.9" not in Suggestion.objects.latest("pk").sent_from
    with pytest.raises(NotAllowed):
        queries.suggestions(town.actor("water"))


@pytest.mark.requirement("C28")
def test_channels_and_rules_are_published_for_everybody(town: Town, browse: Browse) -> None:
    anybody = browse()
    page = _page(anybody.get("/contact/"))
    assert "12319" in page and "Rules of handling" in page and "Change the page" not in page
    assert "办理规则" in _page(browse(language="zh-hans").get("/contact/"))
    for address in ("/sign-in/", "/query/", "/suggest/"):
        assert 'href="/contact/"' in _page(anybody.get(address))
    _page(browse("acceptor").get("/contact/edit/"), 403)

    office = browse("administrator")
    assert "12345" in _page(office.get("/contact/edit/"))
    sent = {
        "lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0", "lines-0-kind": "phone",
        "lines-0-label_zh": "城管热线", "lines-0-label_en": "Hotline", "lines-0-value": "96310",
        "lines-1-kind": "phone", "rules_zh": "一、先核实后立案。", "rules_en": "1. Verified first.",
    }  # fmt: skip
    bad = {**sent, "lines-0-kind": "web", "lines-0-value": "javascript:alert(1)"}
    assert "begins with http://" in _page(office.post("/contact/edit/", bad), 422)
    assert office.post("/contact/edit/", sent).status_code == 302
    page = _page(anybody.get("/contact/"))
    assert "96310" in page and "1. Verified first." in page and "12319" not in page
    assert "一、先核实后立案。" in _page(browse(language="zh-hans").get("/contact/"))


@pytest.mark.requirement("C28")
def test_only_an_administrator_publishes_and_an_empty_page_is_refused(town: Town) -> None:
    line = published.Line("phone", "热线", "", "96310")
    with pytest.raises(NotAllowed):
        operations.publish_contact(
            [line], rules_zh="x", rules_en="", actor=town.actor("leader"), now=town.now
        )
    with pytest.raises(Invalid) as wrong:
        operations.publish_contact(
            [], rules_zh=" ", rules_en="", actor=town.actor("administrator"), now=town.now
        )
    assert set(wrong.value.fields) == {"lines", "rules_zh"}
    assert queries.contact_page().set_at is None


@pytest.mark.requirement("C05", "C14", "C28")
def test_a_citys_own_days_hold_for_what_comes_from_now_on(town: Town, browse: Browse) -> None:
    before = _register(town)
    own = {"petition_days": 30, "suggestion_workdays": 5}
    later = town.flow.published_at + timedelta(days=1)
    cases.publish_flow(code="own", parameters=own, actor=SYSTEM, now=later)
    after = _register(town, name="李四", phone="13900000002")
    assert (after.due_on - after.received_on).days == 30
    before.refresh_from_db()
    assert (before.due_on - before.received_on).days == 60, "what was received keeps its day"
    page = _page(browse(language="en").get("/contact/"))
    assert "within 30 days, suggestions within 5 working days" in page
