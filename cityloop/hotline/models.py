"""Seats and calls of the hotline, what callers were told, orders of the mayor's hotline."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Seat(models.Model):
    """The extension at which a member answers today; a later sign-on takes it over."""

    member = models.OneToOneField("people.Member", on_delete=models.PROTECT, related_name="+")
    extension = models.CharField(max_length=20, unique=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "hotline_seat"

    def __str__(self) -> str:
        return f"{self.extension} {self.member_id}"


class CallState(models.TextChoices):
    """How far a call is; follows from its times."""

    RINGING = "ringing", pgettext_lazy("call", "ringing")
    ANSWERED = "answered", pgettext_lazy("call", "answered")
    ENDED = "ended", pgettext_lazy("call", "ended")
    MISSED = "missed", pgettext_lazy("call", "missed")


class Call(models.Model):
    """One call. The caller's number lies with intake (Reporter), which forgets it in time."""

    outer_id = models.CharField(max_length=100, unique=True)
    extension = models.CharField(max_length=20)
    line = models.CharField(max_length=30, blank=True, default="")  # the number that was dialled
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    caller = models.ForeignKey(
        "intake.Reporter", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=8, choices=CallState.choices)
    ringing_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    recording = models.URLField(max_length=500, blank=True, default="")
    report = models.ForeignKey(
        "intake.Report", null=True, on_delete=models.PROTECT, related_name="+"
    )
    came_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "hotline_call"
        indexes = [
            models.Index(
                fields=["extension"], name="hotline_call_open", condition=Q(ended_at__isnull=True)
            ),
            models.Index(fields=["-came_at", "-id"], name="hotline_call_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.outer_id} {self.state}"


class Told(models.Model):
    """What was read out to a caller about a case, word for word."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="told")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    text = models.TextField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "hotline_told"
        constraints = [
            models.UniqueConstraint("call", "case", "version", name="told_once_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.case_id}"


class Batch(models.Model):
    """One delivery of orders: how many were taken, and each row that was not, with its reason."""

    name = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    opened = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    bad_rows = models.JSONField(default=list)  # [{"row", "number", "reasons"}]
    warnings = models.JSONField(default=list)  # of rows that were taken, in the same shape
    done = models.BooleanField(default=False)  # False: it still runs, or broke off half way

    class Meta:
        db_table = "hotline_batch"

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """One round of an order of the mayor's hotline: number and deadline there, report here.

    An order that was refused here and is sent again has another round, with a report of its own.
    """

    outer_number = models.CharField(max_length=60, db_index=True)
    round = models.PositiveSmallIntegerField(default=1)
    # Digests of the rows that told of this round: what is sent again is told from what is repeated.
    seen = ArrayField(models.CharField(max_length=32), default=list)
    # What later rows of this round said otherwise, each once: [{"at", and what differed of "text",
    # "address", "place" [x, y] with its "system", "caller" (id of an intake.Reporter)}].
    retold = models.JSONField(default=list)
    outer_due_at = models.DateTimeField(null=True)
    report = models.OneToOneField("intake.Report", on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="orders")
    came_at = models.DateTimeField()

    class Meta:
        db_table = "hotline_order"
        constraints = [models.UniqueConstraint("outer_number", "round", name="order_round_once")]
        indexes = [models.Index(fields=["-came_at", "-id"], name="hotline_order_latest")]

    def __str__(self) -> str:
        return f"{self.outer_number} {self.round}"


class Outcome(models.TextChoices):
    """What goes back for an order."""

    SETTLED = "settled", _("settled")
    REFUSED = "refused", _("refused")
    REOPENED = "reopened", _("opened again")


class Result(models.Model):
    """What goes back for an order; a later row of the same order replaces the one before."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="results")
    version = models.PositiveIntegerField()  # of the case
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reply = models.TextField(blank=True, default="")
    reason_code = models.CharField(max_length=32, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "hotline_result"
        constraints = [models.UniqueConstraint("order", "version", name="result_once_a_version")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.outcome}"
