"""The decision of a dispute: a step of the case, and a dated line of the matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.cases import operations as cases
from cityloop.cases.change import Paper
from cityloop.cases.models import Case, Status
from cityloop.coordination import queries
from cityloop.coordination.models import Dispute
from cityloop.coordination.operations.disputes import follow_case, held
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.models import StoredFile
from cityloop.people import operations as people
from cityloop.people.models import ANY, Organisation, Responsibility

DECIDE = "coordination.decide"
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
    if not decision.document.strip():
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
    return people.set_responsibility(
        kind=chosen.kind, edition_code=chosen.edition.code, major_code=chosen.major_code,
        minor_code=chosen.minor_code, region_code=case.area_code[:digits] or ANY,
        lead=decision.unit, source_document=decision.document.strip(),
        valid_from=decision.valid_from, now=now,
        actor=replace(actor, permissions=actor.permissions | {"people.manage"}),
    )  # fmt: skip
