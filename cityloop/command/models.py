"""Figures of days, heat of grids, who wants the weekly digest.

The figures are counted from the cases and may be counted again at any time: they prove nothing, and
nobody is judged by them. The evaluation with its sealed facts will take their place.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models


class DayFigure(models.Model):
    """What happened on a day of the city in a street, with a unit, in a group of classes.

    `area`: nine digits, '' without a place. `major`: as "E01", '' without a class. `open` and
    `overdue` are how many were so when the day was counted last.
    """

    day = models.DateField()
    area = models.CharField(max_length=9, blank=True, default="")
    unit = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    major = models.CharField(max_length=7, blank=True, default="")
    reported = models.PositiveIntegerField(default=0)
    filed = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    reworked = models.PositiveIntegerField(default=0)
    open = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "command_day_figure"
        indexes = [models.Index("day", name="day_figure_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.area} {self.major}"


class HeatCell(models.Model):
    """How many cases of the last days lie in a unit grid; `point`: their middle."""

    grid_code = models.CharField(max_length=15, unique=True)
    point = models.PointField(srid=4326)
    cases = models.PositiveIntegerField()

    class Meta:
        db_table = "command_heat_cell"

    def __str__(self) -> str:
        return self.grid_code


class Digest(models.Model):
    """A leader's choice about the weekly digest; without a row they get it."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    wanted = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "command_digest"

    def __str__(self) -> str:
        return f"{self.member_id} {self.wanted}"
