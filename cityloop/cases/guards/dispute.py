"""Guards on cases whose responsible unit is disputed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.cases.models import Case, CaseEvent, DisputeLevel
from cityloop.kernel.actor import Actor
from cityloop.people.queries import stands_at

LEADERS_DECIDE = frozenset({DisputeLevel.CITY.value, DisputeLevel.COMMISSION.value})


def not_circling(change: Change) -> str | None:
    """An ordinary dispatch sends no case round: A -> B -> A is decided, not repeated (E04)."""
    unit, returned = change.inputs.get("unit"), change.case.returned_by
    if unit is None or change.imported or unit.pk not in returned or returned[-1] == unit.pk:
        return None
    return _(
        "%(unit)s has returned this case, and another unit after it: freeze it for coordination"
    ) % {"unit": unit.name}


def circles(change: Change) -> str | None:
    """Only a case that two units have returned is frozen (E04)."""
    if len(set(change.case.returned_by)) > 1:
        return None
    return _("two units have not returned this case yet: dispatch it")


def disputing(case: Case) -> set[int]:
    """The units that say that it is not their duty, while nobody has decided: of a frozen case, and
    of one that two have returned, whoever has it now."""
    returned = set(case.returned_by)
    goes_round = case.liable_id is None and len(returned) > 1
    return returned if case.dispute_level or goes_round else set()


def dispute_open(change: Change) -> str | None:
    """Who is responsible has not been decided yet (E05)."""
    return None if change.case.dispute_level else _("nobody disputes who is responsible")


def somebody_has_it(change: Change) -> str | None:
    """While it is disputed whose duty a case is, no unit that gave it back is sent to it again."""
    if not change.case.dispute_level or change.case.substituted:
        return None
    return _("it is disputed whose duty this is: freeze it again, or have it decided")


def not_at_the_top(change: Change) -> str | None:
    """The commission is the last level (E18)."""
    if change.case.dispute_level == DisputeLevel.COMMISSION:
        return _("the commission has it already: there is no higher level")
    return None


def level_may_decide(change: Change) -> str | None:
    """District and centre: a supervisor decides; city and commission: a leader (E05, E18). What was
    passed up from the district is decided by somebody of the city."""
    level = change.case.dispute_level
    if not level or change.role == "system":
        return None
    return beyond_level(level, change.actor, role=change.role)


def beyond_level(level: str, actor: Actor, *, role: str) -> str | None:
    """Why the actor, in this role, enters no decision at this level; None when they may."""
    about = {"level": DisputeLevel(level).label}
    if level in LEADERS_DECIDE and role != "leader":
        return _("at the level of %(level)s a leader enters the decision") % about
    if level != DisputeLevel.DISTRICT and not stands_at(actor, ["city"]):
        return _("at the level of %(level)s somebody of the city enters the decision") % about
    return None


def no_party_decides(change: Change) -> str | None:
    """Nobody decides a dispute to which the unit they come from is a party (E05)."""
    if change.flow.merge_posts or not change.actor.belongs_to(*change.case.returned_by):
        return None
    return _("your own unit is a party to this dispute: others decide it")


def decided_by(case: Case) -> str:
    """The level that decided last whose the case is; '' where none has. One statement."""
    lines = CaseEvent.objects.filter(case=case.pk, facts__has_key="decided_by_level")
    last = lines.order_by("-version").first()
    return str(last.facts["decided_by_level"]) if last else ""


def not_theirs_for_good(change: Change) -> str | None:
    """What the commission gave to a unit stays with it: there is nobody left to ask (E18)."""
    case = change.case
    if case.liable_id is None or case.liable_id != case.lead_id:
        return None
    if decided_by(case) != DisputeLevel.COMMISSION:
        return None
    return _("the commission has decided that this case is yours: ask for more time, or handle it")
