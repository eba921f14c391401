"""Protection periods (H10): who is of the emergency team, and which cameras are watched."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q


class TeamMember(models.Model):
    """Somebody of the emergency team of a protection period, and how and when they are reached.

    Without hours day and night; hours may run past midnight. Never changed nor deleted: what holds
    no more says when it was ended and by whom. `period_id` is that of a ProtectionPeriod, which may
    be called off meanwhile; `event` is its name.
    """

    period_id = models.BigIntegerField()
    event = models.CharField(max_length=60)
    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40)
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    begun_at = models.DateTimeField(null=True)  # when they were told that it begins
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "duty_team_member"
        constraints = [
            models.UniqueConstraint(
                "period_id", "member", condition=Q(ended_at__isnull=True), name="team_member_once"
            ),
            models.CheckConstraint(condition=~Q(phone=""), name="team_member_is_reached"),
            models.CheckConstraint(
                condition=Q(starts=None, ends=None) | Q(starts__isnull=False, ends__isnull=False),
                name="team_hours_have_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.member_id}"

    @property
    def hours(self) -> str:
        """As "08:00–20:00"; '' for day and night."""
        if self.starts is None or self.ends is None:
            return ""
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


class Camera(models.Model):
    """A camera that is watched in a protection period: its code, name and place (WGS 84).

    Never changed nor deleted: what is watched no more says when it was ended and by whom.
    `period_id` as in TeamMember.
    """

    period_id = models.BigIntegerField()
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    point = models.PointField(srid=4326)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "duty_camera"
        constraints = [
            models.UniqueConstraint(
                "period_id", "code", condition=Q(ended_at__isnull=True), name="camera_once_a_period"
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="camera_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
