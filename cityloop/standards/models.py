"""Editions of classes and filing rules, and the calendars that clocks depend on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from cityloop.kernel.languages import in_language
from cityloop.standards.worktime import Unit


class DateRange(Func):
    """daterange(from, to, '[]'): both days included."""

    function = "daterange"
    output_field = DateRangeField()


def _bigrams(column: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=Func(F(column), function="cityloop_bigrams", output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class Edition(models.Model):
    """One edition of a catalogue. What a code means is decided by its edition, never by the code.

    `family`: editions that follow one another (a city's own, say); those published never overlap
    in time. An edition may extend another (`based_on`): its rows go before those of the other.
    """

    class Kind(models.TextChoices):
        NATIONAL = "national", "national standard"
        INDUSTRY = "industry", "standard of the trade"
        LOCAL = "local", "catalogue of this city"
        FOREIGN = "foreign", "catalogue of another city"

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        PUBLISHED = "published", "published"

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    family = models.CharField(max_length=40)
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="extensions")
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=120)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="edition_valid_range",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None)
                | Q(status="published", published_at__isnull=False),
                name="edition_published_at",
            ),
            ExclusionConstraint(
                name="edition_family_no_overlap",
                expressions=[
                    ("family", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_to", RangeBoundary(True, True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status="published"),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_published(self) -> bool:
        """True once nothing in it may change."""
        return self.status == self.Status.PUBLISHED

    def covers(self, on: date) -> bool:
        """True when the day lies in the edition's validity."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class EditionChange(models.Model):
    """Who loaded, published or withdrew an edition, and when; append-only.

    The edition stands there by its code, since a draft that was withdrawn is gone. `facts`: how
    many classes and rules it had, the name and SHA-256 of the file that it came in.
    """

    class What(models.TextChoices):
        LOADED = "loaded", "loaded"
        PUBLISHED = "published", "published"
        WITHDRAWN = "withdrawn", "withdrawn"

    edition = models.CharField(max_length=40)
    what = models.CharField(max_length=9, choices=What.choices)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    member_id = models.BigIntegerField(null=True)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    why = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["edition", "-at"], name="edition_change_at")]

    def __str__(self) -> str:
        return f"{self.edition} {self.what}"


class ProblemClass(models.Model):
    """A minor class of components (部件) or events (事件) in one edition."""

    class Kind(models.TextChoices):
        COMPONENT = "component", "component"
        EVENT = "event", "event"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="classes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    major_code = models.CharField(max_length=6)  # two digits in China's standards
    major_zh = models.CharField(max_length=60)
    major_en = models.CharField(max_length=120, blank=True)
    minor_code = models.CharField(max_length=6)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60, unique=True)  # <edition>/<C|E><major><minor>
    level = models.PositiveSmallIntegerField(default=2)
    second_eye = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)
    synonyms = ArrayField(models.CharField(max_length=120), default=list)
    national = models.ForeignKey("self", models.PROTECT, null=True, related_name="local_classes")
    source = models.TextField(blank=True)
    # Made from the names by keywords.py when the row is loaded.
    initials = models.TextField(blank=True)
    pinyin = models.TextField(blank=True)
    search_text = models.TextField(blank=True)
    search = _bigrams("search_text")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "kind", "major_code", "minor_code"], name="class_code_once"
            ),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="class_level"),
        ]
        indexes = [GinIndex(fields=["search"], name="class_search")]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_zh, self.name_en)

    @property
    def short_code(self) -> str:
        """C0101: kind, major and minor, without the edition."""
        return self.code.rpartition("/")[2]

    @property
    def on_the_spot(self) -> bool:
        """Level 1: the inspector may solve it on the spot and only record it (小事不大循环)."""
        return self.level == 1


