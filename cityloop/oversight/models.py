"""Named lists of cases, what was sent of them to whom, and the answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class ListKind(models.TextChoices):
    """What a list is for."""

    DEAD_CORNERS = "dead_corners", pgettext_lazy("list", "dead corners")  # 卫生死角
    OTHER = "other", pgettext_lazy("list", "other")


class NamedList(models.Model):
    """Cases collected under a name. Its follow-up is not kept: it is read from the cases."""

    kind = models.CharField(max_length=16, choices=ListKind.choices)
    title = models.CharField(max_length=120)
    note = models.TextField(blank=True, default="")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    region_code = models.CharField(max_length=15, blank=True, default="")
    made_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True, default="")

    class Meta:
        db_table = "oversight_list"
        indexes = [models.Index(fields=["-made_at", "-id"], name="list_latest")]

    def __str__(self) -> str:
        return self.title


class ListedCase(models.Model):
    """A case on a list, and why it stands there."""

    named_list = models.ForeignKey(NamedList, on_delete=models.CASCADE, related_name="entries")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    remark = models.CharField(max_length=200, blank=True, default="")
    added_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        db_table = "oversight_listed_case"
        constraints = [models.UniqueConstraint("named_list", "case", name="listed_once")]

    def __str__(self) -> str:
        return f"{self.named_list_id} {self.case_id}"


class Sending(models.Model):
    """A list as it was sent to a unit or a person, until when an answer is wanted, the answer."""

    named_list = models.ForeignKey(NamedList, on_delete=models.PROTECT, related_name="sendings")
    organisation = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField()
    due_on = models.DateField()
    sent_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    answer = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oversight_sending"
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) ^ Q(member__isnull=True),
                name="sending_has_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="sending_answered_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.named_list_id} {self.due_on}"
