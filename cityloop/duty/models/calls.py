"""Calls: who was told of a dispatch, who opened it and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class CallState(models.TextChoices):
    """Where a call stands."""

    WAITING = "waiting", pgettext_lazy("call", "not opened yet")
    OPENED = "opened", pgettext_lazy("call", "opened")
    PASSED = "passed", pgettext_lazy("call", "passed to a substitute")
    ENDED = "ended", pgettext_lazy("call", "not needed any more")


class Call(models.Model):
    """One person, or the desk of a unit (`member` empty), told of one dispatch of a case.

    `version` is the history line of the dispatch, `place` counts its calls. After `answer_by` a
    call that nobody opened goes to the next; that of a desk waits without an end. `why` says who
    was passed over. A read receipt that comes after the substitute was called is kept all the same.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    called_as = models.CharField(max_length=12)
    shift = models.CharField(max_length=160, blank=True, default="")
    why = models.CharField(max_length=300, blank=True, default="")
    called_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=CallState.choices, default=CallState.WAITING)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "duty_call"
        constraints = [
            models.UniqueConstraint("case", "version", "place", name="call_once_a_place"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="call_opened_says_by_whom",
            ),
        ]
        indexes = [
            models.Index("answer_by", name="call_to_pass", condition=Q(state="waiting")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version} {self.place}"
