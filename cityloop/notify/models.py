"""Messages, what became of each attempt, and the city's own wording."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """Where a message stands. `sent`: a medium took it; `delivered`: its receipt says so."""

    QUEUED = "queued", pgettext_lazy("message", "waiting")
    SENT = "sent", pgettext_lazy("message", "sent")
    DELIVERED = "delivered", pgettext_lazy("message", "delivered")
    FAILED = "failed", pgettext_lazy("message", "not delivered")
    WITHDRAWN = "withdrawn", pgettext_lazy("message", "not sent: told otherwise")


class Message(models.Model):
    """One text for one recipient: a member, or whoever an answer is owed to (`notice`).

    Phone numbers are not copied: they are looked up when it is sent, so that somebody whom intake
    has forgotten is not reached any more. `media` are tried in their order, `tries` counts those of
    the present one. `next_at`: when the sweep queues it; empty while a job has it or all is done.
    """

    topic = models.CharField(max_length=24)
    notice = models.ForeignKey(
        "intake.ReporterNotice", null=True, on_delete=models.PROTECT, related_name="messages",
    )  # fmt: skip
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(default=0)  # of the case that it tells of
    # What it tells of when that is no case, and the page that shows it.
    about = models.CharField(max_length=40, blank=True, default="")
    path = models.CharField(max_length=120, blank=True, default="")
    media = ArrayField(models.CharField(max_length=8))
    medium = models.CharField(max_length=8)
    text = models.TextField()
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, blank=True, default="")  # the gateway's own number
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=120)
    author = models.ForeignKey(  # who has read and sent it; empty for the system's own
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notify_message"
        constraints = [
            models.CheckConstraint(
                condition=Q(notice__isnull=True) ^ Q(member__isnull=True),
                name="message_has_one_recipient",
            ),
            models.UniqueConstraint(
                "notice", condition=Q(state="queued"), name="message_one_on_its_way"
            ),
            models.UniqueConstraint(
                "member", "case", "topic", "version", condition=Q(member__isnull=False),
                name="message_once_a_member",
            ),
            models.UniqueConstraint(
                "member", "topic", "about", condition=~Q(about=""), name="message_once_about"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | ~Q(about=""), name="message_is_about_something"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "failed", "withdrawn"]) | Q(sent_at__isnull=False),
                name="message_sent_says_when",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index("next_at", name="message_to_queue", condition=Q(next_at__isnull=False)),
            models.Index(
                fields=["member", "-id"], name="message_inbox", condition=Q(member__isnull=False)
            ),
            models.Index(
                "medium", "reference", name="message_reference", condition=~Q(reference="")
            ),
            models.Index(
                fields=["-id"], name="message_failed", condition=Q(state="failed")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.topic} {self.medium} {self.state}"


class Receipt(models.Model):
    """What became of one attempt, or what the gateway told of it later. Append-only."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="receipts")
    medium = models.CharField(max_length=8)
    what = models.CharField(max_length=12)  # accepted, delivered, refused, unreachable, undelivered
    detail = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "notify_receipt"

    def __str__(self) -> str:
        return f"{self.message_id} {self.medium} {self.what}"


class Asked(models.Model):
    """How often the public page was asked within an hour, by a digest of caller or number."""

    key = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "notify_asked"
        constraints = [models.UniqueConstraint("key", "hour", name="asked_once_an_hour")]
        indexes = [models.Index("hour", name="asked_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.count}"


class Wording(models.Model):
    """The city's own text of a topic, for all classes or for some; append-only, the latest holds.

    `class_code`: the beginning of the class's code inside its edition (C, C01, C0101), '' for all.
    An empty text goes back to the one that data/messages gives.
    """

    topic = models.CharField(max_length=24)
    class_code = models.CharField(max_length=8, blank=True, default="")
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=500, blank=True, default="")
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    member_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "notify_wording"
        indexes = [
            models.Index(
                fields=["topic", "language", "class_code", "-id"], name="wording_latest"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.topic} {self.class_code} {self.language}"


class ReplyDraw(models.Model):
    """The draw over the replies sent on one day. Append-only; anybody can repeat it.

    `seed` is the digest of the first seal after that day, `drawn` the numbers of messages.
    """

    day = models.DateField(unique=True)
    seed = models.CharField(max_length=64)
    seal = models.ForeignKey("cases.Seal", on_delete=models.PROTECT, related_name="+")
    share = models.FloatField()
    sent = models.PositiveIntegerField()
    drawn = ArrayField(models.CharField(max_length=24), default=list)
    drawn_at = models.DateTimeField()

    class Meta:
        db_table = "notify_reply_draw"

    def __str__(self) -> str:
        return f"{self.day} {len(self.drawn)}/{self.sent}"


class Quality(models.TextChoices):
    """What the second person found."""

    OPEN = "open", pgettext_lazy("reply check", "not yet judged")
    GOOD = "good", pgettext_lazy("reply check", "good")
    POOR = "poor", pgettext_lazy("reply check", "poor")


class Fault(models.TextChoices):
    """Why a reply is poor."""

    VAGUE = "vague", pgettext_lazy("reply check", "says nothing definite")
    WRONG = "wrong", pgettext_lazy("reply check", "does not agree with the case")
    BESIDE = "beside", pgettext_lazy("reply check", "does not answer what was reported")
    TONE = "tone", pgettext_lazy("reply check", "impolite or hard to understand")


class ReplyCheck(models.Model):
    """One drawn reply: who sent it, who judged it, and how. Judged once."""

    draw = models.ForeignKey(ReplyDraw, on_delete=models.PROTECT, related_name="checks")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="check_of_reply")
    author = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    quality = models.CharField(max_length=8, choices=Quality.choices, default=Quality.OPEN)
    fault = models.CharField(max_length=8, choices=Fault.choices, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    judge = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    judged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notify_reply_check"
        constraints = [
            models.CheckConstraint(
                condition=Q(judge__isnull=True) | ~Q(judge=models.F("author")),
                name="reply_check_by_another",
            ),
            models.CheckConstraint(
                condition=Q(quality="open", judge__isnull=True, judged_at__isnull=True)
                | (~Q(quality="open") & Q(judge__isnull=False, judged_at__isnull=False)),
                name="reply_check_judged_says_who",
            ),
            models.CheckConstraint(
                condition=(Q(quality="poor") & ~Q(fault="")) | (~Q(quality="poor") & Q(fault="")),
                name="reply_check_poor_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.quality}"


class Subscription(models.Model):
    """A browser in which a member asked to be told at once; never deleted, it ends."""

    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    endpoint = models.CharField(max_length=500)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    device = models.CharField(max_length=120, blank=True, default="")  # as the browser names itself
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, blank=True, default="")  # asked, left, gone, ...

    class Meta:
        db_table = "notify_subscription"
        constraints = [
            models.UniqueConstraint(
                "endpoint", condition=Q(ended_at__isnull=True), name="subscription_once_a_browser"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member_id} {self.device}"
