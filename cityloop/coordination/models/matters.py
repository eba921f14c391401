"""Key matters: many cases with one cause, brought to an end as one project."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class KeyMatter(models.Model):
    """A project over many cases. `owner` answers for it; `region_code` '' is the whole city."""

    title = models.CharField(max_length=200)
    description = models.TextField()
    region_code = models.CharField(max_length=12, blank=True, default="")
    owner = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True, default="")

    class Meta:
        db_table = "coordination_key_matter"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(result=""), name="matter_closed_says_how"
            )
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="matter_latest")]

    def __str__(self) -> str:
        return self.title


class MatterCase(models.Model):
    """A case that belongs to a key matter; it goes its own way meanwhile.

    One that joined by mistake is taken out: the row stays, and says why.
    """

    matter = models.ForeignKey(KeyMatter, on_delete=models.CASCADE, related_name="members")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=120, blank=True, default="")
    removed_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "coordination_matter_case"
        constraints = [
            models.UniqueConstraint(
                "matter", "case", name="matter_case_once", condition=Q(removed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.case_id}"


class Milestone(models.Model):
    """A step of the project that is reached by a day."""

    matter = models.ForeignKey(KeyMatter, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    reached_on = models.DateField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "coordination_milestone"

    def __str__(self) -> str:
        return f"{self.matter_id} {self.title}"
