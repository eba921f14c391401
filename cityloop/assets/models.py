"""Managed components (部件): the register and the history of every change."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """States of a component, as in the attribute table of the standard."""

    INTACT = "intact", _("intact")  # 完好
    DAMAGED = "damaged", _("damaged")  # 破损
    LOST = "lost", _("lost")  # 丢失
    ABANDONED = "abandoned", _("abandoned")  # 废弃
    OCCUPIED = "occupied", _("occupied")  # 占用


class Component(models.Model):
    """One managed component; `code` is 6 division + 2 major + 2 minor + 6 sequence digits."""

    code = models.CharField(max_length=16, unique=True)
    problem_class = models.ForeignKey(
        "standards.ProblemClass", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State.choices, default=State.INTACT)
    point = models.PointField(srid=4326)
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
    data_source = models.CharField(max_length=20, blank=True, default="")
    picture = models.ForeignKey(
        "kernel.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True, default="")
    extra = models.JSONField(default=dict)

    class Meta:
        db_table = "assets_component"
        indexes = [
            GistIndex("point", name="component_point"),
            models.Index(fields=["area_code", "code"], name="component_area"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ComponentChange(models.Model):
    """One change of a component: who, when, why, and each field's old and new value."""

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
