"""Single components: register, change state, owner, place; each change a line of history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.assets import columns
from cityloop.assets.models import Component, ComponentChange, Ownership, Stage, State
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.people.models import Organisation
from cityloop.people.scope import in_scope
from cityloop.standards.models import ProblemClass

MANAGE = "components.manage"
CHANGEABLE = (
    "name", "state", "competent_id", "owner_id", "maintainer_id", "changed_on", "data_source",
    "note", "picture_id",
)  # fmt: skip


class BadComponent(Invalid):
    """A component's facts contradict one another."""

    code = "bad-component"


@transaction.atomic
def register_component(
    *,
    code: str,
    lon: float,
    lat: float,
    actor: Actor,
    now: datetime,
    problem_class: ProblemClass,
    **facts: Any,
) -> Component:
    """A new component at a WGS 84 point; code, class and place must agree.

    `facts` are those of CHANGEABLE and original_on. Raises BadComponent, Refused (the code is
    used), NotAllowed.
    """
    actor.require(MANAGE)
    place = geo.locate(lon, lat, on=timezone.localdate(now))
    if place is None:
        raise BadComponent(_("the point lies in no unit grid"))
    _agree(code, problem_class, place)
    check_facts(facts, today=timezone.localdate(now), extra_names=("original_on",))
    if Component.objects.filter(code=code).exists():
        raise Refused(_("the register has this code already"), code="used-code")
    row = Component(
        code=code, problem_class=problem_class, point=Point(lon, lat, srid=4326),
        raw_x=lon, raw_y=lat, raw_system="wgs84",
        grid_code=place.grid_code, area_code=place.community_code,
        **{"name": problem_class.name_zh, "original_on": timezone.localdate(now), **facts},
    )  # fmt: skip
    require_scope(actor, row)
    row.save(force_insert=True)
    record_changes([(row, {})], actor=actor, now=now, reason="registered")
    return row


def _agree(code: str, problem_class: ProblemClass, place: geo.Place) -> None:
    try:
        columns.check_code(code)
    except columns.BadValue as wrong:
        raise BadComponent(str(wrong), fields={"code": str(wrong)}) from wrong
    if problem_class.kind != "component" or code[6:10] != (
        problem_class.major_code + problem_class.minor_code
    ):
        raise BadComponent(_("the code says class %(code)s") % {"code": code[6:10]})
    if code[:6] != place.district_code:
        raise BadComponent(
            _("the code says division %(code)s, the point lies in %(place)s")
            % {"code": code[:6], "place": place.district_code}
        )


def check_facts(facts: dict[str, Any], *, today: date, extra_names: Sequence[str] = ()) -> None:
    """Raise BadComponent for facts that cannot be: another name, an unknown state or body, a day
    to come."""
    if unknown := set(facts) - set(CHANGEABLE) - set(extra_names):
        raise BadComponent(*(f"{name} cannot be given here" for name in sorted(unknown)))
    if facts.get("state") not in (None, *State.values):
        raise BadComponent(_("unknown state %(value)s") % {"value": str(facts["state"])[:20]})
    for name in ("original_on", "changed_on"):
        if facts.get(name) is not None and facts[name] > today:
            why = _("this day has not come yet")
            raise BadComponent(why, fields={name: why})
    for name in ("competent_id", "owner_id", "maintainer_id"):
        unit = facts.get(name)
        if unit is not None and not Organisation.objects.filter(pk=unit, active=True).exists():
            raise BadComponent(
                _("there is no such organisation"), fields={name: _("no such organisation")}
            )


def require_scope(actor: Actor, row: Component) -> None:
    """Raise NotAllowed for a component outside what the actor manages."""
    units = (row.owner_id, row.maintainer_id, row.competent_id)
    if not in_scope(actor, organisation_ids=units, region_code=row.grid_code or row.area_code):
        raise NotAllowed(_("the component lies outside what you manage"), code="out-of-scope")


@transaction.atomic
def change_component(
    *, code: str, actor: Actor, now: datetime, reason: str, **changes: Any
) -> Component:
    """Change facts of CHANGEABLE; what is the same already makes no line of history.

    A reason is needed. Raises NotFound, BadComponent, NotAllowed.
    """
    actor.require(MANAGE)
    row = locked(code)
    require_scope(actor, row)
    if not says_something(reason):
        raise BadComponent(_("give a reason"), fields={"reason": _("required")})
    check_facts(changes, today=timezone.localdate(now))
    differences = {
        name: [getattr(row, name), value]
        for name, value in changes.items()
        if getattr(row, name) != value
    }
    if not differences:
        return row
    if "changed_on" not in changes:
        today = timezone.localdate(now)
        differences["changed_on"] = [row.changed_on, today]
    for name, (_old, new) in differences.items():
        setattr(row, name, new)
    row.save(update_fields=list(differences))
    record_changes([(row, differences)], actor=actor, now=now, reason=reason.strip())
    return row


