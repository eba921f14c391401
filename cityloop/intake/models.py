"""Raw reports, who reported, who is owed an answer, the book of numbers, trained text models."""

from __future__ import annotations

from typing import Literal, get_args

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# How the key of a client begins: it is one in all channels, a sender's own number one in its own.
CLIENT_KEY = "client:"
# What a reporter is told of.
Topic = Literal["filed", "joined", "progress", "rejected", "voided", "closed", "reopened"]
TOPICS: tuple[Topic, ...] = get_args(Topic)


class Reporter(models.Model):
    """Name, phone and address of who reported: the only place of the product that holds them.

    After `keep_until` a job empties the row; the report stays, without a person.
    """

    name = models.CharField(max_length=60, blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    address = models.CharField(
        max_length=200, blank=True, default=""
    )  # where a letter reaches them
    keep_until = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "intake_reporter"
        indexes = [
            models.Index("phone", name="reporter_phone", condition=~Q(phone="")),
            models.Index(
                "keep_until", name="reporter_to_forget", condition=Q(forgotten_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(name="", phone="", address=""),
                name="reporter_forgotten_is_empty",
            )
        ]

    def __str__(self) -> str:
        return f"reporter {self.pk}"


class Kind(models.TextChoices):
    """The action of the life cycle that a report asks for."""

    REPORT = "report", _("report")  # 上报
    QUICK = "quick_report", _("quick report")  # 快速上报
    SELF_HANDLE = "self_handle", _("self-handled")  # 自行处理
    REMIND = "remind", _("reminder")  # 提醒


class Report(models.Model):
    """One report as it came, never changed afterwards (a trigger refuses it).

    `ordinal` 1 opened the case, the others joined it; with the case's number it names the report.
    `source_key`: the sender's own number, once a channel; or CLIENT_KEY and its idempotency key.
    """

    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="intake", db_index=False
    )
    ordinal = models.PositiveIntegerField()
    channel = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.REPORT)
    source_key = models.CharField(max_length=200, blank=True, default="")
    digest = models.CharField(max_length=32)
    received_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True)
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False, db_constraint=False,
    )  # fmt: skip
    reporter = models.ForeignKey(
        Reporter, null=True, on_delete=models.PROTECT, related_name="reports", db_index=False
    )
    answer_wanted = models.BooleanField(default=False)
    priority = models.PositiveSmallIntegerField(default=2)
    text = models.TextField(blank=True, default="")
    point = models.PointField(srid=4326, null=True, spatial_index=False)
    raw_x = models.FloatField(null=True)
    raw_y = models.FloatField(null=True)
    raw_system = models.CharField(max_length=8, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    # Of a media report: the newspaper or programme, and where it can be read or seen.
    source = models.CharField(max_length=80, blank=True, default="")
    link = models.CharField(max_length=500, blank=True, default="")
    problem_class = models.ForeignKey(
        "standards.ProblemClass", null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip
    component_code = models.CharField(max_length=32, blank=True, default="")
    suggestions = models.JSONField(default=list)  # [[class id, confidence], ...] of the text model
    checks = models.JSONField(default=list)
    files = ArrayField(models.BigIntegerField(), default=list)
    phashes = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        db_table = "intake_report"
        constraints = [
            models.UniqueConstraint("case", "ordinal", name="report_ordinal_once"),
            models.UniqueConstraint(
                "channel", "source_key", name="report_source_key_once",
                condition=~Q(source_key="") & ~Q(source_key__startswith=CLIENT_KEY),
            ),
            models.UniqueConstraint(
                "source_key", name="report_source_key_once_of_client",
                condition=Q(source_key__startswith=CLIENT_KEY),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index("reporter", name="report_reporter", condition=Q(reporter__isnull=False)),
            BrinIndex("received_at", name="report_received", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}-{self.ordinal} {self.channel}"

    @property
    def joined(self) -> bool:
        """True when the report became part of a case that existed."""
        return self.ordinal > 1


class NoticeState(models.TextChoices):
    """An answer is owed, given, or cannot be given any more."""

    OWED = "owed", _("owed")
    TOLD = "told", _("told")
    DROPPED = "dropped", _("cannot be told any more")


class ReporterNotice(models.Model):
    """Somebody who reported is to be told what became of it. Holds ids and codes, no person.

    `written`: only a letter settles it, an obligation of the channel.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="notices")
    topic = models.CharField(max_length=24)
    version = models.PositiveIntegerField()
    written = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.OWED)
    owed_at = models.DateTimeField()
    due_at = models.DateTimeField()  # the reply clock: fixed when the answer is owed
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=120, blank=True, default="")
    medium = models.CharField(max_length=16, blank=True, default="")
    paper = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "intake_notice"
        constraints = [
            models.UniqueConstraint("report", "topic", "version", name="notice_once"),
            models.CheckConstraint(
                condition=Q(state="owed", settled_at__isnull=True)
                | (~Q(state="owed") & Q(settled_at__isnull=False)),
                name="notice_settled_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(written=True, state="told") | Q(paper__isnull=False),
                name="notice_written_has_paper",
            ),
        ]
        indexes = [
            models.Index("owed_at", name="notice_owed", condition=Q(state="owed")),
            models.Index("due_at", "id", name="notice_due", condition=Q(state="owed")),
            models.Index(
                fields=["-settled_at", "-id"], name="notice_told", condition=Q(state="told")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.topic} {self.state}"


class Tally(models.Model):
    """The book of numbers: a run of reports of one channel, numbered without a gap (O02).

    A report's number in its channel is first_number + its rank in the run. `digest` covers every
    report of the run and the run before, so that a missing or changed report shows.
    """

    channel = models.CharField(max_length=16)
    first_report = models.BigIntegerField()
    last_report = models.BigIntegerField()
    first_number = models.BigIntegerField()
    last_number = models.BigIntegerField()
    joined = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True, default="")
    counted_at = models.DateTimeField()
    edition = models.PositiveSmallIntegerField(default=1)  # what `digest` says of a report

    class Meta:
        db_table = "intake_tally"
        constraints = [
            models.UniqueConstraint("channel", "first_number", name="tally_number_once"),
            models.CheckConstraint(
                condition=Q(last_number__gte=models.F("first_number")), name="tally_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.first_number}-{self.last_number}"


class ChannelSetting(models.Model):
    """What the city has set differently for a channel; append-only, the latest row holds."""

    channel = models.CharField(max_length=16)
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    member_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "intake_channel_setting"
        indexes = [models.Index(fields=["channel", "-id"], name="channel_setting_latest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.changes}"


class TextModel(models.Model):
    """A trained text model: its file lies in DATA_DIR under its hash; the latest row is in use."""

    sha256 = models.CharField(max_length=64)
    edition = models.CharField(max_length=40)
    trained_at = models.DateTimeField()
    trained_by = models.CharField(max_length=120)
    examples = models.PositiveIntegerField()
    classes = models.PositiveIntegerField()
    metrics = models.JSONField(default=dict)

    class Meta:
        db_table = "intake_text_model"

    def __str__(self) -> str:
        return f"{self.edition} {self.trained_at:%Y-%m-%d} {self.sha256[:12]}"
