"""Roles, posts, members, who holds what, who walks where, keys of machine clients."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.languages import in_language
from cityloop.people.models.columns import PERIOD, grams
from cityloop.people.models.organisations import Organisation


class Role(models.Model):
    """A bundle of permissions; the city chooses its label, the code is fixed by the domain.

    `offered`: every permission that a version of the program has given it once. What the city took
    away stands there too and is never given again.
    """

    code = models.CharField(max_length=24, unique=True)
    label_zh = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    offered = ArrayField(models.CharField(max_length=64), default=list, blank=True)
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
    """A place of work in an organisation; `region_codes` narrows what its holders see.

    `terminal`: a light client that receives, handles and replies; else a full console.
    """

    code = models.CharField(max_length=60, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True, default="")
    roles = models.ManyToManyField(Role, related_name="posts", db_table="people_post_role")
    region_codes = ArrayField(models.CharField(max_length=15), null=True, blank=True)
    terminal = models.BooleanField(default=False)
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


class Invitation(models.Model):
    """A member may choose a password with a code, of which only the SHA-256 is kept.

    `ended_at`: when it was used, or another took its place.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "people_invitation"

    def __str__(self) -> str:
        return f"{self.member_id} {self.created_at:%Y-%m-%d}"
