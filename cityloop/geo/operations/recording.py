"""Settings of the whole city's map, and the line that every change of one leaves."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext

from cityloop.geo.models import MapChange, MapSource, ServiceArea
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused

Setting = TypeVar("Setting", ServiceArea, MapSource)
MAX_NAME, MAX_REASON = 64, 200
_SUBJECTS = {
    ServiceArea: MapChange.Subject.SERVICE_AREA,
    MapSource: MapChange.Subject.MAP_SOURCE,
}
# As the trigger of migration 0003 reads it.
_TOLD = {
    ServiceArea: "SELECT to_jsonb(t)::text FROM geo_servicearea t WHERE id = %s",
    MapSource: "SELECT to_jsonb(t)::text FROM geo_mapsource t WHERE id = %s",
}


class NameTaken(Refused):
    """Another one goes by this name."""

    code = "name-taken"


def require_whole_city(actor: Actor) -> None:
    """NotAllowed unless the actor manages all ground: the first service area of a district would
    flag the reports of every other."""
    actor.require("geo.manage")
    if actor.ground is not None:
        why = gettext("only the city's administrators may do this")
        raise NotAllowed(why, code="out-of-scope")


def checked_name(name: str) -> str:
    """The name without blanks around it; raises Invalid for none, and for one that is too long."""
    text = name.strip()
    if not 0 < len(text) <= MAX_NAME or "\x00" in text:
        why = gettext("a name of 1 to %(most)s characters") % {"most": MAX_NAME}
        raise Invalid(why, fields={"name": why})
    return text


def locked(model: type[Setting], pk: int) -> Setting:
    """The row, until the end of the transaction. Raises NotFound."""
    row = model.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound(gettext("there is none with the number %(id)s") % {"id": pk})
    return row


def as_it_stands(model: type[Setting], pk: int | None) -> dict[str, Any] | None:
    """The row as the record keeps it, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD[model], [pk])
        found = cursor.fetchone()
    return None if found is None else dict(json.loads(found[0]))


def saved(row: Setting) -> Setting:
    """Write the row. Raises NameTaken."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        why = gettext("there is %(name)s already") % {"name": row.name}
        raise NameTaken(why, fields={"name": why}) from error
    return row


def record(
    model: type[Setting],
    pk: int,
    before: dict[str, Any] | None,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write the line of a change that has just been made."""
    after = as_it_stands(model, pk)
    told = after or before or {}
    MapChange.objects.create(
        at=now, member_id=actor.member_id, actor=actor.post[:120], subject=_SUBJECTS[model],
        subject_id=pk, action=_action(before, after), name=told["name"], before=before, after=after,
        reason=reason.replace("\x00", "").strip()[:MAX_REASON],
    )  # fmt: skip


def _action(before: dict[str, Any] | None, after: dict[str, Any] | None) -> MapChange.Action:
    if before is None:
        return MapChange.Action.ADD
    return MapChange.Action.REMOVE if after is None else MapChange.Action.CHANGE
