"""A change of unit grids from the day it is planned to the day it begins; what follows it then.

The grids themselves are dated, so a plan changes nothing before its day. What keeps the code of a
grid (addresses here, components in assets) moves on that day. What names a grid for a decision
(territories, lines of the matrix) is never rewritten: `heir` tells for whom it goes on to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.gis.geos import MultiPolygon
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from cityloop.geo.models import GridChange, Region, ResponsibilityGrid, UnitGrid
from cityloop.geo.operations.corners import share_corners
from cityloop.geo.operations.following import follow_grids
from cityloop.geo.operations.grids import read_shape
from cityloop.geo.operations.lying import over_another
from cityloop.geo.operations.staging import run
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused


class NoSuchChange(NotFound):
    """No change of unit grids has this number."""

    code = "no-such-change"


class ChangePlanned(Refused):
    """A change of the grid is planned already: it is moved or cancelled first."""

    code = "change-planned"


class ChangeBegun(Refused):
    """The change has begun, or is cancelled: it is moved and cancelled no more."""

    code = "change-begun"


def planned(
    *,
    kind: str,
    old: Sequence[UnitGrid],
    made: Sequence[str],
    on: date,
    actor: Actor,
    now: datetime,
    reason: str = "",
    moved_from: GridChange | None = None,
) -> GridChange:
    """Record a change whose grids are written; one whose day has come begins at once."""
    change = GridChange.objects.create(
        kind=kind, day=on, retired=[grid.code for grid in old], made=list(made),
        heir=max(old, key=lambda grid: grid.area_m2).code if made else "",
        planned_at=now, member_id=actor.member_id, actor=actor.post[:120],
        reason=_plain(reason)[:200], moved_from=moved_from,
    )  # fmt: skip
    run(_JOIN, {"made": change.made, "heir": change.heir, "day": on})
    change.said = (*_leaving(change), *_tell(change))
    if on <= timezone.localdate(now):
        _begin(change, now)
    return change


def refuse_planned(codes: Sequence[str]) -> None:
    """Raise ChangePlanned when a change that has not begun ends one of the grids."""
    row = _open().filter(retired__overlap=list(codes)).order_by("day", "id").first()
    if row is not None:
        code = next(one for one in row.retired if one in codes)
        raise ChangePlanned(
            gettext("unit grid %(code)s ends on %(day)s by change %(id)s: move or cancel that one")
            % {"code": code, "day": row.day, "id": row.pk}
        )


def move_grid_change(
    *, change_id: int, on: date, reason: str, actor: Actor, now: datetime
) -> GridChange:
    """Let a change that has not begun begin on another day, not in the past; returns its new row.

    Codes stay. Raises NoSuchChange, ChangeBegun, ChangePlanned (one of the new grids has a plan of
    its own), Invalid, NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        change = _revocable(change_id, now)
        old = list(UnitGrid.objects.filter(code__in=change.retired).order_by("code"))
        if on < timezone.localdate(now) or any(grid.valid_from > on for grid in old):
            why = gettext("the day lies in the past, or before the first day of a grid")
            raise Invalid(why, fields={"on": why})
        if on == change.day:
            why = gettext("it is planned for this day")
            raise Invalid(why, fields={"on": why})
        _cancel(change, reason=reason, actor=actor, now=now)
        UnitGrid.objects.filter(code__in=change.retired).update(valid_to=on)
        _let_begin(change.made, on)
        _refuse_over([*change.retired, *change.made])
        return planned(
            kind=change.kind, old=old, made=change.made, on=on, actor=actor, now=now,
            reason=reason, moved_from=change,
        )  # fmt: skip


