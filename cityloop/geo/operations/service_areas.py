"""Where the platform works: areas with a first day, and perhaps a last one."""

from __future__ import annotations

from datetime import date, datetime

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo.models import SRID, Region, ServiceArea
from cityloop.geo.operations.checks import bad_shape
from cityloop.geo.operations.recording import (
    as_it_stands,
    checked_name,
    locked,
    record,
    require_whole_city,
    saved,
)
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid


class BadArea(Invalid):
    """The service area has no usable outline, lies elsewhere or ends before it starts."""

    code = "bad-area"


@transaction.atomic
def set_service_area(
    *,
    name: str,
    shape: BaseGeometry,
    starts_on: date,
    ends_on: date | None = None,
    area_id: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> ServiceArea:
    """Add a service area, or change the one with `area_id`; `ends_on`: the first day without it.

    `shape` is a (multi)polygon in WGS 84 degrees that meets the city. Reports are judged by the
    areas as they stand when they come in; what came before keeps its flag. Recorded. Raises
    BadArea, Invalid, NameTaken, NotFound, NotAllowed.
    """
    require_whole_city(actor)
    text = checked_name(name)
    if ends_on is not None and ends_on <= starts_on:
        why = gettext("it ends before it starts")
        raise BadArea(why, fields={"ends_on": why})
    geom = _outline(shape)
    _refuse_elsewhere(geom, starts_on, ends_on)
    row = ServiceArea() if area_id is None else locked(ServiceArea, area_id)
    before = as_it_stands(ServiceArea, area_id)
    row.name, row.geom, row.starts_on, row.ends_on = text, geom, starts_on, ends_on
    saved(row)
    record(ServiceArea, row.pk, before, reason=reason, actor=actor, now=now)
    return row


@transaction.atomic
def remove_service_area(*, area_id: int, reason: str = "", actor: Actor, now: datetime) -> None:
    """Remove a service area entered by mistake; a phase that ends gets `ends_on` instead.

    Recorded. Raises NotFound, NotAllowed.
    """
    require_whole_city(actor)
    row = locked(ServiceArea, area_id)
    before = as_it_stands(ServiceArea, area_id)
    row.delete()
    record(ServiceArea, area_id, before, reason=reason, actor=actor, now=now)


def _outline(shape: BaseGeometry) -> MultiPolygon:
    if why := bad_shape(shape):
        raise BadArea(why, fields={"shape": why})
    parts = [part for part in shapely.get_parts(shapely.force_2d(shape)) if not part.is_empty]
    return MultiPolygon(
        *(GEOSGeometry(memoryview(part.wkb), srid=SRID) for part in parts), srid=SRID
    )


def _refuse_elsewhere(geom: MultiPolygon, starts_on: date, ends_on: date | None) -> None:
    """An area that serves nobody would flag every report. Before a city has communities, anything
    may be drawn."""
    communities = Region.objects.filter(level=Region.Level.COMMUNITY)
    if not communities.exists():
        return
    held = communities.filter(Q(valid_to=None) | Q(valid_to__gt=starts_on))
    if ends_on is not None:
        held = held.filter(valid_from__lt=ends_on)
    if not held.filter(geom__intersects=geom).exclude(geom__touches=geom).exists():
        why = gettext("it lies outside the city: no community has ground in it in its time")
        raise BadArea(why, fields={"shape": why})
