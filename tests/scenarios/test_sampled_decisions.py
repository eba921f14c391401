"""Decisions at intake and at dispatch are drawn by lot, and a second person judges them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cityloop.cases import drawing, proof
from cityloop.cases.models import CaseEvent, Flow
from cityloop.discipline import jobs, operations, queries
from cityloop.discipline.models import Lot, Sample, SampleAnswer
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from cityloop.people import operations as people
from tests.town import DISTRICT, SINCE, SYSTEM, Town, forget

PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, settings, monkeypatch) -> None:
    """Jobs and pages read the town's clock."""
    settings.STORAGES = {**configured.STORAGES, "staticfiles": PLAIN}
    settings.MESSAGE_CONSOLE = True
    monkeypatch.setattr(clock, "now", lambda: town.now)


def share(town: Town, of: float) -> None:
    """From now on so many decisions are drawn, and one of each kind of everybody in any case."""
    later = town.flow.published_at + timedelta(hours=1)
    Flow.objects.create(code="sampled", parameters={"decision_share": of}, published_at=later)
    forget()


def hire(town: Town, name: str, unit: str, *roles: str, area: str = "") -> None:
    """One person more, in a post of this body."""
    body = town.units[unit]
    member = people.create_member(
        username=name, name=name, organisation=body, actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"{unit}-{name}", organisation=body, name_zh=f"岗位{name}", roles=roles,
        region_codes=[area] if area else None, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
    town.members = {**town.members, name: member}
    forget()


def rejected(town: Town, by: str = "acceptor") -> str:
    """A report that somebody rejects; its number."""
    number = town.report().case
    town.step(number, "reject", by, reason_code="too_vague", reason="无法定位")
    return number


def drawn(town: Town) -> Lot:
    """The day ends, its seal is made, the worker draws."""
    day = timezone.localdate(town.now)
    proof.seal(now=town.now)
    assert operations.draw_decisions(day=day, now=town.now) is None, "no seal after the day yet"
    town.wait(days=1)
    town.report()
    proof.seal(now=town.now)
    assert jobs.draw_decisions() >= 1
    assert jobs.draw_decisions() == 0, "once a day"
    return Lot.objects.get(day=day)


def of(number: str, kind: str) -> Sample:
    """The drawn decision of this kind in a case."""
    return Sample.objects.get(case__number=number, kind=kind)


def judge(
    town: Town, row: Sample, by: str, ruling: str, mistake: str = "", note: str = ""
) -> Sample:
    """A second person says what they found."""
    return operations.judge_decision(
        sample_id=row.pk, ruling=ruling, mistake=mistake, note=note, actor=town.actor(by),
        now=town.now,
    )  # fmt: skip


def figures(
    town: Town, by: str, day: date, whose: str = "operator"
) -> dict[tuple[str, str], queries.Figure]:
    """The figures of a day as somebody sees them: (name, kind) -> figure."""
    wanted = queries.Wanted(since=day, until=day)
    rows = queries.figures(town.actor(by), by=whose, wanted=wanted)
    return {(one.name, one.kind): one for one in rows}


@pytest.mark.requirement("D11")
def test_the_lot_falls_on_decisions_of_people_and_anybody_can_repeat_it(town: Town) -> None:
    share(town, 0.0)
    hire(town, "acceptor2", "PLAT", "acceptor")
    several = [rejected(town) for _ in range(5)]
    rejected(town, by="acceptor2")
    handled = town.case("dispatched").number
    lot = drawn(town)

    # Every operator is drawn with one decision of each kind, however small the share is.
    assert lot.decided == 9  # six rejections, an acceptance, a filing, a dispatch
    taken = {(one.operator.name, one.kind) for one in Sample.objects.select_related("operator")}
    assert taken == {("acceptor", "reject"), ("acceptor", "accept"), ("acceptor2", "reject"),
                     ("shift_leader", "file"), ("dispatcher", "dispatch")}  # fmt: skip
    assert Sample.objects.count() == len(lot.drawn) == 5
    assert of(handled, "dispatch").hall == town.units["PLAT"]

    # From the seal's digest and the history the lot can be drawn again.
    groups: dict[tuple[int, str], list[str]] = {}
    for one in queries.decided_on(lot.day):
        groups.setdefault((one.operator, one.kind), []).append(one.key)
    assert operations.drawn_of(lot.seal.digest, groups, lot.share) == lot.drawn
    keys = [f"{number}:2" for number in several]
    assert drawing.first(lot.seed, keys) in lot.drawn
    assert operations.drawn_of(lot.seed, groups, 1.0) == sorted(
        key for keys in groups.values() for key in keys
    )
    for change in ({"drawn": []}, {"share": 1.0}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Lot.objects.filter(pk=lot.pk).update(**change)


@pytest.mark.requirement("D11")
def test_what_the_system_dispatches_is_nobodys_decision(town: Town) -> None:
    later = town.flow.published_at + timedelta(hours=1)
    values = {"decision_share": 1.0, "auto_dispatch": True, "auto_from": [["*", 0.1]]}
    Flow.objects.create(code="sampled", parameters=values, published_at=later)
    forget()
    number = town.case("accepted").number
    town.step(number, "file", "shift_leader", filing_rule="RULE")
    while town.deliver():
        pass
    line = CaseEvent.objects.get(case__number=number, action="dispatch")
    assert line.role == "system"
    drawn(town)
    assert sorted(row.kind for row in Sample.objects.all()) == ["accept", "file"]


@pytest.mark.requirement("D11")
def test_a_second_person_judges_and_the_operator_answers_once(town: Town) -> None:
    share(town, 1.0)
    number = rejected(town)
    day = drawn(town).day
    row = of(number, "reject")

    # Not the operator, nor who has no such right; nor past the operation.
    with pytest.raises(NotAllowed):
        judge(town, row, "acceptor", "right")
    with pytest.raises(NotAllowed):
        judge(town, row, "leader", "right")
    with pytest.raises(IntegrityError), transaction.atomic():
        Sample.objects.filter(pk=row.pk).update(
            ruling="right", judge=row.operator, judged_at=town.now
        )
    with pytest.raises(NotFound):  # nor does the operator see it before it is judged
        queries.sample(town.actor("acceptor"), row.pk)

    # Wrong says what, in words that say something; the mistake is one of this kind.
    for ruling, mistake, note, sentence in (
        ("wrong", "", "应予受理", "what was wrong"), ("wrong", "unit", "应予受理", "of this kind"),
        ("wrong", "to_accept", " …。 ", "in words"), ("right", "to_accept", "", "no mistake"),
        ("open", "", "", "right or wrong"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=sentence):
            judge(town, row, "supervisor", ruling, mistake, note)
    found = judge(town, row, "supervisor", "wrong", "to_accept", "位置写得很清楚，应予受理")
    assert (found.ruling, found.mistake, found.judge_id) == (
        "wrong", "to_accept", town.members["supervisor"].pk,
    )  # fmt: skip

    # It stays.
    with pytest.raises(Refused, match="judged already"):
        judge(town, row, "evaluator", "right")
    for change in ({"ruling": "right", "mistake": ""}, {"note": "x"}, {"judge": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sample.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Sample.objects.filter(pk=row.pk).delete()

    # The operator is told, and answers once; nobody answers for them.
    while town.deliver():
        pass
    told = Message.objects.get(topic="decision_wrong")
    assert told.member == town.members["acceptor"] and "应予受理" in told.text
    assert told.path == f"/discipline/samples/{row.pk}/"
    say = {"sample_id": row.pk, "now": town.now}
    with pytest.raises(NotAllowed, match="who took the decision"):
        operations.answer_judgement(text="同意", actor=town.actor("supervisor"), **say)
    acceptor = town.actor("acceptor")
    with pytest.raises(Invalid):
        operations.answer_judgement(text="……", actor=acceptor, **say)
    answered = operations.answer_judgement(text="当时没有照片", actor=acceptor, **say)
    assert answered.answer.text == "当时没有照片" and answered.ruling == "wrong"
    with pytest.raises(Refused, match="answered already"):
        operations.answer_judgement(text="再说一次", actor=acceptor, **say)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        SampleAnswer.objects.update(text="x")
    assert figures(town, "leader", day)[("acceptor", "reject")].rate == 1.0


@pytest.mark.requirement("D11")
def test_what_a_sample_is_of_cannot_be_exchanged_before_it_is_judged(town: Town) -> None:
    share(town, 1.0)
    number = rejected(town)
    drawn(town)
    row = of(number, "reject")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Sample.objects.filter(pk=row.pk).update(operator=town.members["dispatcher"])


@pytest.mark.requirement("D11")
def test_who_had_a_part_in_the_decision_does_not_judge_it(town: Town) -> None:
    share(town, 1.0)
    filed, other = town.case("filed").number, town.case("accepted").number
    drawn(town)
    leader = town.actor("shift_leader")
    with pytest.raises(Refused, match="had a part"):  # the shift leader filed what was accepted
        judge(town, of(filed, "accept"), "shift_leader", "right")
    waits = queries.samples(leader, queries.Wanted(state=queries.WAITING))
    assert [row.case.number for row in waits] == [other]
    judge(town, of(other, "accept"), "shift_leader", "right")
    judge(town, of(filed, "accept"), "evaluator", "right")
    judge(town, of(filed, "file"), "evaluator", "right")
    assert not queries.samples(town.actor("evaluator"), queries.Wanted(state="waiting")).exists()


@pytest.mark.requirement("D11")
def test_a_wrong_acceptance_counts_for_who_accepted_and_for_nobody_else(town: Town) -> None:
    share(town, 1.0)
    hire(town, "acceptor2", "DIST", "acceptor")
    bad = town.case("accepted").number
    good = town.report().case
    town.step(good, "accept", "acceptor2")
    rejected(town)
    town.case("dispatched")
    day = drawn(town).day
    judge(town, of(bad, "accept"), "supervisor", "wrong", "class", "应为雨水箅子")
    judge(town, of(good, "accept"), "supervisor", "right")
    found = figures(town, "evaluator", day)
    mine, other = found[("acceptor", "accept")], found[("acceptor2", "accept")]
    assert (mine.decided, mine.sampled, mine.judged, mine.wrong, mine.rate) == (2, 2, 1, 1, 1.0)
    assert (other.decided, other.judged, other.wrong, other.rate) == (1, 1, 0, 0.0)
    rejections = found[("acceptor", "reject")]
    assert (rejections.sampled, rejections.judged, rejections.rate) == (1, 0, None)
    assert rejections.returned is None and rejections.return_rate is None

    halls = figures(town, "evaluator", day, "hall")
    assert halls[("PLAT单位", "accept")].wrong == 1 and halls[("DIST单位", "accept")].rate == 0.0
    wanted = queries.Wanted(since=day, until=day, kind="accept", hall=town.units["DIST"].pk)
    rows = queries.decisions(town.actor("evaluator"), wanted)
    assert [row.case.number for row in rows] == [good]
    # Somebody moves to another hall: what was decided there stays there.
    assert of(good, "accept").hall == town.units["DIST"]


@pytest.mark.requirement("D11")
def test_dispatches_that_the_unit_gave_back(town: Town) -> None:
    share(town, 0.0)
    day = timezone.localdate(town.now)
    back, kept = (town.case("dispatched").number for _ in range(2))
    town.step(back, "return", "water", reason_code="not_ours", reason="非我单位管养")
    town.step(back, "dispatch", "dispatcher", unit=town.units["ROADS"], reason="道路井盖")
    found = figures(town, "supervisor", day)[("dispatcher", "dispatch")]
    assert (found.decided, found.returned, found.return_rate) == (3, 1, 1 / 3)
    assert (found.sampled, found.judged, found.rate) == (0, 0, None)
    hall = figures(town, "supervisor", day, "hall")[("PLAT单位", "dispatch")]
    assert (hall.decided, hall.returned) == (3, 1)
    (line,) = queries.decisions(
        town.actor("supervisor"), queries.Wanted(since=day, until=day, returned=True)
    )
    assert line.case.number == back and line.facts["dispatch"] == 1
    assert kept != back
    # Nothing decided is no rate of nothing.
    before = day - timedelta(days=1)
    assert figures(town, "supervisor", before) == {}
    assert queries.Figure(1, "x", "dispatch", returned=0).return_rate is None


@pytest.mark.requirement("D11")
def test_a_judge_sees_and_judges_what_lies_in_their_area(town: Town) -> None:
    share(town, 1.0)
    hire(town, "elsewhere", "PLAT", "supervisor", area="330188")
    number = rejected(town)
    day = drawn(town).day
    row = of(number, "reject")
    assert row.case.area_code.startswith(DISTRICT)
    with pytest.raises(NotFound):
        judge(town, row, "elsewhere", "right")
    assert not queries.samples(town.actor("elsewhere"), queries.Wanted()).exists()
    assert figures(town, "elsewhere", day) == {}
    with pytest.raises(NotAllowed):
        queries.samples(town.actor("acceptor"), queries.Wanted())
    with pytest.raises(NotFound):
        queries.sample(town.actor("water"), row.pk)


@pytest.mark.requirement("D11")
def test_pages_lead_from_the_figure_to_the_form_and_keep_what_was_typed(town: Town) -> None:
    share(town, 1.0)
    number = rejected(town)
    drawn(town)
    row = of(number, "reject")
    path = f"/discipline/samples/{row.pk}/"
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(town.members["shift_leader"], backend=BACKEND)
    page = client.get("/discipline/samples/").content.decode()
    assert number in page and "not yet judged" in page and "/discipline/cards/" not in page
    page = client.get(path).content.decode()
    assert "无法定位" in page and f"/cases/{number}/" in page
    answer = client.post(path, {"ruling": "wrong", "mistake": "", "note": "照片清楚"})
    page = answer.content.decode()
    assert answer.status_code == 400 and "照片清楚" in page and "what was wrong" in page
    answer = client.post(path, {"ruling": "wrong", "mistake": "to_accept", "note": "照片清楚"})
    assert answer.status_code == 302
    page = client.get("/discipline/error-rates/").content.decode()
    assert "1.00" in page
    for link in ("decisions/?kind=reject", "samples/?kind=reject"):
        address = next(part for part in page.split('"') if part.startswith(f"/discipline/{link}"))
        assert number in client.get(address.replace("&amp;", "&")).content.decode()
    assert (
        client.get("/discipline/error-rates/?since=2026-05-02&until=2026-05-01").status_code == 400
    )

    client.force_login(town.members["acceptor"], backend=BACKEND)
    assert client.get("/discipline/samples/").status_code == 403
    page = client.get(path).content.decode()
    assert "照片清楚" in page and "Answer, once" in page and "Judge the decision" not in page
    assert client.post(f"{path}answer/", {"text": "当时没有照片"}).status_code == 302
    page = client.get(path).content.decode()
    assert "当时没有照片" in page and "Answer, once" not in page


@pytest.mark.django_db
def test_the_worker_draws_no_decisions_without_a_seal() -> None:
    assert jobs.draw_decisions() == 0
