"""Fraud findings and cards in the town: who accuses, who judges, what a card costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from cityloop.cases.models import Attachment, Case, CaseEvent
from cityloop.discipline import operations as discipline
from cityloop.discipline import queries
from cityloop.discipline.models import Card, FraudFinding
from cityloop.people import operations as people
from tests.town import SINCE, SYSTEM, Town, forget


def second_leader(town: Town) -> None:
    """Another leader, who may judge again."""
    member = people.create_member(
        username="leader2", name="leader2", organisation=town.units["PLAT"], actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    post = people.create_post(
        code="PLAT-leader2", organisation=town.units["PLAT"], name_zh="副主任", roles=("leader",),
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
    town.members = {**town.members, "leader2": member}
    forget()


def accuse(town: Town, case: Case, by: str = "supervisor", **given: Any) -> FraudFinding:
    """WATER is said to have faked the photo of the result."""
    photo = Attachment.objects.filter(case=case, stage="after").values_list("file__sha256")[0][0]
    version = CaseEvent.objects.get(case=case, action="finish").version
    facts: dict[str, Any] = {
        "kind": "fake_photo", "unit": town.units["WATER"], "numbers": [case.number],
        "account": "照片系另一处井盖", "photos": [photo], "lines": [(case.number, version)],
    }  # fmt: skip
    return discipline.record_fraud(
        discipline.Accusation(**{**facts, **given}), actor=town.actor(by), now=town.now
    )


def judge(town: Town, row: FraudFinding, verdict: str = "upheld", by: str = "leader") -> Any:
    return discipline.decide_fraud(
        finding_id=row.pk, verdict=verdict, reason="证据确凿", actor=town.actor(by), now=town.now
    )


def proposed(town: Town) -> Card:
    """A yellow card that follows from an upheld fraud."""
    judge(town, accuse(town, town.case("handled")))
    return Card.objects.filter(state="proposed", colour="yellow").latest("pk")


def approve(town: Town, card: Card, by: str = "leader") -> Card:
    return discipline.approve_card(
        card_id=card.pk, reason="弄虚作假", actor=town.actor(by), now=town.now
    )


def water_points(town: Town) -> Decimal | None:
    unit = town.units["WATER"].pk
    return queries.points_of(
        [unit], since=SINCE, until=timezone.localdate(town.now)
    ).get(unit)  # fmt: skip
