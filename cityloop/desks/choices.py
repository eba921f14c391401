"""What the select fields of steps offer: each named function gives the choices of one field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Case as When_
from django.db.models import Count, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from cityloop.cases import fields, guards, lifecycle, receiving
from cityloop.cases.guards.joint import TERRITORIAL
from cityloop.cases.guards.substitution import given_back
from cityloop.cases.models import Case, Status
from cityloop.desks import looks
from cityloop.desks.forms import Label
from cityloop.intake import queries as intake
from cityloop.kernel.actor import Actor
from cityloop.kernel.templatetags.ui import named
from cityloop.people import queries as people
from cityloop.people.models import NOT_HANDLING, Member, Organisation, OrganisationKind
from cityloop.people.roles import CHECKERS, VERIFIERS
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule, ProblemClass


@dataclass(frozen=True, slots=True)
class Asked:
    """For which case, whom and which day the choices are made."""

    case: Case
    actor: Actor
    on: date


def classes(on: date) -> list[Any]:
    """The current classes by major; each with the words it is found by."""
    try:
        rows = standards.classes(standards.current_edition(on))
    except standards.NoEdition:
        return []
    return grouped(rows, lambda one: named(one, "major"), _class_option)


def grouped(
    rows: Iterable[Any], group: Callable[[Any], str], option: Callable[[Any], Any]
) -> list[Any]:
    """Choices in option groups, in the order of the rows."""
    return [(name, [option(one) for one in found]) for name, found in groupby(rows, key=group)]


def _class_option(one: ProblemClass) -> tuple[str, Label]:
    words = " ".join((one.initials, *one.synonyms))
    return str(one.pk), Label(f"{named(one)} {one.short_code}", words)


def _classes(asked: Asked) -> list[Any]:
    """Of a case that needs one, what its words suggest stands first; nothing is chosen by it."""
    found = classes(asked.on)
    if has_class(asked):
        return found
    guesses = intake.suggest_classes(asked.case.description, on=asked.on)
    shares = {str(one.known.id): one.confidence for one in guesses}
    guessed = [
        (key, Label(f"{label} · {round(shares[key] * 100)} %", label.words))
        for _major, rows in found
        for key, label in rows
        if key in shares
    ]
    guessed.sort(key=lambda row: -shares[row[0]])
    return [(_("Suggested by the words"), guessed), *found] if guessed else found


def has_class(asked: Asked) -> bool:
    """The case has a class under which cases may be filed today."""
    known = asked.case.problem_class_id
    return known is not None and standards.class_holds(known, on=asked.on)


def _rules(asked: Asked) -> list[Any]:
    if asked.case.problem_class_id is None:
        return []
    found = standards.rules_for(
        asked.case.problem_class_id, place_level=asked.case.place_level, on=asked.on
    )
    return [(str(rule.pk), rule_words(rule)) for rule in found]


def rule_words(rule: FilingRule) -> str:
    """ "condition (A) · 4 working hours"."""
    level = f" ({rule.place_level})" if rule.place_level else ""
    limit = standards.limit_text(rule.limit_amount, rule.limit_unit)
    return f"{named(rule, 'condition')}{level} · {limit}"


def _units(asked: Asked) -> list[Any]:
    """Units that take cases, the proposed one first."""
    kept = asked.case.proposal
    return units({kept.get("unit"), *kept.get("also", ())})


def _addressees(asked: Asked) -> list[Any]:
    """Units that may be ordered to answer, the one that has the case first."""
    return units({asked.case.lead_id, asked.case.proposal.get("unit")})


def _assists(asked: Asked) -> list[Any]:
    """Units that may assist, the proposed ones first."""
    return units({one["organisation"] for one in asked.case.proposal.get("assists") or ()})


def _territories(asked: Asked) -> list[Any]:
    """Units that answer for ground."""
    rows = Organisation.objects.filter(active=True, kind__in=TERRITORIAL).order_by("kind", "path")
    kinds = dict(OrganisationKind.choices)
    return grouped(rows.defer("search"), lambda one: str(kinds[one.kind]), _unit_option)


def _liable(asked: Asked) -> list[Any]:
    """Units that may be answerable, the one that has the case first; while that is disputed none
    is named on the way."""
    if asked.case.dispute_level:
        return []
    return units({asked.case.liable_id, asked.case.lead_id, asked.case.proposal.get("unit")})


def units(proposed: set[Any]) -> list[Any]:
    """Units that take cases: the proposed ones, then the others by kind."""
    rows = Organisation.objects.filter(active=True).exclude(kind__in=NOT_HANDLING)
    every = list(rows.order_by("kind", "path").defer("search"))
    first = [one for one in every if one.pk in proposed]
    rest = [one for one in every if one.pk not in proposed]
    kinds = dict(OrganisationKind.choices)
    found = grouped(rest, lambda one: str(kinds[one.kind]), _unit_option)
    return [(_("Proposed"), [_unit_option(one) for one in first]), *found] if first else found


def _unit_option(one: Organisation) -> tuple[str, Label]:
    return str(one.pk), Label(one.name, f"{one.code} {one.name_en}")


def _workers(asked: Asked) -> list[Any]:
    rows = people.holders(asked.on, "worker").filter(organisation_id__in=asked.actor.own_units)
    return [(str(one.pk), one.name) for one in rows.order_by("name", "pk")]


def _inspectors(asked: Asked) -> list[Any]:
    """Who may be sent on site: inspectors who walk the street first, then the district, then all
    others; professional teams; before filing the contact stations of the place."""
    street, district = asked.case.area_code[:9], asked.case.area_code[:6]
    wanted = VERIFIERS if asked.case.status == Status.REPORTED else CHECKERS
    near = When_(
        When(holdings__post__roles__code="community_station", then=Value(4)),
        When(holdings__post__roles__code="team_inspector", then=Value(3)),
        When(_walks(street), then=Value(0)), When(_walks(district), then=Value(1)),
        default=Value(2), output_field=IntegerField(),
    )  # fmt: skip
    rows = people.holders(asked.on, *wanted).select_related("organisation").annotate(near=near)
    titles = {
        0: _("Of this street"), 1: _("Of this district"), 2: _("Others"),
        3: _("Professional inspection teams"), 4: _("Community contact stations"),
    }  # fmt: skip
    found = {one.pk: one for one in rows.order_by("-near", "name", "pk")}
    ordered = sorted(found.values(), key=lambda one: (one.near, one.name, one.pk))
    here = [one for one in ordered if one.near != 4 or _stands_at(one, asked.case.area_code)]
    return grouped(here, lambda one: titles[one.near], _inspector_option)


def _stands_at(station: Any, area_code: str) -> bool:
    """The station's community is that of the place."""
    return area_code.startswith(station.organisation.region_code or "-")


