"""Managed components (部件): the register and the history of every change."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.templatetags.ui import named


class State(models.TextChoices):
    """States of a component, as in the attribute table of the standard."""

    INTACT = "intact", _("intact")  # 完好
    DAMAGED = "damaged", _("damaged")  # 破损
    LOST = "lost", _("lost")  # 丢失
    ABANDONED = "abandoned", _("abandoned")  # 废弃
    OCCUPIED = "occupied", _("occupied")  # 占用


class DataSource(models.TextChoices):
    """Where the position comes from."""

    SURVEYED = "surveyed", _("surveyed")  # 实测
    TOPOGRAPHIC = "topographic", _("topographic map")  # 地形图
    OTHER = "other", _("other")  # 其他


class Component(models.Model):
    """One managed component; `code` is 6 division + 2 major + 2 minor + 6 sequence digits.

    The three departments of the standard: competent (主管), owner (权属), maintainer (养护).
    """

    code = models.CharField(max_length=16, unique=True)
    problem_class = models.ForeignKey(
        "standards.ProblemClass", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State.choices, default=State.INTACT)
    point = models.PointField(srid=4326, spatial_index=False)  # its index is named below
    raw_x = models.FloatField(null=True)  # the position as it was given, in `raw_system`
    raw_y = models.FloatField(null=True)
    raw_system = models.TextField(blank=True, default="")
    grid_code = models.CharField(max_length=15, blank=True, default="")
    area_code = models.CharField(max_length=12, blank=True, default="")
    competent = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    maintainer = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    original_on = models.DateField()
    changed_on = models.DateField(null=True)
    data_source = models.CharField(
        max_length=20, choices=DataSource.choices, blank=True, default=""
    )
    picture = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True, default="")
    extra = models.JSONField(default=dict)
    search = models.GeneratedField(
        expression=Func(
            Concat("code", Value(" "), "name", Value(" "), "note"), function="cityloop_bigrams"
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "assets_component"
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d{16}$"), name="component_code_digits"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="component_state_known"
            ),
            models.CheckConstraint(
                condition=Q(grid_code="") | Q(grid_code__startswith=models.F("area_code")),
                name="component_grid_in_area",
            ),
        ]
        indexes = [
            GistIndex("point", name="component_point"),
            GinIndex("search", name="component_search"),
            models.Index(fields=["area_code", "code"], name="component_area"),
            models.Index(fields=["problem_class", "code"], name="component_class"),
            models.Index("owner", name="component_owner", condition=Q(owner__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> str:
        """The name; one that is only its class's is told in the reader's language."""
        chosen = self.problem_class
        return named(chosen) if self.name == chosen.name_zh else self.name

    @property
    def district_code(self) -> str:
        """The division in which it was coded."""
        return self.code[:6]


class ComponentChange(models.Model):
    """One change of a component: who, when, why; `fields`: name -> [old, new]. Append-only."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    fields = models.JSONField(default=dict)

    class Meta:
        db_table = "assets_component_change"
        indexes = [models.Index(fields=["component", "-at"], name="component_change")]

    def __str__(self) -> str:
        return f"{self.component_id} {self.at:%Y-%m-%d}"


class Stage(models.TextChoices):
    """As what a body answers for a component."""

    BUILDER = "builder", _("builder, before the hand-over")  # 建设单位
    MAINTAINER = "maintainer", _("taken over for maintenance")  # 接管养护单位
    OWNER = "owner", _("owner")  # 权属单位


class Ownership(models.Model):
    """Who answers for a component from a day on (None: nobody is known). Append-only; of several
    rows of a day the last counts."""

    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="ownerships", db_index=False
    )
    organisation = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    stage = models.CharField(max_length=12, choices=Stage.choices)
    valid_from = models.DateField()
    source_document = models.CharField(max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=120)

    class Meta:
        db_table = "assets_ownership"
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="ownership_stage_known"
            ),
        ]
        indexes = [
            models.Index(fields=["component", "-valid_from", "-id"], name="ownership_latest")
        ]

    def __str__(self) -> str:
        return f"{self.component_id} {self.stage} {self.valid_from}"
