"""The trial run of a new city: cases that no score counts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.cases import operations as cases
from cityloop.cases import queries
from cityloop.cases.models import Flow
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused


@transaction.atomic
def set_trial(*, trial: bool, actor: Actor, now: datetime) -> Flow:
    """Let cases that are opened from now on be a trial run, or no longer; others stay as they
    began, and everything else of the flow stays.

    Raises Refused (it is so already), Invalid (the flow has faults), NotAllowed.
    """
    actor.require("cases.configure")
    flow = queries.current_flow()
    if bool(flow.parameters.get("trial", False)) == trial:
        raise Refused(_("the trial run is switched so already"))
    return cases.publish_flow(
        code=flow.code.rsplit("-", 1)[0], parameters={**flow.parameters, "trial": trial},
        actor=actor, now=now,
    )  # fmt: skip
