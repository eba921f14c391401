"""Organisations, posts, members, who is responsible for what, and the record of every change.

All periods are half-open days: a row is valid on a day when valid_from <= day < valid_to.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

ANY = "*"
PERIOD = Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField())
PERIOD_IS_ONE = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


def grams(*fields: str) -> models.GeneratedField:
    """A stored search column over text fields."""
    words: list[str | Value] = []
    for field in fields:
        words += [field, Value(" ")]
    return models.GeneratedField(
        expression=Func(Concat(*words), function="cityloop_bigrams"),
        output_field=SearchVectorField(),
        db_persist=True,
    )


def in_language(zh: str, en: str) -> str:
    """The name in the reader's language; Chinese where no English one is known."""
    return en if en and (get_language() or "").startswith("en") else zh


class OrganisationKind(models.TextChoices):
    """What sort of body an organisation is."""

    CITY_PLATFORM = "city_platform", _("city platform")  # 市级平台
    DISTRICT_PLATFORM = "district_platform", _("district platform")  # 区级平台
    DEPARTMENT = "department", _("department")  # 部门
    UTILITY = "utility", _("utility")  # 公用事业单位
    STREET = "street", _("street or town")  # 街道(镇)
    COMMUNITY_OFFICE = "community_office", _("community office")  # 社区
    COMPANY = "company", _("collection company")  # 采集公司
    STATE_FIRM = "state_firm", _("state firm")  # 国企
    MILITARY = "military", _("military")  # 部队
    CONTRACTOR = "contractor", _("contractor")  # 承包单位


class Organisation(models.Model):
    """A body of the city's tree. `path` holds the ids from the root to itself: "/1/5/"."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=400, default="", editable=False)
    region_code = models.CharField(max_length=15, blank=True, default="")
    level = models.CharField(max_length=16, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    trial = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    search = grams("name_zh", "name_en", "code")

    class Meta:
        db_table = "people_organisation"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(region_code__regex=r"^(\d{2}){0,3}$|^\d{9}$|^\d{12}$|^\d{14,15}$"),
                name="organisation_region_is_code",
            ),
            models.CheckConstraint(condition=PERIOD_IS_ONE, name="organisation_period"),
        ]
        indexes = [
            models.Index(OpClass("path", "varchar_pattern_ops"), name="organisation_path"),
            GinIndex("search", name="organisation_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_zh, self.name_en)

    @property
    def depth(self) -> int:
        """0 for a root."""
        return max(self.path.count("/") - 2, 0)


class Role(models.Model):
    """A bundle of permissions; the city chooses its label, the code is fixed by the domain."""

    code = models.CharField(max_length=24, unique=True)
    label_zh = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        db_table = "people_role"

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return in_language(self.label_zh, self.label_en)


class Post(models.Model):
    """A place of work in an organisation; `region_codes` narrows what its holders see."""

    code = models.CharField(max_length=60, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True, default="")
    roles = models.ManyToManyField(Role, related_name="posts", db_table="people_post_role")
    region_codes = ArrayField(models.CharField(max_length=15), null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "people_post"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_zh, self.name_en)


class MemberManager(BaseUserManager["Member"]):
    """Lookup by username for Django's sign-in."""


class Member(AbstractBaseUser):
    """A person who can sign in. What they may do comes only from the posts they hold."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=40, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    active = models.BooleanField(default=True)
    initial_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True, default="")
    created_at = models.DateTimeField()
    search = grams("name", "username", "phone")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = MemberManager()

    class Meta:
        db_table = "people_member"
        indexes = [GinIndex("search", name="member_search")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Django's name of `active`."""
        return self.active


class HoldingKind(models.TextChoices):
    """How somebody holds a post."""

    REGULAR = "regular", _("regular")  # 任职
    SECONDMENT = "secondment", _("secondment")  # 挂职, 借调


class Holding(models.Model):
    """A member holds a post for a period. A secondment always says when it ends."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    kind = models.CharField(max_length=12, choices=HoldingKind.choices, default=HoldingKind.REGULAR)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source_document = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "people_holding"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="holding_period",
            ),
            models.CheckConstraint(
                condition=~Q(kind=HoldingKind.SECONDMENT) | Q(valid_to__isnull=False),
                name="holding_secondment_ends",
            ),
            ExclusionConstraint(
                name="holding_once_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.post_id} {self.valid_from}"


class Duty(models.TextChoices):
    """What a unit owes in a cell of the matrix."""

    RECTIFY = "rectify", _("rectify")  # 整改
    ENFORCE = "enforce", _("enforce")  # 查处
    SUPERVISE = "supervise", _("supervise")  # 监管
    MAINTAIN = "maintain", _("maintain")  # 维护
    ASSIST = "assist", _("assist")  # 协助


class Responsibility(models.Model):
    """A dated line of the matrix class x area x owner: one lead unit, several assisting.

    "*" in edition, major, minor and region means any. `assists`: [{"organisation": id, "role":
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
    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="leads")
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


class PatrolArea(models.Model):
    """An inspector's beat: a region code or a unit grid's code; codes below it belong to it."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="patrol_areas")
    area_code = models.CharField(max_length=15)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "people_patrol_area"
        constraints = [
            models.CheckConstraint(
                condition=Q(area_code__regex=r"^(\d{6}|\d{9}|\d{12}|\d{14,15})$"),
                name="patrol_area_is_code",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="patrol_area_period",
            ),
            ExclusionConstraint(
                name="patrol_area_once_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("area_code", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index("area_code", name="patrol_area_code")]

    def __str__(self) -> str:
        return f"{self.area_code} {self.member_id}"


class Token(models.Model):
    """A machine client's key. Only the SHA-256 of it is kept."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    channel_code = models.CharField(max_length=16, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "people_token"

    def __str__(self) -> str:
        return f"{self.name} {self.hint}"


class PeopleSetting(models.Model):
    """A decision of the city about posts and people, with the paper it rests on."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.JSONField()
    source_document = models.CharField(max_length=200, blank=True, default="")
    set_at = models.DateTimeField()

    class Meta:
        db_table = "people_setting"

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """Changes with every write: a process sees whether what it remembers still holds."""

    name = models.CharField(max_length=40, primary_key=True)
    stamp = models.CharField(max_length=36)

    class Meta:
        db_table = "people_revision"

    def __str__(self) -> str:
        return f"{self.name} {self.stamp}"


class PeopleChange(models.Model):
    """Who changed what and when, before and after. Triggers refuse UPDATE, DELETE and TRUNCATE."""

    at = models.DateTimeField()
    member_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200)
    subject = models.CharField(max_length=24)
    subject_id = models.CharField(max_length=64)
    action = models.CharField(max_length=24)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "people_change"
        indexes = [models.Index("subject", "subject_id", "id", name="people_change_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} {self.action}"
