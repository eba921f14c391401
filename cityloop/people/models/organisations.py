"""The tree of bodies."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.languages import in_language
from cityloop.people.models.columns import PERIOD_IS_ONE, grams


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


# Bodies that lead, watch or collect; no case is handled there.
NOT_HANDLING = (
    OrganisationKind.CITY_PLATFORM, OrganisationKind.DISTRICT_PLATFORM, OrganisationKind.COMPANY,
)  # fmt: skip


class Organisation(models.Model):
    """A body of the city's tree. `path` holds the ids from the root to itself: "/1/5/".

    `also_under`: a second body that looks after it and sees what it and those below it do, as a
    district government does with the district's centre (双重管理).
    """

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    also_under = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
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
            models.Index(
                "also_under", name="organisation_also_under", condition=Q(also_under__isnull=False)
            ),
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
    def handles(self) -> bool:
        """True for a body that a case can be dispatched to."""
        return self.kind not in NOT_HANDLING

    @property
    def depth(self) -> int:
        """0 for a root."""
        return max(self.path.count("/") - 2, 0)
