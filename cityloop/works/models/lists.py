"""What stands ready before anything happens: designated units, their prices, the budget."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import F, Q


class Designation(models.Model):
    """A unit that stands ready for substitute works from a day to a day, with skills and hours.

    Without on-call hours it is reachable day and night; hours may run past midnight.
    """

    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    skills = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True, default="")
    on_call_from = models.TimeField(null=True)
    on_call_to = models.TimeField(null=True)
    source_document = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the first day on which it holds no more

    class Meta:
        db_table = "works_designation"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="designation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(on_call_from=None, on_call_to=None)
                | Q(on_call_from__isnull=False, on_call_to__isnull=False),
                name="designation_hours_have_both_ends",
            ),
            models.UniqueConstraint(
                "organisation", condition=Q(valid_to=None), name="designation_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.skills}"

    def on_call(self, at: time) -> bool:
        """True when the unit can be called at this local time."""
        start, end = self.on_call_from, self.on_call_to
        if start is None or end is None:
            return True
        return start <= at < end if start < end else at >= start or at < end


class PriceItem(models.Model):
    """A price of a designated unit, for a unit of measure, from a day to a day."""

    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, related_name="prices")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    measure = models.CharField(max_length=20)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "works_price_item"
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="price_is_positive"),
            models.UniqueConstraint(
                "designation", "code", condition=Q(valid_to=None), name="price_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BudgetLine(models.Model):
    """Money for substitute works in a year; for the whole city, or for one area of it."""

    year = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    area_code = models.CharField(max_length=12, blank=True, default="")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        db_table = "works_budget_line"
        constraints = [
            models.UniqueConstraint("year", "code", name="budget_line_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.code} {self.name}"
