"""The line that every change leaves, and the limits that every change keeps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import models, transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed
from cityloop.kernel.turns import take_turn
from cityloop.people.models import Organisation, PeopleChange, Revision
from cityloop.people.queries.actors import forget_actors
from cityloop.people.scope import covers_area, in_scope

MANAGE = "people.manage"
# A password leaves no trace, a search column is made from others.
UNRECORDED = frozenset({"password", "search", "last_login"})


def as_record(row: models.Model) -> dict[str, Any]:
    """A row as the record keeps it: column -> value, dates as ISO text."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in UNRECORDED:
            continue
        value = getattr(row, field.attname)
        found[field.attname] = value.isoformat() if hasattr(value, "isoformat") else value
    return found


def record(
    row: models.Model,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write the line, and tell every process that what it remembers is old.

    With `before` given only what differs is kept.
    """
    after = as_record(row) if after is None else after
    if before is not None:
        changed = {key for key in after if before.get(key) != after[key]}
        before = {key: before.get(key) for key in changed}
        after = {key: after[key] for key in changed}
    PeopleChange.objects.create(
        at=now,
        member_id=actor.member_id,
        actor=actor.post[:200],
        subject=str(row._meta.model_name),
        subject_id=str(row.pk),
        action=action,
        before=before,
        after=after,
        reason=reason[:200],
    )
    touch()


def touch() -> None:
    """People changed: remembered actors and matrices no longer hold."""
    Revision.objects.update_or_create(name="people", defaults={"stamp": str(uuid4())})
    forget_actors()
    # What another reader remembered of the state before this commit goes too.
    transaction.on_commit(forget_actors)


def require_manager(actor: Actor, organisations: Sequence[Organisation] = ()) -> None:
    """NotAllowed unless the actor manages people and sees each of these organisations."""
    actor.require(MANAGE)
    for one in organisations:
        if not in_scope(actor, organisation_ids=[one.pk], region_code=one.region_code):
            raise NotAllowed(
                _("%(name)s lies outside what you manage") % {"name": one.name}, code="out-of-scope"
            )


def require_area(actor: Actor, region_code: str) -> None:
    """NotAllowed unless the actor sees all of the area: nobody gives a wider view than theirs."""
    if not covers_area(actor, region_code):
        raise NotAllowed(
            _("the area %(code)s lies outside what you manage") % {"code": region_code or "*"},
            code="out-of-scope",
        )


def one_at_a_time() -> None:
    """Nobody else changes bodies, posts and who holds them until this transaction ends.

    Of two at once each would find in order what the other makes wrong: a circle in the tree, a post
    in a body that is being closed, somebody on both sides, a city without an administrator.
    """
    take_turn("people_organisation_tree")


def require_whole_city(actor: Actor) -> None:
    """NotAllowed unless the actor manages people everywhere."""
    actor.require_for_city(MANAGE)
