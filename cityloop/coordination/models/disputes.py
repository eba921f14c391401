"""The record of a dispute: whose duty a case is, from freezing to the line of the matrix."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cityloop.cases.models import DisputeLevel


class Dispute(models.Model):
    """Units send a case round; here it is settled whose duty such cases are.

    It outlives the case: the problem may be fixed and the case closed while the dispute is open.
    Case steps are its source; `last_version` is the case's last step that it has followed.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    parties = ArrayField(models.BigIntegerField(), default=list)
    level = models.CharField(max_length=12, choices=DisputeLevel.choices)
    opened_at = models.DateTimeField()
    last_version = models.PositiveIntegerField()
    # the problem may be gone before anybody knows whose duty it was
    fixed_at = models.DateTimeField(null=True)
    fixed_by = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # the decision
    closed_at = models.DateTimeField(null=True)
    liable = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.TextField(blank=True, default="")
    decided_by = models.CharField(max_length=120, blank=True, default="")
    document = models.CharField(max_length=200, blank=True, default="")
    file = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    line = models.ForeignKey(
        "people.Responsibility", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "coordination_dispute"
        constraints = [
            models.UniqueConstraint(
                "case", condition=Q(closed_at__isnull=True), name="dispute_one_open_a_case"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, liable__isnull=True)
                | (Q(closed_at__isnull=False, liable__isnull=False) & ~Q(decision="")),
                name="dispute_closed_says_whose_duty_and_why",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=True) | ~Q(document=""), name="dispute_line_has_document"
            ),
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="dispute_latest")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.level}"

    @property
    def open(self) -> bool:
        """True until it is decided whose duty it is."""
        return self.closed_at is None


class SiteMeeting(models.Model):
    """The parties met at the place; what they saw and said. Only added, never edited."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="site_meetings")
    held_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    present = models.CharField(max_length=400)
    minutes = models.TextField()
    file = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "coordination_site_meeting"

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.held_at:%Y-%m-%d}"
