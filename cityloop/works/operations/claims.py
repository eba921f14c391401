"""The ledger of claims: opened, noticed, paid, refused, written off."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, Refused
from cityloop.people.models import Organisation
from cityloop.works import queries
from cityloop.works.models import Claim, ClaimNote, NoteKind, Order, OrderState, Payment
from cityloop.works.operations.record import (
    apart,
    bad,
    document,
    money,
    not_before,
    not_later,
    spelled,
    stored,
    words,
)

CLAIM = "works.claim"
LEADER = "leader"


@transaction.atomic
def open_claim(
    *,
    order_number: str,
    amount: object,
    actor: Actor,
    now: datetime,
    party: str = "",
    liable_id: int | None = None,
) -> Claim:
    """Claim money for an order from the unit that is liable, or from somebody named in words.

    An organisation owes only what was decided: it is the order's liable unit or the case's. Words
    that are the name or the code of an organisation are no way around that.
    All claims of an order together are never more than the work cost; what was written off may be
    claimed from another party.
    """
    actor.require(CLAIM)
    seen = queries.order_seen(actor, order_number)
    order = Order.objects.select_for_update(of=("self",)).select_related("case").get(pk=seen.pk)
    apart(actor, order)
    cost = _cost(order)
    wanted = money(amount, "amount")
    left = queries.unclaimed(order)
    if wanted > left:
        raise bad("amount", _("the work cost %(cost)s, of which %(left)s are not claimed yet")
                  % {"cost": cost, "left": left})  # fmt: skip
    unit = _liable(order, liable_id)
    return Claim.objects.create(
        order=order, liable=unit, amount=wanted, party=_party(party, unit),
        opened_on=timezone.localdate(now), member_id=actor.member_id,
    )  # fmt: skip


def _liable(order: Order, liable_id: int | None) -> Organisation | None:
    """The unit that owes, as the order or the decision on its case names it; raises Invalid."""
    if liable_id is None:
        return None
    unit = Organisation.objects.filter(pk=liable_id).first()
    if unit is None:
        raise bad("liable", _("there is no such organisation"))
    decided = queries.liable_units(order)
    if unit.pk in decided:
        return unit
    if not decided:
        raise bad("liable", _("it is not decided which unit should have acted"))
    names = Organisation.objects.filter(pk__in=decided).order_by("path").defer("search")
    raise bad("liable", _("%(unit)s is not liable for this work, but %(liable)s")
              % {"unit": unit.name, "liable": ", ".join(one.name for one in names)})  # fmt: skip


def _party(given: str, unit: Organisation | None) -> str:
    """Who owes, in words: the unit's name, or somebody who is no organisation here; Invalid."""
    text = words(given or (unit.name_zh if unit else ""), "party", longest=120)
    named = _named(text)
    if named and (unit is None or unit.pk not in {one.pk for one in named}):
        raise bad("party", _("%(unit)s is an organisation here: name the organisation itself")
                  % {"unit": named[0].name})  # fmt: skip
    return text


def _named(text: str) -> list[Organisation]:
    """The organisations whose names or code these words are, however they are typed."""
    said = spelled(text)
    rows = Organisation.objects.order_by("path").only("name_zh", "name_en", "code")
    return [one for one in rows if said in map(spelled, (one.name_zh, one.name_en, one.code))]


def _cost(order: Order) -> Decimal:
    """What the work cost: the invoice."""
    if order.state != OrderState.INVOICED:
        raise Refused(_("record the invoice first: the claim is for what the work cost"))
    return order.committed


@transaction.atomic
def send_notice(
    *, claim_id: int, notice_on: date, due_on: date, sha256: str, actor: Actor, now: datetime
) -> Claim:
    """The notice that was served: its day, its paper, and until when it is to be paid."""
    claim = _locked(actor, claim_id)
    if claim.notice_on is not None:
        raise Refused(_("notice was given already: note a reminder"))
    not_before(notice_on, claim.opened_on, "notice_on", _("notice follows the claim"))
    if due_on < notice_on:
        raise bad("due_on", _("not before the notice"))
    row = Claim.objects.get(pk=claim.pk)
    row.notice_on = not_later(notice_on, timezone.localdate(now), "notice_on")
    row.due_on, row.notice_file = due_on, stored(sha256, "file")
    row.save(update_fields=["notice_on", "due_on", "notice_file"])
    return row


