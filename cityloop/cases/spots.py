"""A place as somebody names it: an address, or longitude and latitude."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.geo.coordinates import checked
from cityloop.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in WGS 84, and the address by which it was named."""

    lon: float
    lat: float
    named: str = ""

    def __str__(self) -> str:
        return f"{self.lon:.6f},{self.lat:.6f}"


def spot(text: str) -> Spot:
    """Two numbers, or an address that is found once, or whose name it is; raises ValueError."""
    if numbers := re.fullmatch(r"(-?[0-9.]{1,20})[,，\s]+(-?[0-9.]{1,20})", text):
        try:
            return Spot(*checked(float(numbers[1]), float(numbers[2])))
        except (ValueError, Invalid) as error:
            raise ValueError(_("longitude and latitude are two numbers")) from error
    found = geo.search_address(text[:200], limit=4)
    exact = [one for one in found if text in (one.name, one.full_name)]
    chosen = exact or found
    if len(chosen) != 1:
        names = "、".join(one.full_name for one in found[:3])
        raise ValueError(_("found several times: %(names)s") % {"names": names} if found
                         else _("no such address is known"))  # fmt: skip
    return Spot(chosen[0].lon, chosen[0].lat, chosen[0].full_name)
