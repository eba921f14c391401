"""Who signs: a person, never the clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed


def person_of(actor: Actor) -> int:
    """The id of the member who acts; raises NotAllowed for the system."""
    if actor.member_id is None:
        raise NotAllowed(_("only a person may do this"))
    return actor.member_id
