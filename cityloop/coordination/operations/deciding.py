"""The decision of a dispute: a step of the case, and a dated line of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.assets import queries as assets
from cityloop.cases import operations as cases
from cityloop.cases.change import Paper
from cityloop.cases.models import Case, Status
from cityloop.coordination import queries
from cityloop.coordination.models import Dispute
from cityloop.coordination.operations.disputes import follow_case, held
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid
from cityloop.kernel.models import StoredFile
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from cityloop.people.lines import Proposal
from cityloop.people.models import ANY, Duty, Organisation, Responsibility
from cityloop.standards import queries as standards
from cityloop.standards.models import ProblemClass

DECIDE = "coordination.decide"
ATTEMPTS = 4  # area and owner: no more lines can be nearer than that
NOWHERE, STREET, DISTRICT, CITY = "", "street", "district", "city"
# How far the decision becomes a rule -> digits of the case's area code; none: the whole city.
REACHES = {STREET: 9, DISTRICT: 6, CITY: 0}
WHOLE_CODE = 12
LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose duty it is, and why. `reach`: where it is a rule from `valid_from` on; '' nowhere.

    `assists`: who helps, in this case and by the rule; `subtask`: what they do in this case.
    """

    unit: Organisation
    reason: str
    document: str
    reach: str = NOWHERE
    valid_from: date | None = None
    file: StoredFile | None = None
    assists: Sequence[Organisation] = ()
    subtask: str = ""


@transaction.atomic
def decide_dispute(*, dispute_id: int, decision: Decision, actor: Actor, now: datetime) -> Dispute:
    """Settle whose duty it is: the one road to it. A frozen case goes to the unit; one that has
    been fixed keeps it in its history. Where the decision has a reach, the matrix says so.

    Raises NotAllowed, NotFound, Invalid (no document), Refused (decided, level, matrix).
    """
    actor.require(DECIDE)
    row = held(actor, dispute_id)
    if not says_something(decision.document):
        raise Invalid(_("a decision names the document it stands in"),
                      fields={"document": _("fill this in")})  # fmt: skip
    frozen = row.case.status == Status.COORDINATING
    papers = [Paper(file=decision.file, stage="paper")] if decision.file else []
    case = cases.perform(
        row.case.number, "decide" if frozen else "name_liable", actor=actor, now=now,
        inputs=_inputs(decision, frozen=frozen), papers=papers,
    )  # fmt: skip
    rule = _write_line(row, decision, actor, now) if decision.reach else None
    follow_case(number=case.number, version=case.version, file=decision.file, rule=rule)
    return queries.dispute_seen(actor, dispute_id)


def _inputs(decision: Decision, *, frozen: bool) -> dict[str, Any]:
    """What the step is told; who helps is told to a case that is still to be handled."""
    said = {"unit": decision.unit.pk, "document": decision.document.strip(),
            "reason": decision.reason}  # fmt: skip
    if frozen:
        return said | {"assists": [one.pk for one in decision.assists],
                       "subtask": decision.subtask}  # fmt: skip
    if decision.subtask or (decision.assists and not decision.reach):
        raise Invalid(_("nobody assists in a case that this decision gives to nobody"),
                      fields={"assists": _("not for this case")})  # fmt: skip
    return said


def _write_line(row: Dispute, decision: Decision, actor: Actor, now: datetime) -> Responsibility:
    """The case's class in the reach of the decision belongs to the unit.

    The decision is the authority: who may decide needs no right to edit the matrix otherwise, but
    the area and the unit must lie in their own scope as for anybody who writes it.
    """
    case, digits = row.case, REACHES[decision.reach]
    chosen = case.problem_class
    if chosen is None or (digits and len(case.area_code) < digits):
        raise Invalid(_("the case has no class or no place: it cannot become a rule"),
                      fields={"reach": _("not for this case")})  # fmt: skip
    day = _first_day(case, decision, now)
    cell = {
        "kind": chosen.kind, "edition_code": _edition(chosen, day),
        "major_code": chosen.major_code, "minor_code": chosen.minor_code,
        "region_code": case.area_code[:digits] or ANY,
    }  # fmt: skip
    before = _asked(case, chosen, day, digits=digits)
    line = _say(cell, _helping(row, decision, before), decision, day, actor, now)
    for _narrower in range(ATTEMPTS):
        other = _still_wins(case, chosen, decision, day)
        if other is None:
            break
        found, beaten = other
        _say(_cell_of(beaten), _helping(row, decision, found), decision, day, actor, now)
    return line


