"""The effect that proposes a unit, with what speaks for it."""

from __future__ import annotations

from django.utils import timezone

from cityloop.assets import queries as assets
from cityloop.assets.queries import Owned
from cityloop.cases import evidence, testimony
from cityloop.cases.change import Change
from cityloop.cases.effects.tasks import united
from cityloop.cases.models import Case
from cityloop.cases.receiving import deskless
from cityloop.kernel import manifest
from cityloop.kernel.clock import local_day
from cityloop.kernel.manifest import Testimony
from cityloop.people import queries as people
from cityloop.people.lines import Proposal
from cityloop.standards.models import ProblemClass


def propose_unit(change: Change) -> None:
    """Who is responsible, and why; a sure one may go out by itself (D04, E02)."""
    if change.imported:
        return
    case, chosen = change.case, change.inputs["filing_rule"].problem_class
    owned = _owner(case)
    earlier = None
    if change.flow.look_back_days:
        earlier = evidence.earlier_cases(
            problem_class_id=case.problem_class_id, area_code=case.area_code, now=change.now,
            days=change.flow.look_back_days,
        )  # fmt: skip
    by_matrix = _by_matrix(change, chosen, owned.owner_id)
    kept = evidence.proposal_of(by_matrix, earlier, owner_id=owned.owner_id)
    case.proposal = testimony.weighed(kept, by_matrix, _said(case, chosen), earlier)
    if case.proposal and owned.since is not None:
        case.proposal["owned"] = {"stage": owned.stage, "since": owned.since.isoformat()}
    if case.proposal and _goes_by_itself(change, chosen):
        case.proposal["auto"] = True
        inputs = {"unit": case.proposal["unit"], "assists": case.proposal["assists"]}
        change.follow_up = ("dispatch", inputs)


def _said(case: Case, chosen: ProblemClass) -> list[Testimony]:
    """What registers beside the core say of the class at the place, on the day of the report."""
    if case.point is None:
        return []
    return manifest.testimony(
        problem_class=chosen, lon=case.point.x, lat=case.point.y,
        at=case.reported_at,
    )  # fmt: skip


def _owner(case: Case) -> Owned:
    """Whose the component was on the day of the report, whatever was handed over since (B11)."""
    if case.component_id is None:
        return Owned(None)
    return assets.owner_on(case.component_id, timezone.localdate(case.reported_at))


def name_reminded_unit(change: Change) -> None:
    """The unit that is told: the one named, else the one that the matrix names (B10)."""
    case, chosen = change.case, change.inputs.get("problem_class") or change.case.problem_class
    named = change.inputs.get("addressee")
    found = None if named is not None or change.imported or chosen is None else _by_matrix(
        change, chosen, _owner(case).owner_id
    )  # fmt: skip
    unit = named.pk if named is not None else found.lead_id if found is not None else None
    if unit is not None:
        case.lead_id, case.units = unit, united(case.units, [unit])
        change.facts["addressee"] = unit


def _by_matrix(change: Change, chosen: ProblemClass, owner: int | None) -> Proposal | None:
    case = change.case
    return people.responsible_for(
        kind=chosen.kind,
        edition_code=chosen.edition.code,
        major_code=chosen.major_code,
        minor_code=chosen.minor_code,
        district_code=case.area_code[:6],
        street_code=case.area_code[:9],
        community_code=case.area_code,
        grid_code=case.grid_code,
        owner_id=owner,
        on=local_day(change.now),
    )


def _goes_by_itself(change: Change, chosen: ProblemClass) -> bool:
    """Unambiguous where the city lets that do, or as sure as its class demands."""
    proposal = change.case.proposal
    if proposal.get("contested"):
        return False  # line and permit name different units: a person decides
    wanted = evidence.threshold(change.flow.auto_from, chosen.short_code)
    sure = wanted is not None and proposal["sure"] >= wanted
    if not sure and not (proposal["unambiguous"] and change.flow.auto_dispatch):
        return False
    named = {proposal["unit"], *(one["organisation"] for one in proposal["assists"])}
    return not deskless(
        named,
        area_code=change.case.area_code,
        flow=change.flow,
        on=timezone.localdate(change.now),
    )
