"""The case, and the words for where it stands."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Q
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where a case stands. Past participles; the Chinese terms are in the glossary."""

    REPORTED = "reported", pgettext_lazy("status", "to accept")  # 待受理
    VERIFYING = "verifying", pgettext_lazy("status", "verifying")  # 核实中
    ACCEPTED = "accepted", pgettext_lazy("status", "to file")  # 待立案
    VOIDING = "voiding", pgettext_lazy("status", "void requested")  # 待审批作废
    FILED = "filed", pgettext_lazy("status", "to dispatch")  # 待派遣
    DISPATCHED = "dispatched", pgettext_lazy("status", "to receive")  # 待接收
    HANDLING = "handling", pgettext_lazy("status", "handling")  # 处置中
    HANDED_IN = "handed_in", pgettext_lazy("status", "to confirm")  # 待部门确认
    HANDLED = "handled", pgettext_lazy("status", "to send to check")  # 待核查派发
    CHECKING = "checking", pgettext_lazy("status", "checking")  # 核查中
    CHECK_FAILED = "check_failed", pgettext_lazy("status", "to rework")  # 核查未过, 待返工
    CHECKED = "checked", pgettext_lazy("status", "to close")  # 待结案
    COORDINATING = "coordinating", pgettext_lazy("status", "in coordination")  # 协调中
    SUSPENDED = "suspended", pgettext_lazy("status", "suspended")  # 挂账
    DEFERRED = "deferred", pgettext_lazy("status", "deferred")  # 缓办
    CLOSED = "closed", pgettext_lazy("status", "closed")  # 已结案
    REJECTED = "rejected", pgettext_lazy("status", "not accepted")  # 不予受理
    VOIDED = "voided", pgettext_lazy("status", "voided")  # 已作废


FINAL = (Status.CLOSED, Status.REJECTED, Status.VOIDED)
OPEN = tuple(status for status in Status if status not in FINAL)
IN_HANDLING = (Status.DISPATCHED, Status.HANDLING, Status.HANDED_IN)
HELD = (Status.SUSPENDED, Status.DEFERRED)  # every clock stands still, nothing can be done


class RecordType(models.TextChoices):
    """What kind of record it is; statistics never mix them."""

    CASE = "case", pgettext_lazy("record type", "case")  # 一般案件
    QUICK = "quick", pgettext_lazy("record type", "quick report")  # 快速上报
    SELF_HANDLED = "self_handled", pgettext_lazy("record type", "self-handled")  # 自行处理
    REMINDER = "reminder", pgettext_lazy("record type", "reminder")  # 提醒类


# Ended without being filed. A quick report that is filed is a case from then on.
NEVER_FILED = (RecordType.SELF_HANDLED, RecordType.REMINDER)


class ClosingKind(models.TextChoices):
    """How a case ended."""

    NORMAL = "normal", _("closed under its closing condition")
    FORCED = "forced", _("closed by force")
    SELF_HANDLED = "self_handled", _("handled on the spot by the finder")
    REMINDER = "reminder", _("settled by a reminder")


class DisputeLevel(models.TextChoices):
    """Who decides whose duty a disputed case is; each level passes it on to the next."""

    DISTRICT = "district", pgettext_lazy("dispute level", "district government")  # 区政府
    CENTRE = "centre", pgettext_lazy("dispute level", "command centre")  # 指挥中心
    CITY = "city", pgettext_lazy("dispute level", "city government")  # 市政府
    COMMISSION = "commission", pgettext_lazy("dispute level", "commission")  # 城管委


class Appeal(models.TextChoices):
    """What became of a unit's appeal against a late handling; the lateness itself stays."""

    ASKED = "asked", pgettext_lazy("appeal", "asked for")
    GRANTED = "granted", pgettext_lazy("appeal", "granted")
    REFUSED = "refused", pgettext_lazy("appeal", "refused")


class Flow(models.Model):
    """An edition of the city's variant of the flow; a case keeps the one it started with."""

    code = models.CharField(max_length=32, unique=True)
    parameters = models.JSONField(default=dict)
    published_at = models.DateTimeField()
    member_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "cases_flow"

    def __str__(self) -> str:
        return self.code


