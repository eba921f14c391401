"""The decision of a dispute: a step of the case, and a dated line of the matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
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
from cityloop.people.models import ANY, Organisation, Responsibility
from cityloop.standards import queries as standards
from cityloop.standards.models import ProblemClass

DECIDE = "coordination.decide"
ATTEMPTS = 4  # area and owner: no more lines can be nearer than that
NOWHERE, STREET, DISTRICT, CITY = "", "street", "district", "city"
# How far the decision becomes a rule -> digits of the case's area code; none: the whole city.
REACHES = {STREET: 9, DISTRICT: 6, CITY: 0}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose duty it is, and why. `reach`: where it is a rule from `valid_from` on; '' nowhere."""

    unit: Organisation
    reason: str
    document: str
    reach: str = NOWHERE
    valid_from: date | None = None
    file: StoredFile | None = None


@transaction.atomic
def decide_dispute(*, dispute_id: int, decision: Decision, actor: Actor, now: datetime) -> Dispute:
    """Settle whose duty it is. A frozen case goes to the unit; one that has been fixed keeps it in
    its history. Where the decision has a reach, the matrix says so from now on.

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
        inputs={"unit": decision.unit.pk, "document": decision.document.strip(),
                "reason": decision.reason}, papers=papers,
    )  # fmt: skip
    follow_case(number=case.number, version=case.version)
    line = _write_line(row.case, decision, actor, now) if decision.reach else None
    Dispute.objects.filter(pk=row.pk).update(
        document=decision.document.strip(), file=decision.file, line=line
    )
    return queries.dispute_seen(actor, dispute_id)


def _write_line(case: Case, decision: Decision, actor: Actor, now: datetime) -> Responsibility:
    """The case's class in the reach of the decision belongs to the unit.

    The decision is the authority: who may decide needs no right to edit the matrix otherwise, but
    the area and the unit must lie in their own scope as for anybody who writes it.
    """
    chosen, digits = case.problem_class, REACHES[decision.reach]
    if chosen is None or (digits and len(case.area_code) < digits):
        raise Invalid(_("the case has no class or no place: it cannot become a rule"),
                      fields={"reach": _("not for this case")})  # fmt: skip
    day = decision.valid_from or timezone.localdate(now)
    if day < timezone.localdate(case.reported_at):
        raise Invalid(_("a decision is a rule from the day of the report on, not before"),
                      fields={"valid_from": _("lies before the report")})  # fmt: skip
    cell = {
        "kind": chosen.kind, "edition_code": _edition(chosen, day),
        "major_code": chosen.major_code, "minor_code": chosen.minor_code,
        "region_code": case.area_code[:digits] or ANY,
    }  # fmt: skip
    line = _say(cell, decision, day, actor, now)
    for _narrower in range(ATTEMPTS):
        other = _still_wins(case, chosen, decision, day)
        if other is None:
            break
        _say(_cell_of(other), decision, day, actor, now)
    return line


def _say(
    cell: dict[str, Any], decision: Decision, day: date, actor: Actor, now: datetime
) -> Responsibility:
    return people.set_responsibility(
        **cell, lead=decision.unit, source_document=decision.document.strip(),
        valid_from=day, now=now,
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


def _still_wins(
    case: Case, chosen: ProblemClass, decision: Decision, day: date
) -> Responsibility | None:
    """The line that gives the very place of the dispute to somebody else all the same: it names a
    smaller area or an owner, so it is ended by one of its own cell."""
    owned = assets.owner_on(case.component_id, day).owner_id if case.component_id else None
    found = people_queries.responsible_for(
        kind=chosen.kind, edition_code=chosen.edition.code, major_code=chosen.major_code,
        minor_code=chosen.minor_code, district_code=case.area_code[:6],
        street_code=case.area_code[:9], community_code=case.area_code, grid_code=case.grid_code,
        owner_id=owned, on=day,
    )  # fmt: skip
    if found is None or found.lead_id == decision.unit.pk or not found.row_ids:
        return None
    return Responsibility.objects.select_related("owner").get(pk=found.row_ids[0])
