"""Who answers for a component from which day on: the builder first, then who takes it over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.assets.models import Component, Ownership, Stage
from cityloop.assets.operations.register import (
    MANAGE,
    BadComponent,
    check_facts,
    locked,
    require_scope,
    write_lines,
)
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused


@transaction.atomic
def hand_over(
    *,
    code: str,
    organisation_id: int,
    on: date,
    source_document: str,
    actor: Actor,
    now: datetime,
    stage: str = Stage.MAINTAINER,
) -> Ownership:
    """From a day that has come on another body answers for the component, by its paper.

    What was recorded before stays; who stood in the register until then is kept as its owner where
    another owner follows, else as the builder. A
    maintainer stands as owner, too, unless an owner has been recorded. Raises NotFound,
    BadComponent, Refused (it, or a later hand-over, is recorded), NotAllowed.
    """
    actor.require(MANAGE)
    row = locked(code)
    require_scope(actor, row)
    check_facts({"owner_id": organisation_id}, today=timezone.localdate(now))
    document = _checked(source_document, stage, on, today=timezone.localdate(now))
    recorded = list(Ownership.objects.filter(component=row).order_by("valid_from", "id"))
    _fits(recorded, stage, organisation_id, on)
    if not recorded and row.original_on < on:
        _begin(row, _stood_as(stage), row.owner_id, row.original_on, actor=actor, now=now)
    made = _begin(row, stage, organisation_id, on, document=document, actor=actor, now=now)
    wanted: dict[str, Any] = dict.fromkeys(_answers_as(stage, recorded), organisation_id)
    wanted["changed_on"] = timezone.localdate(now)
    changes: dict[str, list[Any]] = {
        name: [getattr(row, name), value]
        for name, value in wanted.items()
        if getattr(row, name) != value
    }
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    row.save(update_fields=list(changes))
    changes["valid_from"] = [recorded[-1].valid_from if recorded else None, on]
    write_lines([(row, changes)], actor=actor, now=now, reason=document)
    return made


def _stood_as(following: str) -> Stage:
    return Stage.OWNER if following == Stage.OWNER else Stage.BUILDER


def _fits(recorded: list[Ownership], stage: str, organisation_id: int, on: date) -> None:
    """The hand-over is a new one, and overtakes none that is recorded."""
    known = {(one.valid_from, one.stage, one.organisation_id) for one in recorded}
    if recorded and (recorded[-1].valid_from > on or (on, stage, organisation_id) in known):
        day = recorded[-1].valid_from
        raise Refused(_("a hand-over of %(day)s is recorded already") % {"day": day})


def _answers_as(stage: str, recorded: list[Ownership]) -> tuple[str, ...]:
    """What the new body becomes in the register."""
    if stage != Stage.MAINTAINER:
        return ("owner_id",)
    owned = any(one.stage == Stage.OWNER for one in recorded)
    return ("maintainer_id",) if owned else ("owner_id", "maintainer_id")


def _checked(source_document: str, stage: str, on: date, *, today: date) -> str:
    """The paper's name, where paper, stage and day can be; raises BadComponent."""
    document = source_document.replace("\x00", "").strip()
    wrong: dict[str, str] = {}
    if not 0 < len(document) <= 200:
        wrong["source_document"] = _("name the paper of the hand-over")
    if stage not in Stage.values:
        wrong["stage"] = _("unknown state %(value)s") % {"value": stage[:20]}
    if on > today:
        wrong["on"] = _("this day has not come yet")
    if wrong:
        raise BadComponent(*wrong.values(), fields=wrong)
    return document


def _begin(
    row: Component, stage: str, organisation_id: int | None, on: date, *, actor: Actor,
    now: datetime, document: str = "",
) -> Ownership:  # fmt: skip
    return Ownership.objects.create(
        component=row, organisation_id=organisation_id, stage=stage, valid_from=on,
        source_document=document, recorded_at=now, actor=actor.post[:120],
    )  # fmt: skip
