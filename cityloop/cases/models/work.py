"""The clocks of a case, and who owes it what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from cityloop.cases.models.case import Appeal, Case


class TimerKind(models.TextChoices):
    """The clocks of a case."""

    ACCEPTANCE = "acceptance", pgettext_lazy("clock kind", "acceptance")
    VERIFY = "verify", pgettext_lazy("clock kind", "verification")
    FILING = "filing", pgettext_lazy("clock kind", "filing")
    DISPATCH = "dispatch", pgettext_lazy("clock kind", "dispatch")
    HANDLING = "handling", pgettext_lazy("clock kind", "handling")
    CHECK = "check", pgettext_lazy("clock kind", "check")
    CLOSING = "closing", pgettext_lazy("clock kind", "closing")
    REPLY = "reply", pgettext_lazy("clock kind", "answer to a supervision order")
    WHOLE = "whole", pgettext_lazy("clock kind", "whole case")
    HOLD = "hold", pgettext_lazy("clock kind", "suspension or deferral")
    BACKLOG = "backlog", pgettext_lazy("clock kind", "until backlog")


class TimerState(models.TextChoices):
    """A timer runs, pauses, or has ended."""

    RUNNING = "running", pgettext_lazy("clock", "running")
    PAUSED = "paused", pgettext_lazy("clock", "paused")
    ENDED = "ended", pgettext_lazy("clock", "ended")


class Timer(models.Model):
    """One clock of one case. `spent` is what had run before `started_at`, in the limit's unit.

    `organisation` is the unit that a handling clock judges, whoever has the case later; `appeal`
    is what became of its appeal against this lateness.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="timers")
    kind = models.CharField(max_length=12, choices=TimerKind.choices)
    state = models.CharField(max_length=8, choices=TimerState.choices)
    limit_amount = models.DecimalField(max_digits=8, decimal_places=2)
    limit_unit = models.CharField(max_length=12)
    margin_hours = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    spent = models.DecimalField(max_digits=12, decimal_places=5, default=0)
    first_started_at = models.DateTimeField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    fire_at = models.DateTimeField(null=True)
    fired = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    late = models.BooleanField(null=True)
    organisation = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    appeal = models.CharField(
        max_length=8, choices=Appeal.choices, blank=True, default="", db_default=""
    )

    class Meta:
        db_table = "cases_timer"
        constraints = [
            models.UniqueConstraint(
                "case", "kind", condition=~Q(state="ended"), name="timer_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False, fire_at__isnull=True)
                | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="timer_ended_does_not_fire",
            ),
        ]
        indexes = [
            models.Index("fire_at", name="timer_to_fire", condition=Q(fire_at__isnull=False)),
            models.Index(
                "ended_at", name="timer_late_handling", condition=Q(kind="handling", late=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.state}"


class TaskKind(models.TextChoices):
    """Work that somebody owes a case."""

    VERIFY = "verify", pgettext_lazy("task", "verify")
    HANDLE = "handle", pgettext_lazy("task", "handle")
    ASSIST = "assist", pgettext_lazy("task", "assist")
    CHECK = "check", pgettext_lazy("task", "check")
    REVIEW = "review", pgettext_lazy("task", "sampled review")
    RECHECK = "recheck", pgettext_lazy("task", "re-inspection")
    SUPERVISE = "supervise", pgettext_lazy("task", "supervise")
    EXTENSION = "extension", pgettext_lazy("task", "decide on an extension")
    LONG_LIMIT = "long_limit", pgettext_lazy("task", "decide on the engineering limit")
    SUSPENSION = "suspension", pgettext_lazy("task", "decide on a suspension")
    DEFERRAL = "deferral", pgettext_lazy("task", "decide on a deferral")
    APPEAL = "appeal", pgettext_lazy("task", "decide on an appeal")
    ORDER = "order", pgettext_lazy("task", "answer a supervision order")


class Task(models.Model):
    """A task of a member, of an organisation or of a role; `asked` is what a request asks for, or
    what became of a supervision order (effects/supervision.py)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=12, choices=TaskKind.choices)
    organisation = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20, blank=True, default="")
    what = models.TextField(blank=True, default="")  # a sub-task, or an order, in words
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=16, blank=True, default="")
    asked = models.JSONField(default=dict)

    class Meta:
        db_table = "cases_task"
        indexes = [
            models.Index(
                "member", "due_at", name="task_member", condition=Q(closed_at__isnull=True)
            ),
            models.Index(
                "organisation", "due_at", name="task_unit", condition=Q(closed_at__isnull=True)
            ),
            # Supervision orders are listed and counted after they are settled, too.
            models.Index(fields=["-id"], name="task_order", condition=Q(kind="order")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
