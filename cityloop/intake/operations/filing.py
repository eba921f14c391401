"""Clear reports are filed by themselves where the city lets them (D04)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, Status
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule, ProblemClass

AUTOMATIC = "automatic"


def file_unambiguous(*, number: str, now: datetime) -> str:
    """Accept and file a clear report when rule and unit leave no choice; returns the status.

    Whatever leaves a choice stays with the acceptor; that others tell the same meanwhile leaves
    none.
    """
    with transaction.atomic():
        Case.objects.select_for_update().only("pk").get(number=number)
        # Only now: what is read together with the lock is as it was before others were waited for.
        case = Case.objects.select_related("problem_class__edition", "component").get(number=number)
        rule = _only_rule(case, now)
        if case.status != Status.REPORTED or rule is None or not _one_unit(case, now):
            return case.status
        return _filed(case, rule, now)


def _filed(case: Case, rule: FilingRule, now: datetime) -> str:
    number, actor = case.number, Actor.system(AUTOMATIC)
    try:
        with transaction.atomic():
            taken = cases.perform(number, "accept", actor=actor, now=now, version=case.version)
            taken = cases.perform(
                number, "file", actor=actor, now=now, version=taken.version,
                inputs={"filing_rule": rule.pk},
            )  # fmt: skip
    except errors.Refused:
        return case.status
    return taken.status


def _only_rule(case: Case, now: datetime) -> FilingRule | None:
    if case.problem_class_id is None:
        return None
    rules = standards.rules_for(case.problem_class_id, on=timezone.localdate(now))
    return rules[0] if len(rules) == 1 else None


def _one_unit(case: Case, now: datetime) -> bool:
    chosen: ProblemClass | None = case.problem_class
    if chosen is None:
        return False
    found = people.responsible_for(
        kind=chosen.kind,
        edition_code=chosen.edition.code,
        major_code=chosen.major_code,
        minor_code=chosen.minor_code,
        district_code=case.area_code[:6],
        street_code=case.area_code[:9],
        community_code=case.area_code,
        grid_code=case.grid_code,
        owner_id=case.component.owner_id if case.component else None,
        on=timezone.localdate(now),
    )
    return found is not None and found.unambiguous
