"""Fraud findings: who did what, the evidence as it was, and everything that was said about it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What sort of fraud it is."""

    FAKE_PHOTO = "fake_photo", pgettext_lazy("fraud", "faked photo")
    FALSE_CLOSE = "false_close", pgettext_lazy("fraud", "false closing")
    MOVED = "moved", pgettext_lazy("fraud", "moved position")
    SPLIT = "split", pgettext_lazy("fraud", "split or padded reports")
    OTHER = "other", pgettext_lazy("fraud", "other")


class FraudFinding(models.Model):
    """An accusation with its evidence. Append-only: what follows are notes.

    `evidence` is frozen: photos by digest with what machines had remarked, history lines by hash.
    """

    kind = models.CharField(max_length=12, choices=Kind.choices)
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    account = models.TextField()
    evidence = models.JSONField(default=list)
    found_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        db_table = "discipline_fraud"
        indexes = [models.Index(fields=["-found_at", "-id"], name="fraud_latest")]

    def __str__(self) -> str:
        return f"F{self.pk}"


class FraudCase(models.Model):
    """A case that the finding is about."""

    finding = models.ForeignKey(FraudFinding, on_delete=models.PROTECT, related_name="members")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "discipline_fraud_case"
        constraints = [models.UniqueConstraint("finding", "case", name="fraud_case_once")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.case_id}"


class Verdict(models.TextChoices):
    """What was decided."""

    UPHELD = "upheld", pgettext_lazy("fraud", "upheld")
    DISMISSED = "dismissed", pgettext_lazy("fraud", "dismissed")


class FraudNote(models.Model):
    """What was said about a finding: each once. Append-only."""

    class Step(models.TextChoices):
        """Whose word it is."""

        STATEMENT = "statement", pgettext_lazy("fraud", "statement of the unit")
        DECISION = "decision", pgettext_lazy("fraud", "decision")
        APPEAL = "appeal", pgettext_lazy("fraud", "appeal")
        APPEAL_DECISION = "appeal_decision", pgettext_lazy("fraud", "decision on the appeal")

    finding = models.ForeignKey(FraudFinding, on_delete=models.PROTECT, related_name="notes")
    step = models.CharField(max_length=16, choices=Step.choices)
    verdict = models.CharField(max_length=12, choices=Verdict.choices, blank=True, default="")
    text = models.TextField()
    by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "discipline_fraud_note"
        constraints = [
            models.UniqueConstraint("finding", "step", name="fraud_note_once"),
            models.CheckConstraint(
                condition=Q(step__in=["statement", "appeal"], verdict="")
                | (Q(step__in=["decision", "appeal_decision"]) & ~Q(verdict="")),
                name="fraud_decision_has_verdict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.step}"
