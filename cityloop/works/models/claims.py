"""Claims on who was liable, and what only grows on them: payments and notes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from cityloop.works.models.orders import Order


class Claim(models.Model):
    """Money that somebody owes for an order; how it stands follows from payments and notes.

    `party` names the debtor in words: often nobody of the organisation tree.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="claims")
    party = models.CharField(max_length=120)
    liable = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    notice_on = models.DateField(null=True)
    notice_file = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(null=True)
    opened_on = models.DateField()
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "works_claim"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="claim_is_positive"),
            models.CheckConstraint(condition=~Q(party=""), name="claim_names_its_party"),
            models.CheckConstraint(
                condition=Q(notice_on=None, notice_file=None, due_on=None)
                | Q(notice_on__isnull=False, notice_file__isnull=False, due_on__isnull=False),
                name="claim_notice_has_paper_and_day",
            ),
        ]
        indexes = [models.Index(fields=["-opened_on", "-id"], name="claim_latest")]

    def __str__(self) -> str:
        return f"{self.party} {self.amount}"


class Payment(models.Model):
    """Money that came; a negative one takes a mistaken entry back. Append-only."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    paid_on = models.DateField()
    reference = models.CharField(max_length=120)
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "works_payment"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="payment_is_something")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.amount}"


class NoteKind(models.TextChoices):
    """What a line on a claim says."""

    REMARK = "remark", pgettext_lazy("claim note", "remark")
    REMINDED = "reminded", pgettext_lazy("claim note", "reminded")
    REFUSED = "refused", pgettext_lazy("claim note", "refused")
    WRITTEN_OFF = "written_off", pgettext_lazy("claim note", "written off")


class ClaimNote(models.Model):
    """A line on a claim: a remark, a reminder, a refusal, a write-off. Append-only."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=12, choices=NoteKind.choices)
    text = models.CharField(max_length=500)
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "works_claim_note"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="note_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
            models.UniqueConstraint(
                "claim", condition=Q(kind="written_off"), name="claim_written_off_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind}"
