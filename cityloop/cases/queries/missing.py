"""Whether cases could go their way in the city as it is staffed."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.cases import workflow
from cityloop.cases.queries import bodies
from cityloop.cases.queries.flows import current_flow
from cityloop.kernel.clock import local_day
from cityloop.kernel.manifest import Missing

SHOWN = 3  # faults that are told; the others follow from them


def missing(now: datetime) -> list[Missing]:
    """Faults of the flow in force; those that only follow from posts without people are counted."""
    stored = current_flow().parameters
    found, own = workflow.faults_on(stored, local_day(now)), workflow.faults(stored)
    told = "; ".join(own[:SHOWN])
    if found and not own:
        told = ngettext(
            "It is sound, but %(n)s step or decision has nobody: staff the posts.",
            "It is sound, but %(n)s steps and decisions have nobody: staff the posts.",
            len(found),
        ) % {"n": len(found)}
    alone = bodies.told_alone(bodies.left_alone(local_day(now)))
    rows = [_told(told, own, sound=not found)]
    if alone:
        rows.append(Missing(_("Units without a desk"), alone, False, "office-posts",
                            link=_("Posts")))  # fmt: skip
    return rows


def _told(told: str, faults: list[str], *, sound: bool) -> Missing:
    if len(faults) > SHOWN:
        told = _("%(told)s; and %(n)s more") % {"told": told, "n": len(faults) - SHOWN}
    return Missing(
        _("Flow of cases"), told or _("Every step has an owner, no case ends nowhere."), sound,
        "office-posts", link=_("Posts"),
    )  # fmt: skip
