"""The draws of closed cases for re-inspection, and their results."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy


class Draw(models.Model):
    """The draw over the cases closed on one day. Append-only; anybody can repeat it.

    `seed` is the digest of the first seal of the history after that day: nobody could know it while
    cases were closed, nobody chooses it, and it can be checked against the seals.
    """

    day = models.DateField(unique=True)
    seed = models.CharField(max_length=64)
    seal = models.ForeignKey("cases.Seal", on_delete=models.PROTECT, related_name="+")
    share = models.FloatField()  # of those closed under their closing condition
    closed = models.PositiveIntegerField()  # how many these were
    forced_share = models.FloatField(default=0, db_default=0)  # 0: of the time before it was
    forced = ArrayField(models.CharField(max_length=24), default=list)  # all closed by force
    # Drawn once, reopened before anybody came, closed again on this day: all of these are drawn.
    again = ArrayField(models.CharField(max_length=24), default=list, db_default=[])
    drawn = ArrayField(models.CharField(max_length=24), default=list)
    without_team = ArrayField(models.CharField(max_length=24), default=list)
    drawn_at = models.DateTimeField()

    class Meta:
        db_table = "discipline_draw"

    def __str__(self) -> str:
        return f"{self.day} {len(self.drawn)}/{self.closed}"


class Result(models.TextChoices):
    """What the other team found."""

    OPEN = "open", pgettext_lazy("re-inspection", "not yet inspected")
    CONFIRMED = "confirmed", pgettext_lazy("re-inspection", "rightly closed")
    FALSE = "false", pgettext_lazy("re-inspection", "falsely closed")
    REOPENED = "reopened", pgettext_lazy("re-inspection", "reopened before it was inspected")


class Recheck(models.Model):
    """One drawn case: who had handled, closed and checked it, who looks again, what was found.

    `unit` is the one that had handled it when it was drawn, whoever gets it afterwards; none where
    it was closed by force: that speaks for no unit, and answers for none.
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="rechecks")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    closer = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    inspector = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    forced = models.BooleanField(default=False, db_default=False)
    result = models.CharField(max_length=12, choices=Result.choices, default=Result.OPEN)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "discipline_recheck"
        constraints = [models.UniqueConstraint("draw", "case", name="recheck_once_a_draw")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.result}"