def cancel_grid_change(*, change_id: int, reason: str, actor: Actor, now: datetime) -> GridChange:
    """Take back a change that has not begun: its grids go on, the codes it made are used up.

    Raises NoSuchChange, ChangeBegun, ChangePlanned, Invalid (no reason), NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        change = _revocable(change_id, now)
        _cancel(change, reason=reason, actor=actor, now=now)
        run(_GO_ON, {"codes": change.retired})
        _catch_up(change)
        UnitGrid.objects.filter(code__in=change.made).update(valid_to=change.day)
        _refuse_over(change.retired)
        _tell(change)
        return change


def _refuse_over(codes: Sequence[str]) -> None:
    """Raise ChangePlanned where one of the grids would lie over what got its ground meanwhile."""
    if why := over_another(codes):
        raise ChangePlanned(why)


def begin_grid_changes(*, now: datetime) -> int:
    """Begin every change whose day has come, in the order of their days; returns how many."""
    done = 0
    due = _open().filter(day__lte=timezone.localdate(now)).order_by("day", "id")
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            change = _open().select_for_update(skip_locked=True).filter(pk=pk).first()
            if change is not None:
                _begin(change, now)
                done += 1
    return done


def _begin(change: GridChange, now: datetime) -> None:
    change.begun_at = now
    change.save(update_fields=["begun_at"])
    by = Actor(member_id=change.member_id, name=change.actor, post=change.actor)
    follow_grids(retired=change.retired, on=change.day, actor=by, now=now)


def _tell(change: GridChange) -> list[str]:
    facts = {"retired": change.retired, "heir": change.heir, "on": change.day}
    return jobs.tell("grids.changed", **facts)


def _leaving(change: GridChange) -> list[str]:
    """What a merge takes from responsibility grids that the largest of the merged is not in."""
    running = ResponsibilityGrid.objects.filter(Q(valid_to=None) | Q(valid_to__gt=change.day))
    kept = running.filter(unit_grids__code=change.heir)
    others = running.filter(unit_grids__code__in=change.retired if change.made else ())
    why = gettext("responsibility grid %(name)s loses ground to that of %(heir)s")
    return [
        why % {"name": one.code, "heir": change.heir}
        for one in others.exclude(pk__in=kept).distinct().order_by("code")
    ]


def _open() -> QuerySet[GridChange]:
    return GridChange.objects.filter(begun_at=None, cancelled_at=None)


def _revocable(change_id: int, now: datetime) -> GridChange:
    """The change, locked with its grids; raises unless it has yet to begin and stands alone."""
    change = GridChange.objects.select_for_update().filter(pk=change_id).first()
    if change is None:
        raise NoSuchChange(gettext("there is no change of unit grids %(id)s") % {"id": change_id})
    if change.cancelled_at is not None:
        raise ChangeBegun(gettext("it is cancelled already"))
    if change.begun_at is not None or change.day <= timezone.localdate(now):
        raise ChangeBegun(gettext("it began on %(day)s") % {"day": change.day})
    codes = [*change.retired, *change.made]
    list(UnitGrid.objects.select_for_update().filter(code__in=codes).order_by("code"))
    refuse_planned(change.made)
    return change


def _cancel(change: GridChange, *, reason: str, actor: Actor, now: datetime) -> None:
    text = _plain(reason)
    if not 0 < len(text) <= 200:
        why = gettext("a reason of 1 to %(most)s characters") % {"most": 200}
        raise Invalid(why, fields={"reason": why})
    change.cancelled_at, change.cancelled_on = now, timezone.localdate(now)
    change.cancelled_by, change.cancel_reason = actor.post[:120], text
    change.save()


def _plain(reason: str) -> str:
    return reason.replace("\x00", "").strip()


def _let_begin(made: Sequence[str], on: date) -> None:
    """New grids begin on another day: below the community of that day, with its corners."""
    grids = list(UnitGrid.objects.filter(code__in=made))
    if not grids:
        return
    home = Region.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), code=grids[0].community_code, valid_from__lte=on
    ).first()
    share_corners([read_shape(grid.geom) for grid in grids], on)
    UnitGrid.objects.filter(code__in=made).update(
        valid_from=on, community=home.pk if home else grids[0].community_id
    )


def _catch_up(change: GridChange) -> None:
    """Grids that go on get the corners that their borders got while they were to end."""
    around = MultiPolygon(
        [grid.geom for grid in UnitGrid.objects.filter(code__in=change.retired)], srid=4326
    )
    beside = UnitGrid.objects.filter(valid_to=None, geom__bboverlaps=around)
    share_corners([read_shape(grid.geom) for grid in beside], change.day)


# New grids join the responsibility grids of the grid they came from.
_JOIN = """
INSERT INTO geo_responsibilitygrid_unit_grids (responsibilitygrid_id, unitgrid_id)
SELECT m.responsibilitygrid_id, n.id
  FROM geo_unitgrid o
  JOIN geo_responsibilitygrid_unit_grids m ON m.unitgrid_id = o.id
  JOIN geo_responsibilitygrid r
    ON r.id = m.responsibilitygrid_id AND (r.valid_to IS NULL OR r.valid_to > %(day)s)
  JOIN geo_unitgrid n ON n.code = ANY(%(made)s::text[])
 WHERE o.code = %(heir)s
ON CONFLICT DO NOTHING
"""
# Its community may have got a new outline while the grid was to end.
_GO_ON = """
UPDATE geo_unitgrid g
   SET valid_to = NULL,
       community_id = coalesce((SELECT r.id FROM geo_region r WHERE r.code = g.community_code
                                 ORDER BY r.valid_to DESC NULLS FIRST LIMIT 1), g.community_id)
 WHERE g.code = ANY(%(codes)s::text[])
"""