class FilingRule(models.Model):
    """When a problem of a class is filed, how long it may take, when it may be closed.

    `problem_class` may belong to the edition that this one extends. Limits are in worktime units.
    """

    class PlaceLevel(models.TextChoices):
        ANY = "", "any place"
        A = "A", "core area"
        B = "B", "busy area"
        C = "C", "general area"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="rules")
    problem_class = models.ForeignKey(ProblemClass, models.PROTECT, related_name="rules")
    seq = models.PositiveSmallIntegerField()
    condition_zh = models.TextField()
    condition_en = models.TextField(blank=True)
    closing_zh = models.TextField()
    closing_en = models.TextField(blank=True)
    limit_amount = models.DecimalField(max_digits=6, decimal_places=2)
    limit_unit = models.CharField(max_length=12, choices=[(u.value, u.value) for u in Unit])
    place_level = models.CharField(max_length=1, choices=PlaceLevel.choices, blank=True)
    season_from = models.CharField(max_length=5, blank=True)  # MM-DD
    season_to = models.CharField(max_length=5, blank=True)
    engineering_amount = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    engineering_unit = models.CharField(max_length=12, blank=True)
    units_hint = models.TextField(blank=True)
    provisional = models.BooleanField(default=False)
    source = models.TextField(blank=True)
    position = models.CharField(max_length=32)  # C0101-001A0401: the manual's order
    search_text = models.TextField(blank=True)
    search = _bigrams("search_text")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "problem_class", "seq", "place_level", "season_from"],
                name="rule_once",
            ),
            models.CheckConstraint(condition=Q(limit_amount__gt=0), name="rule_limit"),
            models.CheckConstraint(
                condition=Q(season_from="", season_to="") | (~Q(season_from="") & ~Q(season_to="")),
                name="rule_season",
            ),
            models.CheckConstraint(
                condition=Q(engineering_amount=None, engineering_unit="")
                | (Q(engineering_amount__gt=0) & ~Q(engineering_unit="")),
                name="rule_engineering",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="rule_search"),
            models.Index(fields=["edition", "position", "id"], name="rule_position"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}/{self.position}"


class RulePhoto(models.Model):
    """A picture that shows what a condition means: a problem (bad) or the state to reach (good)."""

    class Verdict(models.TextChoices):
        GOOD = "good", "as it should be"
        BAD = "bad", "to be filed"

    rule = models.ForeignKey(FilingRule, models.CASCADE, related_name="photos")
    file = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=4, choices=Verdict.choices)
    caption = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "file"], name="rule_photo_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.verdict}"


class Calendar(models.Model):
    """Working time of a city or of one service. Changed only by operations, each recorded.

    `revision` comes from a sequence, so that no two states ever share one, even after a rollback:
    processes keep a calendar as long as its revision stands.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")
    known_years = ArrayField(models.PositiveSmallIntegerField(), default=list)
    revision = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.code


class WorkPeriod(models.Model):
    """Weekly working time; `ends` 00:00 is midnight; a season replaces the hours of the year.

    Holds from `valid_from` on and before `valid_to`; without a day always.
    """

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="periods")
    weekdays = ArrayField(models.PositiveSmallIntegerField())  # ISO: 1 = Monday
    starts = models.TimeField()
    ends = models.TimeField()
    season_from = models.CharField(max_length=5, blank=True)  # MM-DD
    season_to = models.CharField(max_length=5, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # the first day without it

    def __str__(self) -> str:
        return f"{self.weekdays} {self.starts:%H:%M}-{self.ends:%H:%M}"


class SpecialDay(models.Model):
    """A holiday, a make-up day or a day of other hours; `periods` is [["08:00", "12:00"], ...]."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "holiday"
        WORKDAY = "workday", "working day"

    class Origin(models.TextChoices):
        SEED = "seed", "published holiday plan"
        CITY = "city", "entered by the city"

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="special_days")
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    periods: models.JSONField[Any, Any] = models.JSONField(null=True)
    name = models.CharField(max_length=60, blank=True)
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.CITY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="special_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class ProtectionPeriod(models.Model):
    """Days of a holiday or an event on which other limits and another duty hold (H10).

    `factor` multiplies the limits of cases filed in it; `limits` replaces those of single classes:
    [{"class": "C0101", "amount": "2", "unit": "urgent_hour"}]. Each change is recorded.
    """

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="protection_periods")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    factor = models.DecimalField(max_digits=4, decimal_places=2, default=1)
    limits: models.JSONField[Any, Any] = models.JSONField(default=list)
    duty = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="protection_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(factor__gt=0, factor__lte=10), name="protection_factor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.starts_on}"


class CalendarChange(models.Model):
    """Who changed a calendar, when, what and why; append-only, since clocks depend on it."""

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    member_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=120)
    before: models.JSONField[Any, Any] = models.JSONField(null=True)
    after: models.JSONField[Any, Any] = models.JSONField(null=True)
    why = models.TextField()
    revision = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["calendar", "-at"], name="calendar_change_at")]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.what}"
