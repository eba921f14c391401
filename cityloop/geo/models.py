"""Regions, unit grids, responsibility grids, service areas, roads, addresses, map sources.

What was changed of grids, service areas and map sources stands beside them.

Geometry is WGS 84 longitude/latitude (ADR 0004). Validity is half-open: a row holds from
valid_from up to, not including, valid_to; an open end is NULL.
"""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, Q

SRID = 4326


class Validity(Func):
    """The half-open range of days in which a row holds."""

    function = "daterange"
    output_field = models.TextField()


class Region(models.Model):
    """A division of GB/T 2260, a street (town) or a community; `code` has 2, 4, 6, 9, 12 digits."""

    class Level(models.TextChoices):
        PROVINCE = "province"
        CITY = "city"
        DISTRICT = "district"
        STREET = "street"
        COMMUNITY = "community"

    code = models.CharField(max_length=12)
    level = models.CharField(max_length=10, choices=Level)
    name = models.CharField(max_length=64)
    name_en = models.CharField(max_length=128, default="", blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    geom = models.MultiPolygonField(srid=SRID)
    label_point = models.PointField(srid=SRID)
    generated = models.BooleanField(default=False)  # outline made by us, not surveyed
    # Who drew the outline, and why; nobody for those of files and packages.
    drawn_by = models.CharField(max_length=120, default="", db_default="", blank=True)
    reason = models.CharField(max_length=200, default="", db_default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("code", "valid_from", name="region_code_from"),
            ExclusionConstraint(
                name="region_code_once_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (Validity("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="region_code_digits",
                condition=Q(level="province", code__regex=r"^\d{2}$")
                | Q(level="city", code__regex=r"^\d{4}$")
                | Q(level="district", code__regex=r"^\d{6}$")
                | Q(level="street", code__regex=r"^\d{9}$")
                | Q(level="community", code__regex=r"^\d{12}$"),
            ),
            models.CheckConstraint(
                name="region_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class UnitGrid(models.Model):
    """A unit grid of about one hectare inside one community; 15 digits, older ones 14.

    The row of a retired code stays for good: so its code can never come back. Triggers of
    migration 0002 refuse deletion, a changed code, and a second life.
    """

    code = models.CharField(max_length=15, unique=True)
    name = models.CharField(max_length=64, default="", blank=True)
    community = models.ForeignKey(Region, models.PROTECT, related_name="unit_grids")
    district_code = models.CharField(max_length=6, db_index=True)
    street_code = models.CharField(max_length=9, db_index=True)
    community_code = models.CharField(max_length=12, db_index=True)
    geom = models.PolygonField(srid=SRID)
    area_m2 = models.FloatField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="unit_grid_code_of_its_place",
                condition=Q(code__regex=r"^\d{14,15}$")
                & Q(code__startswith=F("community_code"))
                & Q(community_code__startswith=F("street_code"))
                & Q(street_code__startswith=F("district_code")),
            ),
            models.CheckConstraint(
                name="unit_grid_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class GridChange(models.Model):
    """Unit grids retired, split or merged from a day on: who planned it, why, what became of it.

    `heir` is the retired grid that gave the new ones most ground: what named it answers for them.
    Of a change that was moved to another day the row is cancelled and a new one follows it.
    Triggers of migration 0003 keep rows for good and let each begin or be cancelled once.
    """

    class Kind(models.TextChoices):
        RETIRE = "retire"
        SPLIT = "split"
        MERGE = "merge"

    kind = models.CharField(max_length=6, choices=Kind)
    day = models.DateField()
    retired = ArrayField(models.CharField(max_length=15))
    made = ArrayField(models.CharField(max_length=15), default=list)
    heir = models.CharField(max_length=15, default="", blank=True)
    planned_at = models.DateTimeField()
    member_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    reason = models.CharField(max_length=200, default="", blank=True)
    moved_from = models.OneToOneField("self", models.PROTECT, null=True, related_name="moved_to")
    begun_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_on = models.DateField(null=True)  # the day of cancelled_at in the city
    cancelled_by = models.CharField(max_length=120, default="", blank=True)
    cancel_reason = models.CharField(max_length=200, default="", blank=True)
    said: tuple[str, ...] = ()  # for who planned it: whom a merge takes ground from; not kept

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grid_change_begins_or_is_cancelled",
                condition=Q(begun_at=None) | Q(cancelled_at=None),
            ),
            models.CheckConstraint(
                name="grid_change_cancelled_before_its_day",
                condition=Q(cancelled_at=None, cancelled_on=None)
                | Q(cancelled_at__isnull=False, cancelled_on__lt=F("day")),
            ),
        ]
        indexes = [
            models.Index(
                "day", name="grid_change_open", condition=Q(begun_at=None, cancelled_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {', '.join(self.retired)}"

    @property
    def state(self) -> str:
        """planned, begun, or cancelled (moved ones too)."""
        if self.cancelled_at is not None:
            return "cancelled"
        return "planned" if self.begun_at is None else "begun"


class ResponsibilityGrid(models.Model):
    """Adjacent unit grids given to one inspector (责任网格)."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)
    community = models.ForeignKey(Region, models.PROTECT, related_name="responsibility_grids")
    unit_grids = models.ManyToManyField(UnitGrid, related_name="responsibility_grids")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="responsibility_grid_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ServiceArea(models.Model):
    """Where the platform works, from a day on; reports outside are flagged, not lost.

    A trigger keeps its pieces in ServicePiece. A city without any row serves all its grids. Each
    change is recorded (MapChange).
    """

    name = models.CharField(max_length=64, unique=True)
    geom = models.MultiPolygonField(srid=SRID)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # the first day without service

    def __str__(self) -> str:
        return self.name


class ServicePiece(models.Model):
    """A small piece of a service area: a point is looked up in it at the price of a unit grid."""

    area = models.ForeignKey(ServiceArea, models.CASCADE, related_name="pieces")
    geom = models.PolygonField(srid=SRID)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"piece {self.pk} of area {self.area_id}"


class Road(models.Model):
    """One piece of road for the base map and for addresses."""

    class Kind(models.TextChoices):
        PRIMARY = "primary"
        SECONDARY = "secondary"
        BRANCH = "branch"

    name = models.CharField(max_length=64, db_index=True)  # '' where it has none
    kind = models.CharField(max_length=10, choices=Kind)
    geom = models.LineStringField(srid=SRID)
    source = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name or f"road {self.pk}"


class Address(models.Model):
    """A place with a name: classes of CJ/T 215 and GB/T 30428.3 (see domain/standards.md 7)."""

    class Kind(models.TextChoices):
        ROAD = "road"  # 街巷
        CROSSING = "crossing"  # 路口
        DOORPLATE = "doorplate"  # 门楼牌
        NEIGHBOURHOOD = "neighbourhood"  # 片区、小区
        LANDMARK = "landmark"  # 标志物
        POI = "poi"  # 兴趣点

    kind = models.CharField(max_length=13, choices=Kind)
    name = models.CharField(max_length=128)
    full_name = models.CharField(max_length=256)
    number = models.PositiveIntegerField(null=True)  # of a doorplate, on its road
    point = models.PointField(srid=SRID)
    grid = models.ForeignKey(UnitGrid, models.PROTECT, null=True, related_name="addresses")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    source = models.CharField(max_length=64)
    search = models.GeneratedField(
        expression=Func(F("full_name"), function="cityloop_bigrams"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            GinIndex("search", name="address_search", fastupdate=False),
            GinIndex(
                Func(F("name"), function="cityloop_bigrams"), name="address_name", fastupdate=False
            ),
            models.Index("parent", "number", name="address_number_on_road"),
        ]

    def __str__(self) -> str:
        return self.full_name


class MapSource(models.Model):
    """A map service that the city adds below our own tiles. Each change is recorded (MapChange)."""

    class Kind(models.TextChoices):
        WMTS = "wmts"
        XYZ = "xyz"
        PMTILES = "pmtiles"

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=7, choices=Kind)
    url = models.CharField(max_length=1000)
    attribution = models.CharField(max_length=256, default="", blank=True)
    position = models.PositiveSmallIntegerField(default=0)  # drawn in this order, below our layers
    enabled = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class MapChange(models.Model):
    """Who added, changed or removed a service area or a map source, when, and why.

    `before` and `after`: the row as the database has it (geometry as GeoJSON), NULL where there was
    or is none. Triggers of migration 0003 keep rows for good, and refuse a change without its row.
    """

    class Subject(models.TextChoices):
        SERVICE_AREA = "service_area"
        MAP_SOURCE = "map_source"

    class Action(models.TextChoices):
        ADD = "add"
        CHANGE = "change"
        REMOVE = "remove"

    at = models.DateTimeField()
    member_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    subject = models.CharField(max_length=12, choices=Subject)
    subject_id = models.BigIntegerField()
    action = models.CharField(max_length=6, choices=Action)
    name = models.CharField(max_length=64)  # by which it goes, of one removed by which it went
    before: models.JSONField[Any, Any] = models.JSONField(null=True)
    after: models.JSONField[Any, Any] = models.JSONField(null=True)
    reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = [models.Index("subject", "subject_id", "id", name="map_change_of")]

    def __str__(self) -> str:
        return f"{self.subject} {self.name} {self.action}"
