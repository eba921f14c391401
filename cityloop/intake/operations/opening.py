"""What the core is told of a new problem, and with which flow its case begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cityloop.cases import operations as cases
from cityloop.cases.models import Flow
from cityloop.intake import checks, reference
from cityloop.intake.channels import UNAMBIGUOUS
from cityloop.intake.models import Kind
from cityloop.intake.operations.incoming import Draft
from cityloop.intake.queries.asking import Context
from cityloop.kernel.phones import masked

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def files_itself(draft: Draft, found: Context) -> bool:
    """The city lets this channel's clear reports be filed at once, and this one is clear (D04)."""
    return (
        draft.channel.auto_file == UNAMBIGUOUS
        and draft.given.kind == Kind.REPORT
        and not draft.channel.verify
        and not draft.checks
        and draft.known is not None
        and bool(found.place.grid_code)
    )


def new_case(draft: Draft, found: Context, *, imported: bool = False) -> cases.NewCase:
    """What the core is told of the problem; nothing of the person: a telephone number in the words
    stays in the report, where only those read it who may know reporters."""
    given, place = draft.given, found.place
    facts: dict[str, Any] = {}
    if draft.checks:
        facts["checks"] = [one["code"] for one in draft.checks]
    if draft.channel.priority == 1:
        facts["priority"] = 1
    if draft.channel.written_report:
        facts["written_report"] = True
    if former := checks.former_case(draft.checks):
        facts["sent_again"] = former
    return cases.NewCase(
        channel=draft.channel.code,
        flow=_flow(draft),
        description=masked(draft.text),
        problem_class_id=draft.known.id if draft.known else None,
        component_id=found.component["id"] if found.component else None,
        level=draft.known.level if draft.known else 2,
        lon=draft.lon,
        lat=draft.lat,
        raw=(given.x, given.y, given.system if given.x is not None else ""),
        address=masked(draft.address),
        area_code=place.community_code,
        grid_code=place.grid_code,
        in_service_area=place.in_service,
        external_number=given.source_key[:64],
        verify=draft.channel.verify and not imported,
        imported=imported,
        papers=draft.papers,
        facts=facts,
    )


def _flow(draft: Draft) -> Flow:
    """The city's flow; for a channel with a clock of its own a variant of it.

    A variant is dated to 1970, so that it never becomes the flow of the city.
    """
    current, variants = reference.flows()
    if not draft.channel.clock:
        return current
    code = f"{current.code}+{draft.channel.code}"[:32]
    if code not in variants:
        parameters = {**current.parameters, **dict(draft.channel.clock)}
        row, _new = Flow.objects.get_or_create(
            code=code, defaults={"parameters": parameters, "published_at": EPOCH}
        )
        variants[code] = row
    return variants[code]
