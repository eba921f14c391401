"""A faked photo is found out: the evidence stays, the unit is heard, two leaders judge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cityloop.cases.models import Case, CaseEvent
from cityloop.discipline import operations as discipline
from cityloop.discipline import queries
from cityloop.discipline.models import Card, FraudFinding, FraudNote
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from tests.cards import accuse, approve, judge, second_leader, water_points
from tests.town import Town

pytestmark = pytest.mark.slow


@pytest.mark.requirement("F15")
def test_a_fraud_finding_keeps_its_evidence_and_marks_its_case_once_upheld(town: Town) -> None:
    case = town.case("handled")
    with pytest.raises(Invalid, match="name evidence"):
        accuse(town, case, photos=[], lines=[])
    with pytest.raises(Invalid, match="no photo of these cases"):
        accuse(town, case, photos=["0" * 64])
    with pytest.raises(Invalid, match="there is no case 42"):
        accuse(town, case, numbers=["42"])
    with pytest.raises(Invalid, match="does not belong to the unit"):
        accuse(town, case, member=town.members["roads"])
    with pytest.raises(NotAllowed, match=r"discipline\.find"):
        accuse(town, case, by="dispatcher")
    row = accuse(town, case, member=town.members["water"])
    photo, line = row.evidence
    finish = CaseEvent.objects.get(case=case, action="finish")
    assert (photo["what"], photo["stage"]) == ("photo", "after")
    assert line["hash"] == finish.hash
    town.deliver()
    told = Message.objects.filter(topic="fraud_found")
    assert {one.member.username for one in told if one.member} == {"water"}

    # The unit is heard; who found it does not judge; others see nothing of it.
    discipline.state_case(
        finding_id=row.pk, text="系工人误传", actor=town.actor("water"), now=town.now
    )
    with pytest.raises(Refused, match="said already"):
        discipline.state_case(
            finding_id=row.pk, text="再说", actor=town.actor("water"), now=town.now
        )
    with pytest.raises(NotFound):
        queries.finding_seen(town.actor("roads"), row.pk)
    with pytest.raises(NotAllowed, match=r"discipline\.decide"):
        judge(town, row, by="supervisor")
    judge(town, row)
    with pytest.raises(Refused):
        judge(town, row, "dismissed")

    # A fact in the history of the case, under the chain; it changes nothing else of it.
    marked = CaseEvent.objects.get(case=case, action="note_fraud")
    assert marked.facts["reason_code"] == "fake_photo"
    assert marked.facts["finding"] == f"F{row.pk}"
    assert marked.facts["accused"] == town.units["WATER"].pk
    assert Case.objects.get(pk=case.pk).status == "handled"
    for model in (FraudFinding, FraudNote):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**{"account" if model is FraudFinding else "text": "x"})


@pytest.mark.requirement("F15")
def test_an_appeal_is_judged_once_by_another_leader(town: Town) -> None:
    second_leader(town)
    case = town.case("handled")
    row = accuse(town, case)

    def appeal(by: str = "water") -> Any:
        return discipline.appeal(
            finding_id=row.pk, text="照片有原件", actor=town.actor(by), now=town.now
        )

    def last(verdict: str, by: str) -> Any:
        return discipline.decide_appeal(
            finding_id=row.pk, verdict=verdict, reason="原件属实", actor=town.actor(by),
            now=town.now,
        )  # fmt: skip

    with pytest.raises(Refused, match="only an upheld finding"):
        appeal()
    judge(town, row)
    with pytest.raises(Refused, match="nobody has appealed"):
        last("dismissed", "leader2")
    appeal()
    with pytest.raises(Refused, match="said already"):
        appeal()
    with pytest.raises(NotAllowed, match="another person"):
        last("dismissed", "leader")
    card = approve(town, Card.objects.get())
    assert water_points(town) == Decimal(-3)
    last("dismissed", "leader2")
    card.refresh_from_db()
    assert card.state == "withdrawn" and water_points(town) == 0, "it falls with its ground"
    seen = queries.finding_seen(town.actor("supervisor"), row.pk)
    assert queries.state_of(seen) == "dismissed"
    actions = CaseEvent.objects.filter(case=case).order_by("version").values_list("action")
    assert [one for (one,) in actions][-2:] == ["note_fraud", "withdraw_fraud"]


@pytest.mark.requirement("F15")
def test_a_deed_is_found_once_and_only_of_who_took_part(town: Town) -> None:
    case = town.case("closed")
    with pytest.raises(Invalid, match="took no part"):
        accuse(town, case, unit=town.units["GREEN"])
    first = accuse(town, case)
    with pytest.raises(Refused, match=f"finding {first.pk}"):
        accuse(town, case, account="再说一次")
    # Nor under another name, nor with something beside it: the photo is the deed.
    padded = {"lines": [(case.number, 1)]}
    for change in (padded, {"kind": "other"}, {"kind": "other", "lines": []}, {"photos": []}):
        with pytest.raises(Refused, match=f"finding {first.pk}"):
            accuse(town, case, **change)
    judge(town, first, "dismissed")
    assert accuse(town, case, account="新的证言").pk != first.pk
