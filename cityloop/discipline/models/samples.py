"""Decisions of operators on which the lot fell, what a second person found, what they answered."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy


class Decision(models.TextChoices):
    """What an operator decides at intake, and who is to handle.

    JOIN is of whoever took in the report that joined: they are told beforehand that it will.
    """

    ACCEPT = "accept", pgettext_lazy("decision", "accepted")
    REJECT = "reject", pgettext_lazy("decision", "rejected")
    REMIND = "remind", pgettext_lazy("decision", "settled by a reminder")
    VOID = "void", pgettext_lazy("decision", "voided")
    FILE = "file", pgettext_lazy("decision", "filed")
    JOIN = "join", pgettext_lazy("decision", "joined as a duplicate")
    DISPATCH = "dispatch", pgettext_lazy("decision", "dispatched")


class Lot(models.Model):
    """The lot over the decisions that people took on one day. Append-only; anybody can repeat it.

    The seed as in Draw. Drawn are those below `share`, and the first of each kind of each operator
    who decided that day; `drawn` names lines of the history as "case number:version".
    """

    day = models.DateField(unique=True)
    seed = models.CharField(max_length=64)
    seal = models.ForeignKey("cases.Seal", on_delete=models.PROTECT, related_name="+")
    share = models.FloatField()
    decided = models.PositiveIntegerField()
    drawn = ArrayField(models.CharField(max_length=36), default=list)
    drawn_at = models.DateTimeField()

    class Meta:
        db_table = "discipline_lot"

    def __str__(self) -> str:
        return f"{self.day} {len(self.drawn)}/{self.decided}"


class Ruling(models.TextChoices):
    """What the second person found; OPEN: nobody has looked yet."""

    OPEN = "open", pgettext_lazy("sampled decision", "not yet judged")
    RIGHT = "right", pgettext_lazy("sampled decision", "right")
    WRONG = "wrong", pgettext_lazy("sampled decision", "wrong")


class Mistake(models.TextChoices):
    """What is wrong about a decision."""

    WRONG_CLASS = "class", pgettext_lazy("sampled decision", "wrong class")
    NOT_REJECTED = "to_reject", pgettext_lazy("sampled decision", "should have been rejected")
    NOT_ACCEPTED = "to_accept", pgettext_lazy("sampled decision", "should have been accepted")
    KNOWN = "known", pgettext_lazy("sampled decision", "was known already")
    LEVEL = "level", pgettext_lazy("sampled decision", "wrong filing level")
    RULE = "rule", pgettext_lazy("sampled decision", "wrong filing condition")
    NOT_REFUSED = "to_refuse", pgettext_lazy("sampled decision", "should not have been filed")
    APART = "apart", pgettext_lazy("sampled decision", "is a problem of its own")
    UNIT = "unit", pgettext_lazy("sampled decision", "wrong unit")
    OTHER = "other", pgettext_lazy("sampled decision", "something else")


# What may be wrong about a decision of each kind.
MISTAKES: dict[Decision, tuple[Mistake, ...]] = {
    Decision.ACCEPT: (
        Mistake.WRONG_CLASS, Mistake.NOT_REJECTED, Mistake.KNOWN, Mistake.LEVEL, Mistake.OTHER,
    ),
    Decision.REJECT: (Mistake.NOT_ACCEPTED, Mistake.KNOWN, Mistake.OTHER),
    Decision.REMIND: (
        Mistake.WRONG_CLASS, Mistake.NOT_REJECTED, Mistake.NOT_ACCEPTED, Mistake.KNOWN,
        Mistake.UNIT, Mistake.OTHER,
    ),
    Decision.VOID: (Mistake.NOT_ACCEPTED, Mistake.KNOWN, Mistake.OTHER),
    Decision.FILE: (
        Mistake.WRONG_CLASS, Mistake.RULE, Mistake.LEVEL, Mistake.NOT_REFUSED, Mistake.KNOWN,
        Mistake.OTHER,
    ),
    Decision.JOIN: (Mistake.APART, Mistake.OTHER),
    Decision.DISPATCH: (Mistake.UNIT, Mistake.OTHER),
}  # fmt: skip


class Sample(models.Model):
    """One drawn decision: a line of a case's history, who took it, what was found. Judged once.

    `hall` is the body in whose post it was taken, wherever the operator works afterwards.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="samples")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Decision.choices)
    operator = models.ForeignKey(
        "people.Member", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    hall = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField()
    ruling = models.CharField(max_length=8, choices=Ruling.choices, default=Ruling.OPEN)
    mistake = models.CharField(max_length=10, choices=Mistake.choices, blank=True, default="")
    note = models.TextField(blank=True, default="")
    judge = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    judged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "discipline_sample"
        constraints = [
            models.UniqueConstraint("case", "version", name="sample_once_a_line"),
            models.CheckConstraint(
                condition=Q(judge__isnull=True) | ~Q(judge=F("operator")),
                name="sample_judged_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ruling="open", judge__isnull=True, judged_at__isnull=True)
                | (~Q(ruling="open") & Q(judge__isnull=False, judged_at__isnull=False)),
                name="sample_judged_says_who",
            ),
            models.CheckConstraint(
                condition=(Q(ruling="wrong") & ~Q(mistake="") & ~Q(note=""))
                | (~Q(ruling="wrong") & Q(mistake="")),
                name="sample_wrong_says_what",
            ),
        ]
        indexes = [
            models.Index(fields=["-decided_at", "-id"], name="sample_latest"),
            models.Index(fields=["operator", "decided_at"], name="sample_operator"),
            models.Index(
                fields=["-decided_at", "-id"], name="sample_open", condition=Q(ruling="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.version} {self.ruling}"


class SampleAnswer(models.Model):
    """What the operator has to say about the judgement, once. Append-only."""

    sample = models.OneToOneField(Sample, on_delete=models.PROTECT, related_name="answer")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "discipline_sample_answer"

    def __str__(self) -> str:
        return f"{self.sample_id}"