@transaction.atomic
def record_payment(
    *,
    claim_id: int,
    amount: object,
    paid_on: date,
    reference: str,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Money that came, all of it or a part; a negative amount takes a mistaken entry back.

    Payments together are never more than the claim and never less than nothing. Each names the
    document that proves it, with its number; a document proves one payment of a claim, until the
    entry is taken back under it.
    """
    claim = _locked(actor, claim_id)
    came = money(amount, "amount", negative=True)
    if claim.written_off:
        raise Refused(_("this claim is written off"))
    if not 0 <= claim.paid + came <= claim.amount:
        raise bad("amount", _("%(paid)s of %(amount)s are paid: %(left)s are left to pay")
                  % {"paid": claim.paid, "amount": claim.amount, "left": claim.left})  # fmt: skip
    not_before(paid_on, claim.opened_on, "paid_on", _("a payment follows the claim"))
    proof = document(reference, "reference", longest=120)
    if came > 0 and _paid_by(claim, proof) > 0:
        raise bad("reference", _("a payment of this claim by %(document)s is recorded already")
                  % {"document": proof})  # fmt: skip
    if came < 0 and -came > (paid := _paid_by(claim, proof)):
        raise bad("reference", _("%(paid)s of this claim are paid by %(document)s: no more is taken"
                                 " back") % {"paid": paid, "document": proof})  # fmt: skip
    return Payment.objects.create(
        claim=claim, amount=came,
        paid_on=not_later(paid_on, timezone.localdate(now), "paid_on"), reference=proof,
        member_id=actor.member_id, actor=actor.post[:120], recorded_at=now,
    )  # fmt: skip


def _paid_by(claim: Claim, proof: str) -> Decimal:
    """What was paid of the claim by this document, however it was typed."""
    rows = claim.payments.values_list("reference", "amount")
    return sum((came for words, came in rows if spelled(words) == spelled(proof)), Decimal(0))


@transaction.atomic
def note_claim(*, claim_id: int, kind: str, text: str, actor: Actor, now: datetime) -> ClaimNote:
    """A remark, a reminder that was sent, or that the party refuses to pay."""
    claim = _locked(actor, claim_id)
    if kind not in (NoteKind.REMARK, NoteKind.REMINDED, NoteKind.REFUSED):
        raise bad("kind", _("remark, reminded or refused"))
    if kind != NoteKind.REMARK:
        if claim.notice_on is None:
            raise Refused(_("nobody has been given notice yet"))
        if claim.written_off or claim.left == 0:
            raise Refused(_("nothing is owed any more"))
    return _note(claim, kind, text, actor=actor, now=now)


@transaction.atomic
def write_off(*, claim_id: int, text: str, actor: Actor, now: datetime) -> ClaimNote:
    """Give up what is left of a claim: a leader decides, with the reason."""
    claim = _locked(actor, claim_id)
    if LEADER not in actor.roles:
        raise NotAllowed(_("only a leader writes a claim off"))
    if claim.written_off or claim.left == 0:
        raise Refused(_("nothing is owed any more"))
    return _note(claim, NoteKind.WRITTEN_OFF, text, actor=actor, now=now)


def _note(claim: Any, kind: str, text: str, *, actor: Actor, now: datetime) -> ClaimNote:
    return ClaimNote.objects.create(
        claim=claim, kind=kind, text=words(text, "text", longest=500), member_id=actor.member_id,
        actor=actor.post[:120], at=now,
    )  # fmt: skip


def _locked(actor: Actor, claim_id: int) -> Any:
    """The claim as it stands, locked, so that no two entries count the same money, for who may
    decide about it; NotAllowed, NotFound."""
    actor.require(CLAIM)
    Claim.objects.select_for_update().filter(pk=claim_id).first()
    claim = queries.claim_seen(actor, claim_id)
    apart(actor, claim.order)
    return claim