def _walks(code: str) -> Q:
    return Q(patrol_areas__area_code__startswith=code) if code else Q(pk__in=())


def _inspector_option(one: Member) -> tuple[str, Label]:
    return str(one.pk), Label(f"{one.name} · {one.organisation.name}", one.username)


CHOICES: dict[str, Callable[[Asked], list[Any]]] = {
    "problem_class": _classes,
    "filing_rule": _rules,
    "place_level": lambda asked: list(looks.PLACE_LEVEL.items()),
    "level": lambda asked: [(str(k), v) for k, v in looks.CASE_LEVEL.items()],
    "stage": lambda asked: list(fields.STAGES.items()),
    "unit": _units,
    "fixed_by": _units,
    "addressee": _addressees,
    "territories": _territories,
    "liable": _liable,
    "assists": _assists,
    "worker": _workers,
    "inspector": _inspectors,
}


def choices_of(steps: Iterable[lifecycle.Step], asked: Asked) -> dict[str, list[Any]]:
    """Choices of every field that these steps ask for, each made once."""
    wanted = {name for step in steps for name, _required in step.fields}
    return {name: make(asked) for name, make in CHOICES.items() if name in wanted}


def choices_in(offered: Iterable[Any]) -> set[str]:
    """The values that choices hold, in groups or not."""
    found = ((row[0] for row in label) if isinstance(label, list) else (key,)
             for key, label in offered)  # fmt: skip
    return {str(value) for values in found for value in values if value}


