"""The roster of a unit: shifts, who is on duty in them, who is away."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy


class Shift(models.Model):
    """A part of the day at a post of a unit; it runs over midnight where it ends before it starts.

    `special`: it holds in protection periods (H10), instead of the unit's usual shifts. A shift
    that starts and ends at the same time lasts a whole day.
    """

    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=40)
    post = models.CharField(max_length=60, blank=True, default="")
    starts = models.TimeField()
    ends = models.TimeField()
    special = models.BooleanField(default=False)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "duty_shift"
        constraints = [
            models.UniqueConstraint(
                "organisation", "name", "special", condition=Q(ended_at__isnull=True),
                name="shift_once_a_unit",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As "夜班 22:00–06:00 抢修岗"."""
        return f"{self.name} {_hm(self.starts)}–{_hm(self.ends)} {self.post}".strip()


def _hm(at: time) -> str:
    return f"{at:%H:%M}"


class Turn(models.Model):
    """A member is on duty in a shift on some weekdays of a period; `rank` 1 is called first.

    Never deleted: a turn that holds no more says when it was ended and by whom.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="turns")
    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=1)
    weekdays = ArrayField(models.PositiveSmallIntegerField())  # ISO: 1 is Monday
    first_on = models.DateField()
    last_on = models.DateField(null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "duty_turn"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                name="turn_period",
            ),
            models.CheckConstraint(condition=Q(rank__range=(1, 9)), name="turn_rank"),
        ]
        indexes = [
            models.Index("shift", name="turn_valid", condition=Q(ended_at__isnull=True))
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.shift_id} {self.member_id} {self.first_on}"


class AbsenceKind(models.TextChoices):
    """Why somebody cannot be called."""

    LEAVE = "leave", pgettext_lazy("absence", "on leave")
    ILL = "ill", pgettext_lazy("absence", "ill")
    TRAINING = "training", pgettext_lazy("absence", "in training")
    AWAY = "away", pgettext_lazy("absence", "away on business")


class Absence(models.Model):
    """Days on which a member cannot be called, and who stands in for them."""

    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=AbsenceKind.choices)
    first_on = models.DateField()
    last_on = models.DateField()
    deputy = models.ForeignKey(
        "people.Member", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "duty_absence"
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="absence_period"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("member")),
                name="absence_deputy_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind} {self.first_on}"
