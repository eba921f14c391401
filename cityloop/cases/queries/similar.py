"""The like of a case that was settled already, nearest first."""

from __future__ import annotations

from datetime import datetime

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Polygon
from django.db.models import F, FloatField, Func, Value

from cityloop.cases import evidence
from cityloop.cases.models import Case, ClosingKind, Status
from cityloop.cases.queries.cases import visible
from cityloop.kernel.actor import Actor

LOOKED_AT = 20  # degrees are no metres: of the nearest in degrees, the nearest in metres is taken


def nearest_closed(
    actor: Actor, case: Case, *, metres: float, since: datetime
) -> tuple[Case, float, int] | None:
    """(case, metres, id of the unit whose duty it was) of the nearest visible case of the same
    class that was closed normally since a moment; None without one within so many metres.

    One statement. The index of points hands out cases nearest first, so it reads no further than
    to the few that are looked at, and never beyond the box.
    """
    if case.point is None or case.problem_class_id is None:
        return None
    x, y = case.point.x, case.point.y
    degrees = metres / 111_000 * 1.6  # a box that surely holds the circle, as in `nearby`
    rows = visible(actor).filter(
        point__bboverlaps=Polygon.from_bbox((x - degrees, y - degrees, x + degrees, y + degrees)),
        problem_class_id=case.problem_class_id, status=Status.CLOSED,
        closing_kind=ClosingKind.NORMAL, closed_at__gte=since,
    )  # fmt: skip
    here = Func(Func(Value(x), Value(y), function="ST_MakePoint"), Value(4326),
                function="ST_SetSRID")  # fmt: skip
    apart = Func(F("point"), here, template="%(expressions)s", arg_joiner=" <-> ",
                 output_field=FloatField())  # fmt: skip
    rows = rows.annotate(away=Distance("point", case.point), whose=evidence.WHOSE_DUTY)
    found = list(rows.filter(whose__isnull=False).exclude(pk=case.pk).order_by(apart)[:LOOKED_AT])
    nearest = min(found, key=lambda one: (one.away.m, -one.pk), default=None)
    if nearest is None or nearest.away.m > metres:
        return None
    return nearest, nearest.away.m, nearest.whose
