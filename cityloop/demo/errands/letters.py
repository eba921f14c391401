"""Letters and visits: registered, transferred as a case, answered in writing; some come again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from cityloop.demo.errands.shape import After, Came, Errand
from cityloop.demo.reports import Told
from cityloop.demo.town import Town
from cityloop.petitions import operations, queries, wording
from cityloop.petitions.models import Petition

CHANNEL = "petition"
KINDS = {"letter": 6, "visit": 3, "email": 2, "online": 3, "joint_visit": 1}
COMES_AGAIN = 0.3
AFTER_DAYS = (3, 8)
ANSWERED = (2, 30)  # hours from the end of the case to the letter


def report(town: Town, told: Told, now: datetime) -> Came:
    """A petition is registered and becomes a case, or joins one."""
    clerk = town.chance.choice(town.city("acceptor")).member_id  # each house keeps its own register
    row = _register(town, told, clerk, now)
    transfer = operations.Transfer(
        text=told.text, address=told.spot.address,
        class_code="" if told.vague else told.matter.code, x=told.spot.lon, y=told.spot.lat,
    )  # fmt: skip
    row = operations.transfer(row.number, transfer, actor=town.actor(clerk, now), now=now)
    if row.report is None:
        raise LookupError(row.number)
    after = After(counted="petitions")
    if town.chance.random() < COMES_AGAIN:
        at = now + timedelta(days=town.chance.uniform(*AFTER_DAYS))
        after = After(((at, _again(told, row.number, clerk)),), counted="petitions")
    return Came(row.report.case.number, row.report.ordinal > 1, after)


def _register(town: Town, told: Told, clerk: int, now: datetime, before: str = "") -> Petition:
    kind = town.chance.choices(list(KINDS), weights=list(KINDS.values()))[0]
    given = operations.NewPetition(
        kind=kind, received_on=timezone.localdate(now), subject=told.matter.found[:40],
        text=f"{before}{told.text}",
        name=told.reporter[0], phone=told.reporter[1], place=told.spot.address,
        head_count=town.chance.randrange(5, 16) if kind == "joint_visit" else 1,
    )  # fmt: skip
    return operations.register(given, actor=town.actor(clerk, now), now=now)


def _again(told: Told, first: str, clerk: int) -> Errand:
    """The same person about the same matter: a clerk puts both into one chain."""

    def again(town: Town, now: datetime) -> After:
        row = _register(town, told, clerk, now, "再次反映：")
        actor = town.actor(clerk, now)
        for one in queries.repetitions_of(actor, row):
            if one.earlier.number == first:
                operations.decide(row.number, first, same=True, actor=actor, now=now)
        at = now + timedelta(hours=town.chance.uniform(*ANSWERED))
        return After(((at, _letter(row.number, clerk)),), counted="petitions repeated")

    return again


def answer(town: Town, case: str, now: datetime) -> After:
    """The case of a petition has ended: the letter goes out some time later."""
    rows = Petition.objects.filter(report__case__number=case, answered_at=None).order_by("pk")
    letters = [
        (now + timedelta(hours=town.chance.uniform(*ANSWERED)), _letter(number, clerk))
        for number, clerk in rows.values_list("number", "registered_by_id")
    ]
    return After(tuple(letters))


def _letter(number: str, clerk: int) -> Errand:
    def letter(town: Town, now: datetime) -> After:
        actor = town.actor(clerk, now)
        row = queries.petition(actor, number)
        text = wording.draft(row)
        operations.send_letter(number, text=text, medium="post", actor=actor, now=now)
        return After(counted="letters sent")

    return letter
