"""Decisions on which the lot fell: who may judge them, and what was found."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import CaseEvent
from cityloop.discipline.models import Decision, Lot, Ruling, Sample
from cityloop.discipline.queries.decisions import (
    ACTIONS,
    JUDGE,
    VIEW,
    Wanted,
    in_scope,
    reader,
)
from cityloop.intake import queries as intake
from cityloop.intake.models import Report
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.standards.models import ProblemClass

# Who took one of these steps in a case has had a hand in the same decision.
_AT_INTAKE = ("accept", "reject", "settle_by_reminder", "request_void", "approve_void",
              "refuse_void", "file", "refuse_filing", "return_to_acceptance", "correct", "locate",
              "send_verify", "verified", "not_found", "recall_verify")  # fmt: skip
_AT_DISPATCH = (*ACTIONS[Decision.DISPATCH], "pass_down", "pass_up", "return_to_acceptance",
                "freeze", "raise_dispute", "decide", "name_liable", "substitute")  # fmt: skip
# Who told of the case, or took in such a report, has said that it is one problem.
_AT_JOINING = ("report", "quick_report", *ACTIONS[Decision.JOIN], *_AT_INTAKE)
# kind: the steps by which somebody had a part in it; the others are taken at intake
_PART = {Decision.DISPATCH: _AT_DISPATCH, Decision.JOIN: _AT_JOINING}
WAITING, OPEN, JUDGED = "waiting", "open", "judged"  # states beside those of Ruling
STATES = (WAITING, OPEN, JUDGED, "right", "wrong")


class NoSuchSample(NotFound):
    """No such decision was drawn in the actor's scope."""

    code, title = "no-such-sample", "There is no such sampled decision"


def lots(actor: Actor, *, limit: int = 60) -> list[Lot]:
    """The latest lots with their seeds; raises NotAllowed."""
    reader(actor)
    return list(Lot.objects.order_by("-day")[:limit])


def samples(actor: Actor, wanted: Wanted) -> QuerySet[Sample]:
    """Drawn decisions in cases of the actor's scope; unordered. Raises NotAllowed."""
    reader(actor)
    since, until = wanted.period
    rows = in_scope(actor, Sample.objects.filter(decided_at__gte=since, decided_at__lt=until))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.operator is not None:
        rows = rows.filter(operator=wanted.operator)
    if wanted.hall is not None:
        rows = rows.filter(hall=wanted.hall or None)
    return _shown(_in_state(actor, rows, wanted.state))


def _in_state(actor: Actor, rows: QuerySet[Sample], state: str) -> QuerySet[Sample]:
    if state == WAITING:
        return _for(actor, rows)
    if state == JUDGED:
        return rows.exclude(ruling=Ruling.OPEN)
    return rows.filter(ruling=state) if state else rows


def _for(actor: Actor, rows: QuerySet[Sample]) -> QuerySet[Sample]:
    """Those that this person may judge: not their own, and no part taken in the decision."""
    if actor.member_id is None or not actor.may(JUDGE):
        return rows.none()
    own = CaseEvent.objects.filter(case=OuterRef("case"), member=actor.member_id)
    took_part = ~Q(kind__in=_PART) & Q(Exists(own.filter(action__in=_AT_INTAKE)))
    for kind, steps in _PART.items():
        took_part |= Q(kind=kind) & Q(Exists(own.filter(action__in=steps)))
    return rows.filter(ruling=Ruling.OPEN).exclude(operator=actor.member_id).exclude(took_part)


def _shown(rows: QuerySet[Sample]) -> QuerySet[Sample]:
    return rows.select_related("lot", "case__problem_class", "operator", "hall", "judge", "answer")


def sample(actor: Actor, sample_id: int) -> Sample:
    """One drawn decision: in the scope of who judges or watches, or one's own once it is judged.

    Raises NoSuchSample.
    """
    row = _shown(Sample.objects.filter(pk=sample_id)).first()
    if row is not None and row.ruling != Ruling.OPEN and row.operator_id == actor.member_id:
        return row
    reads = actor.may(JUDGE) or actor.may(VIEW)
    if row is None or not reads or not cases.visible(actor).filter(pk=row.case_id).exists():
        raise NoSuchSample(_("there is no such sampled decision, or you may not see it"))
    return row


def why_not(actor: Actor, row: Sample) -> str:
    """Why this person may not judge a decision; '' when they may."""
    if not actor.may(JUDGE) or actor.member_id is None:
        return _("a second person with that right judges it")
    if row.operator_id == actor.member_id:
        return _("somebody else judges what you have decided")
    steps = _PART.get(Decision(row.kind), _AT_INTAKE)
    if CaseEvent.objects.filter(
        case=row.case_id, member=actor.member_id, action__in=steps
    ).exists():
        return _("you had a part in this decision: somebody else judges it")
    return ""


def line_of(row: Sample) -> CaseEvent:
    """The line of the history by which it was decided."""
    return CaseEvent.objects.get(case=row.case_id, version=row.version)


def report_of(actor: Actor, row: Sample) -> Report | None:
    """The report that joined, as this reader may know it; None for other kinds of decisions."""
    if row.kind != Decision.JOIN:
        return None
    ordinal = line_of(row).facts.get("reports")
    found = Report.objects.filter(case=row.case_id, ordinal=ordinal).select_related("case").first()
    return intake.readable(actor, found) if found else None


def class_then(row: Sample) -> ProblemClass | None:
    """The class that the case had by the decision, whatever it was corrected to later."""
    later = CaseEvent.objects.filter(
        case=row.case_id, version__gt=row.version, facts__has_key="class"
    ).order_by("version")
    facts = later.values_list("facts", flat=True).first()
    if facts is None or not isinstance(facts["class"], dict):
        return row.case.problem_class
    return ProblemClass.objects.filter(pk=facts["class"].get("was") or 0).first()
