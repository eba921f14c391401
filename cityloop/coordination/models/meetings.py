"""Joint meetings: an agenda from what is open, minutes, and decisions that somebody owes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from cityloop.coordination.models.disputes import Dispute


class MeetingKind(models.TextChoices):
    """What sort of meeting it is."""

    JOINT = "joint", pgettext_lazy("meeting", "joint meeting")  # 联席会议
    HEARING = "hearing", pgettext_lazy("meeting", "hearing")  # 重大事项听证会


class JointMeeting(models.Model):
    """Units meet over what none of them settles alone. `region_code` '' is the whole city."""

    kind = models.CharField(max_length=8, choices=MeetingKind.choices)
    title = models.CharField(max_length=200)
    region_code = models.CharField(max_length=12, blank=True, default="")
    planned_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    called_by = models.CharField(max_length=120)
    called_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    present = models.CharField(max_length=400, blank=True, default="")
    minutes = models.TextField(blank=True, default="")
    file = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "coordination_meeting"
        constraints = [
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, minutes="")
                | (Q(held_at__isnull=False) & ~Q(minutes="")),
                name="meeting_held_has_minutes",
            )
        ]
        indexes = [models.Index(fields=["-planned_at", "-id"], name="meeting_latest")]

    def __str__(self) -> str:
        return self.title


class AgendaItem(models.Model):
    """A point of the agenda: an open dispute, a unit's figures as they were, or words."""

    meeting = models.ForeignKey(JointMeeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200, blank=True, default="")
    dispute = models.ForeignKey(
        Dispute, null=True, on_delete=models.PROTECT, related_name="agenda_items"
    )
    organisation = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    cases = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "coordination_agenda_item"
        constraints = [
            models.UniqueConstraint("meeting", "position", name="agenda_position_once"),
            models.CheckConstraint(
                condition=~Q(title="") | Q(dispute__isnull=False) | Q(organisation__isnull=False),
                name="agenda_item_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}.{self.position}"


class MeetingTask(models.Model):
    """What the meeting decided that a unit does, and until when."""

    meeting = models.ForeignKey(JointMeeting, on_delete=models.CASCADE, related_name="tasks")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    what = models.TextField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True, default="")
    done_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "coordination_meeting_task"
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | ~Q(result=""),
                name="meeting_task_done_says_what",
            )
        ]
        indexes = [
            models.Index(
                "organisation", "due_on", name="meeting_task_owed",
                condition=Q(done_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.organisation_id} {self.due_on}"
