"""Unit grids change: nothing named is rewritten, what is remembered is read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.geo import queries as geo
from cityloop.people.models import Responsibility, ResponsiblePerson
from cityloop.people.operations.record import touch
from cityloop.people.queries.responsibility import company_areas


def follow_grids(*, retired: Sequence[str], heir: str, on: date) -> list[str]:
    """Forget the matrix and the views remembered; sentences on what a merge takes from a body.

    `heir` is the largest of the retired grids: the new one answers as it did (inheritance.py).
    """
    touch()
    smaller = sorted(set(retired) - {heir}) if heir else []
    if not smaller:
        return []
    areas, known = company_areas(on), geo.heirs(on=on)
    nobody = (0, _("no company area"))
    said = []
    for code in smaller:
        facts = {"code": code, "heir": heir}
        before, after = areas.get(code, nobody)[1], areas.get(heir, nobody)[1]
        if areas.get(code) != areas.get(heir):
            why = _("what was %(code)s lay in %(before)s and lies in %(after)s, as %(heir)s does")
            said.append(why % {**facts, "before": before, "after": after})
        if count := _named([code, *geo.chain(code, known)], on):
            why = ngettext(
                "%(count)s line that names %(code)s does not hold for the new grid: those of "
                "%(heir)s do",
                "%(count)s lines that name %(code)s do not hold for the new grid: those of "
                "%(heir)s do",
                count,
            )
            said.append(why % {**facts, "count": count})
    return said


def _named(codes: Sequence[str], on: date) -> int:
    running = Q(valid_to=None) | Q(valid_to__gt=on)
    return sum(
        model.objects.filter(running, region_code__in=codes).count()
        for model in (Responsibility, ResponsiblePerson)
    )
