"""Fingerprints of the whole stock of pictures, and what was found out about photos of cases."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import pgettext_lazy


class Print(models.Model):
    """The perceptual hash of a picture or of a part of it, and its bands (see prints.py).

    A picture too plain to be told apart has one row without bands: it was looked at.
    """

    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=12)
    hash = models.BigIntegerField()
    bands = ArrayField(models.IntegerField())

    class Meta:
        db_table = "evidence_print"
        constraints = [models.UniqueConstraint("file", "part", name="print_once_a_part")]
        indexes = [GinIndex("bands", name="print_bands", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.file_id} {self.part}"


class Kind(models.TextChoices):
    """What a finding is about."""

    REUSED = "reused", pgettext_lazy("finding", "picture used before")
    SCENE = "scene", pgettext_lazy("finding", "same scene before and after")
    STAMP = "stamp", pgettext_lazy("finding", "stamp as read")
    NO_STAMP = "no_stamp", pgettext_lazy("finding", "no date on the picture")
    STAMP_TIME = "stamp_time", pgettext_lazy("finding", "time on the picture")
    TOO_SMALL = "too_small", pgettext_lazy("finding", "too small to look at")
    STAMP_PLACE = "stamp_place", pgettext_lazy("finding", "place on the picture")


class Finding(models.Model):
    """Something noticed about one photo of one step. Append-only; `method` says by which version.

    `score` runs from 0 to 1 where the kind has one. `odd`: whoever judges should look.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    file = models.ForeignKey(
        "kernel.StoredFile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    odd = models.BooleanField()
    score = models.FloatField(null=True)
    facts = models.JSONField(default=dict)
    method = models.CharField(max_length=40)
    found_at = models.DateTimeField()

    class Meta:
        db_table = "evidence_finding"
        constraints = [
            models.UniqueConstraint("case", "version", "file", "kind", name="finding_once_a_kind"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(0, 1)),
                name="finding_score_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version} {self.kind}"
