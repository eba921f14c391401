"""When a secondment ends nothing stays with who left: each task goes to a successor or back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.duty import queries
from cityloop.duty.models import Succession
from cityloop.duty.operations.leaving import hand_on
from cityloop.duty.operations.roster import require_unit
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused
from cityloop.people import operations as people
from cityloop.people.models import Holding, HoldingKind, Member


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
    reason = _("the secondment of %(name)s has ended") % {"name": holding.member.name}
    for number in numbers:
        moved = hand_on(number, holding.member, row.successor, reason=reason, now=now)
        (row.moved if moved else row.pooled).append(number)
    row.done_at = now
    row.save(update_fields=["done_at", "moved", "pooled"])
    return row


def _succession(holding: Holding) -> Succession:
    Succession.objects.get_or_create(holding=holding)
    rows = Succession.objects.select_for_update(of=("self",)).select_related("successor")
    return rows.get(holding=holding)
