"""The matrix class x area x owner, and the persons behind it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cityloop.people.models.columns import ANY, PERIOD
from cityloop.people.models.organisations import Organisation
from cityloop.people.models.posts import Member


class Duty(models.TextChoices):
    """What a unit owes in a cell of the matrix."""

    RECTIFY = "rectify", _("rectify")  # 整改
    ENFORCE = "enforce", _("enforce")  # 查处
    SUPERVISE = "supervise", _("supervise")  # 监管
    MAINTAIN = "maintain", _("maintain")  # 维护
    ASSIST = "assist", _("assist")  # 协助


class Responsibility(models.Model):
    """A dated line of the matrix class x area x owner: one lead unit, several assisting.

    "*" in edition, major, minor and region means any; a line that names an edition holds for what
    later ones keep of it (`people.editions`). `assists`: [{"organisation": id, "role":
    duty}]. A line is never edited: it gets an end, and a new line follows.
    """

    class_kind = models.CharField(max_length=12)
    edition_code = models.CharField(max_length=40, default=ANY)
    major_code = models.CharField(max_length=4, default=ANY)
    minor_code = models.CharField(max_length=4, default=ANY)
    region_code = models.CharField(max_length=15, default=ANY)
    owner = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lead = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="leads", db_index=False
    )
    lead_role = models.CharField(max_length=12, choices=Duty.choices, default=Duty.RECTIFY)
    assists = models.JSONField(default=list, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source_document = models.CharField(max_length=200)

    class Meta:
        db_table = "people_responsibility"
        constraints = [
            models.CheckConstraint(
                condition=Q(class_kind__in=["component", "event"]),
                name="responsibility_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(major_code=ANY) | Q(minor_code=ANY),
                name="responsibility_minor_needs_major",
            ),
            models.CheckConstraint(
                condition=Q(region_code__regex=r"^(\*|\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|\d{14,15})$"),
                name="responsibility_region_is_code",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="responsibility_period",
            ),
            ExclusionConstraint(
                name="responsibility_one_line_a_cell",
                expressions=[
                    ("class_kind", RangeOperators.EQUAL),
                    ("edition_code", RangeOperators.EQUAL),
                    ("major_code", RangeOperators.EQUAL),
                    ("minor_code", RangeOperators.EQUAL),
                    ("region_code", RangeOperators.EQUAL),
                    (Coalesce("owner", 0), RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index("lead", name="responsibility_lead")]

    def __str__(self) -> str:
        return f"{self.class_kind} {self.major_code}{self.minor_code} {self.region_code}"


class ResponsiblePerson(models.Model):
    """The person, not only the unit, who answers for a class of things in an area."""

    region_code = models.CharField(max_length=15)
    class_kind = models.CharField(max_length=12, default=ANY)
    edition_code = models.CharField(max_length=40, default=ANY)
    major_code = models.CharField(max_length=4, default=ANY)
    minor_code = models.CharField(max_length=4, default=ANY)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="answers_for")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source_document = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "people_responsible_person"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="responsible_person_period",
            ),
            ExclusionConstraint(
                name="responsible_person_one_a_cell",
                expressions=[
                    ("region_code", RangeOperators.EQUAL),
                    ("class_kind", RangeOperators.EQUAL),
                    ("edition_code", RangeOperators.EQUAL),
                    ("major_code", RangeOperators.EQUAL),
                    ("minor_code", RangeOperators.EQUAL),
                    ("member", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_code} {self.member_id}"