def _first_day(case: Case, decision: Decision, now: datetime) -> date:
    """From when on it is a rule; raises Invalid before the report, and for years ahead."""
    today = timezone.localdate(now)
    day = decision.valid_from or today
    if day < timezone.localdate(case.reported_at):
        raise Invalid(_("a decision is a rule from the day of the report on, not before"),
                      fields={"valid_from": _("lies before the report")})  # fmt: skip
    if day > today + LONGEST_AHEAD:
        raise Invalid(_("a decision is a rule within a year"),
                      fields={"valid_from": _("lies too far ahead")})  # fmt: skip
    return day


def _helping(
    row: Dispute, decision: Decision, before: Proposal | None
) -> list[tuple[Organisation, str]]:
    """Who assists by the new line: whom the decision names; without a word of it, and where one of
    the parties leads, whoever assisted by the line of before."""
    if decision.assists:
        return [(one, str(Duty.ASSIST)) for one in decision.assists]
    if before is None or decision.unit.pk not in row.parties:
        return []
    duties = {one["organisation"]: str(one["role"]) for one in before.assists}
    duties.pop(decision.unit.pk, None)
    known = Organisation.objects.filter(active=True).defer("search").in_bulk(duties)
    return [(known[unit], duty) for unit, duty in duties.items() if unit in known]


def _say(
    cell: dict[str, Any],
    assists: Sequence[tuple[Organisation, str]],
    decision: Decision,
    day: date,
    actor: Actor,
    now: datetime,
) -> Responsibility:
    return people.set_responsibility(
        **cell, lead=decision.unit, assists=assists, valid_from=day, now=now,
        source_document=decision.document.strip(),
        actor=replace(actor, permissions=actor.permissions | {"people.manage"}),
    )  # fmt: skip


def _cell_of(line: Responsibility) -> dict[str, Any]:
    return {
        "kind": line.class_kind, "edition_code": line.edition_code, "major_code": line.major_code,
        "minor_code": line.minor_code, "region_code": line.region_code, "owner": line.owner,
    }  # fmt: skip


def _edition(chosen: ProblemClass, day: date) -> str:
    """The edition under which the city's own lines stand: the one in force, where it holds the
    class itself or from the edition that it extends."""
    current = standards.current_edition(day)
    known = {one.pk for one in standards.chain(current)}
    return current.code if chosen.edition_id in known else chosen.edition.code


def _asked(
    case: Case,
    chosen: ProblemClass,
    day: date,
    *,
    digits: int = WHOLE_CODE,
    grid_code: str = "",
    owner_id: int | None = None,
) -> Proposal | None:
    """What the matrix says of the class in the case's area, in so many digits of its code."""
    area = case.area_code[:digits]
    return people_queries.responsible_for(
        kind=chosen.kind, edition_code=chosen.edition.code, major_code=chosen.major_code,
        minor_code=chosen.minor_code, district_code=area[:6],
        street_code=area[:9] if len(area) >= REACHES[STREET] else "",
        community_code=area if len(area) >= WHOLE_CODE else "",
        grid_code=grid_code, owner_id=owner_id, on=day,
    )  # fmt: skip


def _still_wins(
    case: Case, chosen: ProblemClass, decision: Decision, day: date
) -> tuple[Proposal, Responsibility] | None:
    """The line that gives the very place of the dispute to somebody else all the same, with what it
    says: it names a smaller area or an owner, so it is ended by one of its own cell."""
    owned = assets.owner_on(case.component_id, day).owner_id if case.component_id else None
    found = _asked(case, chosen, day, grid_code=case.grid_code, owner_id=owned)
    if found is None or found.lead_id == decision.unit.pk or not found.row_ids:
        return None
    return found, Responsibility.objects.select_related("owner").get(pk=found.row_ids[0])
