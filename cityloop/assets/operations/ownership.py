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

    What was recorded before stays; who stood in the register until then is kept as the builder.
    Raises NotFound, BadComponent, Refused (a later hand-over is recorded), NotAllowed.
    """
    actor.require(MANAGE)
    row = locked(code)
    require_scope(actor, row)
    check_facts({"owner_id": organisation_id}, today=timezone.localdate(now))
    document = _checked(source_document, stage, on, today=timezone.localdate(now))
    before = latest(row)
    if before is not None and before.valid_from > on:
        raise Refused(_("a hand-over of %(day)s is recorded already") % {"day": before.valid_from})
    if before is None and row.original_on < on:
        _begin(row, Stage.BUILDER, row.owner_id, row.original_on, actor=actor, now=now)
    made = _begin(row, stage, organisation_id, on, document=document, actor=actor, now=now)
    names = ("owner_id", "maintainer_id") if stage == Stage.MAINTAINER else ("owner_id",)
    changes: dict[str, list[Any]] = {
        name: [getattr(row, name), organisation_id]
        for name in names
        if getattr(row, name) != organisation_id
    }
    for name in changes:
        setattr(row, name, organisation_id)
    row.save(update_fields=list(changes))
    changes["valid_from"] = [before.valid_from if before else None, on]
    write_lines([(row, changes)], actor=actor, now=now, reason=document)
    return made


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


def latest(row: Component) -> Ownership | None:
    """The last that is recorded."""
    return Ownership.objects.filter(component=row).order_by("-valid_from", "-id").first()


def _begin(
    row: Component, stage: str, organisation_id: int | None, on: date, *, actor: Actor,
    now: datetime, document: str = "",
) -> Ownership:  # fmt: skip
    return Ownership.objects.create(
        component=row, organisation_id=organisation_id, stage=stage, valid_from=on,
        source_document=document, recorded_at=now, actor=actor.post[:120],
    )  # fmt: skip
