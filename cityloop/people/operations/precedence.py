"""What goes first when lines of the matrix compete: territory or owner, for each kind."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.people.models import Precedence
from cityloop.people.operations.record import as_record, record, require_whole_city
from cityloop.people.queries.precedence import orders_on


@transaction.atomic
def set_precedence(
    *, kind: str, first: str, valid_from: date, source_document: str, actor: Actor, now: datetime
) -> Precedence:
    """From a day on, today or later, `first` (territory or owner) goes first for events or
    components. Said again for the same day it takes the place of what was said before.

    Cases that were filed keep their proposal. Raises Invalid, NotAllowed.
    """
    require_whole_city(actor)
    source = source_document.replace("\x00", "").strip()
    if wrong := _wrong(kind, first, valid_from, source, timezone.localdate(now)):
        raise Invalid(*wrong.values(), fields=wrong)
    known = Precedence.objects.select_for_update().filter(kind=kind, valid_from=valid_from).first()
    if known is None and orders_on(valid_from)[kind][0] == first:
        why = _("this order holds on that day already")
        raise Invalid(why, fields={"first": why})
    before = as_record(known) if known is not None else None
    row, _new = Precedence.objects.update_or_create(
        kind=kind, valid_from=valid_from, defaults={"first": first, "source_document": source}
    )
    record(row, "change" if before else "create", actor=actor, now=now, before=before)
    return row


def _wrong(kind: str, first: str, valid_from: date, source: str, today: date) -> dict[str, str]:
    checks = {
        "kind": (kind in Precedence.Kind, _("choose events or components")),
        "first": (first in Precedence.First, _("choose territory or owner")),
        "valid_from": (valid_from >= today, _("the past stays as it was: today or a later day")),
        "source_document": (
            0 < len(source) <= 200 and any(map(str.isalnum, source)),
            _("1 to %(most)s characters") % {"most": 200},
        ),
    }
    return {name: why for name, (sound, why) in checks.items() if not sound}
