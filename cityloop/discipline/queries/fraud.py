"""Fraud findings that an actor sees, and what may be their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from cityloop.cases.models import Attachment, Case, CaseEvent
from cityloop.discipline.models import FraudCase, FraudFinding, FraudNote
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.people import queries as people

STATES = ("open", "upheld", "dismissed", "appealed")
Step = FraudNote.Step


def of_units(actor: Actor) -> Q:
    """Rows of units that the actor watches over (discipline.view), or answers for."""
    found = Q(pk__in=[])
    if actor.may("discipline.view"):
        found |= people.scope_q(
            actor, organisation_field="unit_id", region_field="unit__region_code"
        )
    if actor.may("discipline.answer"):
        found |= Q(unit_id__in=actor.own_units)
    return found


def findings(actor: Actor, *, state: str = "") -> QuerySet[FraudFinding]:
    """Findings about units that the actor watches over or answers for; unordered."""
    notes = FraudNote.objects.filter(finding=OuterRef("pk"))
    rows = FraudFinding.objects.filter(of_units(actor)).annotate(
        verdict=Subquery(notes.filter(step=Step.DECISION).values("verdict")),
        last=Subquery(notes.filter(step=Step.APPEAL_DECISION).values("verdict")),
        appealed=Exists(notes.filter(step=Step.APPEAL)),
    )
    wanted = {
        "open": Q(verdict=None),
        "appealed": Q(appealed=True, last=None),
        "upheld": Q(last="upheld") | Q(last=None, verdict="upheld", appealed=False),
        "dismissed": Q(last="dismissed") | Q(verdict="dismissed"),
    }
    return rows.filter(wanted.get(state, Q())).select_related("unit", "member", "found_by")


def state_of(row: Any) -> str:
    """Where a finding of `findings` stands: one of STATES."""
    if row.verdict is None:
        return "open"
    if row.appealed and row.last is None:
        return "appealed"
    return str(row.last or row.verdict)


def finding_seen(actor: Actor, finding_id: int) -> FraudFinding:
    """One finding with its cases and notes; raises NotFound outside the actor's scope."""
    rows = findings(actor).prefetch_related(
        Prefetch("members", FraudCase.objects.select_related("case").order_by("pk")),
        Prefetch("notes", FraudNote.objects.select_related("by").order_by("pk")),
    )
    found = rows.filter(pk=finding_id).first()
    if found is None:
        raise NotFound(_("there is no such finding, or you may not see it"))
    return found


def photos_of(cases: Iterable[Case]) -> dict[str, dict[str, Any]]:
    """Photos of these cases by digest, with what machines remarked about them."""
    rows = Attachment.objects.filter(case__in=list(cases)).select_related("case", "file")
    return {
        row.file.sha256: {
            "what": "photo", "case": row.case.number, "sha256": row.file.sha256,
            "stage": row.stage, "remarks": row.remarks,
        }
        for row in rows.order_by("pk")
    }  # fmt: skip


def lines_of(cases: Iterable[Case]) -> list[CaseEvent]:
    """The history lines of these cases."""
    rows = CaseEvent.objects.filter(case__in=list(cases)).select_related("case")
    return list(rows.order_by("case_id", "version"))