# Every index is named in Meta, for a list that reads it: one that nothing reads costs each write.
class Case(models.Model):
    """A problem from report to its end; only cases.operations writes it."""

    number = models.CharField(max_length=24)
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=16, choices=Status.choices)
    resume_status = models.CharField(max_length=16, blank=True, default="")
    record_type = models.CharField(
        max_length=16, choices=RecordType.choices, default=RecordType.CASE
    )
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="+", db_index=False)
    trial = models.BooleanField(default=False)
    channel = models.CharField(max_length=16)
    external_number = models.CharField(max_length=64, blank=True, default="")
    imported = models.BooleanField(default=False)
    # what
    problem_class = models.ForeignKey(
        "standards.ProblemClass",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    filing_rule = models.ForeignKey(
        "standards.FilingRule",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    component = models.ForeignKey(
        "assets.Component", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    level = models.PositiveSmallIntegerField(default=2)
    description = models.TextField(blank=True, default="")
    # where
    point = models.PointField(srid=4326, null=True, spatial_index=False)
    raw_x = models.FloatField(null=True)
    raw_y = models.FloatField(null=True)
    raw_system = models.CharField(max_length=8, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    area_code = models.CharField(max_length=12, blank=True, default="")
    grid_code = models.CharField(max_length=15, blank=True, default="")
    place_level = models.CharField(max_length=1, blank=True, default="")
    in_service_area = models.BooleanField(default=True)
    # when (the clock of each stage is a Timer)
    reported_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    yellow_at = models.DateTimeField(null=True)
    handling_due_at = models.DateTimeField(null=True)
    limit_amount = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    limit_unit = models.CharField(max_length=12, blank=True, default="")
    # who
    lead = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assisting = models.JSONField(default=list)
    # who should have done it, where another unit was told to: judged apart from who fixed it
    liable = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    substituted = models.BooleanField(default=False, db_default=False)
    worker = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    accepted_by = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_by = models.BigIntegerField(null=True)
    proposal = models.JSONField(default=dict)
    # which platform dispatches; none where the city has one hall
    holder = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    platforms = models.JSONField(default=list)
    # units that returned it, in order; whose duty it is, is disputed at this level ('': not at all)
    returned_by = ArrayField(models.BigIntegerField(), default=list)
    dispute_level = models.CharField(
        max_length=12, choices=DisputeLevel.choices, blank=True, default=""
    )
    # facts that people are judged by
    dispatches = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    reworks = models.PositiveSmallIntegerField(default=0)
    proofs_refused = models.PositiveSmallIntegerField(default=0)
    urges = models.PositiveSmallIntegerField(default=0)
    escalations = models.PositiveSmallIntegerField(default=0)
    reports = models.PositiveIntegerField(default=1)
    verified = models.CharField(max_length=12, blank=True, default="")
    handled_late = models.BooleanField(null=True)
    checked_late = models.BooleanField(null=True)
    handling_overdue = models.BooleanField(default=False)
    answer_owed = models.BooleanField(default=False)
    reviewed_at = models.DateTimeField(null=True)  # by the shift leader, before closing
    # somebody of the public reported it too; and when it was reported after its check had passed
    joined_public = models.BooleanField(default=False, db_default=False)
    reported_again_at = models.DateTimeField(null=True)
    replies_owed = models.JSONField(default=list)  # before it may be closed: codes of REPLIES
    extensions = models.PositiveSmallIntegerField(default=0)
    suspensions = models.PositiveSmallIntegerField(default=0)
    deferrals = models.PositiveSmallIntegerField(default=0)
    long_limit = models.BooleanField(default=False)
    backlog_at = models.DateTimeField(null=True)
    appeal = models.CharField(max_length=8, choices=Appeal.choices, blank=True, default="")
    closing_kind = models.CharField(
        max_length=16, choices=ClosingKind.choices, blank=True, default=""
    )
    reason_code = models.CharField(max_length=24, blank=True, default="")
    judged_by = models.JSONField(default=list)
    handled_by = models.JSONField(default=list)
    # everybody who has or had a part in it: they see the case
    units = ArrayField(models.BigIntegerField(), default=list)
    members = ArrayField(models.BigIntegerField(), default=list)
    head = models.CharField(max_length=64, default="")
    search = models.GeneratedField(
        expression=models.Func(
            Concat(
                "description", models.Value(" "), "address", models.Value(" "), "external_number"
            ),
            function="cityloop_bigrams",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "cases_case"
        constraints = [
            models.UniqueConstraint("number", name="case_number_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="case_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[*IN_HANDLING])
                | Q(lead__isnull=False, handling_due_at__isnull=False),
                name="case_in_handling_has_unit_and_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CLOSED)
                | (Q(closed_at__isnull=False) & ~Q(closing_kind="")),
                name="case_closed_says_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.REPORTED, Status.VERIFYING, *FINAL])
                | Q(problem_class__isnull=False),
                name="case_accepted_has_class",
            ),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="case_level_known"),
            # An import that is begun twice, even at the same time, doubles nothing.
            models.UniqueConstraint(
                "external_number",
                condition=Q(imported=True) & ~Q(external_number=""),
                name="case_imported_once",
            ),
        ]
        indexes = [
            models.Index("status", "due_at", "id", name="case_desk"),
            # All open cases by time left, whatever their stage.
            models.Index(
                "due_at", "id", name="case_open_due", condition=~Q(status__in=[*FINAL])
            ),
            models.Index(
                "lead", "status", "due_at", name="case_unit_desk", condition=Q(lead__isnull=False)
            ),
            models.Index(fields=["-reported_at", "-id"], name="case_latest"),
            models.Index(
                OpClass("area_code", name="varchar_pattern_ops"),
                models.F("reported_at").desc(),
                name="case_area",
            ),
            models.Index(fields=["problem_class", "-reported_at"], name="case_class"),
            # What was filed and what ended in a period: lists and the figures of days.
            models.Index("filed_at", name="case_filed", condition=Q(filed_at__isnull=False)),
            models.Index("closed_at", name="case_ended", condition=Q(closed_at__isnull=False)),
            GistIndex("point", name="case_point"),
            # As an expression: of an index over fields GeoDjango forgets the condition.
            GistIndex("point", name="case_open_point", condition=~Q(status__in=[*FINAL])),
            GinIndex("search", name="case_search"),
            GinIndex("units", name="case_units"),
            GinIndex("members", name="case_members"),
            models.Index("external_number", name="case_external", condition=~Q(external_number="")),
            models.Index("filing_rule", name="case_rule", condition=Q(filing_rule__isnull=False)),
            models.Index("component", name="case_component", condition=Q(component__isnull=False)),
            models.Index("worker", name="case_worker", condition=Q(worker__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refused: the life cycle is the only road."""
        raise RuntimeError("a case is written only by cases.operations")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: nobody deletes a case."""
        raise RuntimeError("a case is never deleted")

    @property
    def open(self) -> bool:
        """True until the case is closed, rejected or voided."""
        return self.status not in FINAL

    @property
    def handlers(self) -> list[int]:
        """Ids of the units that handle it: the lead first, then those that assist."""
        lead = [] if self.lead_id is None else [self.lead_id]
        return [*lead, *(int(one["organisation"]) for one in self.assisting)]
