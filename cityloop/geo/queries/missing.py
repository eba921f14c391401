"""What the ground of a city still lacks."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.kernel.clock import local_day
from cityloop.kernel.manifest import Missing

_GROUND = """
SELECT (SELECT count(*) FROM geo_region WHERE level = 'district' AND valid_to IS NULL),
       (SELECT count(*) FROM geo_region WHERE level = 'street' AND valid_to IS NULL),
       (SELECT count(*) FROM geo_region WHERE level = 'community' AND valid_to IS NULL),
       (SELECT count(*) FROM geo_unitgrid
         WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
       (SELECT count(*) FROM geo_region r
         WHERE r.level = 'community' AND r.valid_to IS NULL
           AND EXISTS (SELECT FROM geo_unitgrid g WHERE g.district_code = left(r.code, 6))
           AND NOT EXISTS (SELECT FROM geo_unitgrid g WHERE g.community_code = r.code
              AND g.valid_from <= %(day)s AND (g.valid_to IS NULL OR g.valid_to > %(day)s)))
"""


def missing(now: datetime) -> list[Missing]:
    """Regions, unit grids, communities without grids in districts that have some. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUND, {"day": local_day(now)})
        districts, streets, communities, grids, bare = cursor.fetchone() or (0,) * 5
    counted = {"districts": districts, "streets": streets, "communities": communities}
    told = _("%(districts)s districts, %(streets)s streets, %(communities)s communities")
    found = [
        Missing(
            _("Regions"),
            told % counted if communities else _("The city has no regions: no place is known."),
            bool(communities), "first-ground", link=_("Import regions"),
        ),
        Missing(
            _("Unit grids"),
            _("%(n)s unit grids") % {"n": grids} if grids
            else _("No unit grid is cut: cases would lie nowhere."),
            bool(grids), "first-ground", link=_("Cut or import grids"),
        ),
    ]  # fmt: skip
    if grids:
        gap = ngettext(
            "%(n)s community of a district with grids has none.",
            "%(n)s communities of districts with grids have none.",
            bare,
        )
        whole = _("Every community of the districts with grids has some.")
        found.append(
            Missing(_("Coverage by grids"), gap % {"n": bare} if bare else whole, not bare,
                    "office-ground", link=_("Look at the ground"), blocking=False)
        )  # fmt: skip
    return found
