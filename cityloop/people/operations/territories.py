"""Areas that a company or another body looks after as the territory does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Polygon
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.people.models import Organisation, Territory
from cityloop.people.operations.record import record, require_area, require_manager


@transaction.atomic
def set_territory(
    *,
    organisation: Organisation,
    name: str,
    outline: str,
    source_document: str,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
) -> Territory:
    """From a day on the body is the territorial unit inside the outline (GeoJSON, WGS 84).

    Raises Invalid, Refused (another body stands there already), NotAllowed.
    """
    require_manager(actor, [organisation])
    if not (organisation.handles and organisation.active):
        why = _("%(unit)s does not handle cases: name a unit that does")
        sentence = why % {"unit": organisation.name}
        raise Invalid(sentence, fields={"organisation": sentence})
    start, geom = valid_from or timezone.localdate(now), read_outline(outline)
    grids = geo.grids_inside(geom, on=start)
    if not grids:
        why = _("no unit grid has its middle in this outline")
        raise Invalid(why, fields={"outline": why})
    for district in sorted({code[:6] for code in grids}):
        require_area(actor, district)
    _refuse_overlap(grids, start)
    row = Territory.objects.create(
        organisation=organisation, name=_given(name, "name", 120), geom=geom, grid_codes=grids,
        valid_from=start, source_document=_given(source_document, "source_document", 200),
    )  # fmt: skip
    record(row, "create", actor=actor, now=now, after=_told(row))
    return row


def _told(row: Territory) -> dict[str, Any]:
    """For the record; the outline stays with the row."""
    return {
        "organisation": row.organisation.code, "name": row.name, "grids": len(row.grid_codes),
        "valid_from": row.valid_from.isoformat(), "source_document": row.source_document,
    }  # fmt: skip


@transaction.atomic
def end_territory(*, territory_id: int, actor: Actor, now: datetime, reason: str = "") -> Territory:
    """From today on the ordinary territory answers there again; from tomorrow where it began today.

    One that has not begun is taken back: it never holds, and only the record tells of it.
    """
    rows = Territory.objects.select_for_update(of=("self",)).select_related("organisation")
    row = rows.filter(pk=territory_id).first()
    if row is None:
        raise NotFound(_("there is no such area"))
    require_manager(actor, [row.organisation])
    today = timezone.localdate(now)
    if row.valid_to is not None and row.valid_to <= today:
        raise Refused(_("it ends before that day already"))
    if row.valid_from > today:
        record(row, "take back", actor=actor, now=now, after=_told(row), reason=reason)
        row.delete()
        return row
    row.valid_to = max(today, row.valid_from + timedelta(days=1))
    row.save(update_fields=["valid_to"])
    after = {"valid_to": row.valid_to.isoformat()}
    record(row, "end", actor=actor, now=now, after=after, reason=reason)
    return row


def read_outline(text: str) -> MultiPolygon:
    """A polygon of GeoJSON; raises Invalid for what is none."""
    why = _("a polygon as GeoJSON, longitude before latitude")
    try:
        geom = GEOSGeometry(text.replace("\x00", "").strip())
    except (GDALException, GEOSException, ValueError) as error:
        raise Invalid(why, fields={"outline": why}) from error
    if isinstance(geom, Polygon):
        geom = MultiPolygon(geom, srid=4326)
    west, south, east, north = geom.extent if not geom.empty else (0, 0, 0, 99)
    on_earth = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    if not (isinstance(geom, MultiPolygon) and geom.valid and on_earth):
        raise Invalid(why, fields={"outline": why})
    geom.srid = 4326
    return geom


def _refuse_overlap(grids: list[str], start: date) -> None:
    known = geo.heirs(on=start)
    grids = [*grids, *(one for grid in grids for one in geo.chain(grid, known))]
    held = Q(valid_to=None) | Q(valid_to__gt=start)
    other = Territory.objects.filter(held, grid_codes__overlap=grids).first()
    if other is not None:
        raise Refused(_("%(name)s lies there already: end it first") % {"name": other.name})


def _given(value: str, name: str, most: int) -> str:
    text = value.replace("\x00", "").strip()
    if not 0 < len(text) <= most:
        why = _("1 to %(most)s characters") % {"most": most}
        raise Invalid(why, fields={name: why})
    return text
