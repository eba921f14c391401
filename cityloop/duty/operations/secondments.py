"""When a secondment ends nothing stays with who left: each task goes to a successor or back."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, Task
from cityloop.duty import queries
from cityloop.duty.models import Succession
from cityloop.duty.operations.roster import require_unit
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from cityloop.people.models import Holding, HoldingKind, Member
from cityloop.people.roles import CHECKERS

# Site tasks that go back to the desk which gave them, by the step that takes them back.
RECALL = {"verify": "recall_verify", "check": "recall_check"}
LEAVER = "secondment"  # the system's post that hands over


@transaction.atomic
def name_successor(
    *, holding_id: int, successor: Member, actor: Actor, now: datetime
) -> Succession:
    """Say who takes over when the secondment ends. Raises NotFound, NotAllowed, Refused."""
    holding = queries.secondment_seen(actor, holding_id)
    require_unit(actor, holding.post.organisation)
    if not successor.active or successor.pk == holding.member_id:
        raise Refused(_("%(name)s cannot take over") % {"name": successor.name})
    row = _succession(holding)
    if row.done_at is not None:
        raise Refused(_("it has been handed over already"))
    row.successor, row.named_at, row.named_by = successor, now, actor.post[:120]
    row.save(update_fields=["successor", "named_at", "named_by"])
    return row


@transaction.atomic
def end_secondment(
    *,
    holding_id: int,
    actor: Actor,
    now: datetime,
    successor: Member | None = None,
    reason: str = "",
) -> Succession:
    """End a secondment today and hand over at once. Raises NotFound, NotAllowed, Refused."""
    if successor is not None:
        name_successor(holding_id=holding_id, successor=successor, actor=actor, now=now)
    people.end_holding(holding_id=holding_id, actor=actor, now=now, reason=reason)
    return hand_over(queries.secondment_seen(actor, holding_id), now=now)


def hand_over_ended(*, now: datetime) -> int:
    """Hand over for every secondment that has ended; each once. Returns how many."""
    done = Succession.objects.exclude(done_at=None).values("holding_id")
    ended = Holding.objects.filter(
        kind=HoldingKind.SECONDMENT, valid_to__lte=timezone.localdate(now),
        valid_to__gt=F("valid_from"),  # else it was cancelled before it began
    ).exclude(pk__in=done)  # fmt: skip
    rows = ended.select_related("member", "post__organisation").order_by("valid_to", "pk")
    return sum(hand_over(holding, now=now).done_at is not None for holding in list(rows))


@transaction.atomic
def hand_over(holding: Holding, *, now: datetime) -> Succession:
    """Everything in hand to the successor, or back to the desk it belongs to; all or nothing.

    Who goes on in the same post keeps it. Called again it finds nothing left to do.
    """
    row = _succession(holding)
    today = timezone.localdate(now)
    if row.done_at is not None:
        return row
    numbers = [] if queries.keeps_post(holding, today) else queries.in_hand(holding, today)
    for number in numbers:
        moved = _hand_on(number, holding.member, row.successor, now)
        (row.moved if moved else row.pooled).append(number)
    row.done_at = now
    row.save(update_fields=["done_at", "moved", "pooled"])
    return row


def _succession(holding: Holding) -> Succession:
    Succession.objects.get_or_create(holding=holding)
    rows = Succession.objects.select_for_update(of=("self",)).select_related("successor")
    return rows.get(holding=holding)


def _hand_on(number: str, person: Member, successor: Member | None, now: datetime) -> bool:
    """One case; True when the successor has it, False when it went back to its desk."""
    reason = _("the secondment of %(name)s has ended") % {"name": person.name}
    if successor is not None:
        try:
            _step(number, "hand_on", now, person=person, successor=successor, reason=reason)
        except cases.Refused as refused:
            reason = f"{reason}; {refused}"[:400]
        else:
            return True
    held = Task.objects.filter(case__number=number, closed_at=None, member=person)
    kinds = set(held.values_list("kind", flat=True))
    if "recheck" in kinds:
        other = _another_inspector(number, person, timezone.localdate(now))
        _step(number, "hand_on", now, person=person, successor=other, reason=reason)
        return other is not None
    for kind in sorted(kinds & set(RECALL)):
        _step(number, RECALL[kind], now, reason=reason)
    if not kinds & set(RECALL):
        _step(number, "hand_on", now, person=person, reason=reason)
    return False


def _step(number: str, action: str, now: datetime, **inputs: object) -> None:
    with transaction.atomic():
        cases.perform(number, action, actor=Actor.system(LEAVER), now=now, inputs=inputs)


def _another_inspector(number: str, person: Member, on: date) -> Member | None:
    """A re-inspection has no desk to go back to: another inspector of the team, new to the case."""
    known = Case.objects.get(number=number).members
    rows = people_queries.holders(on, *CHECKERS).filter(organisation_id=person.organisation_id)
    return rows.exclude(pk__in=known).order_by("pk").first()
