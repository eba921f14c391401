"""Permits, their kinds, and the history of every change."""

from __future__ import annotations

from datetime import date

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """How a permit stands on a day: told by its days, never stored."""

    AHEAD = "ahead", _("not begun")
    VALID = "valid", _("valid")
    ENDED = "ended", _("ended")
    REVOKED = "revoked", _("revoked")


class PermitKind(models.Model):
    """A kind of permit. `classes`: codes of the national catalogue of which it speaks (E0303).

    `after_days`: days after its end on which it still speaks; `near_m`: metres beside its ground.
    """

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    classes = ArrayField(models.CharField(max_length=8), default=list)
    after_days = models.PositiveSmallIntegerField(default=30)
    near_m = models.PositiveSmallIntegerField(default=30)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        db_table = "permits_kind"
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z_]{1,19}$"), name="permit_kind_code"
            ),
        ]
        indexes = [GinIndex("classes", name="permit_kind_classes")]

    def __str__(self) -> str:
        return self.code


def _grams(*columns: str) -> models.GeneratedField:
    words = columns[0] if len(columns) == 1 else Concat(columns[0], Value(" "), *columns[1:])
    return models.GeneratedField(
        expression=Func(words, function="cityloop_bigrams"),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class Permit(models.Model):
    """What a body allowed a holder at a place; changed with a line of history, never deleted.

    `ground` is where it holds, WGS 84: an area as given, or the circle of `radius_m` around
    `point`. `supervisor` looks after it where that is another body than the issuer.
    """

    kind = models.ForeignKey(PermitKind, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    issuer = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    supervisor = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip
    holder = models.CharField(max_length=120)  # may be a person: see permits.holder
    phone = models.CharField(max_length=40, blank=True, default="")
    point = models.PointField(srid=4326, spatial_index=False)
    radius_m = models.PositiveSmallIntegerField(null=True)  # null: an area was given
    ground = models.GeometryField(srid=4326, spatial_index=False)
    address = models.CharField(max_length=200, blank=True, default="")
    grid_code = models.CharField(max_length=15, blank=True, default="")
    area_code = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_until = models.DateField()  # the last day
    conditions = models.TextField(blank=True, default="")
    document = models.CharField(max_length=200, blank=True, default="")
    revoked_on = models.DateField(null=True)  # from this day on it allows nothing
    revoke_reason = models.CharField(max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField()
    search = _grams("number", "address")
    holder_search = _grams("holder")

    class Meta:
        db_table = "permits_permit"
        constraints = [
            models.UniqueConstraint("issuer", "number", name="permit_number_once_an_issuer"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="permit_period"
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True, revoke_reason="")
                | (Q(revoked_on__isnull=False) & ~Q(revoke_reason="")),
                name="permit_revoked_says_why",
            ),
        ]
        indexes = [
            GistIndex("ground", name="permit_ground"),
            GinIndex("search", name="permit_search"),
            GinIndex("holder_search", name="permit_holder_search"),
            models.Index(fields=["-valid_until", "-id"], name="permit_latest"),
            models.Index(fields=["grid_code"], name="permit_grid"),
            models.Index(fields=["supervisor"], name="permit_supervisor"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def body(self) -> int:
        """The organisation that looks after it: who supervises, else who issued."""
        return self.supervisor_id or self.issuer_id

    def standing(self, on: date) -> Standing:
        """How it stands on a day."""
        if self.revoked_on is not None and self.revoked_on <= on:
            return Standing.REVOKED
        if on < self.valid_from:
            return Standing.AHEAD
        return Standing.VALID if on <= self.valid_until else Standing.ENDED


class PermitChange(models.Model):
    """One change of a permit or of a kind: who, when, why; `fields`: name -> [old, new].
    Append-only."""

    permit = models.ForeignKey(
        Permit, null=True, on_delete=models.PROTECT, related_name="changes", db_index=False
    )
    kind = models.ForeignKey(PermitKind, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=12)  # recorded, changed, revoked, moved, imported
    reason = models.CharField(max_length=200, blank=True, default="")
    fields = models.JSONField(default=dict)

    class Meta:
        db_table = "permits_change"
        constraints = [
            models.CheckConstraint(
                condition=Q(permit__isnull=True) ^ Q(kind__isnull=True),
                name="permit_change_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["permit", "-at", "-id"], name="permit_change"),
            models.Index("at", name="permit_change_at", condition=Q(permit__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.permit_id or self.kind_id} {self.action}"
