"""Editions that come with the product, chosen in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.setup.queries.shipped import folders
from cityloop.standards import operations as standards
from cityloop.standards.operations import EditionReport


@transaction.atomic
def load_shipped(codes: Sequence[str], *, actor: Actor, now: datetime) -> list[EditionReport]:
    """Load and publish these editions, each after those it refers to, and seed the calendar; all
    or nothing. Raises Invalid (none, unknown), and as load_editions."""
    actor.require(standards.PERMISSION)
    known = folders()
    if unknown := [code for code in codes if code not in known]:
        raise Invalid(_("there is no edition %(code)s") % {"code": ", ".join(unknown)})
    if not codes:
        raise Invalid(_("choose at least one edition"))
    found = standards.load_editions(
        [known[code] for code in codes], actor=actor, now=now, publish=True
    )
    standards.seed_calendar(actor=actor, now=now)
    return found
