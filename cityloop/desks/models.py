"""What the desks keep: lists that somebody saved, the columns they chose, lists taken away."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class SavedView(models.Model):
    """A list that somebody comes back to: an address of ours under a name of their own."""

    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=40)
    address = models.CharField(max_length=1000)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "desks_saved_view"
        constraints = [models.UniqueConstraint("member", "title", name="saved_view_once")]

    def __str__(self) -> str:
        return self.title


class ChosenColumns(models.Model):
    """The columns of somebody's lists, in order, where they are others than those of the desk."""

    member = models.OneToOneField("people.Member", on_delete=models.PROTECT, related_name="+")
    keys = ArrayField(models.CharField(max_length=20))

    class Meta:
        db_table = "desks_chosen_columns"

    def __str__(self) -> str:
        return " ".join(self.keys)


class Use(models.TextChoices):
    """Where a ready text goes; each is the name of inputs, see USES."""

    REPORT = "report", pgettext_lazy("text", "what the matter is")
    OPINION = "opinion", pgettext_lazy("text", "remark")
    REASON = "reason", pgettext_lazy("text", "explanation")
    RESULT = "result", pgettext_lazy("text", "what was done")


# Input -> the texts that are offered for it.
USES = {
    "text": Use.REPORT, "description": Use.REPORT, "opinion": Use.OPINION, "reason": Use.REASON,
    "result": Use.RESULT,
}  # fmt: skip


class ReadyText(models.Model):
    """Words that a city writes often, under a title. A row never changes but by its end; what is
    put otherwise is a new row."""

    use = models.CharField(max_length=8, choices=Use.choices)
    title = models.CharField(max_length=40)
    text = models.CharField(max_length=500)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "desks_ready_text"
        constraints = [
            models.CheckConstraint(condition=Q(use__in=Use.values), name="ready_text_use_known"),
            models.UniqueConstraint(
                "use", "title", condition=Q(ended_at=None), name="ready_text_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TakenList(models.Model):
    """A list of cases that left the platform as a file: who took it, which one, how long. Rows
    only grow."""

    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    post = models.CharField(max_length=120)
    taken_at = models.DateTimeField()
    form = models.CharField(max_length=4)  # csv, xlsx
    query = models.CharField(max_length=1000)  # what it was narrowed by, as in its address
    rows = models.PositiveIntegerField()

    class Meta:
        db_table = "desks_taken_list"
        indexes = [models.Index(fields=["-taken_at", "-id"], name="taken_list_latest")]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M} {self.post} {self.rows}"
