"""What cases hang on a body: before it is closed, and where nobody is left at its desk."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Count
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.cases.flow import parameters
from cityloop.cases.models import HELD, IN_HANDLING, OPEN, Case, Status, Task
from cityloop.cases.queries.flows import current_flow
from cityloop.cases.receiving import deskless
from cityloop.people.models import Organisation

WITH_A_UNIT = (*IN_HANDLING, *HELD)
# It has handled them: a check that finds one undone brings it back.
HANDED_BACK = (Status.HANDLED, Status.CHECKING, Status.CHECK_FAILED, Status.CHECKED)
SHOWN = 3  # units that are named


def hanging(organisation_id: int) -> list[str]:
    """Open cases and tasks of a body, in sentences: whoever closes it leaves them to nobody."""
    led = Case.objects.filter(lead=organisation_id, status__in=WITH_A_UNIT)
    held = Case.objects.filter(holder=organisation_id, status__in=OPEN)
    tasks = Task.objects.filter(organisation=organisation_id, closed_at=None)
    found = []
    if n := led.count():
        words = ngettext("%(n)s case is with it to be handled: its desk returns it first",
                         "%(n)s cases are with it to be handled: its desk returns them first",
                         n)  # fmt: skip
        found.append(words % {"n": n})
    ahead = Case.objects.filter(lead=organisation_id, status__in=HANDED_BACK)
    if n := ahead.count():
        words = ngettext("%(n)s case that it handled is not closed yet",
                         "%(n)s cases that it handled are not closed yet", n)  # fmt: skip
        found.append(words % {"n": n})
    if n := held.count():
        words = ngettext("%(n)s open case is held by it, which dispatches",
                         "%(n)s open cases are held by it, which dispatches", n)  # fmt: skip
        found.append(words % {"n": n})
    if n := tasks.exclude(case__in=led.values("pk")).count():
        words = ngettext("%(n)s task of a case waits for it",
                         "%(n)s tasks of cases wait for it", n)  # fmt: skip
        found.append(words % {"n": n})
    return found


def left_alone(on: date) -> list[tuple[Organisation, int]]:
    """Units that have cases to handle, or to handle again, and nobody who could take a step with
    them on a day, with how many cases. A statement for each district."""
    rows = (
        Case.objects.filter(status__in=(*WITH_A_UNIT, Status.CHECK_FAILED), lead__isnull=False)
        .values("lead", district=Left("area_code", 6)).order_by().annotate(n=Count("pk"))
    )  # fmt: skip
    by_district: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        by_district[row["district"]][row["lead"]] = row["n"]
    stored, alone = current_flow().parameters, defaultdict[int, int](int)
    for district, counts in by_district.items():
        flow = parameters(stored, district)
        for unit in deskless(list(counts), area_code=district, flow=flow, on=on):
            alone[unit] += counts[unit]
    units = Organisation.objects.defer("search").filter(pk__in=alone).order_by("path")
    return [(unit, alone[unit.pk]) for unit in units]


def told_alone(found: list[tuple[Organisation, int]]) -> str:
    """The units left alone in one sentence; '' where there is none."""
    if not found:
        return ""
    names = ", ".join(f"{unit.name} ({n})" for unit, n in found[:SHOWN])
    more = _(" and %(n)s more") % {"n": len(found) - SHOWN} if len(found) > SHOWN else ""
    return _("Cases are with units in which nobody holds a desk: %(names)s%(more)s. Give somebody a"
             " desk there, who returns them.") % {"names": names, "more": more}  # fmt: skip
