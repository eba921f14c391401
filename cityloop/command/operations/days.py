"""The table of days and the heat of grids, counted from the cases."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.gis.db.models import Collect
from django.contrib.gis.db.models.functions import Centroid
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from cityloop.cases.models import OPEN, Case
from cityloop.command.models import DayFigure, HeatCell
from cityloop.command.queries import FLOWS, any_of, by_place, happened
from cityloop.command.spans import start_of
from cityloop.kernel import clock
from cityloop.kernel.models import Marker

STREET = 9
BACK = 70  # days counted again each night: this month, the month before, and some
HEAT_DAYS = 30
PATIENCE = 1.0  # seconds of one call: the worker has other schedules
COUNTED = "command: days counted"
LOCK = 7_130_042  # of all who count: a day is counted by one at a time


def count_days(*, now: datetime) -> int:
    """Count today, and of the days before those that today's round has not yet come to.

    What happens to a case later changes the day on which it was closed, so that each night all days
    of `BACK` are counted once more. Returns how many days were counted; goes on for a second.
    """
    begun, today = time.monotonic(), clock.local_day(now)
    count_day(today, now=now)
    marker = Marker.objects.filter(pk=COUNTED).first()
    told = marker.value if marker else {}
    back = int(told["back"]) if told.get("on") == f"{today}" else 0
    done = 1
    while back < BACK and time.monotonic() - begun < PATIENCE:
        back += 1
        count_day(today - timedelta(days=back), now=now)
        done += 1
    value = {"on": f"{today}", "back": back}
    Marker.objects.update_or_create(pk=COUNTED, defaults={"value": value, "set_at": now})
    return done


@transaction.atomic
def count_day(day: date, *, now: datetime) -> int:
    """Write the figures of one day anew; returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    since = start_of(day)
    until = min(start_of(day + timedelta(days=1)), now)
    rows: dict[tuple[Any, ...], DayFigure] = {}
    flows = {name: Count("pk", filter=happened(name, since, until)) for name in FLOWS}
    _add(rows, Case.objects.filter(any_of(since, until)), flows, day)
    if day == clock.local_day(now):
        held = {"open": Count("pk"), "overdue": Count("pk", filter=Q(due_at__lt=now))}
        _add(rows, Case.objects.filter(status__in=OPEN), held, day)
    else:
        _keep_standing(rows, day)
    DayFigure.objects.filter(day=day).delete()
    DayFigure.objects.bulk_create(rows.values(), batch_size=2000)
    return len(rows)


def _row(rows: dict[tuple[Any, ...], DayFigure], day: date, key: tuple[Any, ...]) -> DayFigure:
    area, unit, major = key
    return rows.setdefault(key, DayFigure(day=day, area=area, unit_id=unit, major=major))


def _add(
    rows: dict[tuple[Any, ...], DayFigure],
    found: QuerySet[Case],
    numbers: dict[str, Any],
    day: date,
) -> None:
    for one in by_place(found, STREET).annotate(**numbers):
        row = _row(rows, day, (one["area"], one["unit"], one["major"]))
        for name in numbers:
            setattr(row, name, one[name])


def _keep_standing(rows: dict[tuple[Any, ...], DayFigure], day: date) -> None:
    """What was open and overdue on a past day is not known from the cases: it stays."""
    for old in DayFigure.objects.filter(day=day, open__gt=0):
        row = _row(rows, day, (old.area, old.unit_id, old.major))
        row.open, row.overdue = old.open, old.overdue


@transaction.atomic
def count_heat(*, now: datetime) -> int:
    """Count the cases of the last days by unit grid anew; returns how many grids have any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    found: Any = Case.objects.filter(
        reported_at__gte=now - timedelta(days=HEAT_DAYS), reported_at__lt=now, point__isnull=False
    ).exclude(grid_code="")
    grids = found.order_by().values("grid_code").annotate(
        number=Count("pk"), middle=Centroid(Collect("point"))
    )  # fmt: skip
    HeatCell.objects.all().delete()
    cells = [
        HeatCell(grid_code=row["grid_code"], point=row["middle"], cases=row["number"])
        for row in grids
    ]
    HeatCell.objects.bulk_create(cells, batch_size=5000)
    return len(cells)
