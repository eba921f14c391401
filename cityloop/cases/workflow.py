"""Is a flow sound? Every fault is a sentence, and a flow with one is not published.

Refused: a parameter that means nothing, a dead end, a step without an owner, a role that may take
no steps at all, that both judges and handles or else holds what must stay apart (flow_sides.py), a
control that is switched off; also where only one district or street would have it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, cast

from django.utils.translation import gettext as _

from cityloop.cases import guards, lifecycle, requests
from cityloop.cases.command import GRAVEST, LEVELS, LOWEST, TOP
from cityloop.cases.flow import CHANNELS, DISTRICTS, Parameters, UnknownParameter, parameters
from cityloop.cases.flow_controls import left_to_people, switched_off
from cityloop.cases.flow_shapes import wrong_shapes
from cityloop.cases.flow_sides import OF_UNITS, together
from cityloop.cases.guards.command import SUPERVISING
from cityloop.cases.lifecycle import BACK, BY_ACTION, CLOCK, NEW, PLATFORM, SAME, STEPS, Step
from cityloop.cases.models import FINAL, Status
from cityloop.kernel.actor import ROLES
from cityloop.people import queries as people
from cityloop.people.queries import Desk, Platform, level_of_kind
from cityloop.people.roles import SEEDS, STEP, VERIFIERS

OUTSIDE = frozenset({"exchange"})  # another city's system: it takes the steps of the table only
# Roles that may take steps of cases at all, until the city gives or takes that permission.
STEPPING = frozenset(seed.code for seed in SEEDS if STEP in seed.permissions)
# Whose task a step ends: others cannot take it, whatever the flow says.
ABLE: dict[guards.Guard, frozenset[str]] = {
    guards.own_member_task: frozenset(VERIFIERS),
    guards.own_unit_task: OF_UNITS,
}
CLASS = re.compile(r"\*|[CE](\d\d(\d\d)?)?")

# Time rules 5.3 and 5.4: two extensions, one suspension, a year; a city may allow less.
MOST = {"extensions_at_most": 2, "suspensions_at_most": 1, "suspension_days": 365,
        "deferral_days": 365}  # fmt: skip
# By the end of the name: a month, ten years for what follows a case, a share of all.
MOST_OF = {"_minutes": 31 * 24 * 60, "_hours": 31 * 24, "_days": 3650, "_workdays": 366,
           "_share": 1}  # fmt: skip


def faults_on(stored: Mapping[str, Any], day: date) -> list[str]:
    """What is wrong with a flow in the city as it is staffed on a day. Three statements."""
    return faults(
        stored, people.desks_staffed(day), people.platforms(day), people.roles_that_may(STEP)
    )


def faults(
    stored: Mapping[str, Any],
    desks: Sequence[Desk] | None = None,
    platforms: Sequence[Platform] = (),
    stepping: Collection[str] = STEPPING,
) -> list[str]:
    """What is wrong with a flow, each once; `desks` (who works today) is asked too when given, and
    with the `platforms` whether somebody dispatches for each place that has one. `stepping`: roles
    with the permission to take steps."""
    found: list[str] = []
    areas = stored.get(DISTRICTS) or {}
    if not isinstance(areas, Mapping) or not all(_is_area(code, areas[code]) for code in areas):
        return [_("districts: six or nine digits, each with its parameters")]
    for area, values in {"": stored, **areas}.items():
        found += [f"{area}: {one}" if area else one for one in wrong_shapes(values)]
    if found:
        return found  # nothing of it can be read
    for area in ("", *areas):
        try:
            flow = parameters(stored, area)
        except UnknownParameter as error:
            return [str(error)]
        here = _of_flow(flow, area, frozenset(stepping), desks, platforms)
        found += [f"{area}: {one}" if area else one for one in here]
    return list(dict.fromkeys(found))


def warnings(stored: Mapping[str, Any]) -> list[str]:
    """Of a flow without faults: which controls it does without, as a city may."""
    return list(left_to_people(parameters(stored)))


def _is_area(code: Any, values: Any) -> bool:
    return (
        isinstance(code, str)
        and code.isascii()
        and code.isdigit()
        and len(code) in (6, 9)
        and isinstance(values, Mapping)
    )


def _of_flow(
    flow: Parameters, area: str, stepping: frozenset[str],
    desks: Sequence[Desk] | None, platforms: Sequence[Platform],
) -> list[str]:  # fmt: skip
    found = [*_wrong_levels(flow), *_wrong_roles(flow, stepping)]
    if not found:
        found = [*_too_much(flow), *_wrong_thresholds(flow), *_wrong_skips(flow),
                 *(_wrong_channels(flow) or switched_off(flow))]  # fmt: skip
    if found:
        return found  # what follows would only repeat it
    able = stepping if desks is None else stepping & {desk.role for desk in desks}
    found = [
        *together(flow), *_unowned(flow, able, stepping),
        *_undecidable(flow), *_unreachable(flow), *_dead_ends(flow, able),
    ]  # fmt: skip
    if desks is not None:
        found += [*_empty_desks(flow, area, desks), *_empty_places(flow, area, desks, platforms)]
    return found


def _too_much(flow: Parameters) -> Iterator[str]:
    """Spans that no calendar holds, and more grace than the rules of the field allow."""
    for field in fields(Parameters):
        value = getattr(flow, field.name)
        most = MOST.get(field.name) or next(
            (most for end, most in MOST_OF.items() if field.name.endswith(end)), None
        )
        if most is not None and isinstance(value, int | float) and value > most:
            yield _("%(name)s: at most %(most)s") % {"name": field.name, "most": most}
    steps = flow.escalate_at
    if not all(isinstance(one, int | float) and 0 < one <= 100 for one in steps) or list(
        steps
    ) != sorted(steps):
        yield _("escalate_at: rising multiples of the limit, such as 1 and 2")
    if flow.redispatch_clock not in ("continue", "restart"):
        yield _("redispatch_clock: continue or restart")


def _wrong_thresholds(flow: Parameters) -> Iterator[str]:
    """How sure a proposal must be is a share, for a class, a major, C, E or any."""
    for code, sure in flow.auto_from:
        share = isinstance(sure, int | float) and not isinstance(sure, bool) and 0 < sure <= 1
        if not share or not CLASS.fullmatch(code):
            yield _("auto_from: %(code)s: a class and a share between 0 and 1") % {"code": code}


def _wrong_skips(flow: Parameters) -> Iterator[str]:
    """Only classes, majors, C, E or any go on without a second eye."""
    for code in flow.no_second_eye:
        if not isinstance(code, str) or not CLASS.fullmatch(code):
            yield _("no_second_eye: %(code)s is no class") % {"code": code}


def _wrong_channels(flow: Parameters) -> list[str]:
    """Only channels by which reports come are reviewed."""
    return [
        _("reviewed_channels: there is no channel %(code)s") % {"code": code}
        for code in flow.reviewed_channels
        if code not in CHANNELS
    ]


def _wrong_levels(flow: Parameters) -> Iterator[str]:
    """The chain of command goes from the top down, each level once, with time for each."""
    names = [one.level for one in flow.command]
    named = [*(("command", one) for one in names), *(("supervision", o) for o in flow.supervision)]
    for parameter, name in named:
        if name not in LEVELS:
            yield _("%(parameter)s: there is no level %(name)s") % {
                "parameter": parameter, "name": name,
            }  # fmt: skip
            return
    if names != sorted(set(names), key=LEVELS.index):
        yield _("command: name each level once, from the top down")
    if flow.dispatch_begins not in (TOP, LOWEST):
        yield _("dispatch_begins: top or lowest")
    for one in flow.command:
        if not isinstance(one.minutes, int) or not 1 <= one.minutes <= MOST_OF["_minutes"]:
            yield _("%(name)s: its share of the clock is from 1 to %(most)s minutes") % {
                "name": one.level, "most": MOST_OF["_minutes"],
            }  # fmt: skip
        if one.upto not in range(1, GRAVEST + 1):
            yield _("%(name)s: it settles levels 1 to 4") % {"name": one.level}


def _wrong_roles(flow: Parameters, stepping: Collection[str]) -> Iterator[str]:
    for action, roles in flow.roles:
        step = lifecycle.BY_ACTION.get(action)
        if step is None:
            yield _("roles: there is no step %(action)s") % {"action": action}
        elif step.roles == CLOCK or NEW in step.source:
            yield _("roles: %(action)s stays with those of the table") % {"action": action}
        elif not isinstance(cast("object", roles), tuple):
            yield _("roles: %(action)s needs a list of roles") % {"action": action}
        else:
            yield from _wrong_roles_of(step, roles, stepping)


def _wrong_roles_of(step: Step, roles: Sequence[str], stepping: Collection[str]) -> Iterator[str]:
    for role in roles:
        if role not in ROLES:
            yield _("roles: there is no role %(role)s") % {"role": role}
        elif any(guard in step.every_guard and role not in able for guard, able in ABLE.items()):
            yield _("roles: %(role)s never holds what %(action)s needs") % {
                "role": role, "action": step.action,
            }  # fmt: skip
        elif role not in stepping and role != "system":
            yield _("roles: %(role)s may take no steps of cases, so not %(action)s") % {
                "role": role, "action": step.action,
            }  # fmt: skip
        elif role in OF_UNITS | OUTSIDE and role not in step.roles:
            # A unit neither decides whose duty a case is nor moves what judges it.
            yield _("roles: %(role)s does not take %(action)s") % {
                "role": role, "action": step.action,
            }  # fmt: skip


def _owners(step: Step, flow: Parameters, able: Collection[str]) -> set[str]:
    """Roles of people that take the step, of those that are `able` to take any; of the clock's own
    rows the clock."""
    roles = set(step.roles_in(flow))
    return roles if step.roles == CLOCK else (roles - {"system"}) & set(able)


def _unowned(flow: Parameters, able: Collection[str], stepping: Collection[str]) -> Iterator[str]:
    for step in STEPS:
        if _owners(step, flow, able):
            continue
        roles = [role for role in step.roles_in(flow) if role != "system"]
        if roles and not set(roles) & set(stepping):
            why = _("%(action)s has no owner: %(roles)s may take no steps of cases")
        else:
            why = _("%(action)s has no owner: nobody works as %(roles)s")
        yield why % {"action": step.action, "roles": ", ".join(roles) or "–"}


def _unreachable(flow: Parameters) -> Iterator[str]:
    """Roles that hold a step which another rule never lets them take there."""
    for action in ("dispatch", "dispatch_across", "rework") if not flow.command else ():
        roles = set(BY_ACTION[action].roles_in(flow)) - {"system"}
        if roles and roles <= {"district_platform"}:
            yield _("%(action)s has no owner: district platforms take it where a chain of platforms"
                    " dispatches, and there is none") % {"action": action}  # fmt: skip
    for action in ("decide", "name_liable"):
        if "leader" not in BY_ACTION[action].roles_in(flow):
            yield _("%(action)s has no owner at the levels of the city and the commission: a leader"
                    " enters their decision") % {"action": action}  # fmt: skip


def _undecidable(flow: Parameters) -> Iterator[str]:
    """A request reaches each role of its chain in turn: that role can speak for it or decide, and
    nobody else can; whoever is asked last decides."""
    for row in requests.TABLE:
        steps = [BY_ACTION[f"{verb}_{row.kind}"] for verb in requests.ANSWERS
                 if f"{verb}_{row.kind}" in BY_ACTION]  # fmt: skip
        asked = frozenset[str]().union(*(requests.posts_of(role) for role in row.chain))
        for step in steps:
            if strange := sorted(set(step.roles_in(flow)) - asked):
                yield _("%(action)s: no request ever waits for %(roles)s") % {
                    "action": step.action, "roles": ", ".join(strange),
                }  # fmt: skip
        deciding = {f"approve_{row.kind}"}
        for role in row.chain:
            answer = {
                step.action for step in steps if requests.posts_of(role) & {*step.roles_in(flow)}
            } - {f"refuse_{row.kind}"}
            if not (answer & deciding if role == row.chain[-1] else answer):
                yield _("%(kind)s: when it waits for %(role)s, nobody can decide it") % {
                    "kind": row.kind, "role": role,
                }  # fmt: skip


def _dead_ends(flow: Parameters, able: Collection[str]) -> Iterator[str]:
    """Every status that a case can reach leads on to an end."""
    owned = [step for step in STEPS if _owners(step, flow, able)]
    arrows = {(source, target) for step in owned for source, target in _arrows(step)}
    reached = _closure({NEW}, arrows)
    ending = _closure(set(FINAL), {(target, source) for source, target in arrows})
    for status in Status:
        if status in reached and status not in ending:
            yield _("dead end: from %(status)s no step leads to an end") % {"status": status}


def _arrows(step: Step) -> Iterator[tuple[str, str]]:
    if step.target == SAME:
        return
    for source in step.source:
        for target in _asked_from(source) if step.target == BACK else (step.target,):
            yield str(source), str(target)


def _asked_from(status: str) -> tuple[str, ...]:
    """The stages that a request came from: a refusal leads back there."""
    return tuple(one for s in STEPS if s.target == status for one in s.source)


def _closure(start: set[str], arrows: Iterable[tuple[str, str]]) -> set[str]:
    found, todo = set(map(str, start)), [str(one) for one in start]
    pairs = list(arrows)
    while todo:
        here = todo.pop()
        following = {target for source, target in pairs if source == here} - found
        found |= following
        todo += following
    return found


def _empty_desks(flow: Parameters, area: str, desks: Sequence[Desk]) -> Iterator[str]:
    """A level that should dispatch or supervise, and has nobody at any of its desks there."""
    for one in flow.command:
        staffed = (
            desk for desk in desks
            if desk.role in PLATFORM
            and (desk.platform == one.platform if one.platform else _stands(desk, one.level, area))
        )  # fmt: skip
        if not any(staffed):
            yield _("%(level)s: nobody dispatches at a platform of this level") % {
                "level": one.platform or one.level
            }
    for role in SUPERVISING if flow.supervision else ():
        if not any(
            desk.role == role and _stands(desk, level, area)
            for desk in desks for level in flow.supervision
        ):  # fmt: skip
            yield _("nobody works as %(role)s at a level that supervises") % {"role": role}


def _empty_places(
    flow: Parameters, area: str, desks: Sequence[Desk], platforms: Sequence[Platform]
) -> Iterator[str]:
    """A platform that holds the cases of its place, where nobody dispatches and none stands above
    to which they would rise."""
    levels = [one.level for one in flow.command if not one.platform]
    if len(levels) < len(flow.command):
        return  # a body of another name dispatches for every place
    staffed = {desk.platform for desk in desks if desk.role in PLATFORM}
    standing = [one for one in platforms if level_of_kind(one.kind) in levels]
    for one in standing:
        if not one.region_code.startswith(area):
            continue
        chain = [other for other in standing if _above(other, one)]
        if not any(other.code in staffed for other in chain):
            yield _("%(platform)s: nobody dispatches there, nor at a platform above it") % {
                "platform": one.name
            }


def _above(other: Platform, one: Platform) -> bool:
    """The other is the same platform, or one whose place holds this one's."""
    wider = LEVELS.index(level_of_kind(other.kind)) < LEVELS.index(level_of_kind(one.kind))
    inside = one.region_code.startswith(other.region_code) or level_of_kind(other.kind) == "city"
    return other.code == one.code or (wider and inside)


def _stands(desk: Desk, level: str, area: str) -> bool:
    """The desk is one of this level, for this area: above it, or below."""
    if level_of_kind(desk.kind) != level:
        return False
    return level == "city" or desk.region_code.startswith(area) or area.startswith(desk.region_code)
