"""What only grows: history lines, papers, seals."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cityloop.cases.models.case import Case


class CaseEvent(models.Model):
    """One line of a case's history. Triggers refuse UPDATE, DELETE and TRUNCATE.

    `at` is when the step was taken (for imported history: then), `recorded_at` when we wrote it.
    `state` is what the case was behind the last step of a change (cases/state.py), '' in between.
    `hash` covers every other column and the hash of the case's previous line.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=24)
    source = models.CharField(max_length=16, blank=True)
    target = models.CharField(max_length=16)
    role = models.CharField(max_length=20)
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    imported = models.BooleanField(default=False)
    state = models.CharField(max_length=160, blank=True, default="", db_default="")
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "cases_event"
        constraints = [models.UniqueConstraint("case", "version", name="event_once_per_version")]
        indexes = [
            models.Index(
                fields=["member", "-at"], name="event_member", condition=Q(member__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version} {self.action}"


class Attachment(models.Model):
    """A stored file as part of one step of a case. Append-only, like the history it belongs to."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="attachments", db_index=False
    )
    version = models.PositiveIntegerField()
    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=16)
    filename = models.CharField(max_length=120, blank=True, default="")
    from_album = models.BooleanField(default=False)
    remarks = models.JSONField(default=list)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "cases_attachment"
        constraints = [
            models.UniqueConstraint("case", "version", "file", name="attachment_once_a_step")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version} {self.stage}"


class Seal(models.Model):
    """A line of the seal chain: a digest over all history lines since the last seal.

    A case's own chain shows any change of its lines; the seals show that no whole case is missing.
    """

    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    events = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "cases_seal"

    def __str__(self) -> str:
        return f"{self.first_event}-{self.last_event}"
