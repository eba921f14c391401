"""What somebody says hinders them, the notes of what came of it, and who else wishes the same."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What somebody has to say."""

    FAULT = "fault", pgettext_lazy("feedback", "fault")
    WISH = "wish", pgettext_lazy("feedback", "wish")
    QUESTION = "question", pgettext_lazy("feedback", "question")


class State(models.TextChoices):
    """Where an entry stands; the last two are never without words."""

    OPEN = "open", pgettext_lazy("feedback", "open")
    PLANNED = "planned", pgettext_lazy("feedback", "planned")
    DONE = "done", pgettext_lazy("feedback", "done")
    DECLINED = "declined", pgettext_lazy("feedback", "declined")


SPOKEN = (State.DONE, State.DECLINED)


class Entry(models.Model):
    """What somebody said on a day about a page; its words stand.

    `post`, `organisation`: what the writer was then. `page`: the path alone, without what was
    searched for. `same_as`: the entry that is answered for this one too, never one of these itself.
    `shown_as`: the words in which the staff reads a wish that was published.
    """

    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField()
    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True, default="")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    page = models.CharField(max_length=300, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    version = models.CharField(max_length=40, blank=True, default="")
    picture = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    written_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    same_as = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followers"
    )
    shown_as = models.TextField(blank=True, default="")
    published_at = models.DateTimeField(null=True)
    search = models.GeneratedField(
        expression=models.Func("text", function="cityloop_bigrams"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "feedback_entry"
        constraints = [
            models.CheckConstraint(
                condition=Q(same_as__isnull=True) | ~Q(same_as=F("id")),
                name="feedback_not_its_own_like",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, shown_as="")
                | (
                    Q(published_at__isnull=False, kind="wish", same_as__isnull=True)
                    & ~Q(shown_as="")
                ),
                name="feedback_published_is_a_wish",
            ),
        ]
        indexes = [
            models.Index(fields=["-written_at", "-id"], name="feedback_latest"),
            models.Index(
                fields=["written_at"], name="feedback_open",
                condition=Q(state="open", same_as__isnull=True),
            ),
            models.Index(
                fields=["-published_at", "-id"], name="feedback_published",
                condition=Q(published_at__isnull=False),
            ),
            GinIndex("search", name="feedback_search"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.text[:20]}"

    @property
    def head(self) -> Entry:
        """The entry whose answer holds for this one: itself, or the one that it is the same as."""
        return self.same_as or self


class Deed(models.TextChoices):
    """What a note says was done."""

    ANSWER = "answer", pgettext_lazy("feedback", "answered")
    SAME = "same", pgettext_lazy("feedback", "marked as the same")
    APART = "apart", pgettext_lazy("feedback", "taken apart again")
    PUBLISH = "publish", pgettext_lazy("feedback", "shown to the staff")
    WITHDRAW = "withdraw", pgettext_lazy("feedback", "shown no more")


class Note(models.Model):
    """One deed of an administrator with an entry; append-only. `state`: where it left the entry.

    `text`: the answer, or the words in which a wish was published. `other`: the entry it was found
    to be the same as, or was taken apart from.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="notes")
    deed = models.CharField(max_length=8, choices=Deed.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    text = models.TextField(blank=True, default="")
    other = models.ForeignKey(
        Entry, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        "people.Member", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "feedback_note"
        constraints = [
            models.CheckConstraint(
                condition=~Q(deed="answer", state__in=("done", "declined"), text=""),
                name="feedback_end_says_why",
            ),
            models.CheckConstraint(
                condition=Q(deed__in=("same", "apart"), other__isnull=False)
                | (~Q(deed__in=("same", "apart")) & Q(other__isnull=True)),
                name="feedback_likeness_says_to_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.deed} {self.state}"


class Support(models.Model):
    """Somebody wishes the same as a wish that was published; once, and it stays."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="supports")
    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "feedback_support"
        constraints = [models.UniqueConstraint("entry", "member", name="feedback_support_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.member_id}"
