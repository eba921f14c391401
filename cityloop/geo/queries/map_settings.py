"""Service areas, and what was changed of them and of the map sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import shapely
from django.db.models import BooleanField, Func, JSONField, QuerySet
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo.models import MapChange, Region, ServiceArea
from cityloop.kernel.errors import Invalid, NotFound


class _WithoutOutline(Func):
    """A row of the record but for its geometry, which may be large."""

    template = "(%(expressions)s - 'geom'::text)"
    output_field = JSONField()


class _Differs(Func):
    template, arg_joiner = "(%(expressions)s)", " IS DISTINCT FROM "
    output_field = BooleanField()


def service_areas() -> QuerySet[ServiceArea]:
    """All, by their first day; without their outlines."""
    return ServiceArea.objects.order_by("starts_on", "id").defer("geom")


def service_area(area_id: int) -> ServiceArea:
    """One with its outline. Raises NotFound."""
    found = ServiceArea.objects.filter(pk=area_id).first()
    if found is None:
        raise NotFound(gettext("there is none with the number %(id)s") % {"id": area_id})
    return found


def ground_of(codes: Sequence[str], *, on: date) -> BaseGeometry:
    """The outlines of regions on a day, as one (multi)polygon. Raises Invalid for unknown codes."""
    rows = Region.objects.filter(code__in=codes, valid_from__lte=on)
    found = {row.code: row for row in rows.exclude(valid_to__lte=on)}
    if unknown := sorted(set(codes) - set(found)):
        why = gettext("no region %(codes)s on that day") % {"codes": ", ".join(unknown[:5])}
        raise Invalid(why, fields={"regions": why})
    return shapely.union_all([shapely.from_wkb(bytes(row.geom.wkb)) for row in found.values()])


def map_changes(*, subject: str = "", subject_id: int | None = None) -> QuerySet[MapChange]:
    """What was changed, without outlines: `was`, `became`, and `redrawn` where the outline differs.

    `subject`: service_area or map_source; `subject_id`: of one of them.
    """
    rows = MapChange.objects.defer("before", "after").annotate(
        was=_WithoutOutline("before"), became=_WithoutOutline("after"),
        redrawn=_Differs("before__geom", "after__geom"),
    )  # fmt: skip
    if subject:
        rows = rows.filter(subject=subject)
    return rows if subject_id is None else rows.filter(subject_id=subject_id)


def map_change(change_id: int) -> MapChange:
    """One change, with the outlines before and after it. Raises NotFound."""
    found = MapChange.objects.filter(pk=change_id).first()
    if found is None:
        raise NotFound(gettext("there is none with the number %(id)s") % {"id": change_id})
    return found