def change_state(*, code: str, state: str, actor: Actor, now: datetime, reason: str) -> Component:
    """Say that a component is intact, damaged, lost, abandoned or occupied."""
    return change_component(code=code, state=state, actor=actor, now=now, reason=reason)


def change_owner(
    *,
    code: str,
    actor: Actor,
    now: datetime,
    reason: str,
    owner_id: int | None = None,
    maintainer_id: int | None = None,
    competent_id: int | None = None,
) -> Component:
    """Hand a component over; units not given stay."""
    given = {"owner_id": owner_id, "maintainer_id": maintainer_id, "competent_id": competent_id}
    changes = {name: unit for name, unit in given.items() if unit is not None}
    return change_component(code=code, actor=actor, now=now, reason=reason, **changes)


@transaction.atomic
def move_component(
    *, code: str, lon: float, lat: float, actor: Actor, now: datetime, reason: str
) -> Component:
    """Correct where a component stands; it must stay in the division of its code."""
    actor.require(MANAGE)
    row = locked(code)
    require_scope(actor, row)
    place = geo.locate(lon, lat, on=timezone.localdate(now))
    if place is None or place.district_code != code[:6]:
        raise BadComponent(_("the point lies in no unit grid of the division in its code"))
    old = [row.point.x, row.point.y]
    row.point = Point(lon, lat, srid=4326)
    differences: dict[str, list[Any]] = {
        "point": [old, [lon, lat]],
        "grid_code": [row.grid_code, place.grid_code],
    }
    row.grid_code, row.area_code = place.grid_code, place.community_code
    if row.raw_system not in ("", "wgs84"):  # what a file gave stays in the history
        differences["raw"] = [[row.raw_x, row.raw_y, row.raw_system], [lon, lat, "wgs84"]]
    row.raw_x, row.raw_y, row.raw_system = lon, lat, "wgs84"
    row.changed_on = timezone.localdate(now)
    row.save(update_fields=["point", "grid_code", "area_code", "changed_on", "raw_x", "raw_y",
                            "raw_system"])  # fmt: skip
    record_changes([(row, differences)], actor=actor, now=now, reason=reason)
    return row


def record_changes(
    changed: Sequence[tuple[Component, dict[str, list[Any]]]],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    """A line of history each: field -> [old, new]; another owner counts from today on."""
    write_lines(changed, actor=actor, now=now, reason=reason)
    given = [(row, one["owner_id"][0]) for row, one in changed if "owner_id" in one]
    if given:
        _follow_owners(given, actor=actor, now=now)


def _follow_owners(
    given: Sequence[tuple[Component, int | None]], *, actor: Actor, now: datetime
) -> None:
    """Whose each component is from today on; at the first change also whose it was until then."""
    today, by = timezone.localdate(now), actor.post[:120]
    ids = [row.pk for row, _old in given]
    dated = set(Ownership.objects.filter(component__in=ids).values_list("component_id", flat=True))

    def line(row: Component, owner_id: int | None, on: date) -> Ownership:
        return Ownership(component=row, organisation_id=owner_id, stage=Stage.OWNER,
                         valid_from=on, recorded_at=now, actor=by)  # fmt: skip

    first = [line(row, old, row.original_on) for row, old in given
             if row.pk not in dated and row.original_on < today]  # fmt: skip
    Ownership.objects.bulk_create(first + [line(row, row.owner_id, today) for row, _old in given])


def write_lines(
    changed: Sequence[tuple[Component, dict[str, list[Any]]]],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    """The lines of history alone."""
    ComponentChange.objects.bulk_create(
        [
            ComponentChange(
                component=row,
                at=now,
                member_id=actor.member_id,
                actor=actor.post[:120],
                reason=reason[:200],
                fields={
                    name: [_plain(old), _plain(new)] for name, (old, new) in differences.items()
                },
            )
            for row, differences in changed
        ],
        batch_size=2000,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Point):
        return [value.x, value.y]
    return value.isoformat() if isinstance(value, date) else value


def locked(code: str) -> Component:
    """The component, locked until the transaction ends. Raises NotFound."""
    row = Component.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound(_("there is no such component"))
    return row
