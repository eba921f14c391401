"""Closed cases that were marked as typical, with why, and how long."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class Precedent(models.Model):
    """A case as an example for others of its class; un-marked with a reason, never deleted."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    note = models.TextField()
    marked_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    unmarked_by = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unmarked_at = models.DateTimeField(null=True)
    unmark_reason = models.TextField(blank=True, default="")
    search = models.GeneratedField(
        expression=models.Func("note", function="cityloop_bigrams"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "precedents_precedent"
        constraints = [
            models.UniqueConstraint(
                "case", condition=Q(unmarked_at__isnull=True), name="precedent_once_a_case"
            ),
            models.CheckConstraint(
                condition=Q(unmarked_at__isnull=True, unmarked_by__isnull=True, unmark_reason="")
                | (Q(unmarked_at__isnull=False, unmarked_by__isnull=False) & ~Q(unmark_reason="")),
                name="precedent_unmarked_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-marked_at", "-id"], name="precedent_latest",
                condition=Q(unmarked_at__isnull=True),
            ),
            GinIndex("search", name="precedent_search"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id} {self.note[:20]}"
