"""Joint operations: several units go out together, at a place and for some days, with a result."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ResultKind(models.TextChoices):
    """What is counted at the end."""

    INSPECTED = "inspected", _("shops and sites inspected")
    CORRECTED = "corrected", _("troubles corrected on the spot")
    SEIZED = "seized", _("things taken into custody")
    ORDERED = "ordered", _("orders to correct, served")
    HELPED = "helped", _("people helped")
    OTHER = "other", _("other, as the remark says")


class JointOperation(models.Model):
    """A plan with an area, days and units, its start and its report.

    `units`: those that take part beside the lead. `region_code` '' is the whole city. Planned until
    `started_at`, then under way; it ends by its report, or is called off with a reason.
    """

    title = models.CharField(max_length=200)
    plan = models.TextField()
    region_code = models.CharField(max_length=12, blank=True, default="")
    lead = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    units = ArrayField(models.BigIntegerField(), default=list)
    begins_on = models.DateField()
    ends_on = models.DateField()
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=120)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    called_off = models.BooleanField(default=False)
    report = models.TextField(blank=True, default="")  # or why it was called off

    class Meta:
        db_table = "coordination_joint_operation"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")), name="joint_operation_ends_after_begin"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, called_off=False)
                | (Q(ended_at__isnull=False) & ~Q(report="")),
                name="joint_operation_ended_says_how",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False)
                | Q(called_off=True),
                name="joint_operation_reports_after_start",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["-planned_at", "-id"], name="joint_operation_latest"),
            GinIndex(fields=["units"], name="joint_operation_units"),
        ]

    def __str__(self) -> str:
        return self.title


class OperationCase(models.Model):
    """A case that is to be settled by the operation, or that was found during it (`found`)."""

    operation = models.ForeignKey(JointOperation, on_delete=models.CASCADE, related_name="members")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    found = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "coordination_operation_case"
        constraints = [models.UniqueConstraint("operation", "case", name="operation_case_once")]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.case_id}"


class OperationResult(models.Model):
    """What one unit counted. Append-only: a mistake is corrected by a line below zero, with why."""

    operation = models.ForeignKey(JointOperation, on_delete=models.PROTECT, related_name="results")
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ResultKind.choices)
    number = models.IntegerField()
    note = models.CharField(max_length=300, blank=True, default="")
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=120)

    class Meta:
        db_table = "coordination_operation_result"
        constraints = [
            models.CheckConstraint(condition=~Q(number=0), name="operation_result_counts"),
            models.CheckConstraint(
                condition=Q(number__gt=0) | ~Q(note=""), name="operation_correction_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.kind} {self.number}"