# Fields that name who gets a case or an order, in steps that do not name anybody else by them.
RECEIVING = frozenset({"unit", "assists", "territories", "addressee"})


def deskless(asked: Asked) -> set[str]:
    """Units, as choices have them, at which nobody can receive the case. One statement."""
    return {str(pk) for pk in receiving.closed_to(asked.case, on=asked.on)}


def of_step(
    step: lifecycle.Step, choices: dict[str, list[Any]], left_out: set[str]
) -> dict[str, list[Any]]:
    """The choices of one step, with its reason codes: where it sends somebody the case, without
    the units left out."""
    sends = {guards.somebody_receives, guards.addressee_handles}.intersection(step.guards)
    narrowed = RECEIVING & choices.keys() if sends else ()
    less = {name: _without(choices[name], left_out) for name in narrowed}
    return {**choices, **less, "reason_code": reasons_of(step)}


def _without(groups: list[Any], left_out: set[str]) -> list[Any]:
    narrowed = ((title, [one for one in rows if one[0] not in left_out]) for title, rows in groups)
    return [(title, rows) for title, rows in narrowed if rows]


def needless(asked: Asked, wanted: set[str]) -> frozenset[str]:
    """Fields that mean nothing for the case: the forms leave them out."""
    asks_liable = "liable_open" in wanted and not given_back(asked.case, asked.case.status)
    return _of_no_rule(asked, wanted) | frozenset({"liable_open"} if asks_liable else ())


def _of_no_rule(asked: Asked, wanted: set[str]) -> frozenset[str]:
    """Fields that no filing rule of the case's class knows."""
    if not wanted & {"engineering", "place_level"}:
        return frozenset()
    rules = FilingRule.objects.filter(problem_class=asked.case.problem_class_id)
    known = rules.aggregate(
        engineering=Count("engineering_amount"),
        place_level=Count("pk", filter=~Q(place_level="")),
    )
    return frozenset(name for name, count in known.items() if not count)


def needed(step: lifecycle.Step, asked: Asked) -> frozenset[str]:
    """Optional fields without which the step is refused: the class of a case that has none, or one
    of an edition that has ended."""
    lacks = guards.class_chosen in step.guards and not has_class(asked)
    return frozenset({"problem_class"} if lacks else ())


def reasons_of(step: lifecycle.Step) -> list[Any]:
    """The reason codes of a step."""
    return [(code, label) for code, label in fields.reasons(step.action)]


def proposed(asked: Asked, wanted: set[str]) -> dict[str, Any]:
    """What is filled in beforehand: the proposal of the matrix, the inspector of the place."""
    case = asked.case
    found: dict[str, Any] = {}
    if "inspector" in wanted:
        grid = case.grid_code
        found["inspector"] = people.inspector_of(grid, asked.on) if grid else None
    if "unit" in wanted:
        found["unit"] = case.proposal.get("unit") or case.lead_id
        owed = [one for one in case.assisting if one.get("what")]
        assists = [*(case.proposal.get("assists") or case.assisting), *owed]
        found["assists"] = list(dict.fromkeys(str(one["organisation"]) for one in assists))
    known = {
        "problem_class": case.problem_class_id, "address": case.address, "worker": case.worker_id,
        "description": case.description, "place_level": case.place_level,
    }  # fmt: skip
    if "same_as" in wanted and case.status == Status.VOIDING:
        found["same_as"] = guards.same_as_asked(case)
    return found | {name: value for name, value in known.items() if name in wanted}
