"""What is handed over: a shift of a hall with all its open cases, and what a secondee leaves."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from cityloop.cases.models import Status


class Desk(models.TextChoices):
    """A hall has two desks with shifts of their own; who accepts reports hands over a seat."""

    ACCEPTANCE = "acceptance", pgettext_lazy("desk", "acceptance")  # 受理
    DISPATCH = "dispatch", pgettext_lazy("desk", "dispatch")  # 派遣
    SEAT = "seat", pgettext_lazy("desk", "acceptance seat")  # 受理席: many beside each other


class Handover(models.Model):
    """The end of a shift: every case open in the hall at that moment, from one hand to the next.

    `areas` is the ground of the hall (null: the whole city), `digest` the SHA-256 over its lines
    ("number version status", by case): both sign the same list. `remarks`: pile -> words.
    """

    hall = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    desk = models.CharField(max_length=12, choices=Desk.choices)
    areas = ArrayField(models.CharField(max_length=15), null=True)
    shift = models.CharField(max_length=60)
    ended_at = models.DateTimeField()
    left_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    left_as = models.CharField(max_length=120)
    remark = models.TextField(blank=True, default="")
    remarks = models.JSONField(default=dict)
    cases = models.PositiveIntegerField(default=0)
    beside = models.JSONField(default=list)  # [[label, count, late, path], ...] of other open work
    digest = models.CharField(max_length=64, blank=True, default="")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_as = models.CharField(max_length=120, blank=True, default="")
    answer = models.TextField(blank=True, default="")

    class Meta:
        db_table = "duty_handover"
        constraints = [
            models.UniqueConstraint(
                "hall",
                "desk",
                condition=Q(accepted_at__isnull=True) & ~Q(desk="seat"),
                name="handover_one_at_a_time",
            ),
            models.UniqueConstraint(
                "hall",
                "left_by",
                condition=Q(accepted_at__isnull=True, desk="seat"),
                name="handover_one_a_seat",
            ),
            models.CheckConstraint(condition=Q(desk__in=Desk.values), name="handover_desk"),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("left_by")),
                name="handover_between_two",
            ),
        ]
        indexes = [models.Index(fields=["hall", "-ended_at"], name="handover_latest")]

    def __str__(self) -> str:
        return f"{self.hall_id} {self.shift} {self.ended_at:%Y-%m-%d %H:%M}"


class HandoverLine(models.Model):
    """One open case as it stood when the shift ended. Append-only."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=16)
    due_at = models.DateTimeField(null=True)
    overdue = models.BooleanField()
    urged = models.BooleanField()
    escalated = models.BooleanField()

    class Meta:
        db_table = "duty_handover_line"
        constraints = [
            models.UniqueConstraint("handover", "case", name="handover_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.case_id} {self.status}"

    @property
    def status_label(self) -> str:
        """Where the case stood, in words."""
        return str(Status(self.status).label)


class Succession(models.Model):
    """Who takes over what a secondee leaves, and what became of it; one a secondment.

    `moved` went to the successor, `pooled` back to the desk it belongs to.
    """

    holding = models.OneToOneField("people.Holding", on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    named_at = models.DateTimeField(null=True)
    named_by = models.CharField(max_length=120, blank=True, default="")
    done_at = models.DateTimeField(null=True)
    moved = ArrayField(models.CharField(max_length=24), default=list)
    pooled = ArrayField(models.CharField(max_length=24), default=list)

    class Meta:
        db_table = "duty_succession"

    def __str__(self) -> str:
        return f"{self.holding_id} {self.successor_id}"
